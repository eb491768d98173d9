//! Windows: who learnt from what.

use crate::report::cell::Cell;
use crate::report::chart::{WindowSpan, WindowSpans, window_spans};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Section, Table};
use crate::spec::{Scheme, WindowSpec};

pub(super) fn section(material: &Material<'_>) -> Section {
    let windows = material.facts.windows;
    let purged: usize = windows.iter().map(|window| window.n_purged).sum();
    let title = match purged {
        0 => format!("Windows: {} of them, no training row had to be purged", windows.len()),
        n => format!("Windows: {} of them, {} rows purged because their target was not known in time", windows.len(), format::count(n as u64)),
    };
    let mut section = Section::new("windows", title);
    section.blocks.push(Block::Text(scheme(&material.facts.spec.window)));
    let spans = windows
        .iter()
        .map(|window| WindowSpan { train: (window.train.start, window.train.end), test: (window.test.start, window.test.end) })
        .collect();
    let svg = window_spans(&WindowSpans { label: "Train and test spans of the windows over time".to_owned(), windows: spans });
    let note = format!(
        "Each row is a window: every model is fitted anew on the train span and judged on the test span beside it. n = {} windows.",
        windows.len()
    );
    section.blocks.push(Block::Figure(Figure::new("window-spans", "Train and test spans", note, svg)));
    section.blocks.push(Block::Table(table(material)));
    section
}

fn scheme(spec: &WindowSpec) -> String {
    let length = |period: Option<crate::spec::Period>| period.map_or("the whole span".to_owned(), |period| period.to_string());
    let how = match spec.scheme {
        Scheme::Rolling => format!("Rolling windows: train {}, test {}.", length(spec.train), length(spec.test)),
        Scheme::Expanding => format!("Expanding windows: train at least {} from the first row on, test {}.", length(spec.train), length(spec.test)),
        Scheme::Split(share) => format!("One cut: the first {} % of the dates train, the others test.", format::percent(share)),
    };
    format!(
        "{how} Embargo {}. A row trains when its `as_of` lies in the train span and its target was known strictly before the test's start less the embargo; otherwise it is purged. Nothing is tested twice.",
        spec.embargo
    )
}

fn table(material: &Material<'_>) -> Table {
    let columns = vec![
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
    let mut table = Table::new("windows-table", "Windows", columns).note("Days are inclusive. Test rows count rows whose target is not known yet, too. The seconds of each stage are in `run.json`: a clock has no place on a page that must come out the same.");
    for window in material.facts.windows {
        table.rows.push(vec![
            Cell::Count(u64::from(window.idx) + 1),
            Cell::Date(window.train.start),
            Cell::Date(window.train.end.plus_days(-1)),
            Cell::Date(window.test.start),
            Cell::Date(window.test.end.plus_days(-1)),
            Cell::Date(window.known_before),
            Cell::Count(window.n_train as u64),
            Cell::Count(window.n_purged as u64),
            Cell::Count(window.n_test as u64),
        ]);
    }
    table
}
