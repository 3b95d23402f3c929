use axum::{extract::State, response::Response};
use dms_domain::{
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
    grouping::{GroupBy, Sums, of, sum_of},
    report::{ReportData, Row},
    sheet::{Cell, Column},
    summed::{self, Asked, Question, Summed},
};

/// Job cards opened on a day or in a month, of a service type or in a service centre, by the state they are in now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobCardsRow {
    #[schema(example = "2026-11-26")]
    label: String,
    /// In any state.
    total: i64,
    /// CREATED or ASSIGNED.
    pending: i64,
    in_progress: i64,
    parts_pending: i64,
    completed: i64,
    invoiced: i64,
    cancelled: i64,
}

impl Row for JobCardsRow {
    const COLUMNS: &'static [Column] = &[
        ("Total", 10),
        ("Pending", 10),
        ("In progress", 12),
        ("Parts pending", 14),
        ("Completed", 12),
        ("Invoiced", 10),
        ("Cancelled", 10),
    ];
    const CHART: &'static str = "JOB CARDS";

    fn label(&self) -> &str {
        &self.label
    }

    fn cells(&self) -> Vec<Cell> {
        let Self { total, pending, in_progress, parts_pending, completed, invoiced, cancelled, .. } = self;
        [total, pending, in_progress, parts_pending, completed, invoiced, cancelled]
            .map(|count| Cell::Count(*count))
            .into()
    }

    fn charted(&self) -> Cell {
        Cell::Count(self.total)
    }
}

impl Summed for JobCardsRow {
    const NAME: &'static str = "job-cards";
    const TITLE: &'static str = "Job cards";
    const GROUPS: &'static [GroupBy] = &[GroupBy::Day, GroupBy::Month, GroupBy::ServiceType, GroupBy::Centre];

    fn sheet(by: GroupBy) -> Sheet {
        if by == GroupBy::ServiceType { Sheet::Service } else { Sheet::Day }
    }

    fn is_empty(&self) -> bool {
        self.total == 0
    }

    fn of(label: String, sums: &Sums) -> Self {
        Self {
            label,
            total: sum_of(sums, Measure::CARDS),
            pending: sum_of(sums, Measure::PENDING_CARDS),
            in_progress: of(sums, Measure::CardsInProgress),
            parts_pending: of(sums, Measure::CardsPartsPending),
            completed: of(sums, Measure::CardsCompleted),
            invoiced: of(sums, Measure::CardsInvoiced),
            cancelled: of(sums, Measure::CardsCancelled),
        }
    }
}

/// Job cards
///
/// How many were opened from `dateFrom` to `dateTo` (today unless given; this month without both), and what has become of them, by
/// `groupBy` = `day`, `month`, `serviceType` or `serviceCenter`. `format` is `json`, `excel`, `csv` or `pdf`. Your service centre's;
/// an admin's is of the whole dealership, or of the centre named by `serviceCenterId`.
#[utoipa::path(
    get, path = "/api/reports/job-cards", tag = "Reports", params(Params<Asked<JobCardsRow>>),
    responses(
        (status = 200, description = "The report", content(
            (Envelope<ReportData<JobCardsRow>> = "application/json"),
            (Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Csv = "text/csv"),
            (Pdf = "application/pdf"),
        )),
        (status = 409, description = "`REPORT_TOO_LARGE`: more than 5 000 rows for a PDF", body = dms_http::envelope::ErrorBody)
    ),
    security(("bearer" = ["reports:read"]))
)]
pub(crate) async fn job_cards(
    permit: Permit<grant::ReportsRead>,
    State(app): State<AppState>,
    query: Params<Asked<JobCardsRow>>,
) -> ApiResult<Response> {
    let question = Question::asked(&permit, &query, JobCardsRow::GROUPS)?;
    let report = summed::report::<JobCardsRow>(&app, &question).await?;
    report.answer((&app, &permit.context), question.format, &query).await
}
