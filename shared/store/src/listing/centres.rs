//! Lists of one centre, or of all.

use std::sync::atomic::Ordering::Relaxed;

use dms_access::{ListScope, TenantScope};
use dms_domain::{ids::CentreOrdinal, query::Query};
use futures::future::BoxFuture;

use super::{Listed, Page, States};
use crate::{
    client::{Store, number},
    entity::Entity,
    error::StoreError,
    keys::{self, TenantKind},
    tables::Table,
};

impl Store {
    /// A page of the documents of one centre, or of every centre for an admin who names none.
    ///
    /// # Errors
    /// As of [`Store::list`].
    pub async fn list_across<E: Entity>(
        &self,
        kind: TenantKind,
        scope: ListScope,
        query: &Query,
        states: States,
    ) -> Result<Page<E>, StoreError> {
        let page = async |scopes| self.list(&Listed::Tenant(kind, scopes), query, states).await;
        self.across(scope, |scopes| Box::pin(page(scopes))).await
    }

    /// What is read of one centre, or of every centre: of those that this instance knows, while the database is asked
    /// whether there are more. If there are, it is read once more.
    ///
    /// # Errors
    /// Those of the read; [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn across<'a, T>(
        &self,
        scope: ListScope,
        read: impl Fn(Vec<TenantScope>) -> BoxFuture<'a, Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let ListScope::All(all) = scope else { return read(self.scopes(scope).await?).await };
        let scopes = |count| ordinals(count).map(|ordinal| all.scope(ordinal)).collect();
        match self.centres.load(Relaxed) {
            0 => read(scopes(self.count_centres().await?)).await,
            known => match tokio::try_join!(read(scopes(known)), self.count_centres())? {
                (read, count) if count == known => Ok(read),
                (_, count) => read(scopes(count)).await,
            },
        }
    }

    /// The scopes of one centre, or of every centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn scopes(&self, scope: ListScope) -> Result<Vec<TenantScope>, StoreError> {
        match scope {
            ListScope::One(scope) => Ok(vec![scope]),
            ListScope::All(all) => {
                Ok(ordinals(self.count_centres().await?).map(|ordinal| all.scope(ordinal)).collect())
            }
        }
    }

    /// How many centres there have ever been: their ordinals are those up to it.
    pub(crate) async fn count_centres(&self) -> Result<u16, StoreError> {
        let counter = self.get(Table::Core, &keys::centre_counter()).await?;
        let count =
            counter.and_then(|item| number(&item, "n")).and_then(|n| u16::try_from(n).ok()).unwrap_or_default();
        self.centres.store(count, Relaxed);
        Ok(count)
    }
}

fn ordinals(count: u16) -> impl Iterator<Item = CentreOrdinal> {
    (1..=count).filter_map(CentreOrdinal::new)
}
