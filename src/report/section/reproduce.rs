//! Reproduce: the command, the hashes, the seed.

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Code, Column, Section, Subhead, Table};

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
    section.blocks.push(Block::Code(Code::new(spec.file.display().to_string(), &spec.text)));
    section.blocks.push(Block::Subhead(Subhead::new("sql", "The SQL between the tables and the features")));
    section.blocks.extend(material.built.sql.iter().map(|(path, text)| Block::Code(Code::new(path, text))));
    section
}
