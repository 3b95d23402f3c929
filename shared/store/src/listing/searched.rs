//! The rows of a list that a text finds.

use std::collections::BTreeSet;

use dms_domain::{
    ids,
    query::{Query, RowKey, TimeSpan},
    refusal::Refusal,
    search::{self, CustomersBy, Sought},
};
use uuid::Uuid;

use super::{Listed, Page, States, evaluate, pages::once_each, take_codes};
use crate::{
    client::Store,
    entity::{Entity, from_item},
    error::StoreError,
    keys::{CentralKind, Key, MasterKind, TenantKind},
};

/// Most found documents that are read to be filtered or brought into another order.
const MAX_EVALUATED: usize = 2_000;

impl Listed {
    /// The lists as the search table names them.
    pub(crate) fn search_pks(&self) -> Vec<String> {
        match self {
            Self::Master(kind) => vec![kind.list_pk()],
            Self::Central(kind, scope) => vec![kind.pk(*scope)],
            Self::Tenant(kind, scopes) => scopes.iter().map(|scope| kind.pk(*scope)).collect(),
            Self::Relation(..) | Self::Among(..) => Vec::new(),
        }
    }

    /// A document of the list by its id; none of another centre's.
    pub(crate) fn key_of(&self, id: &Uuid) -> Option<Key> {
        match self {
            Self::Master(kind) => Some(kind.key(id)),
            Self::Central(kind, scope) => Some(kind.key(*scope, id)),
            Self::Tenant(kind, scopes) => {
                let centre = ids::ordinal_of(id)?;
                let scope = scopes.iter().find(|scope| scope.ordinal() == centre)?;
                Some(kind.key(*scope, id))
            }
            Self::Relation(..) | Self::Among(..) => None,
        }
    }

    /// What a text may mean in this list.
    fn sought(&self, text: &str) -> Vec<Sought> {
        match self {
            Self::Master(MasterKind::Customer) => search::customers(text, CustomersBy::Auto).unwrap_or_default(),
            Self::Master(MasterKind::Vehicle) => search::vehicles(text),
            Self::Central(CentralKind::Part, _) | Self::Tenant(TenantKind::Part, _) => search::parts(text),
            Self::Master(MasterKind::User)
            | Self::Central(..)
            | Self::Tenant(..)
            | Self::Relation(..)
            | Self::Among(..) => search::documents(text),
        }
    }
}

impl Store {
    /// A page of the rows that a text finds and that the query's conditions leave.
    pub(super) async fn searched<E: Entity>(
        &self,
        listed: &Listed,
        text: &str,
        query: &Query,
        states: States,
    ) -> Result<Page<E>, StoreError> {
        self.page_of_found(listed, &listed.sought(text), query, states).await
    }

    /// A page of the documents of a list that are found by any of these and that the query's conditions leave.
    ///
    /// # Errors
    /// `QueryTooBroad` when more than 10 000 are found, or more than 2 000 that are to be filtered or brought into
    /// another order; [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn page_of_found<E: Entity>(
        &self,
        listed: &Listed,
        sought: &[Sought],
        query: &Query,
        states: States,
    ) -> Result<Page<E>, StoreError> {
        let found = &self.find::<E>(listed, sought).await?;
        let mut rest = query.clone();
        let span = rest.take_time_span("createdAt");
        let by_time = rest.sort.iter().all(|sort| sort.field == "createdAt");
        let codes = take_codes(&mut rest.filters, states);
        if rest.filters.is_empty() && by_time && codes.is_none() && span == TimeSpan::default() {
            return self.slice(listed, found, query).await;
        }
        if found.len() > MAX_EVALUATED {
            return Err(Refusal::QueryTooBroad { narrow_by: vec!["search"] }.into());
        }
        let mut items = self.found_documents(listed, found).await?;
        once_each(&mut items);
        evaluate(items, codes.as_deref(), span, &rest, states)
    }

    /// The order is that of the ids: only the page itself is read.
    async fn slice<E: Entity>(
        &self,
        listed: &Listed,
        found: &BTreeSet<Uuid>,
        query: &Query,
    ) -> Result<Page<E>, StoreError> {
        let descending = query.sort.first().is_none_or(|sort| sort.descending);
        let mut order: Vec<Uuid> = found.iter().copied().collect();
        if descending {
            order.reverse();
        }
        let after = query.after().and_then(|after| after.id.parse::<Uuid>().ok());
        let skip = match after {
            Some(after) => order.partition_point(|id| if descending { *id >= after } else { *id <= after }),
            None => usize::try_from(query.offset()).unwrap_or(usize::MAX),
        };
        let limit = query.limit as usize;
        let more = order.len() > skip.saturating_add(limit);
        let page: BTreeSet<Uuid> = order.iter().skip(skip).take(limit).copied().collect();
        let mut items = self.found_documents(listed, &page).await?;
        once_each(&mut items);
        if !descending {
            items.reverse();
        }
        let last = page.iter().next_back().filter(|_| more && !descending).or(page.iter().next().filter(|_| more));
        let last = last.map(|id| RowKey { id: id.to_string(), values: Vec::new() });
        let rows = items.into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(Page { rows, total: order.len() as u64, last })
    }
}
