//! Customers in DynamoDB.

use dms_domain::{calendar::MonthKey, customer::Customer, search};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::Store,
    command::Plan,
    entity::{Entity, IndexKeys, NO_STATE, Posting, TallyCell, from_item},
    error::StoreError,
    keys::{Key, MasterKind},
    tables::Table,
    transaction::Transaction,
};

impl Entity for Customer {
    const WHAT: &'static str = "customer";
    const TYPICAL_BYTES: usize = 450;

    fn key(&self) -> Key {
        MasterKind::Customer.key(&self.id)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let month = MonthKey::of(self.created_at.ist_date());
        let listed = self.deleted_at.is_none().then(|| MasterKind::Customer.list_key(month, &self.id));
        IndexKeys { gsi1: listed, ..IndexKeys::default() }
    }

    fn tally(&self) -> Option<TallyCell> {
        self.deleted_at.is_none().then(|| TallyCell {
            pk: MasterKind::Customer.tally_pk(),
            day: self.created_at.ist_date(),
            code: NO_STATE,
        })
    }

    fn postings(&self) -> Vec<Posting> {
        if self.deleted_at.is_some() {
            return Vec::new();
        }
        let details = &self.details;
        let mut words = search::customer_words(&details.name);
        words.extend(search::phone_words(details.phone.digits()));
        words.extend(details.email.as_ref().map(|email| search::email_word(email.as_str())));
        words.push(search::number_word(&self.customer_number));
        Posting::all(&MasterKind::Customer.list_pk(), self.id, words)
    }
}

impl Store {
    /// A customer who was not deleted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn customer(&self, id: &Uuid) -> Result<Option<Customer>, StoreError> {
        let item = self.get(Table::Core, &MasterKind::Customer.key(id)).await?;
        let customer: Option<Customer> = item.map(from_item).transpose()?;
        Ok(customer.filter(|customer| customer.deleted_at.is_none()))
    }

    /// Customers who were not deleted, in no order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn customers(&self, ids: impl IntoIterator<Item = Uuid>) -> Result<Vec<Customer>, StoreError> {
        let items = self.get_many(ids.into_iter().map(|id| MasterKind::Customer.key(&id))).await?;
        let customers: Vec<Customer> = items.into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(customers.into_iter().filter(|customer| customer.deleted_at.is_none()).collect())
    }

    /// Registers a customer.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn register_customer(&self, customer: Customer) -> Result<Plan<Customer>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&customer)?;
        let registered = EventKind::CustomerCreated { customer_id: customer.id };
        Ok(Plan::new(transaction, customer).event(None, registered))
    }
}
