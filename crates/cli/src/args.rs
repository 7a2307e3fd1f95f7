//! Arguments, and the way from them to an exit code: 0 done, 1 found wrong, 2 wrong use.

use crate::commands;
use crate::config::{self, Config};
use crate::{loading, serving, transfer, whatif};
use clap::{Parser, Subcommand, ValueEnum};
use ndp_text::{Lang, texts};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Recognition of Viet Nam's national digital platforms: the process, its rules and its proofs.
#[derive(Debug, Parser)]
#[command(name = "ndp", version, about, max_term_width = 100)]
pub struct Args {
    /// Folder of the embedded database
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Configuration file; config/ndp.toml is its manual
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Language of messages
    #[arg(long, global = true, value_name = "vi|en", value_parser = parse_lang)]
    pub lang: Option<Lang>,
    /// Print one JSON value instead of text
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

fn parse_lang(text: &str) -> Result<Lang, String> {
    text.parse()
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build (or reopen) the demonstration: real organisations, invented platforms, every stage
    Demo {
        /// Build in a temporary folder (or in DIR), check the record, print one JSON object and exit
        #[arg(long)]
        check: bool,
        /// Build or reopen it and exit, without serving it
        #[arg(long, conflicts_with_all = ["listen", "no_worker"])]
        build_only: bool,
        #[command(flatten)]
        door: Door,
    },
    /// Serve the API, with a worker inside
    Serve {
        #[command(flatten)]
        door: Door,
    },
    /// Run a worker alone: letters, webhooks, scans, counts
    Work,
    /// Create the first administrator
    ///
    /// Prints an invitation, with which the first password is set, or takes the password from a file.
    User {
        /// Address to sign in with
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Name, as it stands in letters
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// Code of the organisation
        #[arg(long, value_name = "CODE", default_value = "BKHCN")]
        organisation: String,
        /// File with the password
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// The configuration
    Config {
        #[command(subcommand)]
        step: ConfigStep,
    },
    /// Print the API's document (OpenAPI 3.1)
    Openapi,
    /// Bring the database up to date
    Migrate,
    /// Check the whole record: chains, contents, seals, every derived table, the invariants
    Check {
        /// Compare a seal noted elsewhere: only that shows seals that were cut
        #[arg(long, value_name = "N:HASH", value_parser = parse_seal)]
        seal: Option<(u64, ndp_domain::canonical::Hash)>,
    },
    /// Print the acts of the process
    Process {
        /// Form of the output
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// Only this machine (bpmn): its letters, for instance E
        #[arg(long, value_name = "LETTERS")]
        machine: Option<String>,
    },
    /// Take over platforms and recognitions of before from CSV files, all lines or none
    ///
    /// The files tell by their header what they are; config/data shows each form. The head of the unit
    /// (--confirmed-by) confirms what another person (--entered-by) entered.
    Import {
        /// CSV files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Account of the head of the unit, acc_…
        #[arg(long, value_name = "ACCOUNT")]
        confirmed_by: String,
        /// Account of the person who entered the lines
        #[arg(long, value_name = "ACCOUNT")]
        entered_by: String,
        /// Code of the organisation that takes them over
        #[arg(long, value_name = "CODE", default_value = "BKHCN")]
        organisation: String,
        /// Check every line, write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Write out a register, the platforms, a criteria set or the event log
    Export {
        #[command(subcommand)]
        what: Export,
    },
    /// Check a criteria set in its file against a regulation version
    Lint {
        file: PathBuf,
        #[arg(long, value_name = "REGULATION", default_value = "1230-2023")]
        regulation: String,
    },
    /// Take a criteria set from its file into the draft of its version, to be sent out or promulgated
    Draft {
        /// The file of `ndp export set`; its key "entry" says whose set it is
        file: PathBuf,
        /// Account of the officer in whose unit the draft is, acc_…
        #[arg(long, value_name = "ACCOUNT")]
        by: String,
    },
    /// Two promulgated versions of a criteria set: what changed, and which dossiers stay on which
    Compare {
        /// Its list entry, list_…
        entry: String,
        /// Number of the older version
        old: u32,
        /// Number of the newer version
        new: u32,
    },
    /// What a draft criteria set or regulation version would change for all that is recognised
    ///
    /// Runs the evidence on file against the draft: who would pass, fail, or lack evidence. Writes
    /// nothing.
    Whatif {
        /// Draft criteria set (the file of `ndp export set`)
        #[arg(long, value_name = "FILE", required_unless_present = "regulation")]
        set: Option<PathBuf>,
        /// Draft regulation version (a file like config/regulations/*.toml)
        #[arg(long, value_name = "FILE")]
        regulation: Option<PathBuf>,
    },
    /// Load holidays, a regulation version or the holders of functions, as an administrator; open last days follow holidays
    Load {
        set: loading::LoadSet,
        /// holidays: CSV, whole years (other years stay); regulation, functions: TOML
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Account of the administrator who loads it
        #[arg(long, value_name = "ACCOUNT")]
        by: String,
        /// Read and decide, write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Files of an organisation that changes: list them, move them as decided, move them back
    Succession {
        #[command(subcommand)]
        step: Succession,
    },
    /// Compute the outcome of an evaluation from standard input
    ///
    /// Reads one JSON object: {"regulation":"1230-2023","criteria":[{"code":"G1.1","result":"met"},…],
    /// "popularity":{"numerator":2000000,"denominator":4000000}}. A result is "met" or "not_met"; a
    /// criterion that is not listed counts as not met; G4.1 takes no result, its share decides. An
    /// uncertain market is "denominator_low" with "denominator_high"; without "popularity" there is no
    /// figure. Prints outcome (national, potential, rejected, or undetermined where the interval
    /// crosses the threshold), unmet criteria, share and the steps. Wrong input exits 2 with a problem
    /// document on standard error.
    Outcome {
        /// Print the criteria of this regulation version instead
        #[arg(long, value_name = "REGULATION")]
        criteria: Option<String>,
    },
}

/// Where a server listens.
#[derive(Debug, clap::Args)]
pub struct Door {
    /// Address to listen on
    #[arg(long, value_name = "ADDR", value_parser = crate::serving::parse_address)]
    pub listen: Option<std::net::SocketAddr>,
    /// Leave the worker out: another process does its work
    #[arg(long)]
    pub no_worker: bool,
}

#[derive(Debug, Subcommand)]
pub enum ConfigStep {
    /// Report everything that is wrong with it, at once
    Check,
}

#[derive(Debug, Subcommand)]
pub enum Export {
    /// A register as of a day, as CSV
    Register {
        /// list, recognised, deployed or planned
        #[arg(default_value = "list")]
        register: String,
        /// Today if not given
        #[arg(long, value_name = "DATE")]
        on: Option<chrono::NaiveDate>,
    },
    /// All platforms on record with what sources say of them, as CSV
    Platforms,
    /// The text of a criteria set in force, as one TOML file
    Set {
        /// Its list entry, list_…
        entry: String,
    },
    /// The event log
    Log {
        #[arg(long, value_enum, default_value_t = LogFormat::Xes)]
        format: LogFormat,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// IEEE XES
    Xes,
}

#[derive(Debug, Subcommand)]
pub enum Succession {
    /// List the open files of an organisation as CSV, with a suggestion to be decided line by line
    Preview {
        #[arg(value_name = "CODE")]
        from: String,
    },
    /// Move the files as the CSV says; may be run again
    Apply(SuccessionRun),
    /// Move them back
    Undo(SuccessionRun),
}

#[derive(Debug, clap::Args)]
pub struct SuccessionRun {
    /// The CSV of `preview`, with the column "to" decided
    pub file: PathBuf,
    /// Name of the plan: the same for apply, a second run and undo
    #[arg(long, value_name = "UUID")]
    pub plan: uuid::Uuid,
    /// Legal date
    #[arg(long, value_name = "DATE")]
    pub on: chrono::NaiveDate,
    /// Legal basis
    #[arg(long, value_name = "TEXT")]
    pub basis: String,
    /// Account of the signer of the focal agency, acc_…
    #[arg(long, value_name = "ACCOUNT")]
    pub by: String,
}

fn parse_seal(text: &str) -> Result<(u64, ndp_domain::canonical::Hash), String> {
    let (n, hash) = text.split_once(':').ok_or("N:HASH")?;
    let hash = ndp_domain::canonical::Hash::parse(hash).ok_or("64 hex digits")?;
    Ok((n.parse().map_err(|_| "N:HASH")?, hash))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Mermaid,
    Svg,
    /// BPMN 2.0, one diagram a machine
    Bpmn,
}

/// What a command is run with.
#[derive(Debug)]
pub struct Setting {
    pub config: Config,
    pub lang: Lang,
    pub json: bool,
    pub data: PathBuf,
    /// The folder was named on the command line.
    pub named: bool,
}

/// Exit codes of every command.
pub const FOUND_WRONG: u8 = 1;
pub const WRONG_USE: u8 = 2;

/// Parses and runs.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.collect();
    let outcome = args.iter().skip(1).any(|a| a == "outcome");
    let parsed = match Args::try_parse_from(&args) {
        Ok(parsed) => parsed,
        // `outcome` answers in JSON only, wrong options included.
        Err(error) if outcome && error.use_stderr() => {
            let lang = if args.windows(2).any(|w| w.first().is_some_and(|a| a == "--lang") && w.get(1).is_some_and(|a| a == "en")) {
                Lang::En
            } else {
                Lang::Vi
            };
            return commands::refuse_outcome(&crate::outcome::Mistake { pointer: String::new(), name: "unknown_option" }, lang);
        }
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(WRONG_USE) } else { ExitCode::SUCCESS };
        }
    };
    let environment = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    let config = match config::read(parsed.config.as_deref(), environment) {
        Ok(config) => config,
        Err(error) => {
            let lang = parsed.lang.unwrap_or_default();
            let message = match &error {
                config::ConfigError::Key { text, key } => texts(lang).get(text, &[("key", key)]),
                other => other.to_string(),
            };
            let message = texts(lang).get("cli-config-wrong", &[("message", &message)]);
            return commands::wrong_use(&message, "config.wrong", parsed.json || outcome, lang);
        }
    };
    let lang = parsed.lang.or_else(|| config.lang.parse().ok()).unwrap_or_default();
    let data = parsed.data.clone().unwrap_or_else(|| config.data.clone());
    let setting = Setting { config, lang, json: parsed.json, data, named: parsed.data.is_some() };
    match parsed.command {
        Command::Demo { check, build_only, door } => commands::demo(&setting, check, build_only, &door),
        Command::Serve { door } => serving::serve(&setting, door.listen, door.no_worker),
        Command::Work => serving::work(&setting),
        Command::User { email, name, organisation, password_file } => {
            serving::user(&setting, &serving::NewUser { email, name, organisation, password_file })
        }
        Command::Config { step: ConfigStep::Check } => serving::check(&setting),
        Command::Openapi => {
            commands::print(ndp_server::openapi::text().trim_end());
            ExitCode::SUCCESS
        }
        Command::Migrate => commands::migrate(&setting),
        Command::Check { seal } => commands::check(&setting, seal),
        Command::Process { format, machine } => commands::process(&setting, format, machine.as_deref()),
        Command::Import { files, confirmed_by, entered_by, organisation, dry_run } => {
            transfer::import(&setting, &transfer::Import { files, confirmed_by, entered_by, organisation, dry_run })
        }
        Command::Export { what } => transfer::export(&setting, &what),
        Command::Lint { file, regulation } => transfer::lint(&setting, &file, &regulation),
        Command::Compare { entry, old, new } => transfer::compare(&setting, &entry, old, new),
        Command::Draft { file, by } => transfer::draft(&setting, &file, &by),
        Command::Whatif { set, regulation } => whatif::run(&setting, set.as_deref(), regulation.as_deref()),
        Command::Load { set, file, by, dry_run } => loading::load(&setting, set, &file, &by, dry_run),
        Command::Succession { step } => transfer::succession(&setting, &step),
        Command::Outcome { criteria } => commands::outcome(&setting, criteria.as_deref()),
    }
}
