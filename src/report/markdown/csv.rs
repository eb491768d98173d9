//! CSV: every table of a page with all of its rows, by its anchor. Numbers are whole, in the unit that the heading names.
//!
//! Source: RFC 4180 (2005): fields with commas, quotes or line ends in quotes, quotes doubled, lines ended by CR LF.

use serde_json::Value;

use super::escape::unlinked;
use super::value::{list, string, words};
use crate::report::page::anchor;

/// Significant digits of a number that is brought to another unit: what follows is the noise of the product.
const DIGITS: usize = 15;

/// File name and text of every table.
pub(super) fn files(page: &Value) -> Vec<(String, String)> {
    let sections = ["sections", "record"].into_iter().flat_map(|part| list(&page[part]));
    let blocks =
        sections.flat_map(|section| list(&section["blocks"])).filter(|block| string(&block["kind"]) == "table").map(|block| &block["content"]);
    let heads = [&page["head"]["limits"], &page["front"]["limits"]].into_iter().filter(|table| table.is_object());
    let mut files: Vec<(String, String)> = Vec::new();
    for table in heads.chain(blocks) {
        // Whatever the anchor, the name is a plain word: nothing is written elsewhere.
        let word = Some(anchor(string(&table["id"]))).filter(|word| !word.is_empty()).unwrap_or_else(|| "table".to_owned());
        let names = std::iter::once(format!("{word}.csv")).chain((2_u32..).map(|n| format!("{word}-{n}.csv")));
        let mut free = names.filter(|name| files.iter().all(|(taken, _)| taken != name));
        let name = free.next().expect("a number is free");
        files.push((name, text(table)));
    }
    files
}

fn text(table: &Value) -> String {
    let columns = list(&table["columns"]);
    let heading = |column: &Value| {
        let (name, unit) = (string(&column["name"]), string(&column["unit"]));
        safe(&if unit.is_empty() { name.to_owned() } else { format!("{name}, {unit}") })
    };
    let row = |row: &Value| list(row).iter().zip(columns).map(|(cell, column)| field(cell, string(&column["unit"]))).collect::<Vec<_>>();
    let rows = std::iter::once(columns.iter().map(heading).collect()).chain(list(&table["rows"]).iter().map(row));
    rows.map(|fields: Vec<String>| fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

/// A cell: numbers whole, a percentage with its sign where the column names no unit, undefined ones as `n/a (reason)`.
fn field(cell: &Value, unit: &str) -> String {
    let value = &cell["value"];
    let number = |factor: f64, suffix: &str| {
        let printed = value.as_f64().map_or("n/a".to_owned(), |value| in_unit(value, factor));
        if unit.is_empty() { printed + suffix } else { printed }
    };
    match string(&cell["kind"]) {
        "count" => words(value),
        "number" | "money" | "p_value" => number(1.0, ""),
        "percent" | "bar" => number(100.0, " %"),
        "basis_points" => number(10_000.0, " bp"),
        "spark" => list(value).iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        "na" => format!("n/a ({})", plain(string(value))),
        "date" => string(value).to_owned(),
        // Text, code, verdicts.
        _ => safe(&plain(string(value))),
    }
}

fn in_unit(value: f64, factor: f64) -> String {
    if (factor - 1.0).abs() < f64::EPSILON {
        return value.to_string();
    }
    let rounded = format!("{:.*e}", DIGITS - 1, value * factor);
    rounded.parse::<f64>().map_or(rounded, |value| value.to_string())
}

/// Words without the marks of code and links.
fn plain(words: &str) -> String {
    unlinked(words).replace('`', "")
}

/// Words that a spreadsheet takes for words: what would begin a formula there has a quote before it.
fn safe(words: &str) -> String {
    if words.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{words}") } else { words.to_owned() }
}

fn quoted(field: &str) -> String {
    let is_plain = !field.contains([',', '"', '\r', '\n']) && field.trim() == field;
    if is_plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}
