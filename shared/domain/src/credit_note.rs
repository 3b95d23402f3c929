//! Credit notes (CGST section 34): they take back an invoice, or some of its lines, at the invoice's own rates and split.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::{FinancialYear, Timestamp},
    fields::FieldErrors,
    formats::{GstState, HsnSac},
    gst::Supply,
    invoice::{BillTo, CreditNoteRef, Credited, Invoice, InvoiceItem},
    money::Paise,
    refusal::Refusal,
    state_machine::Machine,
    statuses::InvoiceStatus,
};

#[cfg(test)]
pub(crate) mod tests;

/// Most credit notes of an invoice, which names them all.
const MAX_CREDIT_NOTES: usize = 20;
/// What a partial credit note must leave, unless it takes all: a rounded rupee could not be divided between it and a
/// last one.
const LEAST_LEFT: Paise = Paise::new(100);

/// A credit note as it is stored. It never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditNote {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// `CN-SC001-2025-0001`, consecutive per centre and financial year.
    pub credit_note_number: String,
    /// `CN25-SC001-0001`: at most 16 characters (CGST Rule 53(1A)).
    pub gst_credit_note_number: String,
    /// The centre.
    pub service_center_id: Uuid,
    /// The customer.
    pub customer_id: Uuid,
    /// The vehicle; none for a sale over the counter.
    pub vehicle_id: Option<Uuid>,
    /// The job card; none for a sale over the counter.
    pub job_card_id: Option<Uuid>,
    /// The invoice.
    pub invoice_id: Uuid,
    /// Its number.
    pub invoice_number: String,
    /// Its number as it was printed.
    pub gst_invoice_number: String,
    /// When it was issued.
    pub invoice_date: Timestamp,
    /// Its grand total.
    pub invoice_grand_total_paise: Paise,
    /// Why.
    pub reason: String,
    /// Who was charged.
    pub bill_to: BillTo,
    /// Where the supply was taxed.
    pub place_of_supply: GstState,
    /// Where it came from.
    pub supplier_state: GstState,
    /// The lines.
    pub items: Vec<CreditNoteItem>,
    /// The sums.
    #[serde(flatten)]
    pub totals: CreditNoteTotals,
    /// Whether the parts went back to stock.
    pub return_to_stock: bool,
    /// Who issued it.
    pub created_by_id: Uuid,
    /// Created: the note's date.
    pub created_at: Timestamp,
}

/// What is taken back of a line of the invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditNoteItem {
    /// The position on the invoice, from 1.
    pub sr_no: u32,
    /// "Service Charge".
    pub name: String,
    /// HSN or SAC.
    pub hsn_sac_code: Option<HsnSac>,
    /// The part in stock.
    pub inventory_part_id: Option<Uuid>,
    /// How many; 0 when only the price is reduced.
    pub quantity: i64,
    /// GST rate in per cent.
    pub gst_rate: u8,
    /// Of the taxable value.
    pub taxable_value_paise: Paise,
    /// Of the central tax.
    pub cgst_paise: Paise,
    /// Of the state tax.
    pub sgst_paise: Paise,
    /// Of the integrated tax.
    pub igst_paise: Paise,
    /// Taxable value and taxes.
    pub total_paise: Paise,
}

/// The sums of a credit note: each the sum of its lines, to the paisa.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditNoteTotals {
    /// Taxable value.
    pub taxable_value_paise: Paise,
    /// Central tax.
    pub cgst_paise: Paise,
    /// State tax.
    pub sgst_paise: Paise,
    /// Integrated tax.
    pub igst_paise: Paise,
    /// The invoice's own, on the note that takes back the last of it.
    pub round_off_paise: Paise,
    /// What the customer is credited with.
    pub grand_total_paise: Paise,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Crediting {
    /// The new note's id.
    pub id: Uuid,
    /// Why.
    pub reason: String,
    /// Which lines; `None` takes back everything that is left.
    pub lines: Option<Vec<CreditLine>>,
    /// Whether parts go back to stock.
    pub return_to_stock: bool,
    /// Who.
    pub by: Uuid,
    /// When.
    pub now: Timestamp,
}

/// How much of which line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditLine {
    /// The position on the invoice, from 1.
    pub sr_no: u32,
    /// How much of it.
    pub share: CreditShare,
}

/// A share of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditShare {
    /// So many pieces, in proportion to what is left of the line's value.
    Quantity(i64),
    /// So much of its taxable value: a reduction of the price.
    Amount(Paise),
}

impl CreditNote {
    /// The parts it returns and how many of each.
    pub fn parts_returned(&self) -> std::collections::BTreeMap<Uuid, i64> {
        let mut parts = std::collections::BTreeMap::new();
        for item in self.items.iter().filter(|item| self.return_to_stock && item.quantity > 0) {
            if let Some(part) = item.inventory_part_id {
                *parts.entry(part).or_default() += item.quantity;
            }
        }
        parts
    }
}

impl Invoice {
    /// What is left of it after this, and the credit note, which has this number.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` when it is cancelled or wholly credited; `CREDIT_NOTE_TOO_LATE` after 30 November of the next
    /// financial year (section 34(2)); `TOO_MANY_CREDIT_NOTES`; `NOTHING_TO_CREDIT`; field errors for lines that are not
    /// on it, are named twice, or of which less is left.
    pub fn credited(
        &self,
        asked: &Crediting,
        (number, gst_number): (String, String),
    ) -> Result<(CreditNote, Self), Refusal> {
        self.check_creditable(asked.now)?;
        let shares = match &asked.lines {
            None => self.items.iter().map(|item| item.left()).collect(),
            Some(lines) => self.shares(lines)?,
        };
        let mut new = self.changed(asked.now);
        for (item, share) in new.items.iter_mut().zip(&shares) {
            if *share != Credited::default() {
                item.credited = Some(item.credited.unwrap_or_default().plus(share));
            }
        }
        let left: i64 = new.items.iter().map(|item| item.left().total()).sum();
        if left != 0 && left < LEAST_LEFT.get() {
            let message = format!("would leave {} of the invoice: credit all of it", Paise::new(left));
            return Err(Refusal::field("items", message));
        }
        if left != 0 && self.credit_notes.len() >= MAX_CREDIT_NOTES {
            let message =
                format!("The invoice has {MAX_CREDIT_NOTES} credit notes: only one for the rest can follow");
            return Err(Refusal::conflict("TOO_MANY_CREDIT_NOTES", message));
        }
        let items = note_items(&self.items, &shares);
        let totals = totals(&items, (left == 0).then(|| self.due()));
        if totals.grand_total_paise <= Paise::ZERO {
            return Err(Refusal::conflict(
                "NOTHING_TO_CREDIT",
                "What is named has no value that could be credited",
            ));
        }
        let note = self.note(asked, (number, gst_number), items, totals);
        new.credit_notes.push(CreditNoteRef {
            id: note.id,
            credit_note_number: note.credit_note_number.clone(),
            grand_total_paise: totals.grand_total_paise,
            created_at: asked.now,
        });
        new.credited_paise = Paise::sum([self.credited_paise, totals.grand_total_paise]).unwrap_or_default();
        if left == 0 {
            self.status.step(InvoiceStatus::Credited)?;
            return Ok((note, Self { status: InvoiceStatus::Credited, ..new }));
        }
        let payments = new.payments.clone();
        Ok((note, new.with_entries(payments, asked.now)?))
    }

    fn check_creditable(&self, now: Timestamp) -> Result<(), Refusal> {
        self.status.step(InvoiceStatus::Credited)?;
        let year = FinancialYear::of(self.created_at.ist_date());
        let last_day = year.last_day_of_credit_notes();
        if now.ist_date() > last_day {
            let message = format!(
                "The tax of an invoice of {} can be reduced until {last_day} only (CGST section 34(2))",
                self.created_at.ist_date()
            );
            return Err(Refusal::conflict("CREDIT_NOTE_TOO_LATE", message));
        }
        Ok(())
    }

    /// The share of every line: nothing of those that are not named.
    fn shares(&self, lines: &[CreditLine]) -> Result<Vec<Credited>, Refusal> {
        let mut errors = FieldErrors::new();
        let mut shares = vec![Credited::default(); self.items.len()];
        if lines.is_empty() {
            errors.add("items", "must name a line; left out, everything is credited");
        }
        for (position, line) in lines.iter().enumerate() {
            let field = |name: &str| format!("items[{position}].{name}");
            let found = self.items.iter().zip(&mut shares).find(|(item, _)| item.sr_no == line.sr_no);
            let named_before = lines.iter().take(position).any(|earlier| earlier.sr_no == line.sr_no);
            match found {
                None => errors.add(field("srNo"), "is no line of the invoice"),
                Some(_) if named_before => errors.add(field("srNo"), "is named twice"),
                Some((item, share)) => match item.share(line.share, self.supply()) {
                    Ok(found) => *share = found,
                    Err((name, message)) => errors.add(field(name), message),
                },
            }
        }
        errors.into_result().map_err(Refusal::Invalid)?;
        Ok(shares)
    }

    fn note(
        &self,
        asked: &Crediting,
        (credit_note_number, gst_credit_note_number): (String, String),
        items: Vec<CreditNoteItem>,
        totals: CreditNoteTotals,
    ) -> CreditNote {
        CreditNote {
            id: asked.id,
            credit_note_number,
            gst_credit_note_number,
            service_center_id: self.service_center_id,
            customer_id: self.customer_id,
            vehicle_id: self.vehicle_id,
            job_card_id: self.job_card_id,
            invoice_id: self.id,
            invoice_number: self.invoice_number.clone(),
            gst_invoice_number: self.gst_invoice_number.clone(),
            invoice_date: self.created_at,
            invoice_grand_total_paise: self.totals.grand_total_paise,
            reason: asked.reason.clone(),
            bill_to: self.bill_to.clone(),
            place_of_supply: self.place_of_supply,
            supplier_state: self.supplier_state,
            items,
            totals,
            return_to_stock: asked.return_to_stock,
            created_by_id: asked.by,
            created_at: asked.now,
        }
    }
}

impl InvoiceItem {
    /// What credit notes have left of the line.
    fn left(&self) -> Credited {
        let gone = self.credited.unwrap_or_default();
        let less = |amount: Paise, gone: Paise| amount.checked_sub(gone).unwrap_or_default();
        Credited {
            quantity: self.quantity - gone.quantity,
            taxable_value_paise: less(self.taxable_value_paise, gone.taxable_value_paise),
            cgst_paise: less(self.cgst_paise, gone.cgst_paise),
            sgst_paise: less(self.sgst_paise, gone.sgst_paise),
            igst_paise: less(self.igst_paise, gone.igst_paise),
        }
    }

    /// A share of what is left. The taxes are those of all that is taken back by then, less what earlier notes took: so they
    /// never exceed the line's, and whoever takes the rest takes exactly the rest.
    fn share(&self, share: CreditShare, supply: Supply) -> Result<Credited, (&'static str, String)> {
        let left = self.left();
        let value = left.taxable_value_paise;
        let (quantity, taxable) = match share {
            CreditShare::Quantity(quantity) if quantity > left.quantity => {
                return Err((
                    "quantity",
                    format!("must be at most {}: no more is left of the line", left.quantity),
                ));
            }
            CreditShare::Amount(Paise::ZERO) => return Err(("amount", "must be more than 0".to_owned())),
            CreditShare::Amount(amount) if amount > value => {
                return Err(("amount", format!("must be at most {value}: no more is left of the line")));
            }
            CreditShare::Amount(amount) => (0, amount),
            CreditShare::Quantity(quantity) => (quantity, proportion(value, quantity, left.quantity)),
        };
        if taxable == value {
            return Ok(Credited { quantity, ..left });
        }
        let gone = self.credited.unwrap_or_default();
        let by_then = i128::from(gone.taxable_value_paise.get()) + i128::from(taxable.get());
        let (half, igst) = supply.taxes(by_then, self.gst_rate);
        // No more than the line's own taxes, which are known to fit.
        let tax = |by_then: i128, gone: Paise, left: Paise| {
            let more = i64::try_from(by_then).unwrap_or(i64::MAX).saturating_sub(gone.get());
            Paise::new(more.clamp(0, left.get()))
        };
        Ok(Credited {
            quantity,
            taxable_value_paise: taxable,
            cgst_paise: tax(half, gone.cgst_paise, left.cgst_paise),
            sgst_paise: tax(half, gone.sgst_paise, left.sgst_paise),
            igst_paise: tax(igst, gone.igst_paise, left.igst_paise),
        })
    }
}

/// So many of `of` pieces of a value, rounded half up to the paisa; all pieces are all of it.
fn proportion(value: Paise, quantity: i64, of: i64) -> Paise {
    let of = i128::from(of).max(1);
    let doubled = 2 * i128::from(value.get()) * i128::from(quantity) + of;
    i64::try_from(doubled / (2 * of)).map_or(value, Paise::new)
}

impl Credited {
    fn plus(&self, more: &Self) -> Self {
        let sum = |a: Paise, b: Paise| Paise::sum([a, b]).unwrap_or_default();
        Self {
            quantity: self.quantity + more.quantity,
            taxable_value_paise: sum(self.taxable_value_paise, more.taxable_value_paise),
            cgst_paise: sum(self.cgst_paise, more.cgst_paise),
            sgst_paise: sum(self.sgst_paise, more.sgst_paise),
            igst_paise: sum(self.igst_paise, more.igst_paise),
        }
    }

    /// Taxable value and taxes, in paise; an invoice's own fit, and so does each share of it.
    fn total(&self) -> i64 {
        [self.taxable_value_paise, self.cgst_paise, self.sgst_paise, self.igst_paise].map(Paise::get).iter().sum()
    }
}

fn note_items(items: &[InvoiceItem], shares: &[Credited]) -> Vec<CreditNoteItem> {
    let named = items.iter().zip(shares).filter(|(_, share)| **share != Credited::default());
    named
        .map(|(item, share)| CreditNoteItem {
            sr_no: item.sr_no,
            name: item.name.clone(),
            hsn_sac_code: item.hsn_sac_code.clone(),
            inventory_part_id: item.inventory_part_id,
            quantity: share.quantity,
            gst_rate: item.gst_rate,
            taxable_value_paise: share.taxable_value_paise,
            cgst_paise: share.cgst_paise,
            sgst_paise: share.sgst_paise,
            igst_paise: share.igst_paise,
            total_paise: Paise::new(share.total()),
        })
        .collect()
}

/// The sums; the note that takes back the last of an invoice comes to what is left of its grand total.
fn totals(items: &[CreditNoteItem], all_that_is_left: Option<Paise>) -> CreditNoteTotals {
    let sum = |part: fn(&CreditNoteItem) -> Paise| Paise::sum(items.iter().map(part)).unwrap_or_default();
    let total = sum(|item| item.total_paise);
    let grand_total_paise = all_that_is_left.unwrap_or(total);
    CreditNoteTotals {
        taxable_value_paise: sum(|item| item.taxable_value_paise),
        cgst_paise: sum(|item| item.cgst_paise),
        sgst_paise: sum(|item| item.sgst_paise),
        igst_paise: sum(|item| item.igst_paise),
        round_off_paise: grand_total_paise.checked_sub(total).unwrap_or_default(),
        grand_total_paise,
    }
}
