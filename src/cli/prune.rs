//! `plimsoll prune`: delete old runs of a report.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::Args;
use super::{Exit, escape, say, say_json};
use crate::error::{Error, Result};
use crate::folder::{self, Fate, Judged, Keep, ReportFolder};
use crate::report;

/// The arguments of `prune`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Asked {
    /// A report: the folder of its runs, such as reports/equity_var, its name, or its spec.
    report: PathBuf,
    /// The runs to keep: of each of the last N days (d), weeks (w), months (mo) or years (y) the last run, such as 30d,12mo. They are counted from the
    /// newest run, which is kept always, and not from today. Kept whatever their day are signed runs, runs that hold what no run wrote or that were
    /// edited, and those with which a kept run was compared.
    #[arg(long, value_name = "RULES")]
    keep: Keep,
    /// Say what would be deleted; delete nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Deletes what is not kept, oldest first, and lists the runs again.
pub(super) fn prune(args: &Args, asked: &Asked) -> Result<Exit> {
    let report = found(args, &asked.report)?;
    let name = report.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if asked.dry_run {
        let judged = folder::judge(&report, &asked.keep)?;
        judged.iter().try_for_each(|run| tell(args, &name, run, "would go"))?;
        return total(args, &name, &judged, "would go");
    }
    let reports = report.parent().unwrap_or(Path::new("."));
    let locked = ReportFolder::lock(reports, &name)?;
    let judged = folder::judge(&report, &asked.keep)?;
    for run in &judged {
        if matches!(run.fate, Fate::Goes(_)) {
            locked.delete(run)?;
        }
        tell(args, &name, run, "deleted")?;
    }
    drop(locked);
    if reports.join("index.html").is_file() {
        report::write_index(&args.root, reports).map_err(|error| error.hint("the runs are deleted; the next run lists what is left"))?;
    }
    total(args, &name, &judged, "deleted")
}

/// The folder of the report's runs.
fn found(args: &Args, report: &Path) -> Result<PathBuf> {
    let is_spec = report.extension().is_some_and(|extension| extension == "toml");
    let below = args.runs().join(if is_spec { Path::new(report.file_stem().unwrap_or_default()) } else { report });
    let place = if !is_spec && folder::has_runs(report)? { report } else { &below };
    // An empty folder would go with its lock.
    if !folder::has_runs(place)? {
        return Err(Error::machine(place.display(), "holds no runs of a report")
            .hint("name the folder of a report's runs, such as reports/equity_var, its name, or its spec"));
    }
    // `.` has no name, and the lock goes by it.
    place.canonicalize().map_err(|cause| Error::machine(place.display(), format!("cannot be read: {cause}")))
}

/// A run and what becomes of it.
fn tell(args: &Args, report: &str, run: &Judged, gone: &str) -> Result<()> {
    let (state, bytes, reason) = match &run.fate {
        Fate::Kept(reason) => ("kept", 0, Some(reason)),
        Fate::Goes(bytes) => (gone, *bytes, None),
    };
    if args.json {
        let folder = run.folder.display().to_string();
        return say_json(
            &json!({ "report": report, "as_of": run.as_of, "folder": folder, "state": state.replace(' ', "_"), "reason": reason, "bytes": bytes }),
        );
    }
    let words = reason.map_or_else(|| format!("{bytes} bytes"), Clone::clone);
    say(&escape::value(&format!("{state:<8}  {}  {words}", run.as_of)))
}

/// The sum of it.
fn total(args: &Args, report: &str, judged: &[Judged], gone: &str) -> Result<Exit> {
    let freed: Vec<u64> = judged.iter().filter_map(|run| if let Fate::Goes(bytes) = run.fate { Some(bytes) } else { None }).collect();
    let (n_gone, n_kept, bytes) = (freed.len(), judged.len() - freed.len(), freed.iter().sum::<u64>());
    if args.json {
        say_json(&json!({ "report": report, "state": gone.replace(' ', "_"), "n_gone": n_gone, "n_kept": n_kept, "bytes": bytes }))?;
    } else {
        say(&escape::value(&format!("{report}: {n_gone} of {} runs {gone}, {bytes} bytes freed", judged.len())))?;
    }
    Ok(Exit::Good)
}
