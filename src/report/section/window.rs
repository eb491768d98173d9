//! Windows: who learnt from what.

use std::collections::BTreeSet;

use super::pieces::counted;
use crate::feature::{Dataset, Observation};
use crate::report::cell::Cell;
use crate::report::chart::{WindowSpan, WindowSpans, window_spans};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Section, Table};
use crate::spec::{Period, Scheme, WindowSpec};
use crate::window::Window;

pub(super) fn section(material: &Material<'_>) -> Section {
    let windows = material.facts.windows;
    let purged = purged(windows, material.facts.data);
    let mut section = Section::new("windows", title(windows.len(), purged));
    section.blocks.push(Block::Text(scheme(&material.facts.spec.window)));
    let times: usize = windows.iter().map(|window| window.n_purged).sum();
    if purged < times {
        let (rows, times) = (format::count(purged as u64), format::count(times as u64));
        section.blocks.push(Block::Text(format!("A row may be purged in several windows: {rows} rows {times} times.")));
    }
    let spans = windows
        .iter()
        .map(|window| WindowSpan { train: (window.train.start, window.train.end), test: (window.test.start, window.test.end) })
        .collect();
    let svg = window_spans(&WindowSpans { label: "Train and test spans of the windows over time".to_owned(), windows: spans });
    let note = format!("Each row is a window: its training span and the test span after it. n = {} windows.", windows.len());
    section.blocks.push(Block::Figure(Figure::half("window-spans", "Train and test spans", note, svg)));
    section.record.push(Block::Table(table(material)));
    section
}

fn title(n_windows: usize, n_purged: usize) -> String {
    match n_purged {
        0 => format!("Windows: {n_windows}, no training row purged"),
        n => format!(
            "Windows: {n_windows}; {}, the target not known in time",
            counted(n, "training row waited in one window or more", "training rows waited in one window or more")
        ),
    }
}

/// Rows that are purged in one window or more, each counted once.
///
/// The first window whose train span holds a row wants its target known earliest: a row that is not purged there is purged nowhere.
fn purged(windows: &[Window], data: &Dataset) -> usize {
    let is_purged = |row: &usize| {
        let after = windows.partition_point(|window| window.test.start <= data.as_of[*row]);
        let Some(window) = windows.get(after).filter(|window| window.train.start <= data.as_of[*row]) else { return false };
        data.known_on[*row].is_none_or(|day| window.known_before <= day)
    };
    (0..data.n_rows()).filter(is_purged).count()
}

fn scheme(spec: &WindowSpec) -> String {
    let length = |period: Option<Period>| period.map_or("the whole span".to_owned(), |period| period.to_string());
    let how = match spec.scheme {
        Scheme::Rolling => format!("Rolling windows: train {}, test {}.", length(spec.train), length(spec.test)),
        Scheme::Expanding => format!("Expanding windows: train at least {} from the first row on, test {}.", length(spec.train), length(spec.test)),
        Scheme::Split(share) => format!("One cut: the first {} % of the dates train, the others test.", format::percent(share)),
    };
    let embargo = if spec.embargo == Period::ZERO { "No embargo.".to_owned() } else { format!("Embargo {}.", spec.embargo) };
    format!(
        "{how} {embargo} A row trains when its `as_of` lies in the train span and its target was known strictly before the test's start less the embargo; otherwise it is purged. No row is tested twice."
    )
}

fn table(material: &Material<'_>) -> Table {
    let mut columns = vec![
        Column::numbers("Window", ""),
        Column::words("Train from"),
        Column::words("Train to"),
        Column::words("Test from"),
        Column::words("Test to"),
        Column::words("Known before"),
        Column::numbers("Train rows", ""),
        Column::numbers("Purged", ""),
        Column::numbers("Test rows", ""),
    ];
    // Where each entity has one row, it is counted already.
    let is_panel = material.summary.observation != Observation::Entity;
    columns.extend(is_panel.then(|| Column::numbers("Entities tested", "")));
    let mut table =
        Table::new("windows-table", "Windows", columns).note("Days are inclusive. Test rows include those whose target is not known yet.");
    let data = material.facts.data;
    for window in material.facts.windows {
        let mut row = vec![
            Cell::Count(u64::from(window.idx) + 1),
            Cell::Date(window.train.start),
            Cell::Date(window.train.end.plus_days(-1)),
            Cell::Date(window.test.start),
            Cell::Date(window.test.end.plus_days(-1)),
            Cell::Date(window.known_before),
            Cell::Count(window.n_train as u64),
            Cell::Count(window.n_purged as u64),
            Cell::Count(window.n_test as u64),
        ];
        if is_panel {
            let tested = data.rows_between(window.test.start, window.test.end);
            row.push(Cell::Count(tested.map(|row| data.entity[row as usize]).collect::<BTreeSet<u32>>().len() as u64));
        }
        table.rows.push(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::window::Span;

    #[test]
    fn a_row_that_is_purged_in_three_windows_is_one_row() {
        // Ten rows a day apart; each target is known four days later. Three windows, a day apart.
        let data = Dataset {
            entities: vec!["a".to_owned()],
            entity: vec![0; 10],
            as_of: (0..10).map(Day).collect(),
            known_on: (0..10).map(|day| Some(Day(day + 4))).collect(),
            ..Dataset::default()
        };
        let window = |idx: u32, start: i32| Window {
            idx,
            train: Span { start: Day(0), end: Day(start) },
            test: Span { start: Day(start), end: Day(start + 1) },
            known_before: Day(start),
            n_train: 0,
            n_purged: (0..start).filter(|day| start <= day + 4).count(),
            n_test: 1,
        };
        let windows = [window(0, 6), window(1, 7), window(2, 8)];
        assert_eq!(windows.iter().map(|window| window.n_purged).sum::<usize>(), 12);
        // Days 2 to 7.
        assert_eq!(purged(&windows, &data), 6);
        assert_eq!(title(3, 6), "Windows: 3; 6 training rows waited in one window or more, the target not known in time");
        assert_eq!(title(3, 0), "Windows: 3, no training row purged");
    }
}
