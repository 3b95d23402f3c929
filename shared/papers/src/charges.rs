//! What is charged: the lines with their taxes, their sums, and the summary by rate and HSN. The same on invoices,
//! credit notes and quotations.

use std::collections::BTreeMap;

use dms_domain::{
    credit_note::{CreditNoteItem, CreditNoteTotals},
    formats::{GstState, HsnSac},
    gst::Supply,
    invoice::{InvoiceItem, InvoiceTotals},
    money::Paise,
    money_text::{grouped, grouped_whole},
    quotation::QuotationItem,
};

use crate::{
    blocks::Sum,
    sheet::{Flow, LEFT, WIDTH},
    table::{Cell, Column, Row, Table},
};

/// A line as it is printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Goods or service.
    pub description: String,
    /// A remark below: "Under warranty".
    pub remark: Option<String>,
    /// HSN or SAC.
    pub hsn_sac: Option<HsnSac>,
    /// How many; 0 where only the price is reduced.
    pub quantity: i64,
    /// Unit quantity code; none for services (CGST Rule 46(i)).
    pub unit: Option<&'static str>,
    /// Price of one before tax; none where only a sum is given back.
    pub unit_price: Option<Paise>,
    /// Share of the discount.
    pub discount: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
    /// After discount.
    pub taxable_value: Paise,
    /// Central tax.
    pub cgst: Paise,
    /// State tax.
    pub sgst: Paise,
    /// Integrated tax.
    pub igst: Paise,
    /// Taxable value and taxes.
    pub total: Paise,
}

impl From<&InvoiceItem> for Line {
    fn from(item: &InvoiceItem) -> Self {
        Self {
            description: item.name.clone(),
            remark: None,
            hsn_sac: item.hsn_sac_code.clone(),
            quantity: item.quantity,
            unit: unit(item.hsn_sac_code.as_ref()),
            unit_price: Some(item.unit_price_paise),
            discount: item.discount_paise,
            gst_rate: item.gst_rate,
            taxable_value: item.taxable_value_paise,
            cgst: item.cgst_paise,
            sgst: item.sgst_paise,
            igst: item.igst_paise,
            total: item.total_paise,
        }
    }
}

impl From<&CreditNoteItem> for Line {
    fn from(item: &CreditNoteItem) -> Self {
        Self {
            description: item.name.clone(),
            remark: None,
            hsn_sac: item.hsn_sac_code.clone(),
            quantity: item.quantity,
            unit: unit(item.hsn_sac_code.as_ref()),
            unit_price: None,
            discount: Paise::ZERO,
            gst_rate: item.gst_rate,
            taxable_value: item.taxable_value_paise,
            cgst: item.cgst_paise,
            sgst: item.sgst_paise,
            igst: item.igst_paise,
            total: item.total_paise,
        }
    }
}

impl From<&QuotationItem> for Line {
    fn from(item: &QuotationItem) -> Self {
        Self {
            description: item.line.part_name.clone(),
            remark: item.line.part_number.clone(),
            hsn_sac: item.line.hsn_sac_code.clone(),
            quantity: item.line.quantity,
            unit: unit(item.line.hsn_sac_code.as_ref()),
            unit_price: Some(item.line.rate_paise),
            discount: item.discount_paise,
            gst_rate: item.line.gst_percent,
            taxable_value: item.taxable_value_paise,
            cgst: item.cgst_paise,
            sgst: item.sgst_paise,
            igst: item.igst_paise,
            total: item.total_paise,
        }
    }
}

/// The unit quantity code in which goods are counted; none of services. Goods need it on the paper; of a line without
/// a code none knows what it is.
fn unit(code: Option<&HsnSac>) -> Option<&'static str> {
    (!code.is_some_and(HsnSac::is_service)).then_some("NOS")
}

/// The sums of a paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Before the discount.
    pub subtotal: Paise,
    /// The discount.
    pub discount: Paise,
    /// After it.
    pub taxable_value: Paise,
    /// Central tax.
    pub cgst: Paise,
    /// State tax.
    pub sgst: Paise,
    /// Integrated tax.
    pub igst: Paise,
    /// What was added or taken to reach a whole rupee.
    pub round_off: Paise,
    /// All together.
    pub grand_total: Paise,
}

impl From<&CreditNoteTotals> for Totals {
    fn from(totals: &CreditNoteTotals) -> Self {
        Self {
            subtotal: totals.taxable_value_paise,
            discount: Paise::ZERO,
            taxable_value: totals.taxable_value_paise,
            cgst: totals.cgst_paise,
            sgst: totals.sgst_paise,
            igst: totals.igst_paise,
            round_off: totals.round_off_paise,
            grand_total: totals.grand_total_paise,
        }
    }
}

impl From<&InvoiceTotals> for Totals {
    fn from(totals: &InvoiceTotals) -> Self {
        Self {
            subtotal: totals.subtotal_paise,
            discount: totals.discount_paise,
            taxable_value: totals.taxable_value_paise,
            cgst: totals.cgst_paise,
            sgst: totals.sgst_paise,
            igst: totals.igst_paise,
            round_off: totals.round_off_paise,
            grand_total: totals.grand_total_paise,
        }
    }
}

/// Lines and sums, and how they are taxed.
#[derive(Debug, Clone, PartialEq)]
pub struct Charges {
    /// The lines.
    pub lines: Vec<Line>,
    /// Their sums.
    pub totals: Totals,
    /// Which taxes there are.
    pub supply: Supply,
    /// Where the supply comes from.
    pub supplier_state: GstState,
    /// Where it is taxed.
    pub place_of_supply: GstState,
}

/// A tax of a document: its name, its share of the rate and its part of a line.
struct Tax {
    name: &'static str,
    halved: bool,
    of_line: fn(&Line) -> Paise,
    of_totals: fn(&Totals) -> Paise,
}

impl Charges {
    /// Items with their sums.
    pub fn of<'a, I>(
        items: impl IntoIterator<Item = &'a I>,
        totals: impl Into<Totals>,
        supply: Supply,
        (supplier_state, place_of_supply): (GstState, GstState),
    ) -> Self
    where
        Line: From<&'a I>,
        I: 'a,
    {
        Self {
            lines: items.into_iter().map(Line::from).collect(),
            totals: totals.into(),
            supply,
            supplier_state,
            place_of_supply,
        }
    }

    /// Whether no line has a rate above 0: what is supplied is exempt (CGST Act, section 2(47): nil-rated, too).
    pub fn all_exempt(&self) -> bool {
        self.lines.iter().all(|line| line.gst_rate == 0)
    }

    /// Whether a line has the rate 0.
    pub fn some_exempt(&self) -> bool {
        self.lines.iter().any(|line| line.gst_rate == 0)
    }

    /// The taxes by which the lines are taxed; none when all are exempt.
    fn taxes(&self) -> Vec<Tax> {
        if self.all_exempt() {
            return Vec::new();
        }
        let territory = self.supplier_state.has_union_territory_tax();
        match self.supply {
            Supply::IntraState => vec![
                Tax { name: "CGST", halved: true, of_line: |line| line.cgst, of_totals: |sums| sums.cgst },
                Tax {
                    name: if territory { "UTGST" } else { "SGST" },
                    halved: true,
                    of_line: |line| line.sgst,
                    of_totals: |sums| sums.sgst,
                },
            ],
            Supply::InterState => {
                vec![Tax { name: "IGST", halved: false, of_line: |line| line.igst, of_totals: |sums| sums.igst }]
            }
        }
    }

    /// The lines as a table.
    pub(crate) fn draw(&self, flow: &mut Flow) {
        let taxes = self.taxes();
        let priced = self.lines.iter().any(|line| line.unit_price.is_some());
        let discounted = self.lines.iter().any(|line| line.discount != Paise::ZERO);
        let mut columns = vec![
            Column::figures("#"),
            Column::words("Description"),
            Column::narrow("HSN/SAC"),
            Column::figures("Qty"),
        ];
        columns.extend(priced.then(|| Column::figures("Rate")));
        columns.extend(discounted.then(|| Column::figures("Discount")));
        columns.push(Column::figures(if taxes.is_empty() { "Value" } else { "Taxable value" }));
        columns.extend(taxes.iter().map(|tax| Column::figures(tax.name)));
        columns.extend((!taxes.is_empty()).then(|| Column::figures("Amount")));
        let row = |(at, line): (usize, &Line)| {
            let figure = |amount: Paise| Cell::new(grouped(amount));
            let quantity = match line.quantity {
                0 => Cell::new("–"),
                quantity => {
                    Cell::new(grouped_whole(quantity.unsigned_abs())).with_note(line.unit.unwrap_or_default())
                }
            };
            let mut cells = vec![
                Cell::new((at + 1).to_string()),
                Cell::new(&*line.description).with_note(line.remark.as_deref().unwrap_or_default()),
                Cell::new(code(line)),
                quantity,
            ];
            cells.extend(priced.then(|| line.unit_price.map_or_else(Cell::empty, figure)));
            cells.extend(discounted.then(|| figure(line.discount)));
            cells.push(figure(line.taxable_value));
            cells.extend(taxes.iter().map(|tax| figure((tax.of_line)(line)).with_note(tax.rate(line.gst_rate))));
            cells.extend((!taxes.is_empty()).then(|| figure(line.total)));
            Row { cells, sum: false }
        };
        let rows = self.lines.iter().enumerate().map(row).collect();
        Table { columns, rows, scale: 1.0 }.draw(flow, LEFT, WIDTH);
    }

    /// The sums, down to the grand total, which has this name.
    pub(crate) fn sums(&self, total: &str) -> Vec<Sum> {
        let (totals, taxes) = (&self.totals, self.taxes());
        let mut sums = Vec::new();
        if totals.discount != Paise::ZERO {
            sums.push(Sum::new("Subtotal", grouped(totals.subtotal)));
            sums.push(Sum::new("Discount", format!("-{}", grouped(totals.discount))));
        }
        let value = if taxes.is_empty() { "Value of supply" } else { "Taxable value" };
        sums.push(Sum::new(value, grouped(totals.taxable_value)));
        sums.extend(taxes.iter().map(|tax| Sum::new(tax.name, grouped((tax.of_totals)(totals)))));
        sums.push(Sum::new("Round-off", signed(totals.round_off)));
        sums.push(Sum::strong(total, rupees(totals.grand_total)));
        sums
    }

    /// The taxes by rate and, within a rate, by HSN/SAC. Nothing when all is exempt.
    pub(crate) fn draw_summary(&self, flow: &mut Flow) {
        let taxes = self.taxes();
        if taxes.is_empty() {
            return;
        }
        let mut groups: BTreeMap<u8, BTreeMap<String, Vec<&Line>>> = BTreeMap::new();
        for line in &self.lines {
            groups.entry(line.gst_rate).or_default().entry(code(line)).or_default().push(line);
        }
        let mut rows = Vec::new();
        for (rate, codes) in &groups {
            rows.extend(codes.iter().map(|(code, lines)| summary_row(code, Some(*rate), lines, &taxes)));
            if groups.len() > 1 && codes.len() > 1 {
                let lines: Vec<&Line> = codes.values().flatten().copied().collect();
                rows.push(summary_row(&format!("All at {rate}%"), Some(*rate), &lines, &taxes));
            }
        }
        let lines: Vec<&Line> = self.lines.iter().collect();
        rows.push(summary_row("Total", None, &lines, &taxes));
        let mut columns =
            vec![Column::words("HSN/SAC"), Column::figures("GST rate"), Column::figures("Taxable value")];
        for tax in &taxes {
            columns.extend([Column::figures("at"), Column::figures(tax.name)]);
        }
        columns.push(Column::figures("Total tax"));
        Table { columns, rows, scale: 0.88 }.draw(flow, LEFT, WIDTH);
    }
}

impl Tax {
    /// "9%" of 18.
    fn rate(&self, gst_rate: u8) -> String {
        match (self.halved, gst_rate % 2) {
            (false, _) => format!("{gst_rate}%"),
            (true, 0) => format!("{}%", gst_rate / 2),
            (true, _) => format!("{}.5%", gst_rate / 2),
        }
    }
}

/// A row of the summary: of one code, of one rate, or of all.
fn summary_row(name: &str, rate: Option<u8>, lines: &[&Line], taxes: &[Tax]) -> Row {
    // Parts of sums that did fit.
    let sum = |of: &dyn Fn(&Line) -> Paise| Paise::sum(lines.iter().map(|line| of(line))).unwrap_or_default();
    let is_sum = rate.is_none() || name.starts_with("All");
    let cell = |text: String| if is_sum { Cell::strong(text) } else { Cell::new(text) };
    let mut cells = vec![
        cell(name.to_owned()),
        cell(rate.map(|rate| format!("{rate}%")).unwrap_or_default()),
        cell(grouped(sum(&|line| line.taxable_value))),
    ];
    for tax in taxes {
        cells.push(cell(rate.map(|rate| tax.rate(rate)).unwrap_or_default()));
        cells.push(cell(grouped(sum(&tax.of_line))));
    }
    let all = |line: &Line| Paise::sum([line.cgst, line.sgst, line.igst]).unwrap_or_default();
    cells.push(cell(grouped(sum(&all))));
    Row { cells, sum: is_sum }
}

/// The line's HSN or SAC.
fn code(line: &Line) -> String {
    line.hsn_sac.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string)
}

/// "+0.45", "-0.32", "0.00".
fn signed(amount: Paise) -> String {
    let sign = if amount > Paise::ZERO { "+" } else { "" };
    format!("{sign}{}", grouped(amount))
}

/// "₹ 5,900.00".
pub(crate) fn rupees(amount: Paise) -> String {
    format!("₹ {}", grouped(amount))
}
