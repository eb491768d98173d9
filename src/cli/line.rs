//! The line of JSON that `run`, `backfill` and `catch-up` print with `--json` for each run, on stdout.

use serde_json::{Value, json};

use super::Exit;
use crate::day::Day;
use crate::error::Error;
use crate::run::{Due, Planned, Ran};

/// Of a report that was made, or that was there already. Of the latter nothing was trained, and no time is told.
pub(super) fn ran(report: &str, ran: &Ran, exit: Exit) -> Value {
    let (ended, machine) = (&ran.ended, &ran.manifest.machine);
    let worked = |value: Value| if ran.was_unchanged { Value::Null } else { value };
    json!({
        "report": report,
        "state": if ran.was_unchanged { "unchanged" } else { "made" },
        "exit_code": exit.code(),
        "as_of": ran.manifest.as_of,
        "folder": ran.folder.display().to_string(),
        "verdict": ended.colour,
        "headline": ended.headline,
        "limits": { "total": ended.n_limits, "breached": ended.n_breached, "not_judged": ended.n_not_judged },
        "n_trained": worked(json!(machine.n_trained)),
        "n_known": worked(json!(machine.n_known)),
        "seconds": worked(json!(machine.seconds_total)),
        "run_sha256": ran.run_sha256,
        "error": null,
    })
}

/// Of a run that was there and was left, whatever it was made from.
pub(super) fn left(report: &str, found: &Ran, exit: Exit) -> Value {
    let mut line = ran(report, found, exit);
    line["state"] = json!("left");
    line
}

/// Of a run that a backfill would make, find unchanged or leave.
pub(super) fn due(report: &str, state: &str, due: &Due) -> Value {
    json!({
        "report": report,
        "state": state,
        "exit_code": 0,
        "as_of": due.as_of,
        "folder": due.place.display().to_string(),
        "previous": due.previous,
    })
}

/// Of a report that was not made; the day where others were.
pub(super) fn failed(report: &str, as_of: Option<Day>, error: &Error, exit: Exit) -> Value {
    let fault = error.fault();
    json!({
        "report": report,
        "state": if matches!(exit, Exit::NotReady(_)) { "not_ready" } else { "failed" },
        "exit_code": exit.code(),
        "as_of": as_of,
        "folder": null,
        "verdict": null,
        "headline": null,
        "limits": null,
        "n_trained": null,
        "n_known": null,
        "seconds": null,
        "run_sha256": null,
        "error": { "place": fault.place, "problem": fault.problem, "hint": fault.hint },
    })
}

/// Of a report that `--dry-run` would make.
pub(super) fn planned(report: &str, planned: &Planned) -> Value {
    let tables: Vec<Value> =
        planned.tables.iter().map(|(name, n_files, n_bytes)| json!({ "table": name, "files": n_files, "bytes": n_bytes })).collect();
    let steps = planned.steps.map(|steps| {
        json!({
            "rows": steps.n_rows,
            "entities": steps.n_entities,
            "features": steps.n_features,
            "windows": steps.n_windows,
            "models": steps.n_models,
            "first_tested": steps.first,
            "last_tested": steps.last,
        })
    });
    json!({
        "report": report,
        "state": "planned",
        "exit_code": 0,
        "as_of": planned.as_of,
        "folder": planned.place.display().to_string(),
        "tables": tables,
        "previous": planned.previous,
        "n_kept": planned.n_kept,
        "steps": steps,
    })
}

/// The same in words.
pub(super) fn planned_words(report: &str, planned: &Planned) -> String {
    let mut lines = vec![match &planned.steps {
        Some(_) => format!("{report}: as of {}, would be written to {}", planned.as_of, planned.place.display()),
        None => format!("{report}: as of {}, unchanged in {}: nothing to do", planned.as_of, planned.place.display()),
    }];
    lines.extend(planned.tables.iter().map(|(name, n_files, n_bytes)| format!("  table {name}: {n_files} files, {n_bytes} bytes")));
    if let Some(steps) = &planned.steps {
        lines.push(format!("  features: {} rows, {} entities, {} features", steps.n_rows, steps.n_entities, steps.n_features));
        let n_steps = steps.n_windows * steps.n_models;
        lines.push(format!(
            "  windows: {} x {} models = {n_steps} steps, tested {} to {}; {} results of earlier nights are kept",
            steps.n_windows, steps.n_models, steps.first, steps.last, planned.n_kept
        ));
        lines.push(format!("  compared with: {}", planned.previous.as_deref().unwrap_or("no earlier run")));
    }
    lines.join("\n")
}
