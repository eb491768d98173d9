//! Value: what stands in a page that was written as JSON; what is not there is empty.

use serde_json::Value;

use crate::report::format;

/// A string; anything else is empty.
pub(super) fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A string or a whole number: tables were numbered by either.
pub(super) fn words(value: &Value) -> String {
    value.as_u64().map_or_else(|| string(value).to_owned(), |number| number.to_string())
}

/// The elements of a list; anything else has none.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The first letter as a capital.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A cell as the page prints it, before it is escaped; a percentage carries its sign where its column names no unit.
pub(super) fn cell(cell: &Value, unit: &str) -> String {
    let (value, words) = (&cell["value"], string(&cell["value"]));
    let suffixed = |printed: String, suffix: &str| if unit.is_empty() { printed + suffix } else { printed };
    let number = |print: &dyn Fn(f64) -> String| value.as_f64().map_or("n/a".to_owned(), print);
    match string(&cell["kind"]) {
        "count" => value.as_u64().map_or("n/a".to_owned(), format::count),
        "number" => number(&|value| format::number(value, cell["digits"].as_u64().unwrap_or(4) as u8)),
        "percent" => suffixed(number(&format::percent), " %"),
        "basis_points" => suffixed(number(&format::basis_points), " bp"),
        "money" => number(&format::money),
        "p_value" => number(&format::p_value),
        "bar" => number(&|share| format!("{} %", format::fixed(100.0 * share, 0))),
        "spark" => format!("{} bins", list(value).len()),
        "na" => "n/a".to_owned(),
        // Text, code, dates, verdicts.
        _ => words.to_owned(),
    }
}
