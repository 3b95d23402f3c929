//! What operators do: on the tables and queues of a deployment when the environment names them (`DMS_TABLE_PREFIX`), on the
//! data folder otherwise.

use std::fs::File;

use dms_embedded_cloud::EmbeddedCloud;
use dms_http::config::{optional, queues_from_env, store_from_env};
use dms_messages::{Queue, Queues};
use dms_store::{Recounted, Store};

use crate::{Options, ServerError, server::open_folder};

/// Where an operator works.
struct Place {
    store: Store,
    queues: Queues,
    /// The data folder's own cloud, and its lock.
    local: Option<(EmbeddedCloud, File)>,
}

impl Place {
    async fn open(options: &Options) -> Result<Self, ServerError> {
        if optional("DMS_TABLE_PREFIX").is_some() {
            return Ok(Self { store: store_from_env()?, queues: queues_from_env()?, local: None });
        }
        let (cloud, app, lock) = open_folder(options).await?;
        let (store, queues) = (app.store.clone(), app.queues.clone());
        Ok(Self { store, queues, local: Some((cloud, lock)) })
    }

    async fn close(self) {
        if let Some((cloud, _lock)) = self.local {
            cloud.stop().await;
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
    let recounted = place.store.recount(progress).await?;
    if repair {
        place.store.correct_all(&recounted.differences).await?;
    }
    place.close().await;
    Ok(recounted)
}

/// Puts a queue's dead letters back into it; how many.
///
/// # Errors
/// [`ServerError`]: also when a server runs on the folder.
pub async fn redrive(options: &Options, queue: Queue) -> Result<u64, ServerError> {
    let place = Place::open(options).await?;
    let moved = place.queues.redrive(queue).await.map_err(|error| ServerError::Services(error.to_string()))?;
    place.close().await;
    Ok(moved)
}
