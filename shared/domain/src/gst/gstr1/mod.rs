//! GSTR-1, the return of outward supplies of one GSTIN and month, in the layout of the portal. Its short names are the
//! portal's; a section without rows is left out, as the portal wants it.
//!
//! | table | section | what |
//! |---|---|---|
//! | 4, 6B | `b2b` | invoices to registered persons, units of special economic zones among them |
//! | 5 | `b2cl` | large invoices to others between states |
//! | 7 | `b2cs` | the other taxed supplies to others, by place and rate, less their credit notes |
//! | 8 | `nil` | what is taxed at 0 %, less its credit notes |
//! | 9B | `cdnr` `cdnur` | credit notes of invoices of tables 4 and 5 |
//! | 12 | `hsn` | by HSN and rate, less credit notes; apart for registered persons and others since May 2025 |
//! | 13 | `doc_issue` | which numbers were used, and how many cancelled |

mod documents;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    calendar::MonthKey,
    credit_note::CreditNote,
    formats::{GstState, Gstin},
    gst::{DEFAULT_UNIT, portal::Number},
    invoice::Invoice,
    statuses::InvoiceStatus,
};

use documents::{Class, Document, Line};
pub use rows::{
    B2clInvoice, B2clPlace, B2csRow, CdnrNote, CdnrParty, CdnurNote, DocIssue, DocRange, DocSeries, Hsn, HsnRow,
    Item, ItemDetail, Nil, NilRow, Party, PartyInvoice, Tax,
};

/// The return.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Gstr1 {
    /// Whose.
    pub gstin: Gstin,
    /// The month: 122025.
    pub fp: String,
    /// Invoices to registered persons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub b2b: Vec<Party>,
    /// Large invoices to others between states.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub b2cl: Vec<B2clPlace>,
    /// Other supplies to others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub b2cs: Vec<B2csRow>,
    /// What is taxed at 0 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nil: Option<Nil>,
    /// Credit notes to registered persons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cdnr: Vec<CdnrParty>,
    /// Credit notes of large invoices to others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cdnur: Vec<CdnurNote>,
    /// By HSN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hsn: Option<Hsn>,
    /// Which numbers were used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_issue: Option<DocIssue>,
}

/// What the documents of a return come to, as a check of its sections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DocumentTotals {
    /// How many; cancelled ones left out.
    pub count: usize,
    /// Their grand totals.
    pub value: Number,
    /// Their taxable value and taxes.
    pub tax: Tax,
}

/// Since this month supplies to registered persons and to others are listed apart by HSN.
const HSN_APART_FROM: (i32, u32) = (2025, 5);
/// Kinds of documents in table 13.
const INVOICES: (u32, &str) = (1, "Invoices for outward supply");
const CREDIT_NOTES: (u32, &str) = (5, "Credit Note");

impl Gstr1 {
    /// The return of the invoices and credit notes that were issued in a month, cancelled ones among them.
    pub fn of(gstin: Gstin, month: MonthKey, invoices: &[Invoice], notes: &[CreditNote]) -> Self {
        let mut documents: Vec<Document> = live(invoices).map(Document::of_invoice).collect();
        documents.extend(notes.iter().map(Document::of_note));
        Self {
            gstin,
            fp: format!("{:02}{:04}", month.month(), month.year()),
            b2b: b2b(&documents),
            b2cl: b2cl(&documents),
            b2cs: b2cs(&documents),
            nil: nil(&documents),
            cdnr: cdnr(&documents),
            cdnur: cdnur(&documents),
            hsn: hsn(&documents, (month.year(), month.month()) >= HSN_APART_FROM),
            doc_issue: doc_issue(invoices, notes),
        }
    }

    /// What the sections of supplies come to, credit notes taken off: the documents' own sums, to the paisa.
    pub fn supplies(&self) -> Tax {
        let items = |items: &[Item]| items.iter().map(|item| item.itm_det.tax).collect::<Vec<_>>();
        let mut sum = Tax::default();
        let mut add = |rows: Vec<Tax>| rows.iter().for_each(|row| sum = sum.plus(row));
        add(self.b2b.iter().flat_map(|party| &party.inv).flat_map(|invoice| items(&invoice.itms)).collect());
        add(self.b2cl.iter().flat_map(|place| &place.inv).flat_map(|invoice| items(&invoice.itms)).collect());
        add(self.b2cs.iter().map(|row| row.tax).collect());
        let nil = self.nil.iter().flat_map(|nil| &nil.inv);
        add(nil.map(|row| Tax { txval: row.nil_amt, ..Tax::default() }).collect());
        let notes = self.cdnr.iter().flat_map(|party| &party.nt).flat_map(|note| items(&note.itms));
        let notes = notes.chain(self.cdnur.iter().flat_map(|note| items(&note.itms)));
        add(notes.map(|tax| tax.negated()).collect());
        sum
    }

    /// What the rows by HSN come to.
    pub fn by_hsn(&self) -> Tax {
        let rows = self.hsn.iter().flat_map(Hsn::rows);
        rows.fold(Tax::default(), |sum, row| sum.plus(&row.tax))
    }
}

/// What invoices come to.
pub fn invoice_totals(invoices: &[Invoice]) -> DocumentTotals {
    totals(live(invoices).map(Document::of_invoice))
}

/// What credit notes come to.
pub fn credit_note_totals(notes: &[CreditNote]) -> DocumentTotals {
    totals(notes.iter().map(Document::of_note))
}

fn totals<'a>(documents: impl Iterator<Item = Document<'a>>) -> DocumentTotals {
    documents.fold(DocumentTotals::default(), |sum, document| DocumentTotals {
        count: sum.count + 1,
        value: sum.value.plus(document.value),
        tax: document.lines.iter().fold(sum.tax, |tax, line| tax.plus(&line.tax)),
    })
}

fn live(invoices: &[Invoice]) -> impl Iterator<Item = &Invoice> {
    invoices.iter().filter(|invoice| invoice.status != InvoiceStatus::Cancelled)
}

fn of_class<'a>(
    documents: &'a [Document<'a>],
    class: Class,
    is_note: bool,
) -> impl Iterator<Item = &'a Document<'a>> {
    documents.iter().filter(move |document| document.class == class && document.is_note == is_note)
}

/// A document's taxed lines, by rate.
fn items(document: &Document) -> Vec<Item> {
    let mut by_rate: BTreeMap<u8, Tax> = BTreeMap::new();
    for line in document.lines.iter().filter(|line| line.rate > 0) {
        let sum = by_rate.entry(line.rate).or_default();
        *sum = sum.plus(&line.tax);
    }
    let rows = by_rate.into_iter().filter(|(_, tax)| *tax != Tax::default()).zip(1..);
    rows.map(|((rt, tax), num)| Item { num, itm_det: ItemDetail { rt, tax } }).collect()
}

/// Rows that share a key, in its order; those without taxed lines are left out.
fn grouped<'a, K: Ord, R>(
    documents: impl Iterator<Item = &'a Document<'a>>,
    key: impl Fn(&Document) -> K,
    row: impl Fn(&'a Document<'a>, Vec<Item>) -> R,
) -> BTreeMap<K, Vec<R>> {
    let mut groups: BTreeMap<K, Vec<R>> = BTreeMap::new();
    for document in documents {
        let items = items(document);
        if !items.is_empty() {
            groups.entry(key(document)).or_default().push(row(document, items));
        }
    }
    groups
}

fn b2b(documents: &[Document]) -> Vec<Party> {
    let invoice = |document: &Document, itms| PartyInvoice {
        inum: document.number.to_owned(),
        idt: document.day,
        val: document.value,
        pos: document.place.code(),
        rchrg: NO,
        inv_typ: document.kind(),
        itms,
        name: document.bill_to.name.clone(),
    };
    let groups = grouped(of_class(documents, Class::Registered, false), ctin, invoice);
    groups.into_iter().map(|(ctin, inv)| Party { ctin, inv }).collect()
}

/// No reverse charge: the supplier pays the tax.
const NO: &str = "N";

fn ctin(document: &Document) -> String {
    document.bill_to.gstin.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn b2cl(documents: &[Document]) -> Vec<B2clPlace> {
    let invoice = |document: &Document, itms| B2clInvoice {
        inum: document.number.to_owned(),
        idt: document.day,
        val: document.value,
        itms,
    };
    let groups = grouped(of_class(documents, Class::Large, false), |document| document.place.code(), invoice);
    groups.into_iter().map(|(pos, inv)| B2clPlace { pos, inv }).collect()
}

fn b2cs(documents: &[Document]) -> Vec<B2csRow> {
    let mut sums: BTreeMap<(GstState, bool, u8), Tax> = BTreeMap::new();
    for document in documents.iter().filter(|document| document.class == Class::Small) {
        for line in document.lines.iter().filter(|line| line.rate > 0) {
            let sum = sums.entry((document.place, document.between_states, line.rate)).or_default();
            *sum = sum.plus(&document.signed(line.tax));
        }
    }
    let rows = sums.into_iter().filter(|(_, tax)| *tax != Tax::default());
    rows.map(|((place, between_states, rt), tax)| B2csRow {
        sply_ty: if between_states { "INTER" } else { "INTRA" },
        rt,
        typ: "OE",
        pos: place.code(),
        tax,
    })
    .collect()
}

fn nil(documents: &[Document]) -> Option<Nil> {
    let mut sums: BTreeMap<&'static str, Number> = BTreeMap::new();
    for document in documents {
        let kind = match (document.between_states, document.class) {
            (true, Class::Registered) => "INTRB2B",
            (false, Class::Registered) => "INTRAB2B",
            (true, Class::Large | Class::Small) => "INTRB2C",
            (false, Class::Large | Class::Small) => "INTRAB2C",
        };
        for line in document.lines.iter().filter(|line| line.rate == 0) {
            let sum = sums.entry(kind).or_default();
            *sum = sum.plus(document.signed(line.tax).txval);
        }
    }
    let rows = sums.into_iter().filter(|(_, amount)| *amount != Number::default());
    let none = Number::default();
    let row = |(sply_ty, nil_amt)| NilRow { sply_ty, expt_amt: none, nil_amt, ngsup_amt: none };
    let inv: Vec<NilRow> = rows.map(row).collect();
    (!inv.is_empty()).then_some(Nil { inv })
}

fn cdnr(documents: &[Document]) -> Vec<CdnrParty> {
    let note = |document: &Document, itms| CdnrNote {
        ntty: "C",
        nt_num: document.number.to_owned(),
        nt_dt: document.day,
        val: document.value,
        pos: document.place.code(),
        rchrg: NO,
        inv_typ: document.kind(),
        itms,
        name: document.bill_to.name.clone(),
    };
    let groups = grouped(of_class(documents, Class::Registered, true), ctin, note);
    groups.into_iter().map(|(ctin, nt)| CdnrParty { ctin, nt }).collect()
}

fn cdnur(documents: &[Document]) -> Vec<CdnurNote> {
    let note = |document: &Document, itms| CdnurNote {
        typ: "B2CL",
        ntty: "C",
        nt_num: document.number.to_owned(),
        nt_dt: document.day,
        val: document.value,
        pos: document.place.code(),
        itms,
    };
    grouped(of_class(documents, Class::Large, true), |_| (), note).into_values().flatten().collect()
}

fn hsn(documents: &[Document], apart: bool) -> Option<Hsn> {
    let rows_of = |wanted: &dyn Fn(&Document) -> bool| {
        let mut sums: BTreeMap<(String, &'static str, u8), (i64, Tax)> = BTreeMap::new();
        for document in documents.iter().filter(|document| wanted(document)) {
            for line in &document.lines {
                let Line { hsn, quantity, .. } = line;
                let (unit, quantity) = if line.is_service { ("NA", 0) } else { (DEFAULT_UNIT, *quantity) };
                let (pieces, sum) = sums.entry((hsn.clone(), unit, line.rate)).or_default();
                *pieces += if document.is_note { -quantity } else { quantity };
                *sum = sum.plus(&document.signed(line.tax));
            }
        }
        let rows = sums.into_iter().filter(|(_, (_, tax))| *tax != Tax::default()).zip(1..);
        let row = |(((hsn_sc, uqc, rt), (qty, tax)), num)| HsnRow { num, hsn_sc, uqc, qty, rt, tax };
        rows.map(row).collect::<Vec<HsnRow>>()
    };
    let registered = |document: &Document| document.class == Class::Registered;
    let hsn = match apart {
        true => Hsn {
            hsn_b2b: rows_of(&registered),
            hsn_b2c: rows_of(&|document| !registered(document)),
            data: Vec::new(),
        },
        false => Hsn { data: rows_of(&|_| true), ..Hsn::default() },
    };
    let is_empty = hsn.rows().next().is_none();
    (!is_empty).then_some(hsn)
}

fn doc_issue(invoices: &[Invoice], notes: &[CreditNote]) -> Option<DocIssue> {
    let invoices = invoices
        .iter()
        .map(|invoice| (invoice.gst_invoice_number.as_str(), invoice.status == InvoiceStatus::Cancelled));
    let notes = notes.iter().map(|note| (note.gst_credit_note_number.as_str(), false));
    let doc_det: Vec<DocSeries> = [series(INVOICES, invoices.collect()), series(CREDIT_NOTES, notes.collect())]
        .into_iter()
        .flatten()
        .collect();
    (!doc_det.is_empty()).then_some(DocIssue { doc_det })
}

/// The numbers of one kind of document, one row for each centre's series.
fn series((doc_num, doc_typ): (u32, &'static str), numbers: Vec<(&str, bool)>) -> Option<DocSeries> {
    let mut ranges: BTreeMap<&str, Vec<(u64, &str, bool)>> = BTreeMap::new();
    for (number, is_cancelled) in numbers {
        let (prefix, sequence) = number.rsplit_once('-').unwrap_or(("", number));
        let sequence = sequence.parse().unwrap_or_default();
        ranges.entry(prefix).or_default().push((sequence, number, is_cancelled));
    }
    let range = |(mut used, num): (Vec<(u64, &str, bool)>, u32)| {
        used.sort_unstable();
        let (_, from, _) = used.first()?;
        let (_, to, _) = used.last()?;
        let cancel = used.iter().filter(|(_, _, is_cancelled)| *is_cancelled).count();
        Some(DocRange {
            num,
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            totnum: used.len(),
            cancel,
            net_issue: used.len() - cancel,
        })
    };
    let docs: Vec<DocRange> = ranges.into_values().zip(1..).filter_map(range).collect();
    (!docs.is_empty()).then_some(DocSeries { doc_num, doc_typ, docs })
}
