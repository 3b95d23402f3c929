//! Rollups: sums over documents, kept beside them for the dashboard and the reports (specification §12).
//!
//! Each document contributes to some cells, and what it contributes depends on the document alone. So a change is the
//! contribution of the new document less that of the old one, changes may be added in any order, and all can be counted
//! again at any time from the documents that are there.

mod contributions;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, ops::RangeInclusive, str::FromStr};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use contributions::OVER_THE_COUNTER;

use crate::{ids::CentreOrdinal, statuses::JobCardStatus};

macro_rules! measures {
    ($($(#[$doc:meta])* $measure:ident = $name:literal,)+) => {
        /// What is summed. The names are stored: they never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Measure {
            $($(#[$doc])* #[serde(rename = $name)] $measure,)+
        }

        impl Measure {
            /// All measures.
            pub const ALL: &'static [Self] = &[$(Self::$measure,)+];

            /// The attribute's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$measure => $name,)+
                }
            }
        }
    };
}

measures! {
    /// Job cards that are CREATED, by the day they were opened, as all states of job cards.
    CardsCreated = "cardsCreated",
    /// … ASSIGNED.
    CardsAssigned = "cardsAssigned",
    /// … IN_PROGRESS.
    CardsInProgress = "cardsInProgress",
    /// … PARTS_PENDING.
    CardsPartsPending = "cardsPartsPending",
    /// … COMPLETED and not invoiced yet.
    CardsCompleted = "cardsCompleted",
    /// … INVOICED.
    CardsInvoiced = "cardsInvoiced",
    /// … CANCELLED.
    CardsCancelled = "cardsCancelled",
    /// Job cards whose work was finished, by the day it was.
    CardsFinished = "cardsFinished",
    /// Minutes from their opening to the end of the work, of the job cards finished.
    TurnaroundMinutes = "turnaroundMinutes",
    /// Ratings by customers, by the day the work was finished.
    Ratings = "ratings",
    /// Their sum.
    RatingSum = "ratingSum",
    /// PAID invoices, by the day they were paid, as all that is of PAID invoices.
    PaidInvoices = "paidInvoices",
    /// Taxable value of their lines in paise, less what was credited.
    PaidTaxablePaise = "paidTaxablePaise",
    /// Their taxes in paise, less what was credited.
    PaidTaxPaise = "paidTaxPaise",
    /// Their grand totals in paise, less what was credited.
    PaidPaise = "paidPaise",
    /// Pieces of a part issued to job cards or sold, less those that came back.
    ConsumedPieces = "consumedPieces",
    /// Stock at cost price, in paise.
    StockPaise = "stockPaise",
    /// Parts at or below their minimum.
    LowParts = "lowParts",
    /// Customers, by the day they were entered.
    Customers = "customers",
}

impl Measure {
    /// Job cards, in any state.
    pub const CARDS: &'static [Self] = &[
        Self::CardsCreated,
        Self::CardsAssigned,
        Self::CardsInProgress,
        Self::CardsPartsPending,
        Self::CardsCompleted,
        Self::CardsInvoiced,
        Self::CardsCancelled,
    ];

    /// Job cards on which no work was begun: CREATED or ASSIGNED (decisions, "pending").
    pub const PENDING_CARDS: &'static [Self] = &[Self::CardsCreated, Self::CardsAssigned];

    /// Which measure counts the job cards in a state.
    pub fn of_cards(status: JobCardStatus) -> Self {
        match status {
            JobCardStatus::Created => Self::CardsCreated,
            JobCardStatus::Assigned => Self::CardsAssigned,
            JobCardStatus::InProgress => Self::CardsInProgress,
            JobCardStatus::PartsPending => Self::CardsPartsPending,
            JobCardStatus::Completed => Self::CardsCompleted,
            JobCardStatus::Invoiced => Self::CardsInvoiced,
            JobCardStatus::Cancelled => Self::CardsCancelled,
        }
    }
}

/// What the cells of a sheet are apart by, besides the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Sheet {
    /// Nothing.
    Day,
    /// Service types.
    Service,
    /// Engineers, by id.
    Engineer,
    /// Parts, by id.
    Part,
    /// Nothing: the dealership's customers, whom every centre may count.
    Customer,
}

impl Sheet {
    /// Its name in keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Service => "SERVICE",
            Self::Engineer => "ENGINEER",
            Self::Part => "PART",
            Self::Customer => "CUSTOMER",
        }
    }
}

/// Where in a sheet: a day (in India) or, for what has none, all time; and a label in sheets that have them. As text it
/// is `2026-11-26`, `2026-11-26#Paid Service` or `ALL`, so that places sort by their days, and `ALL` last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Place {
    /// The day; none for all time.
    pub day: Option<NaiveDate>,
    /// A service type, an engineer's or a part's id; empty on the sheet of days.
    pub label: String,
}

const ALL_TIME: &str = "ALL";

impl Place {
    /// A day.
    pub fn day(day: NaiveDate) -> Self {
        Self { day: Some(day), label: String::new() }
    }

    /// All time.
    pub fn all_time() -> Self {
        Self { day: None, label: String::new() }
    }

    /// A label on a day.
    pub fn labelled(day: NaiveDate, label: impl Into<String>) -> Self {
        Self { day: Some(day), label: label.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.day {
            Some(day) => write!(f, "{day}")?,
            None => f.write_str(ALL_TIME)?,
        }
        if self.label.is_empty() { Ok(()) } else { write!(f, "#{}", self.label) }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (day, label) = text.split_once('#').unwrap_or((text, ""));
        let day = match day {
            ALL_TIME => None,
            day => Some(day.parse().map_err(|_| format!("{day} is no day"))?),
        };
        Ok(Self { day, label: label.to_owned() })
    }
}

impl TryFrom<String> for Place {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

/// A place on a sheet of a centre or, without one, of the dealership.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The centre; none for the dealership, which sums up its centres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub centre: Option<CentreOrdinal>,
    /// The sheet.
    pub sheet: Sheet,
    /// The place.
    pub place: Place,
}

/// Amounts to be added to cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<Cell, BTreeMap<Measure, i64>>);

/// One amount of [`Sums`], as messages carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Amount {
    /// Where.
    #[serde(flatten)]
    pub cell: Cell,
    /// Of what.
    pub measure: Measure,
    /// How much: of money in paise.
    pub amount: i64,
}

impl Sums {
    /// Adds to a cell.
    pub fn add(&mut self, cell: Cell, measure: Measure, amount: i64) {
        let measures = self.0.entry(cell).or_default();
        let sum = measures.entry(measure).or_default();
        *sum += amount;
    }

    /// Adds to a centre's cell and to the same one of the dealership.
    fn add_both(&mut self, centre: Option<CentreOrdinal>, (sheet, place): (Sheet, &Place), of: &[(Measure, i64)]) {
        for &(measure, amount) in of {
            if centre.is_some() {
                self.add(Cell { centre, sheet, place: place.clone() }, measure, amount);
            }
            self.add(Cell { centre: None, sheet, place: place.clone() }, measure, amount);
        }
    }

    /// Adds all of another.
    pub fn plus(&mut self, other: Self) {
        for (cell, measures) in other.0 {
            for (measure, amount) in measures {
                self.add(cell.clone(), measure, amount);
            }
        }
    }

    /// What is to be added to `before` to get this.
    #[must_use]
    pub fn since(mut self, before: Self) -> Self {
        for (cell, measures) in before.0 {
            for (measure, amount) in measures {
                self.add(cell.clone(), measure, -amount);
            }
        }
        self
    }

    /// The cells with what is to be added to them; nothing that is 0.
    pub fn cells(self) -> impl Iterator<Item = (Cell, BTreeMap<Measure, i64>)> {
        self.0.into_iter().filter_map(|(cell, mut measures)| {
            measures.retain(|_, amount| *amount != 0);
            (!measures.is_empty()).then_some((cell, measures))
        })
    }

    /// The same one by one.
    pub fn amounts(self) -> impl Iterator<Item = Amount> {
        self.cells().flat_map(|(cell, measures)| {
            measures.into_iter().map(move |(measure, amount)| Amount { cell: cell.clone(), measure, amount })
        })
    }
}

/// The sums of a sheet by place, as they are stored.
pub type Rolled = BTreeMap<Place, BTreeMap<Measure, i64>>;

/// Sums of a sheet of days.
pub trait Rollups {
    /// A measure's sum of some days.
    fn sum_of_days(&self, days: &RangeInclusive<NaiveDate>, measure: Measure) -> i64;

    /// A measure's sum of all time.
    fn of_all_time(&self, measure: Measure) -> i64;
}

impl Rollups for Rolled {
    fn sum_of_days(&self, days: &RangeInclusive<NaiveDate>, measure: Measure) -> i64 {
        let of_day = |(place, sums): (&Place, &BTreeMap<Measure, i64>)| {
            place.day.filter(|day| days.contains(day)).and_then(|_| sums.get(&measure)).copied()
        };
        self.iter().filter_map(of_day).sum()
    }

    fn of_all_time(&self, measure: Measure) -> i64 {
        self.get(&Place::all_time()).and_then(|sums| sums.get(&measure)).copied().unwrap_or_default()
    }
}

impl FromIterator<Amount> for Sums {
    fn from_iter<I: IntoIterator<Item = Amount>>(amounts: I) -> Self {
        let mut sums = Self::default();
        for Amount { cell, measure, amount } in amounts {
            sums.add(cell, measure, amount);
        }
        sums
    }
}
