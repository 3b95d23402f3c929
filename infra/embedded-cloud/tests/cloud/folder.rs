//! What is in a folder stays there, even when the process is killed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dms_embedded_cloud::{EmbeddedCloud, Storage};
use tempfile::TempDir;

use crate::clients::Clients;
use crate::{dynamodb, s3, sqs};

/// Names the folder to the child process of the kill test.
const FOLDER: &str = "DMS_KILL_TEST_FOLDER";
const ITEMS: usize = 50;

async fn open(folder: &Path) -> (EmbeddedCloud, Clients) {
    let cloud = EmbeddedCloud::start(Storage::Folder(folder.to_path_buf())).await.unwrap();
    let clients = Clients::of(&cloud);
    (cloud, clients)
}

async fn fill(clients: &Clients) {
    for number in 0..ITEMS {
        dynamodb::put(&clients.dynamodb, &number.to_string(), "Swift").await;
    }
    clients.s3.create_bucket().bucket(s3::BUCKET).send().await.unwrap();
    s3::put(&clients.s3, "a.txt", "kept").await;
    let url = sqs::create(&clients.sqs, "jobs").await;
    for number in 0..ITEMS {
        sqs::send(&clients.sqs, &url, &number.to_string()).await;
    }
}

async fn check(clients: &Clients) {
    for number in 0..ITEMS {
        let model = dynamodb::model(&clients.dynamodb, &number.to_string()).await;
        assert_eq!(model.as_deref(), Some("Swift"), "{number}");
    }
    assert_eq!(s3::get(&clients.s3, "a.txt").await, "kept");
    let found = clients.sqs.get_queue_url().queue_name("jobs").send().await.unwrap();
    let url = found.queue_url.unwrap();
    let mut bodies = Vec::new();
    loop {
        let messages = sqs::receive(&clients.sqs, &url).await;
        if messages.is_empty() {
            break;
        }
        bodies.extend(messages.into_iter().filter_map(|message| message.body));
    }
    assert_eq!(bodies, (0..ITEMS).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn data_survives_a_restart() {
    let folder = TempDir::new().unwrap();
    let (cloud, clients) = open(folder.path()).await;
    dynamodb::create_table(&clients.dynamodb).await;
    cloud.tune().await.unwrap();
    fill(&clients).await;
    let old_url = format!("{}/000000000000/jobs", cloud.sqs_endpoint());
    cloud.stop().await;

    let (cloud, clients) = open(folder.path()).await;
    check(&clients).await;
    // The port is another one now; only the last segment counts.
    sqs::send(&clients.sqs, &old_url, "later").await;
    cloud.stop().await;
}

#[tokio::test]
async fn messages_in_the_hands_of_who_died_with_the_process_come_again_at_once_delayed_ones_in_time() {
    let folder = TempDir::new().unwrap();
    let (cloud, clients) = open(folder.path()).await;
    let url = sqs::create(&clients.sqs, "jobs").await;
    sqs::send(&clients.sqs, &url, "received").await;
    let delayed = clients.sqs.send_message().queue_url(&url).message_body("delayed").delay_seconds(600);
    delayed.send().await.unwrap();
    assert_eq!(sqs::receive(&clients.sqs, &url).await.len(), 1);
    assert_eq!(sqs::receive(&clients.sqs, &url).await.len(), 0, "hidden for a while");
    cloud.stop().await;

    let (cloud, clients) = open(folder.path()).await;
    let found = clients.sqs.get_queue_url().queue_name("jobs").send().await.unwrap();
    let again = sqs::receive(&clients.sqs, &found.queue_url.unwrap()).await;
    assert_eq!(again.iter().filter_map(|message| message.body()).collect::<Vec<_>>(), ["received"]);
    cloud.stop().await;
}

/// Not a test by itself: the process that `data_survives_a_kill` kills.
#[tokio::test]
async fn child_process() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    let (cloud, clients) = open(folder).await;
    dynamodb::create_table(&clients.dynamodb).await;
    cloud.tune().await.unwrap();
    let endpoints = [cloud.dynamodb_endpoint(), cloud.s3_endpoint(), cloud.sqs_endpoint()].join(" ");
    std::fs::write(folder.join("endpoints.new"), endpoints).unwrap();
    std::fs::rename(folder.join("endpoints.new"), folder.join("endpoints")).unwrap();
    drop(clients);
    tokio::time::sleep(Duration::from_secs(60)).await;
    cloud.stop().await;
}

#[tokio::test]
async fn data_survives_a_kill() {
    let folder = TempDir::new().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "folder::child_process"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let endpoints = loop {
        match std::fs::read_to_string(folder.path().join("endpoints")) {
            Ok(endpoints) => break endpoints,
            Err(_) if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => {
                child.kill().unwrap();
                panic!("the child did not start: {error}");
            }
        }
    };
    let endpoints: Vec<&str> = endpoints.split(' ').collect();
    fill(&Clients::at(endpoints[0], endpoints[1], endpoints[2])).await;
    // SIGKILL on Unix.
    child.kill().unwrap();
    child.wait().unwrap();

    let (cloud, clients) = open(folder.path()).await;
    check(&clients).await;
    cloud.stop().await;
}
