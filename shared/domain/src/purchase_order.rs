//! Purchase orders: what Central buys (specification §8; decisions, "Stock").

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    central_stock::CentralPart,
    fields::FieldErrors,
    formats::GstState,
    gst::{self, Supply, TaxLine},
    money::Paise,
    parts_request::MAX_LINES,
    refusal::Refusal,
    state_machine::Machine,
    statuses::{GoodsCondition, PurchaseOrderStatus},
};

/// Most deliveries of one order: each is kept in the order.
pub const MAX_DELIVERIES: usize = 50;

/// A purchase order as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PurchaseOrder {
    /// UUIDv7.
    pub id: Uuid,
    /// `PO-2025-0001`.
    pub po_number: String,
    /// The supplier.
    pub supplier_id: Uuid,
    /// Their name at the time.
    pub supplier_name: String,
    /// Where their supplies come from.
    pub supplier_state: GstState,
    /// Where the warehouse is: the place of supply.
    pub warehouse_state: GstState,
    /// Its state.
    pub status: PurchaseOrderStatus,
    /// What a user says about it.
    #[serde(flatten)]
    pub terms: OrderTerms,
    /// The lines.
    pub items: Vec<OrderItem>,
    /// The sums.
    #[serde(flatten)]
    pub totals: OrderTotals,
    /// The deliveries, in the order of their arrival.
    #[serde(default)]
    pub deliveries: Vec<Delivery>,
    /// Who placed it.
    pub created_by_id: Uuid,
    /// Who submitted it last.
    pub submitted_by_id: Option<Uuid>,
    /// Who approved it.
    pub approved_by_id: Option<Uuid>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// Notes of the approval, or why it was rejected or cancelled.
    pub decision_notes: Option<String>,
    /// When the last delivery was booked.
    pub received_at: Option<Timestamp>,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// The words of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderTerms {
    /// Day of the order.
    pub order_date: NaiveDate,
    /// When it is expected.
    pub expected_delivery_date: Option<NaiveDate>,
    /// "Net 30 days".
    pub payment_terms: Option<String>,
    /// Notes.
    pub notes: Option<String>,
}

/// A line of a purchase order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderItem {
    /// UUIDv7.
    pub id: Uuid,
    /// Position, from 1.
    pub sr_no: u32,
    /// The part in Central's stock.
    pub central_inventory_part_id: Uuid,
    /// Its name.
    pub part_name: String,
    /// Its number.
    pub part_number: String,
    /// How many.
    pub quantity: i64,
    /// Price of one before tax.
    pub unit_price_paise: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
    /// quantity × price.
    pub taxable_value_paise: Paise,
    /// Central tax.
    pub cgst_paise: Paise,
    /// State tax.
    pub sgst_paise: Paise,
    /// Integrated tax.
    pub igst_paise: Paise,
    /// Taxable value and taxes.
    pub total_paise: Paise,
    /// Delivered so far: accepted and rejected.
    #[serde(default)]
    pub received_qty: i64,
    /// Of these, taken into stock.
    #[serde(default)]
    pub accepted_qty: i64,
    /// Of these, not.
    #[serde(default)]
    pub rejected_qty: i64,
}

/// The sums of an order: each the sum of its lines, to the paisa; the supplier's invoice rounds, not the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderTotals {
    /// Before tax.
    pub subtotal_paise: Paise,
    /// Central tax.
    pub cgst_paise: Paise,
    /// State tax.
    pub sgst_paise: Paise,
    /// Integrated tax.
    pub igst_paise: Paise,
    /// With tax.
    pub total_amount_paise: Paise,
}

/// One delivery of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Position, from 1.
    pub number: u32,
    /// The supplier's invoice.
    pub invoice_number: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// What came.
    pub items: Vec<DeliveredItem>,
    /// Who booked it.
    pub received_by_id: Uuid,
    /// When.
    pub received_at: Timestamp,
}

/// What came of one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveredItem {
    /// The line.
    pub item_id: Uuid,
    /// How many came.
    pub received_qty: i64,
    /// Of these, taken into stock.
    pub accepted_qty: i64,
    /// Of these, not.
    pub rejected_qty: i64,
    /// How they came.
    pub condition: GoodsCondition,
}

/// A line as it is ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderLine<'a> {
    /// UUIDv7.
    pub id: Uuid,
    /// The part.
    pub part: &'a CentralPart,
    /// How many.
    pub quantity: i64,
    /// Price of one before tax.
    pub unit_price: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
}

/// Checks how many lines a document that moves stock has (decisions, "Stock").
///
/// # Errors
/// A field error unless there are 1 to 40.
pub fn check_lines(field: &'static str, lines: usize) -> Result<(), Refusal> {
    if (1..=MAX_LINES).contains(&lines) {
        return Ok(());
    }
    Err(Refusal::field(field, format!("must have 1 to {MAX_LINES} lines")))
}

/// The lines with their tax, and their sums.
///
/// # Errors
/// Field errors for lines whose GST rate is not one on that day, or whose amounts are too large.
pub fn price(
    lines: &[OrderLine],
    supply: Supply,
    on: NaiveDate,
) -> Result<(Vec<OrderItem>, OrderTotals), Refusal> {
    let mut errors = FieldErrors::new();
    for (position, line) in lines.iter().enumerate() {
        errors.take(&format!("items[{position}].gstRate"), gst::check_rate(line.gst_rate, on));
    }
    errors.into_result().map_err(Refusal::Invalid)?;
    let tax_lines: Vec<TaxLine> = lines
        .iter()
        .map(|line| TaxLine { quantity: line.quantity, unit_price: line.unit_price, gst_rate: line.gst_rate })
        .collect();
    let too_large = || Refusal::field("items", "the amounts are too large");
    let (taxed, sums) =
        gst::tax(&tax_lines, Paise::ZERO, supply).map_err(|error| Refusal::field("items", error.to_string()))?;
    let items = lines.iter().zip(&taxed).enumerate().map(|(position, (line, tax))| OrderItem {
        id: line.id,
        sr_no: u32::try_from(position + 1).unwrap_or(u32::MAX),
        central_inventory_part_id: line.part.id,
        part_name: line.part.details.part_name.clone(),
        part_number: line.part.details.part_number.clone(),
        quantity: line.quantity,
        unit_price_paise: line.unit_price,
        gst_rate: line.gst_rate,
        taxable_value_paise: tax.taxable_value,
        cgst_paise: tax.cgst,
        sgst_paise: tax.sgst,
        igst_paise: tax.igst,
        total_paise: tax.total,
        received_qty: 0,
        accepted_qty: 0,
        rejected_qty: 0,
    });
    let totals = OrderTotals {
        subtotal_paise: sums.taxable_value,
        cgst_paise: sums.cgst,
        sgst_paise: sums.sgst,
        igst_paise: sums.igst,
        total_amount_paise: Paise::sum(taxed.iter().map(|line| line.total)).ok_or_else(too_large)?,
    };
    Ok((items.collect(), totals))
}

impl PurchaseOrder {
    fn stepped(&self, to: PurchaseOrderStatus, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(to)?;
        Ok(Self { status: to, ..self.changed(now) })
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// The order with other words and lines.
    ///
    /// # Errors
    /// `NOT_A_DRAFT` once it is submitted.
    pub fn edited(
        &self,
        terms: OrderTerms,
        (items, totals): (Vec<OrderItem>, OrderTotals),
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        if self.status != PurchaseOrderStatus::Draft {
            let message = format!("{} is {}: only a draft can be changed", self.po_number, self.status.as_str());
            return Err(Refusal::conflict("NOT_A_DRAFT", message));
        }
        Ok(Self { terms, items, totals, ..self.changed(now) })
    }

    /// The order, waiting for its approval.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is a draft.
    pub fn submitted(&self, by: Uuid, now: Timestamp) -> Result<Self, Refusal> {
        let submitted = self.stepped(PurchaseOrderStatus::PendingApproval, now)?;
        Ok(Self { submitted_by_id: Some(by), decision_notes: None, ..submitted })
    }

    /// The order, approved.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it waits for approval.
    pub fn approved(&self, by: Uuid, notes: Option<String>, now: Timestamp) -> Result<Self, Refusal> {
        let approved = self.stepped(PurchaseOrderStatus::Approved, now)?;
        Ok(Self { approved_by_id: Some(by), approved_at: Some(now), decision_notes: notes, ..approved })
    }

    /// The order, sent back: a draft again, with the reason.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it waits for approval.
    pub fn rejected(&self, reason: String, now: Timestamp) -> Result<Self, Refusal> {
        let rejected = self.stepped(PurchaseOrderStatus::Draft, now)?;
        Ok(Self { decision_notes: Some(reason), ..rejected })
    }

    /// The order, cancelled.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` once anything has arrived.
    pub fn cancelled(&self, reason: String, now: Timestamp) -> Result<Self, Refusal> {
        let cancelled = self.stepped(PurchaseOrderStatus::Cancelled, now)?;
        Ok(Self { decision_notes: Some(reason), ..cancelled })
    }

    /// The order, whose goods have arrived and are being inspected.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is approved or partially received.
    pub fn arrived(&self, now: Timestamp) -> Result<Self, Refusal> {
        self.stepped(PurchaseOrderStatus::Received, now)
    }

    /// Checks that it can be deleted.
    ///
    /// # Errors
    /// `ORDER_IN_USE` unless it is a draft or cancelled.
    pub fn check_deletable(&self) -> Result<(), Refusal> {
        if matches!(self.status, PurchaseOrderStatus::Draft | PurchaseOrderStatus::Cancelled) {
            return Ok(());
        }
        let message = format!("{} is {}: cancel it first", self.po_number, self.status.as_str());
        Err(Refusal::conflict("ORDER_IN_USE", message))
    }

    /// The order with one more delivery: COMPLETED when every line has come, PARTIALLY_RECEIVED until then.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is approved; `DELIVERY_ALREADY_RECEIVED` when the supplier's invoice was booked
    /// on this order before; `OVER_RECEIPT` naming the lines of which more came than is open; `TOO_MANY_DELIVERIES`;
    /// field errors for a line that is not the order's or named twice, and where accepted and rejected do not come to
    /// what was received.
    pub fn received(&self, delivery: Delivery, now: Timestamp) -> Result<Self, Refusal> {
        // A delivery booked twice is told as such, even when it has completed the order.
        let known = |earlier: &Delivery| {
            earlier.invoice_number.is_some() && earlier.invoice_number == delivery.invoice_number
        };
        if let Some(earlier) = self.deliveries.iter().find(|earlier| known(earlier)) {
            let invoice = earlier.invoice_number.as_deref().unwrap_or_default();
            let message = format!(
                "Supplier invoice {invoice} was received on {} as delivery {}",
                self.po_number, earlier.number
            );
            return Err(Refusal::conflict("DELIVERY_ALREADY_RECEIVED", message));
        }
        self.status.step(PurchaseOrderStatus::PartiallyReceived)?;
        if self.deliveries.len() >= MAX_DELIVERIES {
            let message = format!("{} has {MAX_DELIVERIES} deliveries already", self.po_number);
            return Err(Refusal::conflict("TOO_MANY_DELIVERIES", message));
        }
        let items = self.with_delivered(&delivery.items)?;
        let complete = items.iter().all(|item| item.received_qty >= item.quantity);
        let status =
            if complete { PurchaseOrderStatus::Completed } else { PurchaseOrderStatus::PartiallyReceived };
        let mut deliveries = self.deliveries.clone();
        let number = u32::try_from(deliveries.len() + 1).unwrap_or(u32::MAX);
        deliveries.push(Delivery { number, ..delivery });
        Ok(Self { status, items, deliveries, received_at: Some(now), ..self.changed(now) })
    }

    fn with_delivered(&self, delivered: &[DeliveredItem]) -> Result<Vec<OrderItem>, Refusal> {
        let mut items = self.items.clone();
        let mut errors = FieldErrors::new();
        let mut over = FieldErrors::new();
        for (position, line) in delivered.iter().enumerate() {
            let field = |name: &str| format!("receivedItems[{position}].{name}");
            if line.accepted_qty + line.rejected_qty != line.received_qty {
                errors.add(field("receivedQty"), "must be acceptedQty + rejectedQty");
            }
            if line.received_qty == 0 {
                errors.add(field("receivedQty"), "must be at least 1");
            }
            if delivered.iter().take(position).any(|earlier| earlier.item_id == line.item_id) {
                errors.add(field("itemId"), "is named twice");
                continue;
            }
            let Some(item) = items.iter_mut().find(|item| item.id == line.item_id) else {
                errors.add(field("itemId"), "is not a line of this order");
                continue;
            };
            let open = item.quantity - item.received_qty;
            if line.received_qty > open {
                over.add(
                    field("receivedQty"),
                    format!("{} received of {}, {open} open", line.received_qty, item.part_number),
                );
            }
            item.received_qty += line.received_qty;
            item.accepted_qty += line.accepted_qty;
            item.rejected_qty += line.rejected_qty;
        }
        errors.into_result().map_err(Refusal::Invalid)?;
        over.into_result().map_err(|lines| Refusal::TooMany { code: "OVER_RECEIPT", lines })?;
        Ok(items)
    }

    /// The pieces of each part that a delivery brings into stock: lines of the same part are added up.
    pub fn accepted_by_part(&self, delivered: &[DeliveredItem]) -> BTreeMap<Uuid, i64> {
        let mut parts = BTreeMap::new();
        for line in delivered.iter().filter(|line| line.accepted_qty > 0) {
            if let Some(item) = self.items.iter().find(|item| item.id == line.item_id) {
                *parts.entry(item.central_inventory_part_id).or_default() += line.accepted_qty;
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_stock::tests::details;

    fn now() -> Timestamp {
        Timestamp::new("2026-11-23T04:30:00Z".parse().unwrap())
    }

    fn state(name: &str) -> GstState {
        GstState::parse(name).unwrap()
    }

    fn order(quantities: &[i64], supplier: &str) -> PurchaseOrder {
        let part = CentralPart::new(Uuid::nil(), details("BAT-1"), 0, now());
        let lines: Vec<OrderLine> = quantities
            .iter()
            .zip(1..)
            .map(|(quantity, n)| OrderLine {
                id: Uuid::from_u128(n),
                part: &part,
                quantity: *quantity,
                unit_price: Paise::new(1_005),
                gst_rate: 5,
            })
            .collect();
        let supply = Supply::between(state(supplier), state("Maharashtra"));
        let (items, totals) = price(&lines, supply, now().ist_date()).unwrap();
        PurchaseOrder {
            id: Uuid::nil(),
            po_number: "PO-2026-0001".to_owned(),
            supplier_id: Uuid::nil(),
            supplier_name: "Exide".to_owned(),
            supplier_state: state(supplier),
            warehouse_state: state("Maharashtra"),
            status: PurchaseOrderStatus::Approved,
            terms: OrderTerms {
                order_date: now().ist_date(),
                expected_delivery_date: None,
                payment_terms: None,
                notes: None,
            },
            items,
            totals,
            deliveries: Vec::new(),
            created_by_id: Uuid::nil(),
            submitted_by_id: None,
            approved_by_id: None,
            approved_at: None,
            decision_notes: None,
            received_at: None,
            created_at: now(),
            updated_at: now(),
            version: 1,
        }
    }

    fn delivery(invoice: Option<&str>, items: &[(u128, i64, i64)]) -> Delivery {
        let items = items.iter().map(|(id, accepted, rejected)| DeliveredItem {
            item_id: Uuid::from_u128(*id),
            received_qty: accepted + rejected,
            accepted_qty: *accepted,
            rejected_qty: *rejected,
            condition: GoodsCondition::Good,
        });
        Delivery {
            number: 0,
            invoice_number: invoice.map(str::to_owned),
            notes: None,
            items: items.collect(),
            received_by_id: Uuid::nil(),
            received_at: now(),
        }
    }

    #[test]
    fn the_total_is_the_sum_of_the_lines_to_the_paisa() {
        let order = order(&[3, 7], "Maharashtra");
        // 30.15 and 70.35 at 2.5 % each: 0.75 and 1.76.
        let totals = &order.totals;
        assert_eq!(totals.subtotal_paise, Paise::new(10_050));
        assert_eq!(
            (totals.cgst_paise, totals.sgst_paise, totals.igst_paise),
            (Paise::new(251), Paise::new(251), Paise::ZERO)
        );
        assert_eq!(totals.total_amount_paise, Paise::new(10_552));
        assert_eq!(Paise::sum(order.items.iter().map(|item| item.total_paise)), Some(totals.total_amount_paise));
    }

    #[test]
    fn a_supplier_of_another_state_charges_igst() {
        let totals = order(&[10], "Karnataka").totals;
        assert_eq!(
            (totals.cgst_paise, totals.sgst_paise, totals.igst_paise),
            (Paise::ZERO, Paise::ZERO, Paise::new(503))
        );
    }

    #[test]
    fn a_line_closes_on_what_was_received_and_a_short_delivery_leaves_the_order_open() {
        let first = order(&[100, 5], "Maharashtra").received(delivery(None, &[(1, 98, 2)]), now()).unwrap();
        assert_eq!(first.status, PurchaseOrderStatus::PartiallyReceived);
        assert_eq!((first.items[0].received_qty, first.items[0].accepted_qty), (100, 98));
        let second = first.received(delivery(None, &[(2, 5, 0)]), now()).unwrap();
        assert_eq!(second.status, PurchaseOrderStatus::Completed);
        assert_eq!(second.deliveries.iter().map(|delivery| delivery.number).collect::<Vec<_>>(), [1, 2]);
        assert!(matches!(
            second.received(delivery(None, &[(2, 1, 0)]), now()),
            Err(Refusal::InvalidTransition { .. })
        ));
    }

    #[test]
    fn more_than_ordered_an_unknown_line_and_a_delivery_booked_twice_are_refused() {
        let order = order(&[100], "Maharashtra");
        let refused = |delivery| order.received(delivery, now()).unwrap_err();
        assert_eq!(refused(delivery(None, &[(1, 101, 0)])).code(), "OVER_RECEIPT");
        assert!(refused(delivery(None, &[(9, 1, 0)])).fields().to_string().contains("is not a line"));
        assert!(refused(delivery(None, &[(1, 1, 0), (1, 1, 0)])).fields().to_string().contains("named twice"));
        let mut wrong = delivery(None, &[(1, 98, 2)]);
        wrong.items[0].received_qty = 99;
        assert!(refused(wrong).fields().to_string().contains("acceptedQty + rejectedQty"));
        let booked = order.received(delivery(Some("SUP-1"), &[(1, 50, 0)]), now()).unwrap();
        let again = booked.received(delivery(Some("SUP-1"), &[(1, 50, 0)]), now()).unwrap_err();
        assert_eq!(again.code(), "DELIVERY_ALREADY_RECEIVED");
        assert!(booked.received(delivery(Some("SUP-2"), &[(1, 50, 0)]), now()).is_ok());
    }

    #[test]
    fn a_delivery_adds_lines_of_the_same_part_up() {
        let order = order(&[10, 20], "Maharashtra");
        let parts = order.accepted_by_part(&delivery(None, &[(1, 10, 0), (2, 15, 5)]).items);
        assert_eq!(parts, BTreeMap::from([(Uuid::nil(), 25)]));
    }

    #[test]
    fn a_rejected_order_is_a_draft_again_and_can_be_changed() {
        let waiting = PurchaseOrder { status: PurchaseOrderStatus::PendingApproval, ..order(&[1], "Goa") };
        let edit = |order: &PurchaseOrder| {
            order.edited(order.terms.clone(), (order.items.clone(), order.totals.clone()), now())
        };
        assert_eq!(edit(&waiting).unwrap_err().code(), "NOT_A_DRAFT");
        let rejected = waiting.rejected("Too dear".to_owned(), now()).unwrap();
        assert!(edit(&rejected).is_ok());
        assert_eq!(rejected.submitted(Uuid::nil(), now()).unwrap().decision_notes, None);
    }
}
