//! The walk in README.md, run as its readers run it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::{path::PathBuf, process::Stdio};

use support::{PATIENCE, Server, on};
use tokio::process::Command;

/// Whether a program is on this machine: a fresh one has only Rust and a C compiler.
async fn there_is(program: &str) -> bool {
    let run = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    run.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn the_walk_of_the_readme_works() {
    for program in ["bash", "curl"] {
        if !there_is(program).await {
            eprintln!("the walk of README.md is not run: there is no {program} on this machine");
            return;
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(on(&data, &["--rate-limit-per-minute", "0"])).await;
    let mut walk = Command::new(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../walk"));
    // A proxy of this machine would be asked for 127.0.0.1.
    walk.current_dir(folder.path()).env("BASE", &server.url).env("NO_PROXY", "*").env("no_proxy", "*");
    let output = tokio::time::timeout(PATIENCE, walk.kill_on_drop(true).stdin(Stdio::null()).output()).await;
    let output = output.expect("the walk ends").expect("bash runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "output:\n{out}\nerrors:\n{err}");
    assert!(out.contains("Your parts request is approved"), "{out}");
}
