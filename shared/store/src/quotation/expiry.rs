//! Offers run out by themselves, and lists, filters and totals must say so: whoever lists a centre's quotations first
//! writes EXPIRED to those whose last day has passed. An index by last day tells in one cheap read that (as nearly
//! always) there are none. An hourly sweep does the same for the centres where nobody looks, so that the events come.

use chrono::{DateTime, NaiveDate, Utc};
use dms_access::TenantScope;
use dms_domain::{
    calendar::{self, Timestamp},
    ids::CentreOrdinal,
    quotation::Quotation,
};
use dms_messages::EventKind;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    client::Store,
    command::{Command, Plan, Reply},
    entity::from_item,
    error::StoreError,
    keys::{self, TenantKind},
    listing::in_parallel,
    range::{Range, SortRange},
    tables::Index,
    transaction::Transaction,
};

/// Quotations that expire in one transaction: each is an action, and in the worst case so is its month's tally.
const AT_ONCE: usize = 40;

/// An entry of the index.
#[derive(Deserialize)]
struct Due {
    id: Uuid,
}

impl Store {
    /// Whether any quotation of these centres is overdue and not EXPIRED yet: one read per centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn quotations_are_due(
        &self,
        scopes: &[TenantScope],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let today = calendar::ist_date(now);
        let reads = scopes.iter().map(|scope| self.due_quotations(scope.ordinal(), today, 1));
        let due = in_parallel(reads.collect()).await?;
        Ok(due.iter().any(|ids| !ids.is_empty()))
    }

    /// Writes EXPIRED to the overdue quotations of these centres, and says how many there were.
    ///
    /// # Errors
    /// [`StoreError::Contended`], [`StoreError::Unavailable`] or [`StoreError::Throttled`]: what was done is done.
    pub async fn expire_quotations(
        &self,
        scopes: &[TenantScope],
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        self.expire_in(scopes.iter().map(|scope| scope.ordinal()).collect(), now).await
    }

    /// The same in every centre.
    ///
    /// # Errors
    /// As [`Self::expire_quotations`].
    pub async fn expire_all_quotations(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let last = self.last_centre_ordinal().await?;
        self.expire_in((1..=last).filter_map(CentreOrdinal::new).collect(), now).await
    }

    async fn expire_in(&self, centres: Vec<CentreOrdinal>, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let expired =
            in_parallel(centres.into_iter().map(|centre| self.expire_in_one(centre, now)).collect()).await?;
        Ok(expired.into_iter().sum())
    }

    /// When it returns, everything that was due when it began is EXPIRED: others may be expiring the same, and those of a
    /// transaction that were not expired by it were by them.
    async fn expire_in_one(&self, centre: CentreOrdinal, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let due = self.due_quotations(centre, calendar::ist_date(now), usize::MAX).await?;
        let mut expired = 0;
        for some in due.chunks(AT_ONCE) {
            expired += self.expire_these(some, now).await?;
        }
        Ok(expired)
    }

    /// The quotations whose last day was before today, as the index knows it.
    async fn due_quotations(
        &self,
        centre: CentreOrdinal,
        today: NaiveDate,
        limit: usize,
    ) -> Result<Vec<Uuid>, StoreError> {
        // Whatever begins with today's date comes after the date alone.
        let before_today = SortRange::Between("0".to_owned(), today.to_string());
        let range = Range::index(Index::Gsi2, keys::due_quotations_pk(centre)).within(before_today).ascending();
        let found = self.query(&range, limit).await?;
        found.into_iter().map(|item| Ok(from_item::<Due>(item)?.id)).collect()
    }

    /// Expires those of these quotations that still are overdue. Nobody asked for it: the command is the system's own.
    async fn expire_these(&self, due: &[Uuid], now: DateTime<Utc>) -> Result<usize, StoreError> {
        let command = Command::of_task("expire-quotations", Uuid::nil(), Uuid::new_v4().to_string(), now);
        let plan = || async {
            let found = self.get_many(due.iter().map(|id| TenantKind::Quotation.own(id).key())).await?;
            let found = found.into_iter().map(from_item).collect::<Result<Vec<Quotation>, _>>()?;
            expiry(&found, Timestamp::new(now))
        };
        let count =
            |count: &usize| Ok(Reply { status: 200, body: count.to_string(), version: None, replayed: false });
        let reply = self.run(&command, plan, count).await?;
        Ok(reply.body.parse().unwrap_or_default())
    }
}

/// Writes EXPIRED to what is overdue of these.
fn expiry(quotations: &[Quotation], now: Timestamp) -> Result<Plan<usize>, StoreError> {
    let mut transaction = Transaction::new();
    let mut events = Vec::new();
    for quotation in quotations {
        let Some(expired) = quotation.expired(now) else { continue };
        transaction.replace(quotation, &expired)?;
        let kind = EventKind::QuotationExpired {
            quotation_id: expired.id,
            quotation_number: expired.quotation_number.clone(),
            created_by: expired.created_by_id,
        };
        events.push((expired.service_center_id, kind));
    }
    let plan = Plan::new(transaction, events.len());
    Ok(events.into_iter().fold(plan, |plan, (centre, kind)| plan.event(Some(centre), kind)))
}
