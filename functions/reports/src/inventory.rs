use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use dms_access::{CentralScope, ListScope};
use dms_domain::{gst::portal::Number, money::Paise, permissions::grant, query::QuerySpec, stock::PartDetails};
use dms_http::{
    ApiResult, App, AppState, Pdf,
    csv::Csv,
    envelope::Envelope,
    excel::Excel,
    extract::{Params, Permit, Spec},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    centres,
    grouping::{GROUP_BY, GroupBy},
    report::{self, FORMAT, Format, Report, ReportData, Row, TOTAL},
    sheet::{Cell, Column},
};

const GROUPS: &[GroupBy] = &[GroupBy::Part, GroupBy::Category, GroupBy::Centre];
/// How Central's stock is named among those of the centres.
const CENTRAL: &str = "CENTRAL";

pub(crate) struct Asked;

impl Spec for Asked {
    type Row = ReportData<StockRow>;

    const SPEC: QuerySpec = QuerySpec::figures(&[GROUP_BY, FORMAT]);
}

/// A part in a stock, or all of a category or of a stock.
#[derive(Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockRow {
    /// The part's number, or the category, or the code of the service centre.
    #[schema(example = "BAT-48V-001")]
    label: String,
    /// The part's name; absent in other rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    part_name: Option<String>,
    /// The part's category; absent in other rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// The code of the service centre, or `CENTRAL`; absent in rows of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    service_center: Option<String>,
    /// How many parts the row is of.
    parts: i64,
    /// How many of them are at or below their minimum.
    low: i64,
    /// Pieces in stock.
    stock: i64,
    /// The least that there should be.
    minimum: i64,
    /// The stock at cost price.
    value: Number,
}

impl Row for StockRow {
    const COLUMNS: &'static [Column] = &[
        ("Name", 30),
        ("Category", 16),
        ("Centre", 10),
        ("Low", 6),
        ("Stock", 10),
        ("Minimum", 10),
        ("Value", 16),
    ];
    const CHART: &'static str = "VALUE AT COST";

    fn label(&self) -> &str {
        &self.label
    }

    fn cells(&self) -> Vec<Cell> {
        let text = |text: &Option<String>| Cell::Text(text.clone().unwrap_or_default());
        vec![
            text(&self.part_name),
            text(&self.category),
            text(&self.service_center),
            Cell::Count(self.low),
            Cell::Count(self.stock),
            Cell::Count(self.minimum),
            self.value.into(),
        ]
    }

    fn charted(&self) -> Cell {
        self.value.into()
    }
}

impl StockRow {
    fn of(details: &PartDetails, (stock, headroom): (i64, i64), kept_at: &str) -> Self {
        Self {
            label: details.part_number.clone(),
            part_name: Some(details.part_name.clone()),
            category: Some(details.category.clone()),
            service_center: Some(kept_at.to_owned()),
            parts: 1,
            low: i64::from(headroom <= 0),
            stock,
            minimum: details.min_stock_level,
            value: Number(Paise::new(stock.saturating_mul(details.cost_price_paise.get()))),
        }
    }

    fn add(&mut self, other: &Self) {
        self.parts += other.parts;
        self.low += other.low;
        self.stock += other.stock;
        self.minimum += other.minimum;
        self.value = Number(Paise::new(self.value.0.get().saturating_add(other.value.0.get())));
    }
}

/// Inventory
///
/// What is in stock now, at cost price, by `groupBy` = `part` (each part of each stock), `category` or `serviceCenter`. Your service
/// centre's stock; Central's for its manager; an admin's report is of all centres and Central, or of the centre named by
/// `serviceCenterId`. `format` is `json`, `excel`, `csv` or `pdf`. A report of more than 5 000 rows comes as a link (`file`), but
/// for PDF.
#[utoipa::path(
    get, path = "/api/reports/inventory", tag = "Reports", params(Params<Asked>),
    responses(
        (status = 200, description = "The report", content(
            (Envelope<ReportData<StockRow>> = "application/json"),
            (Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Csv = "text/csv"),
            (Pdf = "application/pdf"),
        )),
        (status = 409, description = "`REPORT_TOO_LARGE`: more than 5 000 rows for a PDF", body = dms_http::envelope::ErrorBody)
    ),
    security(("bearer" = ["reports:inventory"]))
)]
pub(crate) async fn inventory(
    permit: Permit<grant::ReportsInventory>,
    State(app): State<AppState>,
    query: Params<Asked>,
) -> ApiResult<Response> {
    let (by, format) = (GroupBy::asked(&query, GROUPS)?, Format::asked(&query)?);
    let (centres, central) = permit.stock_scopes(query.service_center_id)?;
    let parts = parts(&app, centres, central).await?;
    let mut totals = StockRow { label: TOTAL.to_owned(), ..StockRow::default() };
    parts.iter().for_each(|part| totals.add(part));
    let whose = match centres {
        Some(scope) => report::whose(&app, scope).await?,
        None => "Central".to_owned(),
    };
    let (name, title, rows) = ("inventory", "Inventory", grouped(parts, by));
    let centre = centres.and_then(report::centre_of);
    let report = Report { name, title, centre, whose, period: None, by, rows, totals };
    report.answer((&app, &permit.context), format, &query).await
}

/// A row for each part of these stocks, centre by centre and by number.
async fn parts(app: &App, centres: Option<ListScope>, central: Option<CentralScope>) -> ApiResult<Vec<StockRow>> {
    let mut rows = Vec::new();
    if let Some(scope) = central {
        app.store
            .each_central_part(scope, |part| {
                rows.push(StockRow::of(&part.details, (part.stock_quantity, part.headroom), CENTRAL));
            })
            .await?;
    }
    let centres = match centres {
        Some(scope) => centres::of(app, scope).await?,
        None => Vec::new(),
    };
    for (scope, centre) in centres {
        let code = centre.details.code.to_string();
        app.store
            .each_part(scope, |part| {
                rows.push(StockRow::of(&part.details, (part.stock_quantity, part.headroom), &code));
            })
            .await?;
    }
    rows.sort_by(|a, b| (&a.service_center, &a.label).cmp(&(&b.service_center, &b.label)));
    Ok(rows)
}

/// What the parts of each category, or of each stock, come to; the parts themselves otherwise.
fn grouped(parts: Vec<StockRow>, by: GroupBy) -> Vec<StockRow> {
    let label_of: fn(&StockRow) -> Option<&String> = match by {
        GroupBy::Category => |part| part.category.as_ref(),
        GroupBy::Centre => |part| part.service_center.as_ref(),
        GroupBy::Part | GroupBy::Day | GroupBy::Month | GroupBy::ServiceType | GroupBy::Engineer => return parts,
    };
    let mut rows: BTreeMap<String, StockRow> = BTreeMap::new();
    for part in &parts {
        let label = label_of(part).cloned().unwrap_or_default();
        let empty = StockRow { label: label.clone(), ..StockRow::default() };
        rows.entry(label).or_insert(empty).add(part);
    }
    rows.into_values().collect()
}
