//! `cargo run`: the whole system on this machine.

#![allow(clippy::print_stdout, clippy::print_stderr)] // a program that is talked to on a terminal

use std::{path::Path, process::ExitCode};

use clap::Parser;
use dms_access::password::PasswordCost;
use dms_domain::calendar::Clock;
use dms_http::{SystemClock, logs};
use dms_local::{DEMO_LOGINS, DEMO_PASSWORD, GenerateOptions, Generated, LocalServer, Options, ServerError, Task};
use dms_messages::Queue;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

/// A tenth of the embedded cloud's time was spent in the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Unless LOG_LEVEL says otherwise. The embedded DynamoDB warns of every refused condition: those are daily business.
const QUIET: &str = "warn,dynoxide=error";

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    logs::begin(QUIET, std::io::stderr);
    let done = match &options.task {
        None => run(&options).await,
        Some(Task::CreateAdmin { email }) => create_admin(email, options.admin_password.as_deref()).await,
        Some(Task::Demo { url }) => make_demo(url).await,
        Some(Task::Generate(wanted)) => generate(&options, wanted).await,
        Some(Task::Recount { repair }) => recount(&options, *repair).await,
        Some(Task::RebuildSearch) => rebuild_search(&options).await,
        Some(Task::VerifyAuditLog { append_missing }) => verify_audit_log(&options, *append_missing).await,
        Some(Task::Redrive { queue }) => redrive(&options, *queue).await,
        Some(Task::ExportCentre { centre, out }) => export_centre(&options, centre, out).await,
        Some(Task::PurgePerson { customer, dry_run }) => purge_person(&options, *customer, *dry_run).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), ServerError> {
    let server = LocalServer::start(options).await?;
    let url = format!("http://{}", server.address());
    println!("listening on {url}");
    println!("documentation: {url}/api/docs");
    if options.wants_demo() {
        print_logins();
    } else if options.admin_email.is_none() {
        println!("no demo: create an admin with --admin-email and --admin-password");
    }
    stop_signal().await;
    println!("stopping");
    server.stop().await
}

fn print_logins() {
    println!("demo logins (password {DEMO_PASSWORD}):");
    for (email, who) in DEMO_LOGINS {
        println!("  {email:<28} {who}");
    }
}

async fn make_demo(url: &str) -> Result<(), ServerError> {
    dms_local::make_demo(url).await?;
    print_logins();
    Ok(())
}

async fn create_admin(email: &str, password: Option<&str>) -> Result<(), ServerError> {
    let password = password.ok_or_else(|| ServerError::Admin("DMS_ADMIN_PASSWORD is not set".to_owned()))?;
    let store = dms_http::config::store_from_env()?;
    dms_local::ensure_admin(&store, (email, password), PasswordCost::default(), SystemClock.now()).await?;
    println!("{email} is an admin");
    Ok(())
}

/// A bar of this style, whose length is told later.
fn progress(style: &str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

async fn generate(options: &Options, wanted: &GenerateOptions) -> Result<(), ServerError> {
    let bar = progress("{bar:40} {pos} of {len} documents, {elapsed} so far, about {eta} to go");
    bar.set_length(wanted.documents());
    let generated = dms_local::generate_in_folder(options, wanted, |made| bar.set_position(made)).await?;
    bar.finish();
    match generated {
        Generated::Now => println!(
            "generated in {:.0?}. Staff logins (password {DEMO_PASSWORD}): manager, advisor, engineer and inventory@mum01.example, \
             @blr01.example …; start the server with `cargo run`",
            bar.elapsed()
        ),
        Generated::Before => println!("all of it is there already: nothing was changed"),
    }
    Ok(())
}

async fn recount(options: &Options, repair: bool) -> Result<(), ServerError> {
    let bar = progress("{bar:40} {pos} of about {len} items, {elapsed} so far");
    let recounted = dms_local::recount(options, repair, |read, about| {
        bar.set_length(about);
        bar.set_position(read);
    });
    let recounted = recounted.await?;
    bar.finish();
    for difference in &recounted.differences {
        println!("{difference}");
    }
    let (differences, numbers) = (recounted.differences.len(), recounted.numbers);
    match (differences, repair) {
        (0, _) => println!("all {numbers} numbers are what {} items come to", recounted.items),
        (_, true) => println!("{differences} of {numbers} numbers differed, and were mended"),
        (_, false) => return Err(ServerError::Differs(differences)),
    }
    Ok(())
}

async fn rebuild_search(options: &Options) -> Result<(), ServerError> {
    let rebuilt = dms_local::rebuild_search(options).await?;
    let (words, written, removed) = (rebuilt.words, rebuilt.written, rebuilt.removed);
    println!("of {words} words {written} were missing and are there again; {removed} led nowhere and are gone");
    Ok(())
}

async fn verify_audit_log(options: &Options, append_missing: bool) -> Result<(), ServerError> {
    let bar = progress("{pos} entries, {elapsed} so far");
    let chains = dms_local::verify_audit_log(options, append_missing, |read| bar.set_position(read)).await?;
    bar.finish();
    let mut breaks = 0;
    for chain in &chains {
        let of = chain.centre.map_or("dealership".to_owned(), |centre| format!("centre {}", centre.get()));
        println!("{of}: {} entries, the last is {} {}", chain.entries, chain.head.sequence, chain.head.hash);
        for broken in &chain.breaks {
            println!("{of}: {broken}");
        }
        breaks += chain.breaks.len();
    }
    if breaks > 0 { Err(ServerError::BrokenChain(breaks)) } else { Ok(()) }
}

async fn redrive(options: &Options, queue: Queue) -> Result<(), ServerError> {
    let moved = dms_local::redrive(options, queue).await?;
    println!("{moved} dead letters are in {} again", queue.name());
    Ok(())
}

async fn export_centre(options: &Options, centre: &str, out: &Path) -> Result<(), ServerError> {
    let export = dms_local::export_centre(options, centre, out, SystemClock.now()).await?;
    for file in export.files.iter().filter(|file| file.documents > 0) {
        println!("{:>9}  {}", file.documents, file.name);
    }
    println!("{:>9}  files/", export.contents.count);
    for missing in &export.contents.missing {
        eprintln!("file {missing} has no content in the bucket");
    }
    println!("all of {centre} is in {}", out.display());
    Ok(())
}

async fn purge_person(options: &Options, customer: Uuid, dry_run: bool) -> Result<(), ServerError> {
    let purged = dms_local::purge_person(options, customer, dry_run, SystemClock.now()).await?;
    let done = if dry_run { "to be erased" } else { "erased" };
    for what in &purged.changed {
        println!("{done}: {what}");
    }
    for (what, last) in &purged.kept {
        println!("kept: {what}, as a tax record until {last} (CGST section 36): erase it afterwards");
    }
    if purged.changed.is_empty() {
        println!("nothing is left to be erased now");
    }
    Ok(())
}

/// Ctrl-C, or the signal by which process managers stop a program.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
