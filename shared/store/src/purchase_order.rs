//! Purchase orders in DynamoDB, and the commit of a delivery.

use dms_access::CentralScope;
use dms_domain::{
    purchase_order::{Delivery, PurchaseOrder},
    search,
    stock::LedgerType,
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::Store,
    command::Plan,
    entity::{Entity, IndexKeys, Posting, TallyCell, from_item},
    error::StoreError,
    job_card::Hints,
    keys::{CentralKind, Key},
    stock::Cause,
    tables::Table,
    transaction::Transaction,
};

impl Entity for PurchaseOrder {
    const WHAT: &'static str = "purchase order";

    fn key(&self) -> Key {
        CentralKind::PurchaseOrder.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let own = CentralKind::PurchaseOrder.own(&self.id);
        IndexKeys { gsi1: Some(own.state(self.status.tally_code())), ..IndexKeys::default() }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: CentralKind::PurchaseOrder.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: self.status.tally_code(),
        })
    }

    fn postings(&self) -> Vec<Posting> {
        CentralKind::PurchaseOrder.own(&self.id).postings([search::number_word(&self.po_number)])
    }
}

impl Store {
    /// A purchase order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn purchase_order(
        &self,
        scope: CentralScope,
        id: &Uuid,
    ) -> Result<Option<PurchaseOrder>, StoreError> {
        self.get(Table::Core, &CentralKind::PurchaseOrder.key(scope, id)).await?.map(from_item).transpose()
    }

    /// Places an order.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn place_order(&self, order: PurchaseOrder) -> Result<Plan<PurchaseOrder>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&order)?;
        Ok(Plan::new(transaction, order))
    }

    /// Submits an order for approval.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn submit_order(
        &self,
        old: &PurchaseOrder,
        new: PurchaseOrder,
    ) -> Result<Plan<PurchaseOrder>, StoreError> {
        let (purchase_order_id, po_number) = (new.id, new.po_number.clone());
        let submitted = EventKind::PurchaseOrderSubmitted { purchase_order_id, po_number };
        Ok(Plan::replace(old, new)?.event(None, submitted))
    }

    /// Approves or rejects an order.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn decide_order(
        &self,
        old: &PurchaseOrder,
        new: PurchaseOrder,
    ) -> Result<Plan<PurchaseOrder>, StoreError> {
        let decided = EventKind::PurchaseOrderDecided {
            purchase_order_id: new.id,
            po_number: new.po_number.clone(),
            status: new.status.as_str().to_owned(),
            submitted_by: new.submitted_by_id,
        };
        Ok(Plan::replace(old, new)?.event(None, decided))
    }

    /// Books a delivery: what was accepted goes into Central's stock.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn receive_order(
        &self,
        old: &PurchaseOrder,
        new: PurchaseOrder,
        delivery: &Delivery,
        hints: &Hints,
    ) -> Result<Plan<PurchaseOrder>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        let cause = Cause {
            words: ("PURCHASED", LedgerType::Purchase),
            document: ("purchase order", &new.po_number),
            by: delivery.received_by_id,
            now: new.updated_at,
        };
        let alerts = transaction.move_stock(&cause.moves(new.accepted_by_part(&delivery.items)), &hints.parts)?;
        let received = EventKind::PurchaseOrderReceived {
            purchase_order_id: new.id,
            po_number: new.po_number.clone(),
            status: new.status.as_str().to_owned(),
        };
        let plan = Plan::new(transaction, new).event(None, received);
        Ok(alerts.into_iter().fold(plan, |plan, alert| plan.event(None, alert)))
    }
}
