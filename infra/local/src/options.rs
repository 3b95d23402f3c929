use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand};
use dms_domain::formats::GstState;
use dms_http::config::DEFAULT_RATE_LIMIT;
use dms_messages::Queue;
use uuid::Uuid;

use crate::GenerateOptions;

/// DMS Serverless on your machine: the whole system in one process, data in one folder.
#[derive(Debug, Clone, Parser)]
#[command(version, about)]
pub struct Options {
    /// Something else than serving.
    #[command(subcommand)]
    pub task: Option<Task>,
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, env = "PORT", default_value_t = 3001)]
    pub port: u16,
    /// Folder for all data; it is created if needed.
    #[arg(long, env = "DMS_DATA_DIR", default_value = ".dms-data", value_name = "DIR", global = true)]
    pub data_dir: PathBuf,
    /// Start without the demo dealership.
    #[arg(long = "no-demo", action = ArgAction::SetTrue)]
    pub no_demo: bool,
    /// `off` starts without the demo dealership.
    #[arg(long, env = "DMS_DEMO", default_value = "on", hide = true)]
    pub demo: String,
    /// E-mail address of an admin to create unless there is one of that address.
    #[arg(long, env = "DMS_ADMIN_EMAIL", value_name = "EMAIL", requires = "admin_password")]
    pub admin_email: Option<String>,
    /// Their password.
    #[arg(long, env = "DMS_ADMIN_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub admin_password: Option<String>,
    /// Requests per minute and IP address; 0: no limit.
    #[arg(long, env = "RATE_LIMIT_PER_MINUTE", default_value_t = DEFAULT_RATE_LIMIT, value_name = "N")]
    pub rate_limit_per_minute: u32,
    /// State of Central's warehouse, by name or GST code: purchase orders are taxed by it.
    #[arg(long, env = "DMS_WAREHOUSE_STATE", default_value = "Maharashtra", value_name = "STATE",
        value_parser = warehouse_state)]
    pub warehouse_state: GstState,
}

/// What can be done besides serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Task {
    /// Create an admin in the tables that the environment names: the first one of a deployment.
    ///
    /// Needs AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) and DMS_TABLE_PREFIX, such as
    /// `dms-prod-`. The password is read from DMS_ADMIN_PASSWORD.
    CreateAdmin {
        /// E-mail address.
        email: String,
    },
    /// Make the demo dealership in a deployment, by requests to its API.
    ///
    /// First `create-admin admin@demo.example` with the demo's password, demo-password: for deployments that are to be
    /// shown, not for those that are used. Once more it changes nothing.
    Demo {
        /// The API's address, such as https://….execute-api.ap-south-1.amazonaws.com.
        url: String,
    },
    /// Fill the data folder with made-up data: service centres with staff and parts, customers, vehicles, job cards
    /// with their parts requests, invoices and payments.
    ///
    /// It is spread over some months as real business is, and written by the same plans as requests are, so that all
    /// that holds of the system's data holds of it. For an empty data folder, or one with the demo dealership, that no
    /// server runs on meanwhile: documents are written before they are counted. The same seed and options make the
    /// same data. A run that was interrupted goes on when it is started again with the same options; data that is
    /// complete is left alone, and a folder that was filled with other options is refused.
    Generate(GenerateOptions),
    /// Count the lists' totals and the figures of dashboard and reports again, from the documents, and print what differs.
    ///
    /// On the data folder, or on the tables that the environment names (as for create-admin, with DMS_QUEUE_PREFIX). Right
    /// only while nobody writes and all events have been dealt with. Ends with 1 when something differs that was not mended.
    Recount {
        /// Mend what differs.
        #[arg(long)]
        repair: bool,
    },
    /// Write the words by which documents are found anew, from the documents: after the search table was lost, or restored to
    /// another moment than the others.
    ///
    /// On the data folder, or on the tables that the environment names. Right only while nobody writes.
    RebuildSearch,
    /// Check the chains of the audit log from their beginnings, and print what their last links say.
    ///
    /// On the data folder, or on the tables that the environment names. Keep what is printed somewhere else, and compare it
    /// the next time: who can rewrite the whole table can make a chain that fits. Ends with 1 when a chain is broken.
    VerifyAuditLog {
        /// Append commands of the last 48 hours that are not in it: the relay could not send them.
        #[arg(long)]
        append_missing: bool,
    },
    /// Put the dead letters of a queue back into it, once their cause was mended.
    ///
    /// On the data folder, or on the queues that the environment names.
    Redrive {
        /// The queue: notifications, rollups, uploads or audit.
        #[arg(value_parser = queue)]
        queue: Queue,
    },
    /// Write everything of a service centre into a ZIP archive: its documents as JSON lines, one file for each kind, the
    /// customers and vehicles they name, and the contents of its files. No passwords and no sessions.
    ///
    /// On the data folder, or on the tables and the bucket that the environment names (with DMS_BUCKET). What changes meanwhile
    /// may be there in part: for a snapshot, export from restored tables.
    ExportCentre {
        /// The centre's code, such as SC001.
        #[arg(long, value_name = "CODE")]
        centre: String,
        /// The archive, which is written over.
        #[arg(long, value_name = "FILE.zip")]
        out: PathBuf,
    },
    /// Erase a customer's personal data, as they can demand (DPDP Act 2023, section 12): in their own document, in all that
    /// copied it, in files, and in what finds them. Says what was changed, and what must be kept until when.
    ///
    /// Invoices and credit notes stay as they are for the 72 months that GST law demands (CGST section 36): run it again
    /// afterwards. Refused while something is still to be done with the customer. An interrupted run is completed by another
    /// one. On the data folder, or on the tables and the bucket that the environment names (with DMS_BUCKET).
    PurgePerson {
        /// The customer's id.
        #[arg(long, value_name = "ID")]
        customer: Uuid,
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
    },
}

fn queue(name: &str) -> Result<Queue, String> {
    let known = || Queue::ALL.map(Queue::name).join(", ");
    Queue::ALL.into_iter().find(|queue| queue.name() == name).ok_or_else(|| format!("the queues are {}", known()))
}

fn warehouse_state(text: &str) -> Result<GstState, String> {
    GstState::parse(text).map_err(|error| error.to_string())
}

impl Options {
    /// Whether the demo dealership is wanted.
    pub fn wants_demo(&self) -> bool {
        !self.no_demo && !matches!(self.demo.to_ascii_lowercase().as_str(), "off" | "0" | "false" | "no")
    }
}
