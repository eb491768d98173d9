//! Exposition: the text format of Prometheus, version 0.0.4, as far as we write it: gauges, and labels of which the first is `report`.
//!
//! Source: Prometheus documentation, Exposition formats, Text-based format.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::error::{Error, Result};

/// A metric: name and help.
pub(super) type Family = (&'static str, &'static str);

/// Labels beside `report`, in the order of their names.
pub(super) type Labels = Vec<(String, String)>;

/// The samples of a report: by name and labels.
pub(super) type Samples = BTreeMap<(String, Labels), f64>;

/// The file: each family's `HELP` and `TYPE`, then its samples, report by report.
pub(super) fn text(families: &[Family], reports: &BTreeMap<String, Samples>) -> String {
    let mut out = String::new();
    for (name, help) in families {
        let samples: Vec<(&String, &Labels, f64)> = reports
            .iter()
            .flat_map(|(report, samples)| {
                samples.iter().filter(|((family, _), _)| family == name).map(move |((_, labels), value)| (report, labels, *value))
            })
            .collect();
        if samples.is_empty() {
            continue;
        }
        let _ = writeln!(out, "# HELP {name} {}\n# TYPE {name} gauge", help.replace('\\', "\\\\").replace('\n', "\\n"));
        for (report, labels, value) in samples {
            let _ = write!(out, "{name}{{report=\"{}\"", escaped(report));
            for (label, value) in labels {
                let _ = write!(out, ",{label}=\"{}\"", escaped(value));
            }
            let _ = writeln!(out, "}} {value}");
        }
    }
    out
}

/// Reads what [`text`] wrote; `place` names the file.
///
/// Errors where a line is none that we write: the file is somebody else's, and is not written over.
pub(super) fn read(place: &str, families: &[Family], text: &str) -> Result<BTreeMap<String, Samples>> {
    let mut reports: BTreeMap<String, Samples> = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let foreign = || {
            Error::machine(format!("{place}:{}", at + 1), "is no line that Plimsoll wrote; nothing was written over").hint("name a file of its own")
        };
        let (name, labels, value) = sample(line).filter(|(name, ..)| families.iter().any(|(family, _)| family == name)).ok_or_else(foreign)?;
        let mut labels = labels.into_iter();
        let (_, report) = labels.next().filter(|(label, _)| label == "report").ok_or_else(foreign)?;
        reports.entry(report).or_default().insert((name, labels.collect()), value);
    }
    Ok(reports)
}

/// `name{label="value",...} number`.
fn sample(line: &str) -> Option<(String, Labels, f64)> {
    let (name, mut rest) = line.split_once('{')?;
    let mut labels = Labels::new();
    loop {
        let (label, after) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut letters = after.char_indices();
        let end = loop {
            match letters.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match letters.next()?.1 {
                    'n' => '\n',
                    letter @ ('\\' | '"') => letter,
                    _ => return None,
                }),
                (_, letter) => value.push(letter),
            }
        };
        labels.push((label.to_owned(), value));
        let after = &after[end + 1..];
        let Some(more) = after.strip_prefix(',') else {
            let value: f64 = after.strip_prefix("} ")?.parse().ok()?;
            return value.is_finite().then(|| (name.to_owned(), labels, value));
        };
        rest = more;
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_whatever_the_labels_hold() {
        let families = [("a_seconds", "Help with a \\ and\na line."), ("b", "Other.")];
        let labels = vec![("metric".to_owned(), "x\\n\"{},\n = é".to_owned())];
        let samples = Samples::from([(("a_seconds".to_owned(), labels), 0.1 + 0.2), (("b".to_owned(), vec![]), -1e-300)]);
        let reports = BTreeMap::from([("one\"".to_owned(), samples.clone()), ("two".to_owned(), samples)]);
        let text = text(&families, &reports);
        assert!(text.starts_with("# HELP a_seconds Help with a \\\\ and\\na line.\n# TYPE a_seconds gauge\na_seconds{report=\"one\\\"\",metric=\""));
        assert_eq!(read("x.prom", &families, &text), Ok(reports));
    }

    #[test]
    fn a_file_of_somebody_else_is_refused() {
        for line in ["up 1", "b{report=\"x\"} NaN", "b{job=\"x\"} 1", "c{report=\"x\"} 1", "b{report=\"x} 1", "b{report=\"x\"} 1 1395066363000"] {
            let error = read("x.prom", &[("b", "Other.")], &format!("# a comment\n{line}\n")).expect_err(line);
            assert_eq!(error.fault().place, "x.prom:2", "{line}");
        }
    }
}
