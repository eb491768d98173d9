//! Number: counts sections, tables and figures, resolves references to them, and prepares tables for print.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::cell::Cell;
use super::format;
use super::page::{Block, Figure, Front, Page, Section, Table};

impl Page {
    /// Numbers everything, makes anchors unique, turns `[#anchor]` into a named link, collects the reasons of
    /// undefined cells and finds each column's decimals. Calling it again changes nothing.
    pub fn number(&mut self) {
        let mut counter = Counter::default();
        counter.front(&mut self.front);
        for section in self.sections.iter_mut().chain(&mut self.record) {
            counter.section(section);
        }
        let names = counter.names;
        for text in self.words() {
            *text = linked(text, &names);
        }
        self.tables().for_each(widen);
    }

    fn tables(&mut self) -> impl Iterator<Item = &mut Table> {
        let blocks = self.sections.iter_mut().chain(&mut self.record).flat_map(|section| &mut section.blocks);
        std::iter::once(&mut self.front.limits).chain(blocks.filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None }))
    }

    /// Every text that may hold references.
    fn words(&mut self) -> Vec<&mut String> {
        let (verdict, front) = (&mut self.head.verdict, &mut self.front);
        let mut out = vec![&mut verdict.headline, &mut front.limits.note, &mut front.recommendation];
        out.extend(&mut verdict.sentences);
        out.extend(front.cells.iter_mut().flat_map(|cell| &mut cell.lines));
        out.extend(front.figures.iter_mut().map(|figure| &mut figure.note));
        out.extend(front.tiles.iter_mut().map(|tile| &mut tile.comparison));
        out.extend(front.overdue.iter_mut().chain(&mut front.limitations));
        for block in self.sections.iter_mut().chain(&mut self.record).flat_map(|section| &mut section.blocks) {
            match block {
                Block::Text(text) => out.push(text),
                Block::List(points) => out.extend(points),
                Block::Table(table) => out.extend(words_of(table)),
                Block::Figure(figure) => out.push(&mut figure.note),
                Block::Subhead(_) | Block::Code(_) => {}
            }
        }
        out
    }
}

/// Words of a table that may hold references: its note, and its cells of words.
fn words_of(table: &mut Table) -> impl Iterator<Item = &mut String> {
    let cells = table.rows.iter_mut().flatten().filter_map(|cell| if let Cell::Text(words) = cell { Some(words) } else { None });
    std::iter::once(&mut table.note).chain(cells)
}

/// Running numbers, and what every anchor is called.
#[derive(Default)]
struct Counter {
    /// Number of the section.
    section: String,
    tables: usize,
    figures: usize,
    names: BTreeMap<String, String>,
}

impl Counter {
    /// Page one: its table and figures are P.1, P.2.
    fn front(&mut self, front: &mut Front) {
        self.begin("P");
        self.table(&mut front.limits);
        for figure in &mut front.figures {
            self.figure(figure);
        }
        for tile in &mut front.tiles {
            tile.value = tile.value.clone().checked();
        }
    }

    fn begin(&mut self, section: &str) {
        section.clone_into(&mut self.section);
        (self.tables, self.figures) = (0, 0);
    }

    fn section(&mut self, section: &mut Section) {
        self.begin(&section.number);
        self.claim(&mut section.id, format!("Section {}", section.number));
        let mut subheads = 0;
        for block in &mut section.blocks {
            match block {
                Block::Subhead(subhead) => {
                    subheads += 1;
                    subhead.number = format!("{}.{subheads}", self.section);
                    self.claim(&mut subhead.id, format!("Section {}", subhead.number));
                }
                Block::Table(table) => self.table(table),
                Block::Figure(figure) => self.figure(figure),
                Block::Code(code) => code.lines = code.text.lines().count(),
                Block::Text(_) | Block::List(_) => {}
            }
        }
    }

    fn figure(&mut self, figure: &mut Figure) {
        self.figures += 1;
        figure.number = format!("{}.{}", self.section, self.figures);
        self.claim(&mut figure.id, format!("Figure {}", figure.number));
    }

    fn table(&mut self, table: &mut Table) {
        self.tables += 1;
        table.number = format!("{}.{}", self.section, self.tables);
        self.claim(&mut table.id, format!("Table {}", table.number));
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
        column.decimals = 0;
    }
    let mixed: Vec<bool> = (0..table.columns.len()).map(|at| is_mixed(table.rows.iter().take(table.shown).map(|row| &row[at]))).collect();
    for row in table.rows.iter().take(table.shown) {
        for ((column, cell), mixed) in table.columns.iter_mut().zip(row).zip(&mixed) {
            if let Some(printed) = cell.printed().filter(|_| !mixed) {
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

/// Whether counts stand among numbers with decimals: such a column ends on the right, not on its decimal points.
fn is_mixed<'a>(cells: impl Iterator<Item = &'a Cell>) -> bool {
    let kinds = cells.filter(|cell| cell.printed().is_some()).map(|cell| matches!(cell, Cell::Count(_) | Cell::Date(_)));
    let (mut counts, mut numbers) = (false, false);
    kinds.for_each(|is_count| if is_count { counts = true } else { numbers = true });
    counts && numbers
}

/// Finds how many characters of words each column shows; a link counts by what it is called.
fn widen(table: &mut Table) {
    for column in &mut table.columns {
        column.widest = 0;
    }
    for row in table.rows.iter().take(table.shown) {
        for (column, cell) in table.columns.iter_mut().zip(row) {
            column.widest = column.widest.max(without_targets(cell.words()).chars().count());
        }
    }
}

/// `[Table 4](#breaches)` is read as `Table 4`.
fn without_targets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](#") {
        if let (Some((ahead, name)), Some((_, tail))) = (before.rsplit_once('['), after.split_once(')')) {
            out.push_str(ahead);
            out.push_str(name);
            rest = tail;
        } else {
            out.push_str(before);
            out.push_str("](#");
            rest = after;
        }
    }
    out.push_str(rest);
    out
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
    use crate::report::page::{Column, Subhead, blank};

    #[test]
    fn tables_figures_and_subheads_count_within_their_section_whose_place_is_fixed() {
        let mut page = blank();
        let mut first = Section { number: "2".into(), ..Section::new("data", "Data") };
        first.blocks = vec![
            Block::Subhead(Subhead::new("prices", "Prices")),
            Block::Text("See [#fig] and [#nowhere].".into()),
            Block::Table(Table::new("dup", "One", vec![])),
        ];
        // Section 3 is absent.
        let mut second = Section { number: "4".into(), ..Section::new("risk", "Risk") };
        let mut linked = Table::new("dup", "Two", vec![Column::words("where")]);
        linked.rows = vec![vec![Cell::text("[#prices]")]];
        second.blocks =
            vec![Block::Table(linked), Block::Figure(Figure::new("fig", "Three", "", String::new())), Block::Subhead(Subhead::new("", "Tests"))];
        page.sections = vec![first, second];
        page.number();
        let mut again = page.clone();
        again.number();
        assert_eq!(page, again);

        assert_eq!(page.front.limits.number, "P.1");
        assert_eq!(page.sections[0].blocks[1], Block::Text("See [Figure 4.1](#fig) and [#nowhere].".into()));
        let Block::Table(two) = &page.sections[1].blocks[0] else { panic!("a table was put there") };
        assert_eq!((two.number.as_str(), two.id.as_str(), &two.rows[0][0]), ("4.1", "dup-2", &Cell::text("[Section 2.1](#prices)")));
        let Block::Subhead(tests) = &page.sections[1].blocks[2] else { panic!("a subhead was put there") };
        assert_eq!((tests.number.as_str(), tests.id.as_str()), ("4.1", "section-4-1"));
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
