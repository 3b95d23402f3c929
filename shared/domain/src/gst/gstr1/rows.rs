//! The rows of the return, with the portal's names.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    formats::HsnSac,
    gst::portal::{DashedDay, Number},
    money::Paise,
};

/// Taxable value and taxes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = gstr1::Tax)]
pub struct Tax {
    /// Taxable value.
    pub txval: Number,
    /// Integrated tax.
    pub iamt: Number,
    /// Central tax.
    pub camt: Number,
    /// State tax.
    pub samt: Number,
    /// Cess: there is none.
    pub csamt: Number,
}

/// What is taxed at one rate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::ItemDetail)]
pub struct ItemDetail {
    /// The rate in per cent.
    pub rt: u8,
    /// Value and taxes.
    #[serde(flatten)]
    pub tax: Tax,
}

/// A document's row for one rate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::Item)]
pub struct Item {
    /// From 1.
    pub num: u32,
    /// What it comes to.
    pub itm_det: ItemDetail,
}

/// The invoices to a registered person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::Party)]
pub struct Party {
    /// Their GSTIN.
    pub ctin: String,
    /// The invoices.
    pub inv: Vec<PartyInvoice>,
}

/// An invoice to a registered person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::PartyInvoice)]
pub struct PartyInvoice {
    /// Its number.
    pub inum: String,
    /// Its day.
    pub idt: DashedDay,
    /// Its grand total.
    pub val: Number,
    /// Place of supply: the state's code.
    pub pos: &'static str,
    /// Reverse charge: "N".
    pub rchrg: &'static str,
    /// "R", or "SEWP" to a special economic zone with payment of tax.
    pub inv_typ: &'static str,
    /// By rate.
    pub itms: Vec<Item>,
    /// The customer's name: for sheets.
    #[serde(skip)]
    pub name: String,
}

/// Large invoices to others with one place of supply.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::B2clPlace)]
pub struct B2clPlace {
    /// Place of supply.
    pub pos: &'static str,
    /// The invoices.
    pub inv: Vec<B2clInvoice>,
}

/// A large invoice.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::B2clInvoice)]
pub struct B2clInvoice {
    /// Its number.
    pub inum: String,
    /// Its day.
    pub idt: DashedDay,
    /// Its grand total.
    pub val: Number,
    /// By rate.
    pub itms: Vec<Item>,
}

/// Other supplies to others, of one place of supply and rate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::B2csRow)]
pub struct B2csRow {
    /// "INTRA" or "INTER".
    pub sply_ty: &'static str,
    /// The rate.
    pub rt: u8,
    /// "OE": not through an e-commerce operator.
    pub typ: &'static str,
    /// Place of supply.
    pub pos: &'static str,
    /// What they come to; less than nothing when credit notes take more.
    #[serde(flatten)]
    pub tax: Tax,
}

/// What is taxed at 0 %.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::Nil)]
pub struct Nil {
    /// By kind of supply.
    pub inv: Vec<NilRow>,
}

/// What is taxed at 0 %, of one kind of supply.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::NilRow)]
pub struct NilRow {
    /// "INTRAB2C" and the like.
    pub sply_ty: &'static str,
    /// Exempt: none is known.
    pub expt_amt: Number,
    /// Taxed at 0 %.
    pub nil_amt: Number,
    /// Outside of GST: none is known.
    pub ngsup_amt: Number,
}

/// The credit notes to a registered person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::CdnrParty)]
pub struct CdnrParty {
    /// Their GSTIN.
    pub ctin: String,
    /// The notes.
    pub nt: Vec<CdnrNote>,
}

/// A credit note to a registered person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::CdnrNote)]
pub struct CdnrNote {
    /// "C": credit.
    pub ntty: &'static str,
    /// Its number.
    pub nt_num: String,
    /// Its day.
    pub nt_dt: DashedDay,
    /// Its grand total.
    pub val: Number,
    /// Place of supply.
    pub pos: &'static str,
    /// Reverse charge: "N".
    pub rchrg: &'static str,
    /// As of its invoice.
    pub inv_typ: &'static str,
    /// By rate.
    pub itms: Vec<Item>,
    /// The customer's name: for sheets.
    #[serde(skip)]
    pub name: String,
}

/// A credit note of a large invoice to others.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::CdnurNote)]
pub struct CdnurNote {
    /// "B2CL".
    pub typ: &'static str,
    /// "C": credit.
    pub ntty: &'static str,
    /// Its number.
    pub nt_num: String,
    /// Its day.
    pub nt_dt: DashedDay,
    /// Its grand total.
    pub val: Number,
    /// Place of supply.
    pub pos: &'static str,
    /// By rate.
    pub itms: Vec<Item>,
}

/// Supplies by HSN and rate: in two tables since May 2025, in one before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::Hsn)]
pub struct Hsn {
    /// To registered persons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hsn_b2b: Vec<HsnRow>,
    /// To others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hsn_b2c: Vec<HsnRow>,
    /// To all, before May 2025.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<HsnRow>,
}

/// Supplies of one HSN and rate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::HsnRow)]
pub struct HsnRow {
    /// From 1.
    pub num: u32,
    /// The code; empty where the invoices named none.
    pub hsn_sc: String,
    /// Unit: "NOS", or "NA" of services.
    pub uqc: &'static str,
    /// How many; 0 of services.
    pub qty: i64,
    /// The rate.
    pub rt: u8,
    /// What they come to.
    #[serde(flatten)]
    pub tax: Tax,
}

/// Documents issued.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::DocIssue)]
pub struct DocIssue {
    /// By kind.
    pub doc_det: Vec<DocSeries>,
}

/// Documents of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::DocSeries)]
pub struct DocSeries {
    /// The kind's number on the portal.
    pub doc_num: u32,
    /// And its name.
    pub doc_typ: &'static str,
    /// By series of numbers.
    pub docs: Vec<DocRange>,
}

/// Numbers that follow each other.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = gstr1::DocRange)]
pub struct DocRange {
    /// From 1.
    pub num: u32,
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
    /// How many.
    pub totnum: usize,
    /// Of them cancelled.
    pub cancel: usize,
    /// The rest.
    pub net_issue: usize,
}

impl Tax {
    /// Of a line.
    pub(super) fn of([taxable, igst, cgst, sgst]: [Paise; 4]) -> Self {
        Self {
            txval: Number(taxable),
            iamt: Number(igst),
            camt: Number(cgst),
            samt: Number(sgst),
            csamt: Number::default(),
        }
    }

    pub(super) fn plus(&self, more: &Self) -> Self {
        Self {
            txval: self.txval.plus(more.txval),
            iamt: self.iamt.plus(more.iamt),
            camt: self.camt.plus(more.camt),
            samt: self.samt.plus(more.samt),
            csamt: self.csamt.plus(more.csamt),
        }
    }

    pub(super) fn negated(&self) -> Self {
        Self {
            txval: self.txval.negated(),
            iamt: self.iamt.negated(),
            camt: self.camt.negated(),
            samt: self.samt.negated(),
            csamt: self.csamt.negated(),
        }
    }

    /// All of it.
    pub fn sum(&self) -> Number {
        [self.iamt, self.camt, self.samt, self.csamt].into_iter().fold(self.txval, Number::plus)
    }

    /// What is left of it when this is taken off.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        self.plus(&other.negated())
    }
}

impl Hsn {
    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &HsnRow> {
        self.hsn_b2b.iter().chain(&self.hsn_b2c).chain(&self.data)
    }
}

/// The code as the return writes it, and whether it is that of a service.
pub(super) fn code(code: Option<&HsnSac>, is_part: bool) -> (String, bool) {
    match code {
        Some(code) => (code.to_string(), code.as_str().starts_with("99")),
        None => (String::new(), !is_part),
    }
}
