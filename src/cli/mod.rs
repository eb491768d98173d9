//! The command line: stdout is for data, stderr for messages, the exit code for schedulers.

mod args;
mod asked;
mod backfill;
mod begins;
mod check;
mod diff;
mod ending;
mod escape;
mod exit;
mod features;
mod import;
mod line;
mod new;
mod night;
mod progress;
mod prune;
mod query;
mod report;
mod run;
mod shell;
mod sign;
mod under_way;
mod verify;
mod watch;
mod windows;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
pub(crate) use exit::Exit;

use crate::error::{Error, Result};
use crate::{bound, place, sample};

/// Bytes of the stack on which a command runs: it holds the deepest SQL that is taken. Only what is used of it is memory.
const STACK: usize = 256 << 20;

/// Reads the arguments, does what they ask, and answers with an exit code.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(refusal) => {
            // Help and version are answers; everything else the user can fix.
            let exit = if refusal.use_stderr() { Exit::Fixable } else { Exit::Good };
            if refusal.use_stderr() {
                talk(refusal.render().to_string().trim_end());
                return exit.into();
            }
            return refusal.print().map_or(Exit::Fixable, |()| exit).into();
        }
    };
    let ended = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("plimsoll".to_owned()).stack_size(STACK);
        let command =
            thread.spawn_scoped(scope, || dispatch(&args)).map_err(|cause| Error::machine("threads", format!("cannot be started: {cause}")));
        command.map(std::thread::ScopedJoinHandle::join)
    });
    let exit = match ended {
        Ok(Ok(Ok(exit))) => exit,
        Ok(Ok(Err(error))) | Err(error) => {
            tell(&args, &error);
            Exit::Fixable
        }
        Ok(Err(_)) => {
            talk("error: this is a bug in plimsoll; please report it with the message above. Nothing already written is lost.");
            Exit::Bug
        }
    };
    // Whoever ends the process from beside it does so with its own code.
    std::mem::forget(ending::line());
    exit.into()
}

fn dispatch(args: &Args) -> Result<Exit> {
    under_way::note(|now| now.command = args.command.name());
    args.memory.into_iter().for_each(bound::set);
    place::allow(&args.allow_outside)?;
    watch::start(args)?;
    if let Some(threads) = args.threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build_global();
        pool.map_err(|cause| Error::machine("--threads", cause))?;
    }
    let root = args.root.as_path();
    match &args.command {
        Command::Run(asked) => run::run(args, asked),
        Command::Backfill(asked) => backfill::backfill(args, asked),
        Command::CatchUp(asked) => backfill::catch_up(args, asked),
        Command::Check { specs, explain, metrics } => check::check(root, specs, *explain, *metrics),
        Command::Features { spec, catalogue, rows } => features::features(root, spec, catalogue.as_deref(), rows.as_deref()),
        Command::Query { sql, tables, times } => query::query(root, sql, tables, *times),
        Command::Windows { spec } => windows::windows(root, spec),
        Command::Verify { run, signers, at, require } => verify::verify(args, run, signers.as_deref(), *at, require),
        Command::Sign { run, role, key, remark } => sign::sign(args, run, *role, key, remark),
        Command::Diff { html: true, before, after } => diff::page(args, before, after),
        Command::Diff { html: false, before, after } => diff::diff(before, after),
        Command::Report { run, markdown, csv } => report::report(args, run, *markdown, csv.as_deref()),
        Command::Prune(asked) => prune::prune(args, asked),
        Command::Import(import) => import::import(args, &import.table, &import.request(root)),
        Command::New(asked) => new::new(root, asked),
        Command::Sample { folder, seed } => {
            for file in sample::write(&root.join(folder), *seed)? {
                say(&format!("{}  {}  {} rows  {} bytes", file.sha256, file.name, file.n_rows, file.n_bytes))?;
            }
            Ok(Exit::Good)
        }
        Command::Completions { shell } => shell::completions(*shell),
        Command::Man { command } => shell::man(command.as_deref()),
        Command::Schema { of } => shell::schema(*of),
    }
}

/// The spec files meant by paths that name files or folders.
fn found(root: &Path, paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut specs = Vec::new();
    for path in paths {
        let whole = root.join(path);
        if !whole.is_dir() {
            specs.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(&whole).map_err(|cause| Error::machine(path.display(), format!("cannot be read: {cause}")))?;
        let mut here: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| path.join(entry.file_name()))
            .filter(|spec| spec.extension().is_some_and(|extension| extension == "toml"))
            .collect();
        if here.is_empty() {
            return Err(Error::spec(path.display(), "the folder holds no report (*.toml)").hint("name a report, or the folder `reports`"));
        }
        here.sort();
        specs.append(&mut here);
    }
    Ok(specs)
}

/// An error on stderr, as words or as one JSON line.
fn tell(args: &Args, error: &Error) {
    let _line = ending::line();
    print(args, error);
}

/// The same, for whoever holds the line.
fn print(args: &Args, error: &Error) {
    let fault = error.fault();
    let words = if args.json {
        escape::json(&serde_json::json!({ "event": "error", "place": fault.place, "problem": fault.problem, "hint": fault.hint }))
    } else {
        escape::lines(&format!("error: {error}"))
    };
    let _ = writeln!(std::io::stderr(), "{words}");
}

/// A line on stderr; a closed stderr is no reason to fail.
fn talk(line: &str) {
    let _line = ending::line();
    let _ = writeln!(std::io::stderr(), "{}", escape::lines(line));
}

/// A JSON line on stderr.
fn talk_json(object: &serde_json::Value) {
    let _line = ending::line();
    let _ = writeln!(std::io::stderr(), "{}", escape::json(object));
}

/// A line of data.
fn say(line: &str) -> Result<()> {
    let _line = ending::line();
    said(writeln!(std::io::stdout(), "{}", escape::lines(line)))
}

/// A line of data in JSON.
fn say_json(object: &serde_json::Value) -> Result<()> {
    let _line = ending::line();
    said(writeln!(std::io::stdout(), "{}", escape::json(object)))
}

/// A text of ours, as it is.
fn say_bytes(text: &[u8]) -> Result<Exit> {
    let _line = ending::line();
    said(std::io::stdout().write_all(text)).map(|()| Exit::Good)
}

/// A reader that has seen enough (`| head`) is no failure.
fn said(written: std::io::Result<()>) -> Result<()> {
    match written {
        Err(cause) if cause.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::machine("stdout", cause)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Rows of words as aligned columns.
fn aligned(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| escape::value(cell)).collect()).collect();
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..n_columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
