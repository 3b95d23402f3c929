//! Runs histories until one goes wrong: `cargo run -p dms-checker -- --histories 100000`.

#![allow(clippy::print_stdout)] // it is a tool

use std::{num::NonZero, process::ExitCode, thread};

use clap::Parser;
use dms_checker::{Report, Summary, run_many};
use dms_store::planted::PlantedBug;
use indicatif::{ProgressBar, ProgressStyle};

/// Random histories of all commands that move stock, on a connection to AWS that fails; after each, the invariants.
#[derive(Debug, Parser)]
struct Options {
    /// How many histories.
    #[arg(long, default_value_t = 2_000)]
    histories: u64,
    /// The seed of the first; each further one has the next.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Plants this bug: the checker must find it.
    #[arg(long, value_parser = bug)]
    bug: Option<PlantedBug>,
    /// Threads; as many as there are cores unless given.
    #[arg(long)]
    threads: Option<usize>,
    /// Prints what happened, also when nothing went wrong: for one history.
    #[arg(long)]
    verbose: bool,
}

/// A planted bug by its name.
fn bug(name: &str) -> Result<PlantedBug, String> {
    let names = || PlantedBug::ALL.iter().map(|bug| format!("{bug:?}")).collect::<Vec<_>>().join(", ");
    let found = PlantedBug::ALL.iter().find(|bug| format!("{bug:?}") == name);
    found.copied().ok_or_else(|| format!("one of {}", names()))
}

fn main() -> ExitCode {
    let options = Options::parse();
    let bug = options.bug;
    if options.verbose && options.histories == 1 {
        return told(&options, dms_checker::run(options.seed, bug));
    }
    let threads = options.threads.or_else(|| thread::available_parallelism().ok().map(NonZero::get)).unwrap_or(1);
    let bar = ProgressBar::new(options.histories).with_style(style());
    let summary = run_many(options.seed, options.histories, bug, threads, || bar.inc(1));
    bar.abandon();
    println!("{}", in_words(&summary));
    summary.failed.map_or(ExitCode::SUCCESS, |report| told(&options, report))
}

fn style() -> ProgressStyle {
    let template = "{wide_bar} {pos}/{len} histories, {per_sec}, {eta} left";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn in_words(summary: &Summary) -> String {
    let mut lines = vec![format!("{} histories, {} calls of AWS", summary.histories, summary.calls)];
    for (action, [done, refused, unknown]) in &summary.commands {
        lines.push(format!(
            "{:<16} {done:>8} done {refused:>8} refused {unknown:>6} unknown",
            format!("{action:?}")
        ));
    }
    lines.join("\n")
}

/// Tells what happened in a history.
fn told(options: &Options, report: Report) -> ExitCode {
    if options.verbose {
        println!("{}", report.trace.join("\n"));
    }
    if report.violations.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("{}", report.failure(options.bug));
    ExitCode::FAILURE
}
