//! Markdown: the page of a kept run for mail, word processors and assistants, and its tables as CSV.
//!
//! Both are made of the page in `summary.json`, so that they say what the run said whatever this program would say today.

mod csv;
mod escape;
mod value;

use std::path::Path;

use serde_json::Value;

use super::told::Told;
use crate::error::Result;
use crate::evidence::Kept;
use escape::{code, code_in_table, fenced, prose, prose_in_table, text};
use value::{cell, list, string, words};

/// The page of a run whose folder was checked, as GitHub-flavoured Markdown.
pub fn markdown(folder: &Path, kept: &Kept) -> Result<String> {
    Ok(page(&Told::<Value>::read(folder, kept)?.page, &kept.run_sha256))
}

/// Every table of a run whose folder was checked, as CSV: file name and text.
pub fn csv(folder: &Path, kept: &Kept) -> Result<Vec<(String, String)>> {
    Ok(csv::files(&Told::<Value>::read(folder, kept)?.page))
}

fn page(page: &Value, digest: &str) -> String {
    let head = &page["head"];
    let mut out = vec![format!("# {}", text(string(&head["title"])))];
    let facts = [("Portfolio", "portfolio"), ("Model", "model_id"), ("Tier", "tier"), ("Owner", "owner"), ("Run", "run_id"), ("Program", "version")];
    let mut lines: Vec<String> = facts
        .iter()
        .filter(|(_, key)| !string(&head[*key]).is_empty())
        .map(|(label, key)| format!("- {label}: {}", text(string(&head[*key]))))
        .collect();
    lines.insert(0, format!("- As of: {}", text(string(&head["as_of"]))));
    let tested = &head["test_period"];
    let period = if tested.is_null() { "nothing".to_owned() } else { format!("{} to {}", string(&tested["from"]), string(&tested["to"])) };
    lines.push(format!("- Tested: {}", text(&period)));
    lines.push(format!("- Digest of the run: {}", code(digest)));
    out.push(lines.join("\n"));
    let verdict = &head["verdict"];
    let colour = value::capital(string(&verdict["state"]));
    out.push(format!("**{}.** {}", text(&colour), prose(string(&verdict["headline"]))));
    out.extend(points(&verdict["sentences"]));
    // Pages of earlier programs have their limits in the head.
    out.extend(Some(&head["limits"]).filter(|table| table.is_object()).map(table));
    out.extend(front(&page["front"]));
    for part in ["sections", "record"] {
        out.extend(list(&page[part]).iter().flat_map(section));
    }
    let roles = ["prepared", "reviewed", "approved"].iter().map(|role| {
        let name = string(&head["sign_off"][*role]);
        format!("- {}: {}", value::capital(role), if name.is_empty() { "not stated".to_owned() } else { text(name) })
    });
    out.push(format!("## Sign-off\n\n{}", roles.collect::<Vec<_>>().join("\n")));
    out.retain(|block| !block.is_empty());
    out.join("\n\n") + "\n"
}

/// Page one.
fn front(front: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for cell in list(&front["cells"]) {
        out.push(format!("**{}**", text(string(&cell["title"]))));
        out.extend(points(&cell["lines"]));
    }
    out.extend(Some(&front["limits"]).filter(|table| table.is_object()).map(table));
    out.extend(tiles(&front["tiles"]));
    out.extend(list(&front["figures"]).iter().map(figure));
    if let Some(limitations) = points(&front["limitations"]) {
        out.extend(["**Gravest limitations**".to_owned(), limitations]);
    }
    let recommendation = string(&front["recommendation"]);
    if !recommendation.is_empty() {
        out.push(format!("**Recommendation.** {}", prose(recommendation)));
    }
    out
}

fn section(section: &Value) -> Vec<String> {
    let number = words(&section["number"]);
    let mut out = vec![format!("## {} {}", text(&number), prose(string(&section["title"])))];
    out.extend(list(&section["blocks"]).iter().map(block));
    out
}

fn block(block: &Value) -> String {
    let content = &block["content"];
    match string(&block["kind"]) {
        "subhead" => format!("### {} {}", text(&words(&content["number"])), prose(string(&content["title"]))),
        "text" => prose(string(content)),
        "list" => points(content).unwrap_or_default(),
        "table" => table(content),
        "figure" => figure(content),
        "code" => format!("**{}**\n\n{}", text(string(&content["title"])), fenced(string(&content["text"]))),
        "key_numbers" => tiles(content).unwrap_or_default(),
        // Of a later program: nothing is left out without a word.
        other => format!("(A part of kind {} stands in report.html alone.)", code(other)),
    }
}

fn points(list_of: &Value) -> Option<String> {
    let points: Vec<String> = list(list_of).iter().map(|point| format!("- {}", prose(string(point)))).collect();
    (!points.is_empty()).then(|| points.join("\n"))
}

fn figure(figure: &Value) -> String {
    let note = string(&figure["note"]);
    let note = if note.is_empty() { String::new() } else { format!(" {}", prose(note)) };
    format!("**Figure {}** {}.{note} (It is drawn in report.html.)", text(&words(&figure["number"])), prose(string(&figure["title"])))
}

/// Numbers that matter: a line each.
fn tiles(tiles: &Value) -> Option<String> {
    let line = |tile: &Value| {
        let value = match string(&tile["value"]["kind"]) {
            "na" => format!("n/a ({})", prose(string(&tile["value"]["value"]))),
            _ => text(&cell(&tile["value"], "")),
        };
        let comparison = string(&tile["comparison"]);
        let comparison = if comparison.is_empty() { String::new() } else { format!("; {}", prose(comparison)) };
        let mark = if tile["mark"].is_object() { format!(", {}", text(&cell(&tile["mark"], ""))) } else { String::new() };
        let n = tile["n"].as_u64().map(|n| format!("; n = {}", super::format::count(n))).unwrap_or_default();
        format!("- {}: **{value}**{mark}{comparison}{n}", prose(string(&tile["label"])))
    };
    let lines: Vec<String> = list(tiles).iter().map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A table with the rows that the page prints, its note and the reasons of its `n/a` cells.
fn table(table: &Value) -> String {
    let columns = list(&table["columns"]);
    let rows = list(&table["rows"]);
    let mut out = vec![format!("**Table {}** {}", text(&words(&table["number"])), prose(string(&table["title"])))];
    let reasons: Vec<&str> = list(&table["reasons"]).iter().map(string).collect();
    if rows.is_empty() || columns.is_empty() {
        out.push("No rows.".to_owned());
    } else {
        let heading = |column: &Value| {
            let (name, unit) = (text(string(&column["name"])), string(&column["unit"]));
            if unit.is_empty() { name } else { format!("{name}, {}", text(unit)) }
        };
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let rule = |column: &Value| if string(&column["align"]) == "right" { "---:".to_owned() } else { "---".to_owned() };
        let shown = table["shown"].as_u64().map_or(rows.len(), |shown| rows.len().min(shown as usize));
        let printed = |row: &Value| {
            let cells = list(row).iter().zip(columns);
            line(cells.map(|(value, column)| in_table(value, string(&column["unit"]), &reasons)).collect())
        };
        let mut lines = vec![line(columns.iter().map(heading).collect()), line(columns.iter().map(rule).collect())];
        lines.extend(rows[..shown].iter().map(printed));
        out.push(lines.join("\n"));
        if shown < rows.len() {
            out.push(format!("{} more rows in summary.json, table {}.", rows.len() - shown, code(string(&table["id"]))));
        }
    }
    let note = string(&table["note"]);
    if !note.is_empty() {
        out.push(prose(note));
    }
    out.extend(reasons.iter().enumerate().map(|(at, reason)| format!("({}) n/a: {}", super::format::footnote_mark(at), prose(reason))));
    out.join("\n\n")
}

fn in_table(value: &Value, unit: &str, reasons: &[&str]) -> String {
    let words = string(&value["value"]);
    match string(&value["kind"]) {
        "text" => prose_in_table(words),
        "code" => code_in_table(words),
        "na" => {
            reasons.iter().position(|reason| *reason == words).map_or("n/a".to_owned(), |at| format!("n/a ({})", super::format::footnote_mark(at)))
        }
        _ => text(&cell(value, unit)),
    }
}

#[cfg(test)]
mod test;
