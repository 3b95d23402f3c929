//! Quotations: what a centre offers to do for how much, and the customer's answer (specification §10; decisions,
//! "States").

mod answer;
mod pricing;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    calendar::{self, Timestamp},
    formats::GstState,
    invoice::InvoiceTotals,
    job_card::{JobCard, JobCardItem},
    refusal::Refusal,
    state_machine::Machine,
    statuses::QuotationStatus,
};

pub use answer::{Answer, Decision, Decisions, Said, void_link};
pub use pricing::{QuotationItem, QuotedLine, check_rates, price};

/// Days for which an offer stands when the request does not say.
pub const DEFAULT_VALIDITY_DAYS: u16 = 15;
/// Most days for which an offer stands: GST rates change.
pub const MAX_VALIDITY_DAYS: i64 = 365;

/// A quotation as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quotation {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// `QTN-2025-0001`.
    pub quotation_number: String,
    /// The centre.
    pub service_center_id: Uuid,
    /// Its state as it was last written: [`Self::status_on`] knows whether it is overdue.
    pub status: QuotationStatus,
    /// What is offered to whom.
    #[serde(flatten)]
    pub offer: Offer,
    /// The last day (India) on which it can be approved.
    pub valid_until: NaiveDate,
    /// 1 at creation, one more whenever an offer is taken back to be changed.
    pub revision: u32,
    /// When it was sent last.
    pub sent_at: Option<Timestamp>,
    /// The answer.
    pub answer: Option<Answer>,
    /// The sums of the approved lines.
    pub approved_totals: Option<InvoiceTotals>,
    /// The job card that came of it.
    pub job_card_id: Option<Uuid>,
    /// Its number.
    pub job_card_number: Option<String>,
    /// Who wrote it.
    pub created_by_id: Uuid,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// What is offered to whom: what can be changed of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// The customer.
    pub customer_id: Uuid,
    /// Their vehicle.
    pub vehicle_id: Uuid,
    /// The appointment it is for.
    pub appointment_id: Option<Uuid>,
    /// Where the supply comes from: the centre's state.
    pub supplier_state: GstState,
    /// Where it is taxed.
    pub place_of_supply: GstState,
    /// The lines.
    pub items: Vec<QuotationItem>,
    /// The sums.
    #[serde(flatten)]
    pub totals: InvoiceTotals,
    /// Days for which it stands from the day on which it is sent.
    pub validity_days: u16,
    /// Words to the customer.
    pub notes: Option<String>,
}

impl Quotation {
    /// A new draft.
    pub fn drafted(
        (id, quotation_number): (Uuid, String),
        service_center_id: Uuid,
        offer: Offer,
        created_by_id: Uuid,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            quotation_number,
            service_center_id,
            status: QuotationStatus::Draft,
            valid_until: last_day(now.ist_date(), offer.validity_days),
            offer,
            revision: 1,
            sent_at: None,
            answer: None,
            approved_totals: None,
            job_card_id: None,
            job_card_number: None,
            created_by_id,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// Whether nobody answered it in time.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        let open = matches!(self.status, QuotationStatus::Draft | QuotationStatus::Sent);
        open && self.valid_until < today
    }

    /// Its state on a day: EXPIRED when it is overdue, whether or not that was written already.
    pub fn status_on(&self, today: NaiveDate) -> QuotationStatus {
        if self.is_overdue(today) { QuotationStatus::Expired } else { self.status }
    }

    /// Refuses what cannot be done any more once the offer has expired.
    fn check_in_time(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.status_on(now.ist_date()) != QuotationStatus::Expired {
            return Ok(());
        }
        let message = format!("{} was valid until {}: revise it first", self.quotation_number, self.valid_until);
        Err(Refusal::conflict("QUOTATION_EXPIRED", message))
    }

    /// Checks that it can be changed.
    ///
    /// # Errors
    /// `QUOTATION_EXPIRED`; `NOT_A_DRAFT` once it is sent.
    pub fn check_changeable(&self, now: Timestamp) -> Result<(), Refusal> {
        self.check_in_time(now)?;
        if self.status == QuotationStatus::Draft {
            return Ok(());
        }
        let message =
            format!("{} is {}: only a draft can be changed", self.quotation_number, self.status.as_str());
        Err(Refusal::conflict("NOT_A_DRAFT", message))
    }

    /// The quotation with another offer. Another number of days counts from today.
    ///
    /// # Errors
    /// `QUOTATION_EXPIRED`; `NOT_A_DRAFT` once it is sent.
    pub fn edited(&self, offer: Offer, now: Timestamp) -> Result<Self, Refusal> {
        self.check_changeable(now)?;
        let valid_until = match offer.validity_days == self.offer.validity_days {
            true => self.valid_until,
            false => last_day(now.ist_date(), offer.validity_days),
        };
        Ok(Self { offer, valid_until, ..self.changed(now) })
    }

    /// The quotation, with the customer. Its days count from today.
    ///
    /// # Errors
    /// `QUOTATION_EXPIRED`; `INVALID_TRANSITION` unless it is a draft; field errors for lines whose GST rate is not one
    /// any more.
    pub fn sent(&self, now: Timestamp) -> Result<Self, Refusal> {
        self.check_in_time(now)?;
        self.status.step(QuotationStatus::Sent)?;
        check_rates(self.offer.items.iter().map(|item| item.line.gst_percent), now.ist_date())?;
        let valid_until = last_day(now.ist_date(), self.offer.validity_days);
        Ok(Self { status: QuotationStatus::Sent, valid_until, sent_at: Some(now), ..self.changed(now) })
    }

    /// When it was sent and when its time is over: the span in which an approval link to it is good.
    ///
    /// # Errors
    /// `QUOTATION_EXPIRED`; `NOT_SENT` unless it is with the customer.
    pub fn link_times(&self, now: Timestamp) -> Result<(DateTime<Utc>, DateTime<Utc>), Refusal> {
        self.check_in_time(now)?;
        let sent_at = self.sent_at.filter(|_| self.status == QuotationStatus::Sent).ok_or_else(|| {
            let message = format!("{} is {}, not SENT", self.quotation_number, self.status.as_str());
            Refusal::conflict("NOT_SENT", message)
        })?;
        let next_day = self.valid_until.succ_opt().unwrap_or(NaiveDate::MAX);
        Ok((sent_at.utc(), calendar::ist_day_start_utc(next_day)))
    }

    /// The quotation, taken back to be changed or offered anew: a draft. What the customer was sent is void.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is sent or expired.
    pub fn revised(&self, now: Timestamp) -> Result<Self, Refusal> {
        self.status_on(now.ist_date()).step(QuotationStatus::Draft)?;
        Ok(Self {
            status: QuotationStatus::Draft,
            valid_until: last_day(now.ist_date(), self.offer.validity_days),
            revision: self.revision + 1,
            sent_at: None,
            ..self.changed(now)
        })
    }

    /// The quotation as the passing of time has left it; none when nothing has changed.
    pub fn expired(&self, now: Timestamp) -> Option<Self> {
        let overdue = self.is_overdue(now.ist_date());
        overdue.then(|| Self { status: QuotationStatus::Expired, ..self.changed(now) })
    }

    /// The quotation, deleted.
    ///
    /// # Errors
    /// `QUOTATION_IN_USE` unless it is a draft or expired.
    pub fn deleted(&self, now: Timestamp) -> Result<Self, Refusal> {
        if matches!(self.status, QuotationStatus::Draft | QuotationStatus::Expired) {
            return Ok(self.changed(now));
        }
        let message = format!(
            "{} is {}: only a draft or an expired one can be deleted",
            self.quotation_number,
            self.status.as_str()
        );
        Err(Refusal::conflict("QUOTATION_IN_USE", message))
    }

    /// The quotation, of which a job card was opened.
    ///
    /// # Errors
    /// `ALREADY_CONVERTED`; `NOT_APPROVED`.
    pub fn converted(&self, card: &JobCard, now: Timestamp) -> Result<Self, Refusal> {
        self.check_convertible()?;
        let (id, number) = (card.id, card.job_card_number.clone());
        Ok(Self { job_card_id: Some(id), job_card_number: Some(number), ..self.changed(now) })
    }

    /// Checks that a job card can come of it.
    ///
    /// # Errors
    /// `ALREADY_CONVERTED`; `NOT_APPROVED`.
    pub fn check_convertible(&self) -> Result<(), Refusal> {
        if let Some(number) = &self.job_card_number {
            let message = format!("Job card {number} came of {} already", self.quotation_number);
            return Err(Refusal::conflict("ALREADY_CONVERTED", message));
        }
        if self.status != QuotationStatus::Approved {
            let message = format!("{} is {}, not APPROVED", self.quotation_number, self.status.as_str());
            return Err(Refusal::conflict("NOT_APPROVED", message));
        }
        Ok(())
    }

    /// The approved lines as items of a job card, each with a new id. They are estimates: none of them has moved stock.
    pub fn card_items(&self, new_id: impl Fn() -> Uuid) -> Vec<JobCardItem> {
        let approved = self.offer.items.iter().filter(|item| self.is_approved(item.sr_no));
        approved
            .map(|QuotationItem { sr_no, line, .. }| JobCardItem {
                id: new_id(),
                item_type: line.item_type,
                inventory_part_id: None,
                part_name: line.part_name.clone(),
                part_code: line.part_number.clone().unwrap_or_else(|| line.part_name.clone()),
                qty: line.quantity,
                unit_price_paise: line.rate_paise,
                gst_rate: line.gst_percent,
                hsn_sac_code: line.hsn_sac_code.clone(),
                is_warranty: false,
                part_warranty_tag: false,
                technician: None,
                labour_code: None,
                serial_number: None,
                quotation_line: Some(*sr_no),
            })
            .collect()
    }

    /// A hash of what is offered, in 32 hexadecimal digits: an approval link is good for this offer and no other. What
    /// it is made from is listed one by one, so that a new field of the document voids no link.
    pub fn offer_hash(&self) -> String {
        let Offer { customer_id, vehicle_id, supplier_state, place_of_supply, items, totals, notes, .. } =
            &self.offer;
        let line = |item: &QuotationItem| {
            let QuotedLine { item_type, part_name, part_number, hsn_sac_code, quantity, rate_paise, gst_percent } =
                &item.line;
            let said = json!([
                item_type.as_str(),
                part_name,
                part_number,
                hsn_sac_code.as_ref().map(|code| code.as_str())
            ]);
            json!([
                item.sr_no,
                said,
                quantity,
                rate_paise.get(),
                gst_percent,
                item.discount_paise.get(),
                item.total_paise.get()
            ])
        };
        let lines: Vec<Value> = items.iter().map(line).collect();
        let states = json!([supplier_state.code(), place_of_supply.code()]);
        let offered = json!([
            self.id,
            self.revision,
            self.valid_until,
            customer_id,
            vehicle_id,
            states,
            lines,
            totals.grand_total_paise.get(),
            notes
        ]);
        let digest = Sha256::digest(offered.to_string());
        hex::encode(&digest[..16])
    }
}

/// The last of so many days from a day on.
fn last_day(from: NaiveDate, days: u16) -> NaiveDate {
    from.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}
