use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use dms_domain::{
    gst::portal::Number,
    money::Paise,
    permissions::grant,
    rollup::{Measure, Sheet},
};
use dms_http::{
    ApiResult, App, AppState, Pdf,
    csv::Csv,
    envelope::Envelope,
    excel::Excel,
    extract::{Params, Permit},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    grouping::{GroupBy, Sums, of, sum_of},
    report::{Report, ReportData, Row},
    sheet::{Cell, Column},
    summed::{self, Asked, Question, Summed},
};

/// What an engineer did, or all did on a day, in a month or in a service centre.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EngineerRow {
    /// The engineer's name, or the day, month or service centre.
    #[schema(example = "Ravi Kumar")]
    label: String,
    /// The engineer; absent in other rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    engineer_id: Option<Uuid>,
    /// Job cards opened that are the engineer's; cancelled ones left out.
    assigned: i64,
    /// Job cards whose work was finished.
    finished: i64,
    /// From their opening to the end of the work.
    average_hours: Option<f64>,
    /// Of the customers' ratings, 1 to 5.
    average_rating: Option<f64>,
    /// What invoices for the work came to that were paid, less what was credited.
    revenue: Number,
}

impl Row for EngineerRow {
    const COLUMNS: &'static [Column] =
        &[("Assigned", 10), ("Finished", 10), ("Hours each", 12), ("Rating", 10), ("Revenue", 16)];
    const CHART: &'static str = "FINISHED";

    fn label(&self) -> &str {
        &self.label
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::Count(self.assigned),
            Cell::Count(self.finished),
            Cell::Average(self.average_hours),
            Cell::Average(self.average_rating),
            self.revenue.into(),
        ]
    }

    fn charted(&self) -> Cell {
        Cell::Count(self.finished)
    }
}

impl Summed for EngineerRow {
    const NAME: &'static str = "engineer-productivity";
    const TITLE: &'static str = "Engineer productivity";
    const GROUPS: &'static [GroupBy] = &[GroupBy::Engineer, GroupBy::Day, GroupBy::Month, GroupBy::Centre];

    fn sheet(_: GroupBy) -> Sheet {
        Sheet::Engineer
    }

    fn of(label: String, sums: &Sums) -> Self {
        let finished = of(sums, Measure::CardsFinished);
        let opened = sum_of(sums, Measure::CARDS);
        Self {
            engineer_id: label.parse().ok(),
            label,
            assigned: opened - of(sums, Measure::CardsCancelled),
            finished,
            average_hours: average(of(sums, Measure::TurnaroundMinutes), finished * 60),
            average_rating: average(of(sums, Measure::RatingSum), of(sums, Measure::Ratings)),
            revenue: Number(Paise::new(of(sums, Measure::PaidPaise))),
        }
    }

    fn is_empty(&self) -> bool {
        self.assigned == 0 && self.finished == 0 && self.revenue == Number::default()
    }
}

/// With one decimal; none of nothing.
#[allow(clippy::cast_precision_loss)] // an average
fn average(sum: i64, count: i64) -> Option<f64> {
    (count > 0).then(|| (sum as f64 / count as f64 * 10.0).round() / 10.0)
}

/// Engineer productivity
///
/// From `dateFrom` to `dateTo` (today unless given; this month without both), by `groupBy` = `engineer`, `day`, `month` or
/// `serviceCenter`. Job cards count as `assigned` on the day they were opened, as `finished` on the day they were completed, and
/// their invoices on the day they were paid: with the engineer they are assigned to now. `format` is `json`, `excel`, `csv` or
/// `pdf`. Your service centre's; an admin's is of the whole dealership, or of the centre named by `serviceCenterId`.
#[utoipa::path(
    get, path = "/api/reports/engineer-productivity", tag = "Reports", params(Params<Asked<EngineerRow>>),
    responses(
        (status = 200, description = "The report", content(
            (Envelope<ReportData<EngineerRow>> = "application/json"),
            (Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Csv = "text/csv"),
            (Pdf = "application/pdf"),
        )),
        (status = 409, description = "`REPORT_TOO_LARGE`: more than 5 000 rows for a PDF", body = dms_http::envelope::ErrorBody)
    ),
    security(("bearer" = ["reports:read"]))
)]
pub(crate) async fn engineer_productivity(
    permit: Permit<grant::ReportsRead>,
    State(app): State<AppState>,
    query: Params<Asked<EngineerRow>>,
) -> ApiResult<Response> {
    let question = Question::asked(&permit, &query, EngineerRow::GROUPS)?;
    let mut report = summed::report::<EngineerRow>(&app, &question).await?;
    name_engineers(&app, &mut report).await?;
    report.answer((&app, &permit.context), question.format, &query).await
}

/// Engineers by name, in its order.
async fn name_engineers(app: &App, report: &mut Report<EngineerRow>) -> ApiResult<()> {
    let ids: Vec<Uuid> = report.rows.iter().filter_map(|row| row.engineer_id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let users = app.store.users(ids).await?;
    let names: BTreeMap<Uuid, String> = users.into_iter().map(|user| (user.id, user.name)).collect();
    for row in &mut report.rows {
        if let Some(name) = row.engineer_id.and_then(|id| names.get(&id)) {
            row.label.clone_from(name);
        }
    }
    report.rows.sort_by(|a, b| (&a.label, a.engineer_id).cmp(&(&b.label, b.engineer_id)));
    Ok(())
}
