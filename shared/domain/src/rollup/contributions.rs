//! What each document contributes.

use super::{Measure, Place, Sheet, Sums};
use crate::{
    calendar::Timestamp,
    central_stock::CentralPart,
    customer::Customer,
    ids::{CentreOrdinal, ordinal_of},
    invoice::Invoice,
    job_card::JobCard,
    money::Paise,
    statuses::{InvoiceStatus, LedgerType},
    stock::{LedgerEntry, Part},
};

impl Sums {
    /// A job card's: it counts in its state on the day it was opened, and what it was worth to its engineer on the day the
    /// work was finished.
    pub fn of_job_card(card: &JobCard) -> Self {
        let mut sums = Self::default();
        let centre = ordinal_of(&card.id);
        let opened = card.created_at.ist_date();
        let state = [(Measure::of_cards(card.status), 1)];
        sums.add_both(centre, (Sheet::Day, &Place::day(opened)), &state);
        sums.add_both(centre, (Sheet::Day, &Place::all_time()), &state);
        sums.add_both(centre, (Sheet::Service, &Place::labelled(opened, card.service_type.as_str())), &state);
        let Some(engineer) = card.assigned_engineer_id.map(|id| id.to_string()) else { return sums };
        sums.add_both(centre, (Sheet::Engineer, &Place::labelled(opened, engineer.as_str())), &state);
        if let Some(finished) = card.completed_at {
            let place = Place::labelled(finished.ist_date(), engineer);
            let of =
                [(Measure::CardsFinished, 1), (Measure::TurnaroundMinutes, minutes(card.created_at, finished))];
            sums.add_both(centre, (Sheet::Engineer, &place), &of);
            if let Some(rating) = card.feedback_rating {
                let of = [(Measure::Ratings, 1), (Measure::RatingSum, i64::from(rating))];
                sums.add_both(centre, (Sheet::Engineer, &place), &of);
            }
        }
        sums
    }

    /// An invoice's, once it is PAID: on the day it was (decisions, "growth"). What credit notes take off later makes it
    /// less on that same day.
    pub fn of_invoice(invoice: &Invoice) -> Self {
        let mut sums = Self::default();
        let (InvoiceStatus::Paid, Some(paid_at)) = (invoice.status, invoice.paid_at) else { return sums };
        let centre = ordinal_of(&invoice.id);
        let (mut taxable, mut tax) = (0, 0);
        for item in &invoice.items {
            let credited = item.credited.unwrap_or_default();
            taxable += item.taxable_value_paise.get() - credited.taxable_value_paise.get();
            tax += item.cgst_paise.get() - credited.cgst_paise.get();
            tax += item.sgst_paise.get() - credited.sgst_paise.get();
            tax += item.igst_paise.get() - credited.igst_paise.get();
        }
        let total = invoice.totals.grand_total_paise.get() - invoice.credited_paise.get();
        let of = [
            (Measure::PaidInvoices, 1),
            (Measure::PaidTaxablePaise, taxable),
            (Measure::PaidTaxPaise, tax),
            (Measure::PaidPaise, total),
        ];
        let day = paid_at.ist_date();
        sums.add_both(centre, (Sheet::Day, &Place::day(day)), &of);
        let service = invoice.service_type.as_deref().unwrap_or(OVER_THE_COUNTER);
        sums.add_both(centre, (Sheet::Service, &Place::labelled(day, service)), &of);
        if let Some(engineer) = invoice.engineer_id {
            let place = Place::labelled(day, engineer.to_string());
            sums.add_both(centre, (Sheet::Engineer, &place), &[(Measure::PaidPaise, total)]);
        }
        sums
    }

    /// A ledger line's: what job cards and customers took of a centre's part.
    pub fn of_ledger_entry(entry: &LedgerEntry) -> Self {
        let mut sums = Self::default();
        match entry.kind {
            LedgerType::Issue | LedgerType::Return | LedgerType::Sale | LedgerType::SaleReversal => {
                let place = Place::labelled(entry.created_at.ist_date(), entry.part_id.to_string());
                let of = [(Measure::ConsumedPieces, -entry.delta)];
                sums.add_both(ordinal_of(&entry.part_id), (Sheet::Part, &place), &of);
            }
            LedgerType::Opening
            | LedgerType::Adjustment
            | LedgerType::Receipt
            | LedgerType::Purchase
            | LedgerType::TransferOut
            | LedgerType::TransferReturn
            | LedgerType::TransitLoss => {}
        }
        sums
    }

    /// A centre's part's.
    pub fn of_part(part: &Part) -> Self {
        let details = &part.details;
        Self::of_stock((part.stock_quantity, details.cost_price_paise), part.headroom, ordinal_of(&part.id))
    }

    /// That of a part in Central's stock: the dealership's alone.
    pub fn of_central_part(part: &CentralPart) -> Self {
        Self::of_stock((part.stock_quantity, part.details.cost_price_paise), part.headroom, None)
    }

    fn of_stock((pieces, cost_price): (i64, Paise), headroom: i64, centre: Option<CentreOrdinal>) -> Self {
        let mut sums = Self::default();
        let value = pieces.saturating_mul(cost_price.get());
        let of = [(Measure::StockPaise, value), (Measure::LowParts, i64::from(headroom <= 0))];
        sums.add_both(centre, (Sheet::Day, &Place::all_time()), &of);
        sums
    }

    /// A customer's: customers are the dealership's.
    pub fn of_customer(customer: &Customer) -> Self {
        let mut sums = Self::default();
        if customer.deleted_at.is_none() {
            let of = [(Measure::Customers, 1)];
            sums.add_both(None, (Sheet::Customer, &Place::day(customer.created_at.ist_date())), &of);
            sums.add_both(None, (Sheet::Customer, &Place::all_time()), &of);
        }
        sums
    }
}

/// The service type of sales of parts without a job card.
pub const OVER_THE_COUNTER: &str = "Over the counter";

fn minutes(from: Timestamp, to: Timestamp) -> i64 {
    (to.utc() - from.utc()).num_minutes()
}
