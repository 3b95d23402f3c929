//! The dashboard's figures (specification §12), from the rollups.

use std::ops::RangeInclusive;

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    gst::portal::Number,
    money::Paise,
    rollup::{Measure, Rolled, Rollups},
};

/// The dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    /// What PAID invoices came to, by the day they were paid, less what was credited.
    pub revenue: Revenue,
    /// Job cards: all, or those opened in the period asked for.
    pub job_cards: JobCards,
    /// Parts in stock.
    pub inventory: Inventory,
    /// Customers of the dealership.
    pub customers: Customers,
}

/// Value of PAID invoices, in rupees.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revenue {
    /// Paid today.
    pub today: Number,
    /// Paid this month.
    pub this_month: Number,
    /// This month against all of the last, in per cent, with one decimal; null when nothing was paid last month.
    #[schema(example = 15.5)]
    pub growth: Option<f64>,
    /// Paid in the period asked for; absent when none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Number>,
}

/// How many job cards.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobCards {
    /// In any state.
    #[schema(example = 150)]
    pub total: i64,
    /// CREATED or ASSIGNED.
    #[schema(example = 10)]
    pub pending: i64,
    /// COMPLETED or INVOICED.
    #[schema(example = 115)]
    pub completed: i64,
}

/// What is in stock now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// Parts at or below their minimum.
    #[schema(example = 5)]
    pub low_stock_count: i64,
    /// At cost price, in rupees; of all centres together with Central's.
    pub total_value: Number,
}

/// Customers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Customers {
    /// All.
    #[schema(example = 500)]
    pub total: i64,
    /// Entered this month, or in the period asked for.
    #[schema(example = 25)]
    pub new: i64,
}

/// The work is done.
const COMPLETED: &[Measure] = &[Measure::CardsCompleted, Measure::CardsInvoiced];

/// The first day whose sums the dashboard needs: that of the last month, or of the period.
pub fn first_day(today: NaiveDate, period: Option<&RangeInclusive<NaiveDate>>) -> NaiveDate {
    let last_month = *month_before(today).start();
    period.map_or(last_month, |period| last_month.min(*period.start()))
}

impl Dashboard {
    /// The figures of a day, from sums since [`first_day`] and of all time: of a centre or of the dealership, and of the
    /// customers.
    pub fn of(
        today: NaiveDate,
        period: Option<&RangeInclusive<NaiveDate>>,
        (days, customers): (&Rolled, &Rolled),
    ) -> Self {
        let rupees = |paise| Number(Paise::new(paise));
        let paid = |days_of: &RangeInclusive<NaiveDate>| days.sum_of_days(days_of, Measure::PaidPaise);
        let this_month = month_start(today)..=today;
        let cards = |measures: &[Measure]| -> i64 {
            let sum = |measure: &Measure| match period {
                Some(period) => days.sum_of_days(period, *measure),
                None => days.of_all_time(*measure),
            };
            measures.iter().map(sum).sum()
        };
        Self {
            revenue: Revenue {
                today: rupees(paid(&(today..=today))),
                this_month: rupees(paid(&this_month)),
                growth: growth(paid(&this_month), paid(&month_before(today))),
                period: period.map(|period| rupees(paid(period))),
            },
            job_cards: JobCards {
                total: cards(Measure::CARDS),
                pending: cards(Measure::PENDING_CARDS),
                completed: cards(COMPLETED),
            },
            inventory: Inventory {
                low_stock_count: days.of_all_time(Measure::LowParts),
                total_value: rupees(days.of_all_time(Measure::StockPaise)),
            },
            customers: Customers {
                total: customers.of_all_time(Measure::Customers),
                new: customers.sum_of_days(period.unwrap_or(&this_month), Measure::Customers),
            },
        }
    }
}

fn month_start(day: NaiveDate) -> NaiveDate {
    day - TimeDelta::days(i64::from(day.day0()))
}

fn month_before(day: NaiveDate) -> RangeInclusive<NaiveDate> {
    let this = month_start(day);
    let first = this.checked_sub_months(Months::new(1)).unwrap_or(this);
    first..=this.pred_opt().unwrap_or(this)
}

/// Month on month, in per cent with one decimal.
#[allow(clippy::cast_precision_loss)] // a ratio
fn growth(now: i64, before: i64) -> Option<f64> {
    (before > 0).then(|| ((now - before) as f64 / before as f64 * 1_000.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rollup::Place;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rolled(cells: &[(&str, &[(Measure, i64)])]) -> Rolled {
        let cell = |(place, measures): &(&str, &[(Measure, i64)])| {
            (place.parse::<Place>().unwrap(), measures.iter().copied().collect::<BTreeMap<_, _>>())
        };
        cells.iter().map(cell).collect()
    }

    fn sums() -> (Rolled, Rolled) {
        use Measure as M;
        let days = rolled(&[
            ("2026-10-31", &[(M::PaidPaise, 200_000), (M::CardsInvoiced, 3)]),
            ("2026-11-01", &[(M::PaidPaise, 100_000), (M::CardsCreated, 1), (M::CardsAssigned, 1)]),
            ("2026-11-26", &[(M::PaidPaise, 131_050), (M::CardsCompleted, 2), (M::CardsCancelled, 1)]),
            (
                "ALL",
                &[
                    (M::CardsCreated, 4),
                    (M::CardsAssigned, 1),
                    (M::CardsInProgress, 7),
                    (M::CardsCompleted, 2),
                    (M::CardsInvoiced, 90),
                    (M::CardsCancelled, 1),
                    (M::LowParts, 5),
                    (M::StockPaise, 500_000_050),
                ],
            ),
        ]);
        let customers = rolled(&[
            ("2026-10-30", &[(M::Customers, 4)]),
            ("2026-11-02", &[(M::Customers, 2)]),
            ("ALL", &[(M::Customers, 500)]),
        ]);
        (days, customers)
    }

    #[test]
    fn without_a_period_all_cards_count_and_the_customers_of_this_month() {
        let (days, customers) = sums();
        let dashboard = Dashboard::of(day("2026-11-26"), None, (&days, &customers));
        let expected = serde_json::json!({
            "revenue": {"today": 1310.5, "thisMonth": 2310.5, "growth": 15.5},
            "jobCards": {"total": 105, "pending": 5, "completed": 92},
            "inventory": {"lowStockCount": 5, "totalValue": 5_000_000.5},
            "customers": {"total": 500, "new": 2},
        });
        assert_eq!(serde_json::to_value(dashboard).unwrap(), expected);
        assert_eq!(first_day(day("2026-11-26"), None), day("2026-10-01"));
    }

    #[test]
    fn a_period_narrows_cards_and_customers_and_adds_its_revenue() {
        let (days, customers) = sums();
        let period = day("2026-10-30")..=day("2026-11-25");
        let dashboard = Dashboard::of(day("2026-11-26"), Some(&period), (&days, &customers));
        assert_eq!(dashboard.job_cards, JobCards { total: 5, pending: 2, completed: 3 });
        assert_eq!(dashboard.revenue.period, Some(Number(Paise::new(300_000))));
        assert_eq!(dashboard.revenue.this_month, Number(Paise::new(231_050)), "the revenue of now stays");
        assert_eq!(dashboard.customers, Customers { total: 500, new: 6 });
        let earlier = day("2026-03-02")..=day("2026-03-03");
        assert_eq!(first_day(day("2026-11-26"), Some(&earlier)), day("2026-03-02"));
        assert_eq!(first_day(day("2026-01-26"), Some(&period)), day("2025-12-01"));
    }

    #[test]
    fn growth_has_one_decimal_and_needs_a_last_month() {
        assert_eq!(growth(0, 0), None);
        assert_eq!(growth(100, 0), None);
        assert_eq!(growth(0, 100), Some(-100.0));
        assert_eq!(growth(115_456, 100_000), Some(15.5));
    }
}
