//! Sheets of a workbook: a head that stays when one scrolls, rows of texts, numbers and days, each in cells of its kind, and
//! their totals.

use chrono::NaiveDate;
use dms_domain::gst::portal::Number;
use dms_http::{ApiError, ApiResult};
use dms_store::StoreError;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// A cell.
pub(crate) enum Cell {
    Text(String),
    /// Rupees, with two decimals.
    Money(Number),
    /// A whole number.
    Count(i64),
    /// A number with one decimal; empty where there is none.
    Average(Option<f64>),
    Day(NaiveDate),
}

/// A workbook being written.
pub(crate) struct Book {
    workbook: Workbook,
    head: Format,
    money: Format,
    average: Format,
    day: Format,
}

/// A column: its head and how wide it is, in characters.
pub(crate) type Column = (&'static str, u16);

impl Book {
    pub(crate) fn new() -> Self {
        Self {
            workbook: Workbook::new(),
            head: Format::new().set_bold(),
            money: Format::new().set_num_format("#,##0.00"),
            average: Format::new().set_num_format("0.0"),
            day: Format::new().set_num_format("dd-mmm-yyyy"),
        }
    }

    /// Adds a sheet.
    pub(crate) fn sheet(&mut self, name: &str, columns: &[Column], rows: Vec<Vec<Cell>>) -> ApiResult<()> {
        self.add(name, columns, rows, None).map_err(broken)
    }

    /// Adds a sheet whose last row has the totals.
    pub(crate) fn sheet_with_totals(
        &mut self,
        name: &str,
        columns: &[Column],
        rows: impl IntoIterator<Item = Vec<Cell>>,
        totals: Vec<Cell>,
    ) -> ApiResult<()> {
        self.add(name, columns, rows, Some(totals)).map_err(broken)
    }

    fn add(
        &mut self,
        name: &str,
        columns: &[Column],
        rows: impl IntoIterator<Item = Vec<Cell>>,
        totals: Option<Vec<Cell>>,
    ) -> Result<(), XlsxError> {
        // Row by row into a file: a long report does not fit into the memory of a function.
        let sheet = self.workbook.add_worksheet_with_low_memory()?.set_name(name)?;
        for (column, (_, width)) in (0..).zip(columns) {
            sheet.set_column_width(column, f64::from(*width))?;
        }
        for (column, (title, _)) in (0..).zip(columns) {
            sheet.write_string_with_format(0, column, *title, &self.head)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        // Printed, it is as wide as a page, with the head on each.
        sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        let rows = rows.into_iter().map(|cells| (cells, false)).chain(totals.map(|cells| (cells, true)));
        for (row, (cells, bold)) in (1..).zip(rows) {
            let format = |format: &Format| if bold { format.clone().set_bold() } else { format.clone() };
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Text(text) if bold => sheet.write_string_with_format(row, column, text, &self.head)?,
                    Cell::Text(text) => sheet.write_string(row, column, text)?,
                    Cell::Money(amount) => {
                        sheet.write_number_with_format(row, column, amount.rupees(), &format(&self.money))?
                    }
                    #[allow(clippy::cast_precision_loss)] // far below 2^53
                    Cell::Count(count) => {
                        sheet.write_number_with_format(row, column, count as f64, &format(&Format::new()))?
                    }
                    Cell::Average(None) => sheet,
                    Cell::Average(Some(number)) => {
                        sheet.write_number_with_format(row, column, number, &format(&self.average))?
                    }
                    Cell::Day(day) => sheet.write_date_with_format(row, column, day, &format(&self.day))?,
                };
            }
        }
        Ok(())
    }

    /// The file.
    pub(crate) fn bytes(mut self) -> ApiResult<Vec<u8>> {
        self.workbook.save_to_buffer().map_err(broken)
    }
}

fn broken(error: XlsxError) -> ApiError {
    StoreError::Corrupt(format!("the workbook: {error}")).into()
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Number> for Cell {
    fn from(amount: Number) -> Self {
        Self::Money(amount)
    }
}
