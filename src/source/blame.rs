//! Errors of DataFusion in words of ours, with the file and the line to blame.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DataFusionError;

use super::session::VOLATILE;
use crate::error::Error;

/// A type in words a quant uses.
#[must_use]
pub fn kind_name(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Boolean => "true/false".to_owned(),
        other => other.to_string(),
    }
}

/// What DataFusion says, without its layers.
pub(super) fn plain(cause: &DataFusionError) -> String {
    let text = cause.find_root().strip_backtrace();
    let text = text.lines().next().unwrap_or_default();
    let text =
        ["Error during planning: ", "Schema error: ", "SQL error: ", "Execution error: ", "Arrow error: ", "This feature is not implemented: "]
            .iter()
            .fold(text, |text, prefix| text.strip_prefix(prefix).unwrap_or(text));
    let text = text.strip_prefix("ParserError(\"").and_then(|text| text.strip_suffix("\")")).unwrap_or(text);
    text.trim_end_matches('.').replace("\"?table?\".", "")
}

/// An error of ours that came through DataFusion.
pub(super) fn ours(cause: &DataFusionError) -> Option<Error> {
    let mut chain = std::iter::successors(Some(cause as &dyn std::error::Error), |cause| cause.source());
    chain.find_map(|cause| cause.downcast_ref::<Error>()).cloned()
}

/// An SQL error with its file and, where it can be told, its line; an error of ours that came through DataFusion is told as it is.
#[must_use]
pub fn blame(file: &str, text: &str, cause: &DataFusionError) -> Error {
    if let Some(error) = ours(cause) {
        return error;
    }
    let problem = plain(cause);
    if let Some(limit) = problem.strip_prefix("RecursionLimitExceeded (current limit: ") {
        let limit = limit.trim_end_matches(')');
        return Error::sql(file, format!("brackets, cases or selects stand in each other too deeply, about {limit} deep"))
            .hint("name parts of the expression in a select before it");
    }
    if problem.starts_with("The used disk space during the spilling process") {
        return Error::sql(
            file,
            format!("sorts want more disk than there is for them, 80 % of what was free in TMPDIR ({})", std::env::temp_dir().display()),
        )
        .hint("free disk space or set TMPDIR to a larger disk; or give tables `sorted_by`, so that nothing is sorted");
    }
    let line = cause
        .diagnostic()
        .and_then(|diagnostic| diagnostic.span)
        .map(|span| span.start.line)
        .or_else(|| line_in_words(&problem))
        .or_else(|| line_of_name(&problem, text));
    let place = line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"));
    let hint = remedy(&problem);
    let error = Error::sql(place, problem);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The remedy of refusals whose words do not name it.
fn remedy(problem: &str) -> Option<&'static str> {
    if problem.starts_with("DML") || problem.starts_with("DDL") || problem.starts_with("Statement") {
        return Some("a file holds one select");
    }
    if problem.starts_with("Divide by zero") {
        return Some("guard integer divisions with nullif(denominator, 0), or cast to double");
    }
    let is_volatile = VOLATILE.iter().any(|name| problem == format!("Invalid function '{name}'"));
    is_volatile.then_some("the clock and chance have no place in a feature: the same data must give the same numbers")
}

/// sqlparser ends its messages with `at Line: 3, Column: 7`.
fn line_in_words(problem: &str) -> Option<u64> {
    let (_, rest) = problem.split_once("Line: ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The first line of the SQL with the first name that the message quotes.
fn line_of_name(problem: &str, text: &str) -> Option<u64> {
    let name = problem.split(['\'', '"', '`']).nth(1)?;
    let name = name.rsplit('.').next()?;
    let found = text.lines().position(|line| !name.is_empty() && line.contains(name))?;
    Some(found as u64 + 1)
}
