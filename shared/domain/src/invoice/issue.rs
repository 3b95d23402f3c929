//! Issuing an invoice.

use uuid::Uuid;

use super::{BillTo, ChargeLine, Invoice, IssuedBy, charge};
use crate::{
    calendar::Timestamp, customer::Customer, formats::GstState, gst::Supply, job_card::JobCard, money::Paise,
    refusal::Refusal, service_centre::ServiceCentre, statuses::InvoiceStatus,
};

/// What an invoice is made of.
#[derive(Debug, Clone, Copy)]
pub struct Charge<'a> {
    /// Who supplies.
    pub centre: &'a ServiceCentre,
    /// Who is charged.
    pub customer: &'a Customer,
    /// What for; none for a sale over the counter.
    pub card: Option<&'a JobCard>,
    /// What is charged.
    pub lines: &'a [ChargeLine],
    /// Spread over the lines before tax.
    pub discount: Paise,
    /// The centre's state unless given.
    pub place_of_supply: Option<GstState>,
}

impl ChargeLine {
    /// A job card's items as they are charged.
    pub fn of_card(card: &JobCard) -> impl Iterator<Item = Self> {
        let charged = card.items.iter().filter_map(|item| Some((item, card.charged_price(item)?)));
        charged.map(|(item, unit_price_paise)| Self {
            name: item.part_name.clone(),
            hsn_sac_code: item.hsn_sac_code.clone(),
            inventory_part_id: item.inventory_part_id,
            quantity: item.qty,
            unit_price_paise,
            gst_rate: item.gst_rate,
        })
    }
}

impl Invoice {
    /// A new invoice; its numbers come with the commit. What was paid in advance on the job card is taken over as
    /// payments: when that is all of it, or there is nothing to pay, it is PAID from the beginning.
    ///
    /// # Errors
    /// Those of [`charge`] and [`BillTo::of`].
    pub fn issued(id: Uuid, of: &Charge<'_>, by: Uuid, now: Timestamp) -> Result<Self, Refusal> {
        let Charge { centre, customer, card, lines, discount, place_of_supply } = *of;
        let supplier_state = centre.supply_state();
        let place_of_supply = place_of_supply.unwrap_or(supplier_state);
        let supply = Supply::to_customer(supplier_state, place_of_supply, customer.details.is_sez);
        let (items, totals) = charge(lines, discount, supply, now.ist_date())?;
        let invoice = Self {
            id,
            invoice_number: String::new(),
            gst_invoice_number: String::new(),
            service_center_id: centre.id,
            customer_id: customer.id,
            vehicle_id: card.map(|card| card.vehicle_id),
            vehicle_registration: card.and_then(|card| card.vehicle_registration.clone()),
            vehicle_name: card.and_then(|card| card.vehicle_name.clone()),
            job_card_id: card.map(|card| card.id),
            job_card_number: card.map(|card| card.job_card_number.clone()),
            status: InvoiceStatus::Unpaid,
            service_type: card.map(|card| card.service_type.clone()),
            engineer_name: card.and_then(|card| card.engineer_name.clone()),
            engineer_id: card.and_then(|card| card.assigned_engineer_id),
            supplier: Some(IssuedBy::of(centre)),
            bill_to: BillTo::of(customer, totals.grand_total_paise)?,
            place_of_supply,
            supplier_state,
            items,
            totals,
            amount_paid_paise: Paise::ZERO,
            payments: Vec::new(),
            credited_paise: Paise::ZERO,
            credit_notes: Vec::new(),
            paid_at: None,
            cancel_reason: None,
            created_by_id: by,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        invoice.issued_with(card.map_or(&[], |card| &card.advances))
    }
}
