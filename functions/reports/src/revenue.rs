use axum::{extract::State, response::Response};
use dms_domain::{
    gst::portal::Number,
    money::Paise,
    permissions::grant,
    rollup::{Measure, Sheet},
};
use dms_http::{
    ApiResult, AppState, Pdf,
    csv::Csv,
    envelope::Envelope,
    excel::Excel,
    extract::{Params, Permit},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    grouping::{GroupBy, Sums, of},
    report::{ReportData, Row},
    sheet::{Cell, Column},
    summed::{self, Asked, Question, Summed},
};

/// Paid invoices of a day, a month, a service type or a service centre.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevenueRow {
    #[schema(example = "2026-11-26")]
    label: String,
    /// How many invoices were paid in full.
    invoices: i64,
    /// Less what was credited, as all amounts.
    taxable_value: Number,
    /// GST.
    tax: Number,
    /// With tax and round-off.
    total: Number,
}

impl Row for RevenueRow {
    const COLUMNS: &'static [Column] = &[("Invoices", 10), ("Taxable value", 16), ("GST", 14), ("Total", 16)];
    const CHART: &'static str = "TOTAL";

    fn label(&self) -> &str {
        &self.label
    }

    fn cells(&self) -> Vec<Cell> {
        vec![Cell::Count(self.invoices), self.taxable_value.into(), self.tax.into(), self.total.into()]
    }

    fn charted(&self) -> Cell {
        self.total.into()
    }
}

impl Summed for RevenueRow {
    const NAME: &'static str = "revenue";
    const TITLE: &'static str = "Revenue";
    const GROUPS: &'static [GroupBy] = &[GroupBy::Day, GroupBy::Month, GroupBy::ServiceType, GroupBy::Centre];

    fn sheet(by: GroupBy) -> Sheet {
        if by == GroupBy::ServiceType { Sheet::Service } else { Sheet::Day }
    }

    fn is_empty(&self) -> bool {
        self.invoices == 0
    }

    fn of(label: String, sums: &Sums) -> Self {
        let rupees = |measure| Number(Paise::new(of(sums, measure)));
        Self {
            label,
            invoices: of(sums, Measure::PaidInvoices),
            taxable_value: rupees(Measure::PaidTaxablePaise),
            tax: rupees(Measure::PaidTaxPaise),
            total: rupees(Measure::PaidPaise),
        }
    }
}

/// Revenue
///
/// What invoices came to that were paid in full, by the day they were: less what credit notes took off. From `dateFrom` to `dateTo`
/// (today unless given; this month without both), by `groupBy` = `day`, `month`, `serviceType` or `serviceCenter`; sales without a
/// job card are of the type `Over the counter`. `format` is `json`, `excel`, `csv` or `pdf`. Your service centre's; an admin's is of
/// the whole dealership, or of the centre named by `serviceCenterId`.
#[utoipa::path(
    get, path = "/api/reports/revenue", tag = "Reports", params(Params<Asked<RevenueRow>>),
    responses(
        (status = 200, description = "The report", content(
            (Envelope<ReportData<RevenueRow>> = "application/json"),
            (Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Csv = "text/csv"),
            (Pdf = "application/pdf"),
        )),
        (status = 409, description = "`REPORT_TOO_LARGE`: more than 5 000 rows for a PDF", body = dms_http::envelope::ErrorBody)
    ),
    security(("bearer" = ["reports:read"]))
)]
pub(crate) async fn revenue(
    permit: Permit<grant::ReportsRead>,
    State(app): State<AppState>,
    query: Params<Asked<RevenueRow>>,
) -> ApiResult<Response> {
    let question = Question::asked(&permit, &query, RevenueRow::GROUPS)?;
    let report = summed::report::<RevenueRow>(&app, &question).await?;
    report.answer((&app, &permit.context), question.format, &query).await
}
