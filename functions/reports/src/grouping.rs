//! What the rows of a report are, and the sums they are made of.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use chrono::NaiveDate;
use dms_access::{ListScope, TenantScope};
use dms_domain::{
    calendar::MonthKey,
    query::{Query, QueryError},
    rollup::{Measure, Place, Sheet},
    service_centre::ServiceCentre,
};
use dms_http::{ApiResult, AppState};
use dms_store::StoreError;
use futures::future::try_join_all;

use crate::centres;

/// The name of the parameter.
pub(crate) const GROUP_BY: &str = "groupBy";

/// What the rows of a report are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupBy {
    Day,
    Month,
    ServiceType,
    Centre,
    Engineer,
    Part,
    Category,
}

impl GroupBy {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::ServiceType => "serviceType",
            Self::Centre => "serviceCenter",
            Self::Engineer => "engineer",
            Self::Part => "part",
            Self::Category => "category",
        }
    }

    /// Whether rows follow each other in time.
    pub(crate) fn in_time(self) -> bool {
        matches!(self, Self::Day | Self::Month)
    }

    /// The one asked for, of those a report has: the first unless another is named.
    ///
    /// # Errors
    /// [`QueryError`] naming the choices.
    pub(crate) fn asked(query: &Query, choices: &[Self]) -> Result<Self, QueryError> {
        let names = || choices.iter().map(|choice| choice.name()).collect::<Vec<_>>().join(", ");
        let wrong = || QueryError::new(GROUP_BY, format!("must be one of {}", names()));
        match query.text(GROUP_BY) {
            None => choices.first().copied().ok_or_else(wrong),
            Some(name) => choices.iter().copied().find(|choice| choice.name() == name).ok_or_else(wrong),
        }
    }
}

/// Sums by measure.
pub(crate) type Sums = BTreeMap<Measure, i64>;

/// What is stored of a sheet: of which centre (none where all are summed up), where, and how much.
pub(crate) struct Entry {
    centre: Option<String>,
    pub(crate) place: Place,
    pub(crate) sums: Sums,
}

impl Entry {
    /// The label of the row it belongs to.
    pub(crate) fn label(&self, by: GroupBy) -> String {
        let day = || self.place.day.unwrap_or_default();
        match by {
            GroupBy::Day => day().to_string(),
            GroupBy::Month => MonthKey::of(day()).to_string(),
            GroupBy::Centre => self.centre.clone().unwrap_or_default(),
            GroupBy::ServiceType | GroupBy::Engineer | GroupBy::Part | GroupBy::Category => {
                self.place.label.clone()
            }
        }
    }
}

/// What is stored of a sheet in a period: of the centre, or of all of them; one by one when they are to be told apart.
///
/// # Errors
/// 503 when DynamoDB does not answer.
pub(crate) async fn entries(
    app: &AppState,
    scope: ListScope,
    sheet: Sheet,
    (period, by): (&RangeInclusive<NaiveDate>, GroupBy),
) -> ApiResult<Vec<Entry>> {
    let days = (*period.start(), *period.end());
    let centres: Vec<(ListScope, Option<String>)> = match by {
        GroupBy::Centre => {
            let apart = |(scope, centre): (TenantScope, ServiceCentre)| {
                (ListScope::One(scope), Some(centre.details.code.to_string()))
            };
            centres::of(app, scope).await?.into_iter().map(apart).collect()
        }
        GroupBy::Day
        | GroupBy::Month
        | GroupBy::ServiceType
        | GroupBy::Engineer
        | GroupBy::Part
        | GroupBy::Category => vec![(scope, None)],
    };
    let reads = centres.into_iter().map(|(scope, centre)| async move {
        let rolled = app.store.rolled(scope, sheet, days).await?.into_iter();
        let entry = move |(place, sums)| Entry { centre: centre.clone(), place, sums };
        Ok::<_, StoreError>(rolled.map(entry).collect::<Vec<_>>())
    });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

/// The sums of each row, in the order of their labels; also of days and months in which nothing was.
pub(crate) fn grouped(
    entries: Vec<Entry>,
    (period, by): (&RangeInclusive<NaiveDate>, GroupBy),
) -> BTreeMap<String, Sums> {
    let mut rows: BTreeMap<String, Sums> =
        labels(period, by).into_iter().map(|label| (label, Sums::new())).collect();
    for entry in entries {
        let row = rows.entry(entry.label(by)).or_default();
        for (measure, amount) in entry.sums {
            *row.entry(measure).or_default() += amount;
        }
    }
    rows
}

/// The sums of all.
pub(crate) fn total(entries: &[Entry]) -> Sums {
    let mut total = Sums::new();
    for (measure, amount) in entries.iter().flat_map(|entry| &entry.sums) {
        *total.entry(*measure).or_default() += amount;
    }
    total
}

/// The labels that a report has in any case.
pub(crate) fn labels(period: &RangeInclusive<NaiveDate>, by: GroupBy) -> BTreeSet<String> {
    let days = || period.start().iter_days().take_while(|day| day <= period.end());
    match by {
        GroupBy::Day => days().map(|day| day.to_string()).collect(),
        GroupBy::Month => days().map(|day| MonthKey::of(day).to_string()).collect(),
        GroupBy::ServiceType | GroupBy::Centre | GroupBy::Engineer | GroupBy::Part | GroupBy::Category => {
            BTreeSet::new()
        }
    }
}

/// Several measures of a row together.
pub(crate) fn sum_of(sums: &Sums, measures: &[Measure]) -> i64 {
    measures.iter().map(|measure| of(sums, *measure)).sum()
}

/// A measure of a row; 0 where nothing was.
pub(crate) fn of(sums: &Sums, measure: Measure) -> i64 {
    sums.get(&measure).copied().unwrap_or_default()
}
