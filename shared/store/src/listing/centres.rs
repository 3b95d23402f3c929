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
        let known = match scope {
            ListScope::One(_) => 0,
            ListScope::All(_) => self.centres.load(Relaxed),
        };
        if known == 0 {
            return read(self.scopes(scope).await?).await;
        }
        let known = first_scopes(scope, known);
        let count = known.len();
        let (answer, scopes) = tokio::try_join!(read(known), self.scopes(scope))?;
        if scopes.len() == count { Ok(answer) } else { read(scopes).await }
    }

    /// The scopes of one centre, or of every centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn scopes(&self, scope: ListScope) -> Result<Vec<TenantScope>, StoreError> {
        let count = match scope {
            ListScope::One(_) => 1,
            ListScope::All(_) => self.count_centres().await?,
        };
        Ok(first_scopes(scope, count))
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

/// The scopes of the first centres, where all are meant.
fn first_scopes(scope: ListScope, count: u16) -> Vec<TenantScope> {
    match scope {
        ListScope::One(scope) => vec![scope],
        ListScope::All(all) => {
            (1..=count).filter_map(CentreOrdinal::new).map(|ordinal| all.scope(ordinal)).collect()
        }
    }
}
