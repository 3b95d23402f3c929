use chrono::{Days, Months, NaiveDate};
use clap::Args;
use serde::{Deserialize, Serialize};

/// What is generated.
#[derive(Debug, Clone, PartialEq, Args, Serialize, Deserialize)]
pub struct Options {
    /// Customers of the dealership.
    #[arg(long, default_value_t = 10_000)]
    pub customers: usize,
    /// Vehicles; as many as customers unless given.
    #[arg(long, value_name = "N")]
    pub vehicles: Option<usize>,
    /// Job cards of all service centres.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    pub job_cards: usize,
    /// Of a hundred completed job cards, how many are invoiced; most invoices are paid.
    #[arg(long, default_value_t = 100, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub invoiced: u8,
    /// Parts in each service centre's stock.
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub parts_per_centre: usize,
    /// Service centres to open; those of the demo come on top.
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = centres)]
    pub service_centers: usize,
    /// Over how many months it is spread.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub months: u32,
    /// Over how many days it is spread, instead of months.
    #[arg(long, conflicts_with = "months", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    #[serde(default)]
    pub days: Option<u32>,
    /// The last day; today unless given.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: Option<NaiveDate>,
    /// Another seed, other data.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Items that are written in one step.
    #[arg(long, default_value_t = 12_000, value_name = "ITEMS", hide = true)]
    pub step: usize,
    /// Whether the sums of the dashboard and the reports are made, too: by counting everything at the end.
    #[arg(skip = true)]
    #[serde(default)]
    pub rollups: bool,
}

fn centres(text: &str) -> Result<usize, String> {
    // Their codes have a city's three letters and two digits.
    let most = super::names::CITIES.len() * 99;
    text.parse().ok().filter(|count| (1..=most).contains(count)).ok_or_else(|| format!("must be from 1 to {most}"))
}

impl Options {
    /// A small dealership, for tests.
    pub fn small() -> Self {
        Self {
            customers: 100,
            vehicles: None,
            job_cards: 150,
            invoiced: 100,
            parts_per_centre: 10,
            service_centers: 3,
            months: 3,
            days: None,
            // A Saturday: some work is not finished.
            until: NaiveDate::from_ymd_opt(2026, 11, 21),
            seed: 1,
            step: 12_000,
            rollups: false,
        }
    }

    /// How many vehicles.
    pub(super) fn vehicles(&self) -> usize {
        self.vehicles.unwrap_or(self.customers)
    }

    /// The last day.
    pub(super) fn last_day(&self) -> NaiveDate {
        self.until.unwrap_or_default()
    }

    /// The first and the last day.
    pub fn first_and_last_day(&self) -> (NaiveDate, NaiveDate) {
        let last = self.last_day();
        let first = match self.days {
            Some(days) => last.checked_sub_days(Days::new(days.saturating_sub(1).into())),
            None => last.checked_sub_months(Months::new(self.months)),
        };
        (first.unwrap_or(last), last)
    }

    /// Documents that were asked for, of which the progress tells.
    pub fn documents(&self) -> u64 {
        (self.customers + self.vehicles() + self.job_cards) as u64
    }

    /// What cannot be.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.job_cards > 0 && (self.customers == 0 || self.vehicles() == 0) {
            return Err("job cards need customers and vehicles".to_owned());
        }
        if self.job_cards > 0 && self.parts_per_centre == 0 {
            return Err("job cards need parts".to_owned());
        }
        // A vehicle is busy until its invoice is paid.
        let unpaid = self.job_cards * usize::from(100 - self.invoiced) / 100;
        if unpaid * 2 > self.vehicles() {
            return Err("too few vehicles for so many job cards without an invoice".to_owned());
        }
        Ok(())
    }
}
