//! The e-invoice: an invoice to a registered person in the form INV-01, schema 1.1 (CGST Rule 48(4)), as the invoice
//! registration portal takes it. Names, lengths and required fields are the schema's.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::{
    calendar::Timestamp,
    fields::FieldErrors,
    formats::{GstState, Gstin, Pincode},
    gst::{DEFAULT_UNIT, portal::Number},
    invoice::{BillTo, Invoice, InvoiceItem, IssuedBy},
    refusal::Refusal,
    statuses::InvoiceStatus,
};

/// The e-invoice.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = inv01::EInvoice)]
pub struct EInvoice {
    /// "1.1".
    pub version: &'static str,
    /// What kind of supply.
    pub tran_dtls: Transaction,
    /// Number and day.
    pub doc_dtls: DocumentDetails,
    /// Who supplies.
    pub seller_dtls: Seller,
    /// Who is charged.
    pub buyer_dtls: Buyer,
    /// The lines.
    pub item_list: Vec<Item>,
    /// The sums.
    pub val_dtls: Values,
}

/// What kind of supply.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = inv01::Transaction)]
pub struct Transaction {
    /// "GST".
    pub tax_sch: &'static str,
    /// "B2B", or "SEZWP" to a special economic zone with payment of tax.
    pub sup_typ: &'static str,
    /// Reverse charge: "N".
    pub reg_rev: &'static str,
    /// Integrated tax within a state: "N".
    pub igst_on_intra: &'static str,
}

/// Number and day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = inv01::Document)]
pub struct DocumentDetails {
    /// "INV".
    pub typ: &'static str,
    /// At most 16 characters.
    pub no: String,
    /// 20/12/2025.
    #[serde(serialize_with = "slashed")]
    #[schema(value_type = String, example = "20/12/2025")]
    pub dt: Timestamp,
}

/// Who supplies.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = inv01::Seller)]
pub struct Seller {
    /// GSTIN.
    pub gstin: Gstin,
    /// Name.
    pub lgl_nm: String,
    /// Address.
    pub addr1: String,
    /// City.
    pub loc: String,
    /// PIN code.
    pub pin: u32,
    /// The state's code.
    pub stcd: &'static str,
    /// Telephone.
    pub ph: String,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub em: Option<String>,
}

/// Who is charged.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = inv01::Buyer)]
pub struct Buyer {
    /// GSTIN.
    pub gstin: Gstin,
    /// Name.
    pub lgl_nm: String,
    /// Place of supply: the state's code.
    pub pos: &'static str,
    /// Address.
    pub addr1: String,
    /// City.
    pub loc: String,
    /// PIN code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<u32>,
    /// The code of the state of the GSTIN.
    pub stcd: &'static str,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = inv01::Item)]
pub struct Item {
    /// From "1".
    pub sl_no: String,
    /// What it is.
    pub prd_desc: String,
    /// "Y" of a service.
    pub is_servc: &'static str,
    /// HSN or SAC.
    pub hsn_cd: String,
    /// How many.
    pub qty: i64,
    /// "NOS"; "OTH" of services.
    pub unit: &'static str,
    /// Price of one before tax.
    pub unit_price: Number,
    /// Quantity × price.
    pub tot_amt: Number,
    /// Share of the discount.
    pub discount: Number,
    /// Taxable value.
    pub ass_amt: Number,
    /// The rate in per cent.
    pub gst_rt: u8,
    /// Integrated tax.
    pub igst_amt: Number,
    /// Central tax.
    pub cgst_amt: Number,
    /// State tax.
    pub sgst_amt: Number,
    /// Taxable value and taxes.
    pub tot_item_val: Number,
}

/// The sums.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = inv01::Values)]
pub struct Values {
    /// Taxable value.
    pub ass_val: Number,
    /// Central tax.
    pub cgst_val: Number,
    /// State tax.
    pub sgst_val: Number,
    /// Integrated tax.
    pub igst_val: Number,
    /// What was added or taken to reach a whole rupee.
    pub rnd_off_amt: Number,
    /// What the customer pays.
    pub tot_inv_val: Number,
}

fn slashed<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.ist_date().format("%d/%m/%Y"))
}

impl EInvoice {
    /// The e-invoice of an invoice of this supplier.
    ///
    /// # Errors
    /// `NOT_B2B` for an invoice to an unregistered person; `INVOICE_CANCELLED`; field errors for what the schema asks for and
    /// the invoice does not say: it is fixed at issue, so another has to be issued.
    pub fn of(invoice: &Invoice, supplier: &IssuedBy) -> Result<Self, Refusal> {
        if invoice.status == InvoiceStatus::Cancelled {
            return Err(Refusal::conflict("INVOICE_CANCELLED", "The invoice is cancelled"));
        }
        let Some(buyer_gstin) = invoice.bill_to.gstin.clone() else {
            let message = "Only an invoice to a registered person (with a GSTIN) becomes an e-invoice";
            return Err(Refusal::conflict("NOT_B2B", message));
        };
        let mut errors = FieldErrors::new();
        let seller = seller(supplier, invoice.supplier_state, &mut errors);
        let buyer = buyer(&invoice.bill_to, buyer_gstin, invoice.place_of_supply, &mut errors);
        let items = invoice.items.iter().zip(0..).map(|(line, position)| item(line, position, &mut errors));
        let items: Option<Vec<Item>> = items.collect::<Vec<_>>().into_iter().collect();
        match (errors.is_empty(), seller, buyer, items) {
            (true, Some(seller_dtls), Some(buyer_dtls), Some(item_list)) => Ok(Self {
                version: "1.1",
                tran_dtls: Transaction {
                    tax_sch: "GST",
                    sup_typ: if invoice.bill_to.is_sez { "SEZWP" } else { "B2B" },
                    reg_rev: "N",
                    igst_on_intra: "N",
                },
                doc_dtls: DocumentDetails {
                    typ: "INV",
                    no: invoice.gst_invoice_number.clone(),
                    dt: invoice.created_at,
                },
                seller_dtls,
                buyer_dtls,
                item_list,
                val_dtls: values(invoice),
            }),
            _ => Err(Refusal::Invalid(errors)),
        }
    }
}

fn seller(supplier: &IssuedBy, state: GstState, errors: &mut FieldErrors) -> Option<Seller> {
    let gstin = supplier.gstin.clone();
    if gstin.is_none() {
        errors.add("supplier.gstin", "is required: the service centre had none at the time of issue");
    }
    let email = supplier.email.as_ref().map(ToString::to_string).filter(|email| email.len() <= 100);
    Some(Seller {
        gstin: gstin?,
        lgl_nm: text(&supplier.name, (3, 100), "supplier.name", errors)?,
        addr1: text(&supplier.address, (1, 100), "supplier.address", errors)?,
        loc: text(&supplier.city, (3, 50), "supplier.city", errors)?,
        pin: pin(&supplier.pincode),
        stcd: state.code(),
        ph: supplier.phone.digits().to_owned(),
        em: email,
    })
}

fn buyer(bill_to: &BillTo, gstin: Gstin, place: GstState, errors: &mut FieldErrors) -> Option<Buyer> {
    let state = gstin.state();
    if state.is_none() {
        errors.add("billTo.gstin", "is of no state that is on the list");
    }
    // "Bengaluru, Karnataka"
    let city = bill_to.city_state.as_deref().map(|city| city.rsplit_once(',').map_or(city, |(city, _)| city));
    let name = text(&bill_to.name, (3, 100), "billTo.name", errors);
    let address = text(bill_to.address.as_deref().unwrap_or_default(), (1, 100), "billTo.address", errors);
    let city = text(city.unwrap_or_default(), (3, 100), "billTo.cityState", errors);
    Some(Buyer {
        gstin,
        lgl_nm: name?,
        pos: place.code(),
        addr1: address?,
        loc: city?,
        pin: bill_to.pincode.as_ref().map(pin),
        stcd: state?.code(),
    })
}

fn item(line: &InvoiceItem, position: usize, errors: &mut FieldErrors) -> Option<Item> {
    let description = text(&line.name, (3, 300), &format!("items[{position}].name"), errors);
    let Some(code) = &line.hsn_sac_code else {
        errors.add(format!("items[{position}].hsnSacCode"), "is required for an e-invoice");
        return None;
    };
    let is_service = code.is_service();
    let gross = line.unit_price_paise.times(line.quantity).unwrap_or_default();
    Some(Item {
        sl_no: line.sr_no.to_string(),
        prd_desc: description?,
        is_servc: if is_service { "Y" } else { "N" },
        hsn_cd: code.to_string(),
        qty: line.quantity,
        unit: if is_service { "OTH" } else { DEFAULT_UNIT },
        unit_price: Number(line.unit_price_paise),
        tot_amt: Number(gross),
        discount: Number(line.discount_paise),
        ass_amt: Number(line.taxable_value_paise),
        gst_rt: line.gst_rate,
        igst_amt: Number(line.igst_paise),
        cgst_amt: Number(line.cgst_paise),
        sgst_amt: Number(line.sgst_paise),
        tot_item_val: Number(line.total_paise),
    })
}

fn values(invoice: &Invoice) -> Values {
    let totals = &invoice.totals;
    Values {
        ass_val: Number(totals.taxable_value_paise),
        cgst_val: Number(totals.cgst_paise),
        sgst_val: Number(totals.sgst_paise),
        igst_val: Number(totals.igst_paise),
        rnd_off_amt: Number(totals.round_off_paise),
        tot_inv_val: Number(totals.grand_total_paise),
    }
}

/// A text as the schema takes it: without the characters it refuses, cut to the most it takes.
fn text(said: &str, (least, most): (usize, usize), field: &str, errors: &mut FieldErrors) -> Option<String> {
    let clean = |c: char| match c {
        '"' => '\'',
        '\\' => '/',
        c if c.is_control() => ' ',
        c => c,
    };
    let text: String = said.trim().chars().map(clean).take(most).collect();
    let text = text.trim_end().to_owned();
    if text.chars().count() < least {
        errors.add(field, format!("must have at least {least} characters for an e-invoice"));
        return None;
    }
    Some(text)
}

/// Six digits, of which the first is not 0.
fn pin(pincode: &Pincode) -> u32 {
    pincode.as_str().parse().unwrap_or_default()
}
