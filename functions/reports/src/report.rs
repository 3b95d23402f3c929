//! A report and its four forms. JSON has typed rows; the tables of workbook, CSV and PDF are the cells of the same rows.

use std::ops::RangeInclusive;

use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use dms_access::ListScope;
use dms_blob::{ByteStream, Upload};
use dms_domain::{
    calendar,
    file::{LINK_LIFETIME_SECS, ReportFile, Sha256Hash},
    ids::CentreOrdinal,
    money_text,
    query::{Query, QueryError},
    refusal::Refusal,
};
use dms_http::{ApiError, ApiResult, App, Context, Pdf, csv::Csv, excel::Excel, views::json};
use dms_papers::{Chart, ChartValue, PaperError, ReportColumn};
use dms_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    grouping::GroupBy,
    sheet::{Book, Cell, Column},
};

/// The label of the row of totals.
pub(crate) const TOTAL: &str = "Total";
/// Most rows of an answer: longer reports are put into the bucket, and the answer is a link.
const MOST_ROWS: usize = 5_000;
/// The name of the parameter.
pub(crate) const FORMAT: &str = "format";

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Excel,
    Csv,
    Pdf,
}

impl Format {
    /// The one asked for; JSON unless another is.
    ///
    /// # Errors
    /// [`QueryError`] naming the choices.
    pub(crate) fn asked(query: &Query) -> Result<Self, QueryError> {
        match query.text(FORMAT) {
            None | Some("json") => Ok(Self::Json),
            Some("excel") => Ok(Self::Excel),
            Some("csv") => Ok(Self::Csv),
            Some("pdf") => Ok(Self::Pdf),
            Some(_) => Err(QueryError::new(FORMAT, "must be json, excel, csv or pdf")),
        }
    }
}

/// A row of a report.
pub(crate) trait Row: Serialize {
    /// Heads of the table, after that of the label.
    const COLUMNS: &'static [Column];
    /// What the chart shows.
    const CHART: &'static str;

    /// What the row is of.
    fn label(&self) -> &str;

    /// Its cells, after the label.
    fn cells(&self) -> Vec<Cell>;

    /// The one that the chart shows.
    fn charted(&self) -> Cell;
}

/// A report.
pub(crate) struct Report<R> {
    /// "revenue".
    pub(crate) name: &'static str,
    /// "Revenue".
    pub(crate) title: &'static str,
    /// The centre it is of; none when of several.
    pub(crate) centre: Option<CentreOrdinal>,
    /// Whose it is, in words.
    pub(crate) whose: String,
    /// Of which days; none of one that says what is there now.
    pub(crate) period: Option<RangeInclusive<NaiveDate>>,
    /// What the rows are.
    pub(crate) by: GroupBy,
    /// The rows.
    pub(crate) rows: Vec<R>,
    /// Their sum.
    pub(crate) totals: R,
}

/// A report as JSON.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportData<R> {
    /// The first day; absent in a report of what is there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    date_from: Option<NaiveDate>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    date_to: Option<NaiveDate>,
    /// What the rows are.
    #[schema(example = "month")]
    group_by: &'static str,
    /// How many rows the report has.
    row_count: usize,
    /// The rows; none in the answer of a report that is too long for one.
    rows: Vec<R>,
    /// Their sum.
    totals: R,
    /// Where a report is that is too long for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<ReportLink>,
}

/// Where a long report can be downloaded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportLink {
    /// The link.
    url: String,
    /// Until when it works.
    #[schema(format = DateTime)]
    expires_at: String,
    /// The name of the file.
    #[schema(example = "inventory-2026-11-26.xlsx")]
    filename: String,
}

impl<R: Row> Report<R> {
    /// The report in the form asked for.
    ///
    /// # Errors
    /// 409 `REPORT_TOO_LARGE` for a PDF of more than 5 000 rows; 503 when S3 does not answer.
    pub(crate) async fn answer(
        self,
        (app, context): (&App, &Context),
        format: Format,
        query: &Query,
    ) -> ApiResult<Response> {
        let today = context.timestamp().ist_date();
        let name = format!("{}-{}", self.name, self.period.as_ref().map_or(today, |period| *period.end()));
        let long = self.rows.len() > MOST_ROWS;
        Ok(match format {
            Format::Json if !long => context.figures(json(&self.data(None))?, query)?.into_response(),
            Format::Excel if !long => Excel::new(&name, self.workbook()?).into_response(),
            Format::Csv if !long => Csv::new(&name, self.csv()?).into_response(),
            Format::Pdf if !long => {
                Pdf::new(&name, self.paper(today).lay().pdf().map_err(broken)?).into_response()
            }
            Format::Pdf => {
                let message = format!("A PDF has at most {MOST_ROWS} rows: ask for excel or csv");
                return Err(Refusal::conflict("REPORT_TOO_LARGE", message).into());
            }
            Format::Json | Format::Excel | Format::Csv => {
                let link = self.put((app, context), format, &name).await?;
                context.figures(json(&self.data(Some(link)))?, query)?.into_response()
            }
        })
    }

    /// What JSON says; without the rows when they are elsewhere.
    fn data(self, file: Option<ReportLink>) -> ReportData<R> {
        ReportData {
            date_from: self.period.as_ref().map(|period| *period.start()),
            date_to: self.period.as_ref().map(|period| *period.end()),
            group_by: self.by.name(),
            row_count: self.rows.len(),
            rows: if file.is_some() { Vec::new() } else { self.rows },
            totals: self.totals,
            file,
        }
    }

    /// Puts the report into the bucket.
    async fn put(&self, (app, context): (&App, &Context), format: Format, name: &str) -> ApiResult<ReportLink> {
        let (ending, content_type, content) = match format {
            Format::Excel => ("xlsx", dms_http::excel::CONTENT_TYPE, self.workbook()?),
            Format::Csv => ("csv", dms_http::csv::CONTENT_TYPE, self.csv()?),
            Format::Json | Format::Pdf => ("json", "application/json", self.rows_as_json()?),
        };
        let key = ReportFile { centre: self.centre, id: context.new_id() }.key();
        let upload = Upload {
            key: &key,
            size_bytes: content.len() as u64,
            content_type,
            sha256_base64: &Sha256Hash::of(&content).base64(),
        };
        app.blob.put(&upload, ByteStream::from(content)).await?;
        let filename = format!("{name}.{ending}");
        let url = app.blob.download_link(&key, (&filename, content_type), LINK_LIFETIME_SECS).await?;
        let expires_at = context.now + chrono::TimeDelta::seconds(i64::from(LINK_LIFETIME_SECS));
        Ok(ReportLink { url, expires_at: calendar::timestamp(expires_at), filename })
    }

    fn rows_as_json(&self) -> ApiResult<Vec<u8>> {
        Ok(serde_json::to_vec(&self.rows).map_err(StoreError::from)?)
    }

    fn columns(&self) -> Vec<Column> {
        let head = match self.by {
            GroupBy::Day => ("Day", 14),
            GroupBy::Month => ("Month", 12),
            GroupBy::ServiceType => ("Service type", 28),
            GroupBy::Centre => ("Service centre", 16),
            GroupBy::Engineer => ("Engineer", 28),
            GroupBy::Part => ("Part", 22),
            GroupBy::Category => ("Category", 22),
        };
        std::iter::once(head).chain(R::COLUMNS.iter().copied()).collect()
    }

    fn cells(&self, row: &R) -> Vec<Cell> {
        let day = || row.label().parse().ok().filter(|_| self.by == GroupBy::Day).map(Cell::Day);
        std::iter::once(day().unwrap_or_else(|| row.label().into())).chain(row.cells()).collect()
    }

    fn workbook(&self) -> ApiResult<Vec<u8>> {
        let mut book = Book::new();
        let rows = self.rows.iter().map(|row| self.cells(row));
        book.sheet_with_totals(self.title, &self.columns(), rows, self.cells(&self.totals))?;
        book.bytes()
    }

    fn csv(&self) -> ApiResult<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let wrong = |error: csv::Error| ApiError::from(StoreError::Corrupt(format!("the CSV: {error}")));
        writer.write_record(self.columns().iter().map(|(head, _)| *head)).map_err(wrong)?;
        for row in self.rows.iter().chain([&self.totals]) {
            writer.write_record(self.cells(row).iter().map(Cell::for_csv)).map_err(wrong)?;
        }
        writer.into_inner().map_err(|error| StoreError::Corrupt(format!("the CSV: {error}")).into())
    }

    fn paper(&self, today: NaiveDate) -> dms_papers::Report {
        let row = |row: &R| self.cells(row).iter().map(Cell::for_print).collect::<Vec<String>>();
        let shown = |day: &NaiveDate| day.format("%-d %b %Y").to_string();
        let days = match &self.period {
            Some(period) => format!("{} – {}", shown(period.start()), shown(period.end())),
            None => shown(&today),
        };
        let figures = self.cells(&self.totals).iter().map(Cell::is_figure).collect::<Vec<_>>();
        let columns = self.columns().into_iter().zip(figures);
        let values = self.rows.iter().map(|row| {
            let charted = row.charted();
            ChartValue { label: row.label().to_owned(), height: charted.height(), figure: charted.for_print() }
        });
        dms_papers::Report {
            title: self.title.to_owned(),
            about: vec![self.whose.clone(), days],
            columns: columns.map(|((head, _), figures)| ReportColumn { head, figures }).collect(),
            rows: self.rows.iter().map(row).collect(),
            totals: row(&self.totals),
            chart: Some(Chart {
                title: R::CHART.to_owned(),
                values: values.collect(),
                in_time: self.by.in_time(),
            }),
            date: today,
        }
    }
}

/// Whose documents a report is about, in words.
///
/// # Errors
/// 503 when DynamoDB does not answer.
pub(crate) async fn whose(app: &App, scope: ListScope) -> ApiResult<String> {
    let ListScope::One(scope) = scope else { return Ok("All service centres".to_owned()) };
    let centre = app.store.centre_of(scope).await?.ok_or(Refusal::NotFound { what: "service centre" })?;
    Ok(format!("{} ({})", centre.details.name, centre.details.code))
}

/// The centre that a report is of, when it is of one.
pub(crate) fn centre_of(scope: ListScope) -> Option<CentreOrdinal> {
    match scope {
        ListScope::One(scope) => Some(scope.ordinal()),
        ListScope::All(_) => None,
    }
}

fn broken(error: PaperError) -> ApiError {
    StoreError::Corrupt(error.to_string()).into()
}

impl Cell {
    fn is_figure(&self) -> bool {
        !matches!(self, Self::Text(_) | Self::Day(_))
    }

    /// For people: amounts as India writes them.
    fn for_print(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Money(amount) => money_text::grouped(amount.0),
            Self::Count(count) => count.to_string(),
            Self::Average(number) => number.map(|number| format!("{number:.1}")).unwrap_or_default(),
            Self::Day(day) => day.format("%-d %b %Y").to_string(),
        }
    }

    /// For programs. A text that a spreadsheet would take for a formula is kept from being one.
    fn for_csv(&self) -> String {
        match self {
            Self::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
            Self::Text(text) => text.clone(),
            Self::Money(amount) => amount.0.to_string(),
            Self::Count(count) => count.to_string(),
            Self::Average(number) => number.map(|number| number.to_string()).unwrap_or_default(),
            Self::Day(day) => day.to_string(),
        }
    }

    #[allow(clippy::cast_precision_loss)] // for a picture
    fn height(&self) -> f64 {
        match self {
            Self::Money(amount) => amount.rupees(),
            Self::Count(count) => *count as f64,
            Self::Average(number) => number.unwrap_or_default(),
            Self::Text(_) | Self::Day(_) => 0.0,
        }
    }
}
