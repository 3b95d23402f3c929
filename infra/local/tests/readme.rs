//! The walk in README.md, run as its readers run it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::{path::PathBuf, process::Stdio};

use support::{PATIENCE, Server, on};
use tokio::process::Command;

const FIRST_LINE: &str = "BASE=${BASE:-http://127.0.0.1:3001}";

/// The fenced `sh` blocks between the walk's markers, as one script.
fn script_of(readme: &str) -> String {
    let after = readme.split_once("<!-- walk:start -->").expect("README.md has the marker walk:start").1;
    let walk =
        after.split_once("<!-- walk:end -->").expect("README.md has the marker walk:end after walk:start").0;
    let mut script = String::new();
    // The indentation of the block under way: a fence may be part of a list.
    let mut block: Option<usize> = None;
    for line in walk.lines() {
        let text = line.trim_start();
        match block {
            None if text.trim_end() == "```sh" => block = Some(line.len() - text.len()),
            None => {}
            Some(_) if text.trim_end() == "```" => block = None,
            Some(indent) => {
                let spaces = line.len() - text.len();
                script.push_str(&line[spaces.min(indent)..]);
                script.push('\n');
            }
        }
    }
    assert!(block.is_none(), "a block of the walk has no end");
    script
}

#[test]
fn blocks_are_joined_and_the_rest_is_left_out() {
    let readme = "```sh\nbefore\n```\n<!-- walk:start -->\ntext\n```sh\na\n  b\n```\n```json\nno\n```\n1. x\n\n   \
        ```sh\n   c\n     d\n   ```\n<!-- walk:end -->\n```sh\nafter\n```\n";
    assert_eq!(script_of(readme), "a\n  b\nc\n  d\n");
}

/// Whether a program is on this machine: a fresh one has only Rust and a C compiler.
async fn there_is(program: &str) -> bool {
    let run = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    run.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn the_walk_of_the_readme_works() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let script = script_of(&readme);
    assert_eq!(script.lines().next(), Some(FIRST_LINE), "the walk begins with it");
    for program in ["bash", "curl"] {
        if !there_is(program).await {
            eprintln!("the walk of README.md is not run: there is no {program} on this machine");
            return;
        }
    }

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(on(&data, &["--rate-limit-per-minute", "0"])).await;
    let file = folder.path().join("walk.sh");
    std::fs::write(&file, format!("set -euo pipefail\n{script}")).unwrap();
    let mut bash = Command::new("bash");
    // A proxy of this machine would be asked for 127.0.0.1.
    bash.arg(&file).current_dir(folder.path()).env("BASE", &server.url).env("NO_PROXY", "*").env("no_proxy", "*");
    let output = tokio::time::timeout(PATIENCE, bash.kill_on_drop(true).stdin(Stdio::null()).output()).await;
    let output = output.expect("the walk ends").expect("bash runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "output:\n{out}\nerrors:\n{err}\nscript:\n{script}");
    for expected in [
        "\"status\":\"PAID\"",
        "AVAILABLE",
        "INV-SC001-",
        "\"status\":\"READY\"",
        "\"filename\":\"battery.pdf\"",
        "\"answeredAt\":\"2",
        "\"quotationLine\":1}]",
        "\"acceptedQty\":98",
        "\"inTransit\":90",
        "\"difference\":0,\"mismatches\":[]",
        "is yours\"",
        "Your parts request is approved",
        "\"revenue\":{\"today\":",
        "\"label\":\"Regular Service\"",
    ] {
        assert!(out.contains(expected), "no {expected} in the output:\n{out}\nerrors:\n{err}");
    }
    for paper in ["tax-invoice.pdf", "engineers.pdf"] {
        let paper = std::fs::read(folder.path().join(paper)).unwrap();
        assert!(paper.starts_with(b"%PDF-"), "{} bytes", paper.len());
    }
}
