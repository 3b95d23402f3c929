//! What is personal in each document.

use chrono::NaiveDate;
use serde_json::Value;

use super::{ERASED, ERASED_PHONE, Personal, tax_record_kept_until};
use crate::{
    appointment::{Appointment, AppointmentDetails},
    calendar::Timestamp,
    credit_note::CreditNote,
    customer::{Customer, CustomerDetails},
    formats::Phone,
    invoice::{BillTo, Invoice},
    job_card::{JobCard, JobCardForms},
    money::Paise,
    payment::{self, Payment},
    quotation::{Offer, Quotation},
    statuses::{AppointmentStatus, InvoiceStatus, JobCardStatus, QuotationStatus},
    vehicle::{ServiceRecord, Vehicle, VehicleDetails},
};

/// The new one, if it is another one.
fn changed<T: PartialEq>(old: &T, new: T) -> Option<T> {
    (*old != new).then_some(new)
}

impl Personal for Customer {
    fn named(&self) -> String {
        format!("customer {}", self.customer_number)
    }

    /// Nothing is left but number and day: other documents name it by its id.
    fn erased(&self, now: Timestamp) -> Option<Self> {
        let phone = Phone::parse(ERASED_PHONE).unwrap_or_else(|_| self.details.phone.clone());
        let details = CustomerDetails {
            name: ERASED.to_owned(),
            phone,
            whatsapp_number: None,
            alternate_number: None,
            email: None,
            address: None,
            city_state: None,
            pincode: None,
            customer_type: self.details.customer_type,
            gstin: None,
            is_sez: false,
        };
        let new = Self {
            details,
            last_service_center_id: None,
            last_service_date: None,
            last_invoice_number: None,
            deleted_at: self.deleted_at.or(Some(now)),
            ..self.clone()
        };
        changed(self, new).map(|new| Self { updated_at: now, version: self.version + 1, ..new })
    }
}

impl Personal for Vehicle {
    fn named(&self) -> String {
        format!("vehicle {}", self.details.registration)
    }

    /// Registration, VIN and what it is made of are the vehicle's: the next owner comes with them. What its owner bought and
    /// insured, and when they are to come again, is theirs.
    fn erased(&self, now: Timestamp) -> Option<Self> {
        let details = VehicleDetails {
            purchase_date: None,
            insurance_start_date: None,
            insurance_end_date: None,
            insurance_company_name: None,
            ..self.details.clone()
        };
        let new = Self { details, next_service_date: None, ..self.clone() };
        changed(self, new).map(|new| Self { updated_at: now, version: self.version + 1, ..new })
    }
}

/// Entries without what names the payer's account.
fn without_references(entries: &[Payment]) -> Vec<Payment> {
    entries.iter().map(|entry| Payment { reference: None, ..entry.clone() }).collect()
}

impl Personal for JobCard {
    fn named(&self) -> String {
        format!("job card {}", self.job_card_number)
    }

    fn erased(&self, now: Timestamp) -> Option<Self> {
        let new = Self {
            status_notes: None,
            cancel_reason: None,
            customer_feedback: None,
            advances: without_references(&self.advances),
            ..self.clone()
        };
        changed(self, new).map(|new| Self { updated_at: now, version: self.version + 1, ..new })
    }

    fn open_business(&self, _: NaiveDate) -> Option<String> {
        match self.status {
            JobCardStatus::Created
            | JobCardStatus::Assigned
            | JobCardStatus::InProgress
            | JobCardStatus::PartsPending
            | JobCardStatus::Completed => Some(format!("{} is {}", self.named(), self.status.as_str())),
            JobCardStatus::Invoiced | JobCardStatus::Cancelled => {
                let held = payment::held(&self.advances);
                (held > Paise::ZERO).then(|| format!("{} has an advance of {held} to be given back", self.named()))
            }
        }
    }
}

/// What part 1 says of the vehicle and the visit; everything else there is about the customer, or is not known.
const OF_THE_VEHICLE: [&str; 13] = [
    "customerType",
    "vehicleBrand",
    "vehicleModel",
    "registrationNumber",
    "vinChassisNumber",
    "variantBatteryCapacity",
    "warrantyStatus",
    "estimatedDeliveryDate",
    "jobCardNumber",
    "batterySerialNumber",
    "mcuSerialNumber",
    "vcuSerialNumber",
    "otherPartSerialNumber",
];

impl Personal for JobCardForms {
    fn named(&self) -> String {
        format!("forms of job card {}", self.job_card_id)
    }

    /// The forms are free-form: of part 1 what is known to be the vehicle's is left, of parts 2A and 3 nothing.
    fn erased(&self, _: Timestamp) -> Option<Self> {
        let is_left =
            |(name, value): &(&String, &Value)| OF_THE_VEHICLE.contains(&name.as_str()) && value.is_string();
        let left = self.part1_data.as_ref().and_then(Value::as_object).map(|part1| {
            let left = part1.iter().filter(is_left).map(|(name, value)| (name.clone(), value.clone()));
            Value::Object(left.collect())
        });
        changed(self, Self { part1_data: left, part2_a_data: None, part3_data: None, ..self.clone() })
    }
}

impl Personal for ServiceRecord {
    fn named(&self) -> String {
        format!("service history of job card {}", self.job_card_number)
    }

    fn erased(&self, _: Timestamp) -> Option<Self> {
        changed(self, Self { customer_feedback: None, ..self.clone() })
    }
}

impl Personal for Appointment {
    fn named(&self) -> String {
        format!("appointment {}", self.appointment_number)
    }

    fn erased(&self, now: Timestamp) -> Option<Self> {
        let details = AppointmentDetails { customer_complaint: None, ..self.details.clone() };
        let new = Self { details, ..self.clone() };
        changed(self, new).map(|new| Self { updated_at: now, version: self.version + 1, ..new })
    }

    fn open_business(&self, today: NaiveDate) -> Option<String> {
        match self.status {
            AppointmentStatus::Pending | AppointmentStatus::Confirmed | AppointmentStatus::Arrived => {
                let on = self.details.appointment_date;
                (today <= on).then(|| format!("{} is {} for {on}", self.named(), self.status.as_str()))
            }
            // What is in progress its job card tells.
            AppointmentStatus::InProgress
            | AppointmentStatus::Completed
            | AppointmentStatus::Cancelled
            | AppointmentStatus::NoShow => None,
        }
    }
}

impl Personal for Quotation {
    fn named(&self) -> String {
        format!("quotation {}", self.quotation_number)
    }

    fn erased(&self, now: Timestamp) -> Option<Self> {
        let mut new = Self { offer: Offer { notes: None, ..self.offer.clone() }, ..self.clone() };
        if let Some(answer) = &mut new.answer {
            (answer.said.name, answer.said.comment) = (None, None);
        }
        changed(self, new).map(|new| Self { updated_at: now, version: self.version + 1, ..new })
    }

    fn open_business(&self, today: NaiveDate) -> Option<String> {
        match self.status_on(today) {
            QuotationStatus::Draft | QuotationStatus::Sent => {
                Some(format!("{} is {}", self.named(), self.status.as_str()))
            }
            QuotationStatus::Approved | QuotationStatus::Rejected | QuotationStatus::Expired => None,
        }
    }
}

/// Where it was taxed is told by the place of supply.
fn no_one(bill_to: &BillTo) -> BillTo {
    BillTo {
        name: ERASED.to_owned(),
        address: None,
        city_state: None,
        pincode: None,
        gstin: None,
        is_sez: bill_to.is_sez,
    }
}

impl Personal for Invoice {
    fn named(&self) -> String {
        format!("invoice {}", self.invoice_number)
    }

    fn erased(&self, now: Timestamp) -> Option<Self> {
        let new = Self {
            bill_to: no_one(&self.bill_to),
            payments: without_references(&self.payments),
            cancel_reason: None,
            ..self.clone()
        };
        changed(self, new).map(|new| Self { updated_at: now, version: self.version + 1, ..new })
    }

    fn open_business(&self, _: NaiveDate) -> Option<String> {
        let owed = match self.status {
            InvoiceStatus::Unpaid | InvoiceStatus::PartiallyPaid => {
                return Some(format!("{} is {}", self.named(), self.status.as_str()));
            }
            InvoiceStatus::Paid | InvoiceStatus::Credited => self.refund_due(),
            InvoiceStatus::Cancelled => self.amount_paid_paise,
        };
        (owed > Paise::ZERO).then(|| format!("{} has {owed} to be given back", self.named()))
    }

    fn kept_until(&self) -> Option<NaiveDate> {
        Some(tax_record_kept_until(self.created_at.ist_date()))
    }
}

impl Personal for CreditNote {
    fn named(&self) -> String {
        format!("credit note {}", self.credit_note_number)
    }

    fn erased(&self, _: Timestamp) -> Option<Self> {
        changed(self, Self { bill_to: no_one(&self.bill_to), reason: ERASED.to_owned(), ..self.clone() })
    }

    fn kept_until(&self) -> Option<NaiveDate> {
        Some(tax_record_kept_until(self.created_at.ist_date()))
    }
}
