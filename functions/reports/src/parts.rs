use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use dms_domain::{
    gst::portal::Number,
    money::Paise,
    permissions::grant,
    rollup::{Measure, Sheet},
    stock::Part,
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
use uuid::Uuid;

use crate::{
    grouping::{self, Entry, GroupBy, of},
    report::{self, Report, ReportData, Row, TOTAL},
    sheet::{Cell, Column},
    summed::{Asked, Question},
};

const GROUPS: &[GroupBy] = &[GroupBy::Part, GroupBy::Category, GroupBy::Day, GroupBy::Month, GroupBy::Centre];

/// Pieces of a part (or of all on a day, in a month, in a category or in a service centre) that were used or sold.
#[derive(Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PartsRow {
    /// The part's number, or the category, day, month or service centre.
    #[schema(example = "BAT-48V-001")]
    label: String,
    /// The part's name; absent in other rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    part_name: Option<String>,
    /// Issued to job cards or sold over the counter, less what came back.
    pieces: i64,
    /// At today's cost price.
    cost: Number,
    /// At today's price, without tax.
    price: Number,
}

impl Row for PartsRow {
    const COLUMNS: &'static [Column] = &[("Name", 30), ("Pieces", 10), ("Cost", 16), ("Price", 16)];
    const CHART: &'static str = "COST";

    fn label(&self) -> &str {
        &self.label
    }

    fn cells(&self) -> Vec<Cell> {
        let name = self.part_name.as_deref().unwrap_or_default();
        vec![name.into(), Cell::Count(self.pieces), self.cost.into(), self.price.into()]
    }

    fn charted(&self) -> Cell {
        self.cost.into()
    }
}

impl PartsRow {
    fn take(&mut self, pieces: i64, part: Option<&Part>) {
        let worth = |of: fn(&Part) -> Paise| part.map_or(0, |part| pieces.saturating_mul(of(part).get()));
        self.pieces += pieces;
        add(&mut self.cost, worth(|part| part.details.cost_price_paise));
        add(&mut self.price, worth(|part| part.details.unit_price_paise));
    }
}

fn add(number: &mut Number, paise: i64) {
    number.0 = Paise::new(number.0.get().saturating_add(paise));
}

/// Parts consumption
///
/// Pieces issued to job cards and sold over the counter from `dateFrom` to `dateTo` (today unless given; this month without both),
/// less what came back, by `groupBy` = `part`, `category`, `day`, `month` or `serviceCenter`; the same part number in several
/// centres is one row. Worth at today's prices. `format` is `json`, `excel`, `csv` or `pdf`. Your service centre's; an admin's is of
/// the whole dealership, or of the centre named by `serviceCenterId`.
#[utoipa::path(
    get, path = "/api/reports/parts-consumption", tag = "Reports", params(Params<Asked<PartsRow>>),
    responses(
        (status = 200, description = "The report", content(
            (Envelope<ReportData<PartsRow>> = "application/json"),
            (Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Csv = "text/csv"),
            (Pdf = "application/pdf"),
        )),
        (status = 409, description = "`REPORT_TOO_LARGE`: more than 5 000 rows for a PDF", body = dms_http::envelope::ErrorBody)
    ),
    security(("bearer" = ["reports:read"]))
)]
pub(crate) async fn parts_consumption(
    permit: Permit<grant::ReportsRead>,
    State(app): State<AppState>,
    query: Params<Asked<PartsRow>>,
) -> ApiResult<Response> {
    let question = Question::asked(&permit, &query, GROUPS)?;
    let Question { scope, ref period, by, format } = question;
    let (entries, whose) =
        futures::try_join!(grouping::entries(&app, scope, Sheet::Part, (period, by)), report::whose(&app, scope))?;
    let ids = entries.iter().filter_map(part_of);
    let parts = app.store.parts_kept(ids).await?;
    let parts: BTreeMap<Uuid, Part> = parts.into_iter().map(|part| (part.id, part)).collect();
    let (rows, totals) = rows(&entries, &parts, (grouping::labels(period, by), by));
    let (name, title) = ("parts-consumption", "Parts consumption");
    let (centre, period) = (report::centre_of(scope), Some(period.clone()));
    let report = Report { name, title, centre, whose, period, by, rows, totals };
    report.answer((&app, &permit.context), format, &query).await
}

fn part_of(entry: &Entry) -> Option<Uuid> {
    entry.place.label.parse().ok()
}

fn rows(
    entries: &[Entry],
    parts: &BTreeMap<Uuid, Part>,
    (labels, by): (impl IntoIterator<Item = String>, GroupBy),
) -> (Vec<PartsRow>, PartsRow) {
    let mut totals = PartsRow { label: TOTAL.to_owned(), ..PartsRow::default() };
    let mut rows: BTreeMap<String, PartsRow> =
        labels.into_iter().map(|label| (label.clone(), PartsRow { label, ..PartsRow::default() })).collect();
    for entry in entries {
        let part = part_of(entry).and_then(|id| parts.get(&id));
        let label = match (by, part) {
            (GroupBy::Part, Some(part)) => part.details.part_number.clone(),
            (GroupBy::Category, Some(part)) => part.details.category.clone(),
            _ => entry.label(by),
        };
        let row = rows.entry(label.clone()).or_insert_with(|| PartsRow { label, ..PartsRow::default() });
        if by == GroupBy::Part {
            row.part_name = part.map(|part| part.details.part_name.clone());
        }
        let pieces = of(&entry.sums, Measure::ConsumedPieces);
        row.take(pieces, part);
        totals.take(pieces, part);
    }
    (rows.into_values().filter(|row| row.pieces != 0 || by.in_time()).collect(), totals)
}
