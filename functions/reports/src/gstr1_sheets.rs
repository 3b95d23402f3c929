//! GSTR-1 as a workbook: one sheet per section, with the names and columns of the portal's own template, and the taxes.

use dms_domain::{
    formats::GstState,
    gst::gstr1::{DocumentTotals, Gstr1, HsnRow, Item, Tax},
};
use dms_http::ApiResult;

use crate::sheet::{Book, Cell, Column};

const TAXES: [Column; 5] = [
    ("Rate", 8),
    ("Taxable Value", 16),
    ("Integrated Tax Amount", 22),
    ("Central Tax Amount", 20),
    ("State/UT Tax Amount", 20),
];

/// The workbook.
///
/// # Errors
/// 500 when it cannot be written.
pub(crate) fn workbook(
    gstr1: &Gstr1,
    invoices: &DocumentTotals,
    credit_notes: &DocumentTotals,
) -> ApiResult<Vec<u8>> {
    let mut book = Book::new();
    summary(&mut book, gstr1, invoices, credit_notes)?;
    registered(&mut book, gstr1)?;
    others(&mut book, gstr1)?;
    notes(&mut book, gstr1)?;
    by_hsn(&mut book, gstr1)?;
    documents(&mut book, gstr1)?;
    book.bytes()
}

fn taxes(rate: u8, tax: &Tax) -> Vec<Cell> {
    let rate = Cell::Count(i64::from(rate));
    [rate].into_iter().chain([tax.txval, tax.iamt, tax.camt, tax.samt].map(Cell::from)).collect()
}

/// A document's rows, one for each rate, after what they share.
fn by_rate(items: &[Item], shared: impl Fn() -> Vec<Cell>) -> Vec<Vec<Cell>> {
    let row = |item: &Item| shared().into_iter().chain(taxes(item.itm_det.rt, &item.itm_det.tax)).collect();
    items.iter().map(row).collect()
}

fn columns(first: &[Column], then: &[Column]) -> Vec<Column> {
    first.iter().chain(then).copied().collect()
}

/// "27-Maharashtra".
fn place(code: &str) -> Cell {
    let name = GstState::from_code(code).map_or("", GstState::name);
    Cell::Text(format!("{code}-{name}"))
}

fn summary(book: &mut Book, gstr1: &Gstr1, invoices: &DocumentTotals, notes: &DocumentTotals) -> ApiResult<()> {
    let count = |count: usize| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
    let row = |name: &str, count: Cell, value: Cell, tax: &Tax| {
        let sums = [tax.txval, tax.iamt, tax.camt, tax.samt].map(Cell::from);
        [Cell::from(name), count, value].into_iter().chain(sums).collect::<Vec<Cell>>()
    };
    let none = || Cell::from("");
    let rows = vec![
        row("Invoices", count(invoices.count), invoices.value.into(), &invoices.tax),
        row("Credit notes", count(notes.count), notes.value.into(), &notes.tax),
        row("Invoices less credit notes", none(), none(), &invoices.tax.less(&notes.tax)),
        row("Sections of supplies", none(), none(), &gstr1.supplies()),
        row("By HSN", none(), none(), &gstr1.by_hsn()),
    ];
    let head = [("", 28), ("Documents", 12), ("Value", 16)];
    book.sheet("summary", &columns(&head, &TAXES[1..]), rows)
}

fn registered(book: &mut Book, gstr1: &Gstr1) -> ApiResult<()> {
    let rows = gstr1.b2b.iter().flat_map(|party| party.inv.iter().map(move |invoice| (party, invoice)));
    let rows = rows.flat_map(|(party, invoice)| {
        by_rate(&invoice.itms, || {
            vec![
                party.ctin.as_str().into(),
                invoice.name.as_str().into(),
                invoice.inum.as_str().into(),
                Cell::Day(invoice.idt.0),
                invoice.val.into(),
                place(invoice.pos),
                invoice.rchrg.into(),
                kind(invoice.inv_typ),
            ]
        })
    });
    let head = [
        ("GSTIN/UIN of Recipient", 22),
        ("Receiver Name", 28),
        ("Invoice Number", 18),
        ("Invoice date", 14),
        ("Invoice Value", 16),
        ("Place Of Supply", 22),
        ("Reverse Charge", 16),
        ("Invoice Type", 26),
    ];
    book.sheet("b2b,sez,de", &columns(&head, &TAXES), rows.collect())
}

fn kind(code: &str) -> Cell {
    match code {
        "SEWP" => "SEZ supplies with payment".into(),
        _ => "Regular B2B".into(),
    }
}

fn others(book: &mut Book, gstr1: &Gstr1) -> ApiResult<()> {
    let rows = gstr1.b2cl.iter().flat_map(|group| group.inv.iter().map(move |invoice| (group.pos, invoice)));
    let rows = rows.flat_map(|(pos, invoice)| {
        by_rate(&invoice.itms, || {
            vec![invoice.inum.as_str().into(), Cell::Day(invoice.idt.0), invoice.val.into(), place(pos)]
        })
    });
    let head = [("Invoice Number", 18), ("Invoice date", 14), ("Invoice Value", 16), ("Place Of Supply", 22)];
    book.sheet("b2cl", &columns(&head, &TAXES), rows.collect())?;

    let row = |row: &dms_domain::gst::gstr1::B2csRow| {
        let first = [Cell::from(row.typ), place(row.pos), Cell::from(row.sply_ty)];
        first.into_iter().chain(taxes(row.rt, &row.tax)).collect()
    };
    let head = [("Type", 8), ("Place Of Supply", 22), ("Supply", 10)];
    book.sheet("b2cs", &columns(&head, &TAXES), gstr1.b2cs.iter().map(row).collect())?;

    let words = |code: &str| match code {
        "INTRB2B" => "Inter-State supplies to registered persons",
        "INTRAB2B" => "Intra-State supplies to registered persons",
        "INTRB2C" => "Inter-State supplies to unregistered persons",
        _ => "Intra-State supplies to unregistered persons",
    };
    let rows =
        gstr1.nil.iter().flat_map(|nil| &nil.inv).map(|row| {
            vec![words(row.sply_ty).into(), row.nil_amt.into(), row.expt_amt.into(), row.ngsup_amt.into()]
        });
    let head = [
        ("Description", 48),
        ("Nil Rated Supplies", 20),
        ("Exempted (other than nil rated/non GST supply)", 44),
        ("Non-GST Supplies", 20),
    ];
    book.sheet("exemp", &head, rows.collect())
}

fn notes(book: &mut Book, gstr1: &Gstr1) -> ApiResult<()> {
    let rows = gstr1.cdnr.iter().flat_map(|party| party.nt.iter().map(move |note| (party, note)));
    let rows = rows.flat_map(|(party, note)| {
        by_rate(&note.itms, || {
            vec![
                party.ctin.as_str().into(),
                note.name.as_str().into(),
                note.nt_num.as_str().into(),
                Cell::Day(note.nt_dt.0),
                note.ntty.into(),
                place(note.pos),
                note.rchrg.into(),
                kind(note.inv_typ),
                note.val.into(),
            ]
        })
    });
    let head = [
        ("GSTIN/UIN of Recipient", 22),
        ("Receiver Name", 28),
        ("Note Number", 18),
        ("Note Date", 14),
        ("Note Type", 12),
        ("Place Of Supply", 22),
        ("Reverse Charge", 16),
        ("Note Supply Type", 26),
        ("Note Value", 16),
    ];
    book.sheet("cdnr", &columns(&head, &TAXES), rows.collect())?;

    let rows = gstr1.cdnur.iter().flat_map(|note| {
        by_rate(&note.itms, || {
            vec![
                note.typ.into(),
                note.nt_num.as_str().into(),
                Cell::Day(note.nt_dt.0),
                note.ntty.into(),
                place(note.pos),
                note.val.into(),
            ]
        })
    });
    let head = [
        ("UR Type", 10),
        ("Note Number", 18),
        ("Note Date", 14),
        ("Note Type", 12),
        ("Place Of Supply", 22),
        ("Note Value", 16),
    ];
    book.sheet("cdnur", &columns(&head, &TAXES), rows.collect())
}

fn by_hsn(book: &mut Book, gstr1: &Gstr1) -> ApiResult<()> {
    let head: [Column; 3] = [("HSN", 12), ("UQC", 8), ("Total Quantity", 16)];
    let row = |row: &HsnRow| {
        let first = [Cell::from(row.hsn_sc.as_str()), Cell::from(row.uqc), Cell::Count(row.qty)];
        first.into_iter().chain(taxes(row.rt, &row.tax)).collect::<Vec<Cell>>()
    };
    let Some(hsn) = &gstr1.hsn else { return book.sheet("hsn", &columns(&head, &TAXES), Vec::new()) };
    let tables = [("hsn(b2b)", &hsn.hsn_b2b), ("hsn(b2c)", &hsn.hsn_b2c), ("hsn", &hsn.data)];
    for (name, rows) in tables.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        book.sheet(name, &columns(&head, &TAXES), rows.iter().map(row).collect())?;
    }
    Ok(())
}

fn documents(book: &mut Book, gstr1: &Gstr1) -> ApiResult<()> {
    let count = |count: usize| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
    let kinds = gstr1.doc_issue.iter().flat_map(|issued| &issued.doc_det);
    let rows =
        kinds.flat_map(|kind| kind.docs.iter().map(move |range| (kind.doc_typ, range))).map(|(name, range)| {
            vec![
                name.into(),
                range.from.as_str().into(),
                range.to.as_str().into(),
                count(range.totnum),
                count(range.cancel),
            ]
        });
    let head = [
        ("Nature of Document", 32),
        ("Sr. No. From", 18),
        ("Sr. No. To", 18),
        ("Total Number", 14),
        ("Cancelled", 12),
    ];
    book.sheet("docs", &head, rows.collect())
}
