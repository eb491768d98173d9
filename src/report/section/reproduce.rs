//! Reproduce: the command, the hashes, the seed.

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Code, Column, Section, Subhead, Table};
use crate::spec::Spec;

pub(super) fn section(material: &Material<'_>) -> Section {
    let spec = material.facts.spec;
    let mut section = Section::new("reproduce", "Reproduce");
    let file = spec.file.display();
    let commands = format!("plimsoll run {file} --as-of {0}\nplimsoll verify {1}/{0}", material.as_of, spec.name);
    section.blocks.push(Block::Text(format!(
        "The same inputs and program version {} give the same bytes, on any number of threads: `verify` makes the run again from scratch and compares every file, and every field of `run.json` but those of the machine. Seed {}. `run.json` beside this page names the machine, the commit and the seconds of each stage; `summary.json` holds every number of this page.",
        material.inputs.version, spec.seed
    )));
    section.blocks.push(Block::Code(Code::new("Commands, from the project's root, with the run's --out where it had one", commands)));
    let mut table = Table::new("hashes", "What determined this run", vec![Column::words("Input"), Column::words("SHA-256")]);
    table.note = format!(
        "Run id {}: the first digits of the hash over all of these, the program's version and the as-of date.",
        &material.inputs.sha256()[..12]
    );
    table.shown = 40;
    table.rows = material.inputs.files.iter().map(|(path, hash)| vec![Cell::code(path), Cell::code(hash)]).collect();
    if let Some((run, hash)) = &material.inputs.previous {
        table.rows.push(vec![Cell::text(format!("summary of the previous run {run}")), Cell::code(hash)]);
    }
    section.blocks.push(Block::Table(table));
    let text = without_folders(spec);
    let title = if text == spec.text { spec.file.display().to_string() } else { format!("{}, absolute folders left out", spec.file.display()) };
    section.blocks.push(Block::Code(Code::new(title, text)));
    section.blocks.push(Block::Subhead(Subhead::new("sql", "The SQL between the tables and the features")));
    section.blocks.extend(material.built.sql.iter().map(|(path, text)| Block::Code(Code::new(path, text))));
    section
}

/// The spec's text; of paths that it writes from the root of the disk, only the last parts: no page tells whose machine it was made on.
fn without_folders(spec: &Spec) -> String {
    let texts: Vec<&str> = spec.text.split_inclusive(['"', '\'']).collect();
    let shown = |text: &&str| {
        let Some(quote) = text.chars().next_back().filter(|letter| ['"', '\''].contains(letter)) else { return (*text).to_owned() };
        let path = &text[..text.len() - 1];
        let is_absolute = path.starts_with('/') && path[1..].contains('/') && !path.contains(['\n', ' ']);
        if !is_absolute {
            return (*text).to_owned();
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let kept = if ["home", "Users"].contains(&parts[0]) { 2 } else { 1 };
        let first = parts.len().saturating_sub(2).max(kept).min(parts.len() - 1);
        format!("\u{2026}/{}{quote}", parts[first..].join("/"))
    };
    texts.iter().map(shown).collect()
}
