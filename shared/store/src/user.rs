//! Users in DynamoDB: the profile in the core table, the credentials in the auth table, changed together.

use dms_domain::{
    calendar::MonthKey,
    ids::{self, CentreOrdinal},
    permissions::Role,
    refusal::Refusal,
    user::User,
};
use uuid::Uuid;

use crate::{
    auth::Credentials,
    client::{Item, Store},
    command::Plan,
    entity::{Entity, IndexKeys, NO_STATE, TallyCell, from_item},
    error::StoreError,
    keys::{self, Key, MasterKind},
    range::Range,
    tables::{Index, Table},
    transaction::Transaction,
    update::Update,
};

impl Entity for User {
    const WHAT: &'static str = "user";
    const TYPICAL_BYTES: usize = 420;

    fn key(&self) -> Key {
        MasterKind::User.key(&self.id)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let month = MonthKey::of(self.created_at.ist_date());
        let centre = self.service_center_id.as_ref().and_then(ids::ordinal_of);
        IndexKeys {
            gsi1: Some(MasterKind::User.list_key(month, &self.id)),
            gsi2: Some(Key::new(users_pk(centre), self.id.to_string())),
            low_pk: None,
        }
    }

    fn tally(&self) -> Option<TallyCell> {
        let day = self.created_at.ist_date();
        Some(TallyCell { pk: MasterKind::User.tally_pk(), day, code: NO_STATE })
    }
}

fn users_pk(centre: Option<CentreOrdinal>) -> String {
    centre.map_or_else(|| keys::dealership_users_pk().to_owned(), keys::centre_users_pk)
}

fn counts_as_admin(user: &User) -> bool {
    user.role == Role::Admin && user.active
}

impl Store {
    /// A user.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn user(&self, id: &Uuid) -> Result<Option<User>, StoreError> {
        self.get(Table::Core, &MasterKind::User.key(id)).await?.map(from_item).transpose()
    }

    /// Users, in no order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn users(&self, ids: impl IntoIterator<Item = Uuid>) -> Result<Vec<User>, StoreError> {
        let items = self.get_many(ids.into_iter().map(|id| MasterKind::User.key(&id))).await?;
        items.into_iter().map(from_item).collect()
    }

    /// The users of a centre, or those without one; all of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn users_in(&self, centre: Option<&Uuid>) -> Result<Vec<User>, StoreError> {
        let range = Range::index(Index::Gsi2, users_pk(centre.and_then(ids::ordinal_of)));
        self.query(&range, usize::MAX).await?.into_iter().map(from_item).collect()
    }

    /// Creates a user with credentials; the e-mail address must be free.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn create_user(&self, user: User, credentials: &Credentials) -> Result<Plan<User>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&user)?;
        let email = user.email.to_string();
        let taken = move |_: Option<&Item>| Some(Refusal::AlreadyExists { field: "email", value: email.clone() });
        transaction.insert(Table::Auth, credentials.item()?, Box::new(taken));
        if counts_as_admin(&user) {
            transaction.update(Update::of(keys::admin_counter()).add("n", 1));
        }
        Ok(Plan::new(transaction, user))
    }

    /// Changes a user's profile and what the credentials say of it. The last admin stays one.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn edit_user(&self, old: &User, new: User, credentials: &Credentials) -> Result<Plan<User>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        transaction.update(credentials.profile_update()?);
        match (counts_as_admin(old), counts_as_admin(&new)) {
            (true, false) => {
                let last =
                    |_: Option<&Item>| Some(Refusal::conflict("LAST_ADMIN", "The last admin must stay one"));
                let fewer = Update::of(keys::admin_counter()).add("n", -1).when_more_than("n", 1);
                transaction.update_or(fewer, Box::new(last));
            }
            (false, true) => transaction.update(Update::of(keys::admin_counter()).add("n", 1)),
            (true, true) | (false, false) => {}
        }
        Ok(Plan::new(transaction, new))
    }
}
