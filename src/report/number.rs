//! Number: counts sections, tables and figures, resolves references to them, and prepares tables for print.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::cell::Cell;
use super::format;
use super::page::{Block, Page, Section, Table};

impl Page {
    /// Numbers everything, makes anchors unique, turns `[#anchor]` into a named link, collects the reasons of
    /// undefined cells and finds each column's decimals. Calling it again changes nothing.
    pub fn number(&mut self) {
        let mut counter = Counter::default();
        counter.table(&mut self.head.limits);
        for section in &mut self.sections {
            counter.section(section);
        }
        let names = counter.names;
        for text in self.words() {
            *text = linked(text, &names);
        }
    }

    /// Every text that may hold references.
    fn words(&mut self) -> Vec<&mut String> {
        let head = &mut self.head;
        let mut out = vec![&mut head.verdict.headline, &mut head.limits.note];
        out.extend(&mut head.verdict.sentences);
        for block in self.sections.iter_mut().flat_map(|section| &mut section.blocks) {
            match block {
                Block::Text(text) => out.push(text),
                Block::List(points) => out.extend(points),
                Block::Table(table) => out.push(&mut table.note),
                Block::Figure(figure) => out.push(&mut figure.note),
                Block::KeyNumbers(numbers) => out.extend(numbers.iter_mut().map(|number| &mut number.comparison)),
                Block::Subhead(_) | Block::Code(_) => {}
            }
        }
        out
    }
}

/// Running numbers, and what every anchor is called.
#[derive(Default)]
struct Counter {
    sections: usize,
    tables: usize,
    figures: usize,
    names: BTreeMap<String, String>,
}

impl Counter {
    fn section(&mut self, section: &mut Section) {
        self.sections += 1;
        section.number = self.sections;
        self.claim(&mut section.id, format!("Section {}", self.sections));
        let mut subheads = 0;
        for block in &mut section.blocks {
            match block {
                Block::Subhead(subhead) => {
                    subheads += 1;
                    subhead.number = format!("{}.{subheads}", self.sections);
                    self.claim(&mut subhead.id, format!("Section {}", subhead.number));
                }
                Block::Table(table) => self.table(table),
                Block::Figure(figure) => {
                    self.figures += 1;
                    figure.number = self.figures;
                    self.claim(&mut figure.id, format!("Figure {}", self.figures));
                }
                Block::Code(code) => code.lines = code.text.lines().count(),
                Block::KeyNumbers(numbers) => {
                    for number in numbers {
                        number.value = number.value.clone().checked();
                    }
                }
                Block::Text(_) | Block::List(_) => {}
            }
        }
    }

    fn table(&mut self, table: &mut Table) {
        self.tables += 1;
        table.number = self.tables;
        self.claim(&mut table.id, format!("Table {}", self.tables));
        prepare(table);
    }

    /// Two models may have names that make the same anchor; the later one gets a suffix.
    fn claim(&mut self, id: &mut String, name: String) {
        let wanted = if id.is_empty() { super::page::anchor(&name) } else { id.clone() };
        let mut free = wanted.clone();
        let mut suffix = 2;
        while self.names.contains_key(&free) {
            free = format!("{wanted}-{suffix}");
            suffix += 1;
        }
        self.names.insert(free.clone(), name);
        *id = free;
    }
}

fn prepare(table: &mut Table) {
    for row in &mut table.rows {
        assert_eq!(row.len(), table.columns.len(), "table `{}`: every row has a cell per column", table.id);
        for cell in row {
            *cell = cell.clone().checked();
        }
    }
    table.hidden = table.rows.len().saturating_sub(table.shown);
    table.reasons.clear();
    for column in &mut table.columns {
        (column.decimals, column.widest) = (0, 0);
    }
    for row in table.rows.iter().take(table.shown) {
        for (column, cell) in table.columns.iter_mut().zip(row) {
            column.widest = column.widest.max(cell.words().chars().count());
            if let Some(printed) = cell.printed() {
                // A sign of unit behind the number takes room too.
                let suffix = if column.unit.is_empty() { cell.suffix().chars().count() } else { 0 };
                column.decimals = column.decimals.max(format::decimals(&printed) + suffix);
            }
            if let Cell::Na(reason) = cell
                && !table.reasons.contains(reason)
            {
                table.reasons.push(reason.clone());
            }
        }
    }
}

/// `[#breaches]` becomes `[Table 4](#breaches)`; an unknown anchor stays as it is, to be seen and mended.
fn linked(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[#") {
        out.push_str(before);
        match after.split_once(']') {
            Some((id, tail)) if names.contains_key(id) => {
                write!(out, "[{}](#{id})", names[id]).expect("a string takes every word");
                rest = tail;
            }
            Some(_) | None => {
                out.push_str("[#");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::page::{Column, Figure, Subhead, blank};

    #[test]
    fn tables_and_figures_count_through_the_page_and_subheads_within_their_section() {
        let mut page = blank();
        let mut first = Section::new("data", "Data");
        first.blocks = vec![
            Block::Subhead(Subhead::new("prices", "Prices")),
            Block::Text("See [#fig] and [#nowhere].".into()),
            Block::Table(Table::new("dup", "One", vec![])),
        ];
        let mut second = Section::new("risk", "Risk");
        second.blocks = vec![
            Block::Table(Table::new("dup", "Two", vec![])),
            Block::Figure(Figure::new("fig", "Three", "", String::new())),
            Block::Subhead(Subhead::new("", "Tests")),
        ];
        page.sections = vec![first, second];
        page.number();
        let mut again = page.clone();
        again.number();
        assert_eq!(page, again);

        assert_eq!(page.head.limits.number, 1);
        assert_eq!(page.sections[0].blocks[1], Block::Text("See [Figure 1](#fig) and [#nowhere].".into()));
        let Block::Table(two) = &page.sections[1].blocks[0] else { panic!("a table was put there") };
        assert_eq!((two.number, two.id.as_str()), (3, "dup-2"));
        let Block::Subhead(tests) = &page.sections[1].blocks[2] else { panic!("a subhead was put there") };
        assert_eq!((tests.number.as_str(), tests.id.as_str()), ("2.1", "section-2-1"));
    }

    #[test]
    fn only_printed_rows_decide_footnotes_and_decimals() {
        let mut table = Table::new("t", "T", vec![Column::numbers("x", "")]);
        table.shown = 3;
        table.rows = vec![
            vec![Cell::number(12.3)],
            vec![Cell::na("no breaches")],
            vec![Cell::Number { value: f64::NAN, digits: 3 }],
            vec![Cell::number(0.001_234)],
            vec![Cell::na("never printed")],
        ];
        prepare(&mut table);
        assert_eq!(table.hidden, 2);
        assert_eq!(table.columns[0].decimals, 2);
        assert_eq!(table.reasons, ["no breaches", "the arithmetic gave no finite number"]);
    }

    #[test]
    #[should_panic(expected = "table `t`: every row has a cell per column")]
    fn a_row_without_a_cell_per_column_is_our_bug() {
        let mut table = Table::new("t", "T", vec![Column::words("x")]);
        table.rows = vec![vec![]];
        prepare(&mut table);
    }
}
