//! What operators do: on the tables, queues and bucket of a deployment when the environment names them
//! (`DMS_TABLE_PREFIX`), on the data folder otherwise.

mod export;
mod purge;

use std::fs::File;

use dms_blob::Blob;
use dms_embedded_cloud::EmbeddedCloud;
use dms_http::{
    AppState,
    config::{blob_from_env, optional, queues_from_env, store_from_env},
};
use dms_messages::{Queue, Queues};
use dms_store::{CheckedChain, Rebuilt, Recounted, Store};

use crate::{Options, ServerError, server::open_folder};

pub use export::{Export, export_centre};
pub use purge::{Purged, purge_person};

/// Where an operator works. What a task does not use, the environment need not name.
enum Place {
    /// A deployment.
    Deployment,
    /// The data folder: its own cloud, and its lock.
    Folder(Box<EmbeddedCloud>, AppState, File),
}

impl Place {
    async fn open(options: &Options) -> Result<Self, ServerError> {
        if optional("DMS_TABLE_PREFIX").is_some() {
            return Ok(Self::Deployment);
        }
        let (cloud, app, lock) = open_folder(options).await?;
        Ok(Self::Folder(Box::new(cloud), app, lock))
    }

    fn store(&self) -> Result<Store, ServerError> {
        match self {
            Self::Deployment => Ok(store_from_env()?),
            Self::Folder(_, app, _) => Ok(app.store.clone()),
        }
    }

    fn queues(&self) -> Result<Queues, ServerError> {
        match self {
            Self::Deployment => Ok(queues_from_env()?),
            Self::Folder(_, app, _) => Ok(app.queues.clone()),
        }
    }

    fn blob(&self) -> Result<Blob, ServerError> {
        match self {
            Self::Deployment => Ok(blob_from_env()?),
            Self::Folder(_, app, _) => Ok(app.blob.clone()),
        }
    }

    async fn close(self) {
        match self {
            Self::Deployment => {}
            Self::Folder(cloud, _, _lock) => cloud.stop().await,
        }
    }
}

/// Counts tallies and rollups again from the documents; with `repair`, mends what differs. `progress` is told how many items
/// were read, of about how many. Right only while nobody writes.
///
/// # Errors
/// [`ServerError`]: also when a server runs on the folder.
pub async fn recount(
    options: &Options,
    repair: bool,
    progress: impl FnMut(u64, u64),
) -> Result<Recounted, ServerError> {
    let place = Place::open(options).await?;
    let store = place.store()?;
    let recounted = store.recount(progress).await?;
    if repair {
        store.correct_all(&recounted.differences).await?;
    }
    place.close().await;
    Ok(recounted)
}

/// Writes the search table anew from the documents. Right only while nobody writes.
///
/// # Errors
/// [`ServerError`]: also when a server runs on the folder.
pub async fn rebuild_search(options: &Options) -> Result<Rebuilt, ServerError> {
    let place = Place::open(options).await?;
    let rebuilt = place.store()?.rebuild_search().await?;
    place.close().await;
    Ok(rebuilt)
}

/// Checks the chains of the audit log; before that, appends commands that are not in it, if wanted. `progress` is told how many
/// entries were read.
///
/// # Errors
/// [`ServerError`]: also when a server runs on the folder.
pub async fn verify_audit_log(
    options: &Options,
    append_missing: bool,
    progress: impl FnMut(u64),
) -> Result<Vec<CheckedChain>, ServerError> {
    let place = Place::open(options).await?;
    let store = place.store()?;
    if append_missing {
        store.append_missing_to_audit_log().await?;
    }
    let chains = store.check_audit_log(progress).await?;
    place.close().await;
    Ok(chains)
}

/// Puts a queue's dead letters back into it; how many.
///
/// # Errors
/// [`ServerError`]: also when a server runs on the folder.
pub async fn redrive(options: &Options, queue: Queue) -> Result<u64, ServerError> {
    let place = Place::open(options).await?;
    let redriven = place.queues()?.redrive(queue).await;
    let moved = redriven.map_err(|error| ServerError::Services(error.to_string()))?;
    place.close().await;
    Ok(moved)
}
