//! Whether the numbers can be believed: what was checked, and what no check can see.

use super::super::pieces::counted;
use crate::report::format;
use crate::report::material::Material;
use crate::spec::{DataOrigin, Severity};

pub(super) fn lines(material: &Material<'_>) -> Vec<String> {
    let seen = &material.built.certificate;
    let mut lines =
        vec![format!("No look-ahead at {} ([#look-ahead]); a wrong date in a column would not show", counted(seen.cuts.len(), "date", "dates"))];
    let alarms = match material.summary.alarms.len() {
        0 => "Leak alarms: none".to_owned(),
        n => format!("{}: see the verdict", counted(n, "alarm", "alarms")),
    };
    lines.push(match trials(material) {
        0 => format!("{alarms}; no setting searched"),
        n => format!("{alarms}; {} tried inside the windows", counted(n, "setting", "settings")),
    });
    lines.extend(accounts(material));
    let findings = || material.profiles.iter().flat_map(|profile| &profile.findings);
    let warned = findings().filter(|finding| Severity::Warn <= finding.severity).count();
    let issues = match findings().count() {
        0 => "no data issue".to_owned(),
        n => format!("{}, {}", counted(n, "data issue", "data issues"), counted(warned, "warning", "warnings")),
    };
    lines.push(format!("{}; {issues} ([#data])", origin(material)));
    lines
}

/// "Accounts of 2 books kept twice: 338,089 checks hold ([#book-accounts])".
fn accounts(material: &Material<'_>) -> Option<String> {
    let replays = &material.summary.replays;
    let (n_checks, n_faults) = replays.iter().fold((0, 0), |(checks, faults), (_, one)| (checks + one.n_checks, faults + one.n_faults));
    let held = if n_faults == 0 { " hold".to_owned() } else { format!(", {} fail", format::count(n_faults as u64)) };
    // Books of loans have no section of their accounts.
    let place = if material.summary.strategies.is_empty() { "" } else { " ([#book-accounts])" };
    (!replays.is_empty()).then(|| {
        format!("Accounts of {} kept twice: {} checks{held}{place}", counted(replays.len(), "book", "books"), format::count(n_checks as u64))
    })
}

fn origin(material: &Material<'_>) -> String {
    match material.facts.spec.governance.data_origin {
        Some(DataOrigin::Observed) => "Data: observed, as the author states".to_owned(),
        Some(DataOrigin::Synthetic) => "Data: synthetic".to_owned(),
        Some(DataOrigin::Mixed) => "Data: observed and synthetic, as the author states".to_owned(),
        None => "Data: observed or synthetic not stated (`data_origin`)".to_owned(),
    }
}

/// Combinations of settings that were searched.
fn trials(material: &Material<'_>) -> usize {
    let tuned = material.facts.spec.models.iter().filter_map(|model| model.tune.as_ref());
    tuned.map(|tune| tune.trials.len()).sum()
}
