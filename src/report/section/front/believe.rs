//! Whether the numbers can be believed: what was checked, and what no check can see.

use super::super::pieces::counted;
use crate::report::material::Material;
use crate::spec::Severity;

pub(super) fn lines(material: &Material<'_>) -> Vec<String> {
    let seen = &material.built.certificate;
    let mut lines = vec![format!(
        "No look-ahead at {} that were cut ([#look-ahead]); a column that is wrong about its own date would not show",
        counted(seen.dates.len(), "date", "dates")
    )];
    lines.push(match material.summary.alarms.len() {
        0 => "Leak alarms: none".to_owned(),
        n => format!("{}: see the verdict", counted(n, "alarm", "alarms")),
    });
    lines.push(match trials(material) {
        0 => "Settings: none was searched".to_owned(),
        n => format!("{} tried inside the windows", counted(n, "setting", "settings")),
    });
    let findings = || material.profiles.iter().flat_map(|profile| &profile.findings);
    let warned = findings().filter(|finding| Severity::Warn <= finding.severity).count();
    lines.push(format!("{}, {} ([#data])", counted(findings().count(), "data issue", "data issues"), counted(warned, "warning", "warnings")));
    lines
}

/// Combinations of settings that were searched.
fn trials(material: &Material<'_>) -> usize {
    let tuned = material.facts.spec.models.iter().filter_map(|model| model.tune.as_ref());
    tuned.map(|tune| tune.trials.len()).sum()
}
