//! `cargo run -- generate`: a dealership of any size, the same for the same seed, written by the store's own plans.

mod centres;
mod dice;
mod names;
mod options;
mod people;
mod times;
mod visit;
mod world;

use std::collections::VecDeque;

use chrono::NaiveDate;
use dms_access::password::{self, PasswordCost};
use dms_domain::{calendar, ids::CentreOrdinal, numbering::Series};
use dms_store::{Bulk, Load, Store, StoreError, Transaction};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    DEMO_PASSWORD,
    server::{ServerError, open_folder},
};
use centres::Centre;
pub use options::Options;
use people::People;
use world::World;

/// Name of the load in the store: a dealership is filled once.
const LOAD: &str = "generate";

/// Why nothing was generated, or not all.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// The options do not go together.
    #[error("{0}")]
    Options(String),
    /// The data folder was filled with other options.
    #[error("this dealership was generated with other options: {0}")]
    Other(String),
    /// Writing failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password of the staff.
    #[error("the staff's password: {0}")]
    Password(String),
}

/// What an earlier run must have had in common with this one to be gone on with.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Notes {
    options: Options,
    last_centre: u16,
    last_customer: u64,
}

/// Whether there was anything to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generated {
    /// All of it is there now.
    Now,
    /// It was all there.
    Before,
}

/// All that is generated, one transaction after the other, each as one command would commit it.
pub struct Generation {
    setting_up: VecDeque<Transaction>,
    world: World,
}

impl Generation {
    /// What these options make, with staff of this password hash, as the next centres and customers after those that
    /// are there.
    ///
    /// # Errors
    /// [`GenerateError`].
    pub fn of(
        store: &Store,
        options: &Options,
        (last_centre, last_customer): (u16, u64),
        password_hash: &str,
    ) -> Result<Self, GenerateError> {
        options.check().map_err(GenerateError::Options)?;
        let mut centres = open_centres(options, last_centre)?;
        let setting_up = setting_up(store, &mut centres, (options, last_customer), password_hash)?;
        let people = People::of(options, last_customer + 1);
        Ok(Self { setting_up: setting_up.into(), world: World::of(store, options, people, centres) })
    }

    /// The next transaction, and how many of the documents that were asked for it makes.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn step(&mut self) -> Result<Option<(Transaction, u64)>, StoreError> {
        match self.setting_up.pop_front() {
            Some(transaction) => Ok(Some((transaction, 0))),
            None => self.world.next(),
        }
    }
}

/// Fills a dealership that nobody else writes to. `progress` is told the documents made so far, of [`Options::documents`].
///
/// # Errors
/// [`GenerateError`].
pub async fn generate(
    store: &Store,
    options: &Options,
    (staff_password, cost): (&str, PasswordCost),
    today: NaiveDate,
    mut progress: impl AsyncFnMut(u64),
) -> Result<Generated, GenerateError> {
    let (mut load, notes) = begin(store, options, today).await?;
    if load.finished {
        return Ok(Generated::Before);
    }
    let hash = password::hash(staff_password, cost).map_err(|error| GenerateError::Password(error.to_string()))?;
    let last = (notes.last_centre, notes.last_customer);
    let mut generation = Generation::of(store, &notes.options, last, &hash)?;
    let (mut bulk, mut made) = (Bulk::default(), 0);
    while let Some((transaction, documents)) = generation.step()? {
        bulk.add(transaction);
        made += documents;
        if bulk.len() >= notes.options.step {
            store.write_step(&mut load, std::mem::take(&mut bulk)).await?;
            progress(made).await;
        }
    }
    store.write_step(&mut load, bulk).await?;
    progress(made).await;
    if notes.options.rollups {
        let recounted = store.recount(|_, _| {}).await?;
        store.correct_all(&recounted.differences).await?;
    }
    store.finish(load).await?;
    Ok(Generated::Now)
}

/// Fills the data folder of the local server. `progress` is told as by [`generate`].
///
/// # Errors
/// [`ServerError`]: also when a server runs on the folder.
pub async fn generate_in_folder(
    local: &crate::Options,
    options: &Options,
    mut progress: impl FnMut(u64),
) -> Result<Generated, ServerError> {
    std::fs::create_dir_all(&local.data_dir)?;
    // The figures are counted at the end: what was left over must not be added to them later.
    let (cloud, app, _lock) = open_folder(local).await?;
    let staff = (DEMO_PASSWORD, app.password_cost);
    let after_step = async |made| {
        progress(made);
        // There are no events in it: nobody reads the stream of what is generated.
        if let Err(error) = cloud.forget_stream().await {
            tracing::warn!(%error, "stream records stay for a day");
        }
    };
    let generated = generate(&app.store, options, staff, calendar::ist_date(app.clock.now()), after_step).await;
    cloud.stop().await;
    Ok(generated?)
}

/// The load, and what it began with.
async fn begin(store: &Store, options: &Options, today: NaiveDate) -> Result<(Load, Notes), GenerateError> {
    let mut wanted = Notes {
        options: Options { until: options.until.or(Some(today)), ..options.clone() },
        last_centre: store.last_centre_ordinal().await?,
        last_customer: u64::try_from(store.last_number(&Series::Customer).await?).unwrap_or_default(),
    };
    let load = store.load(LOAD, &serde_json::to_string(&wanted).map_err(StoreError::from)?).await?;
    let notes: Notes = serde_json::from_str(&load.notes).map_err(StoreError::from)?;
    if options.until.is_none() {
        wanted.options.until = notes.options.until;
    }
    if wanted.options == notes.options { Ok((load, notes)) } else { Err(GenerateError::Other(load.notes)) }
}

fn open_centres(options: &Options, last: u16) -> Result<Vec<Centre>, GenerateError> {
    let centres = (0..options.service_centers).zip(last + 1..).map(|(n, ordinal)| {
        let too_many = || GenerateError::Options("there can be 4095 service centres".to_owned());
        let ordinal = CentreOrdinal::new(ordinal).ok_or_else(too_many)?;
        Ok(Centre::of(n, ordinal, options).map_err(visit::wrong)?)
    });
    centres.collect()
}

/// Centres, staff, parts with their opening stock, and the customers' numbers.
fn setting_up(
    store: &Store,
    centres: &mut [Centre],
    (options, last_customer): (&Options, u64),
    password_hash: &str,
) -> Result<Vec<Transaction>, StoreError> {
    let mut numbers = Transaction::new();
    let last = i64::try_from(last_customer).unwrap_or_default();
    numbers.reserve_numbers(&Series::Customer, last, options.customers);
    let mut transactions = vec![numbers];
    for centre in centres {
        transactions.push(store.open_centre(centre.centre.clone(), centre.ordinal)?.transaction);
        for user in centre.staff() {
            let credentials = centre.credentials(user, password_hash);
            transactions.push(store.create_user(user.clone(), &credentials)?.transaction);
        }
        for position in 0..centre.parts.len() {
            let part = centre.parts[position].clone();
            let opening = (part.stock_quantity > 0).then(|| centre.opening_entry(&part));
            let plan = store.create_part(part, opening)?;
            centre.parts[position] = plan.value;
            transactions.push(plan.transaction);
        }
    }
    Ok(transactions)
}
