//! Snapshots: a small page of either kind, word for word as a browser gets it.
//!
//! `PLIMSOLL_WRITE_EXPECTED=1 cargo test --release --lib report::snapshot` writes them again; read the difference before it is committed.

use std::fs;
use std::path::Path;

use super::cell::{Cell, State};
use super::chart::{LineChart, Scale, Series, Size, Style, Zero, lines};
use super::page::{Block, Code, Column, Figure, FrontCell, Page, Section, Subhead, Table, Tile, Verdict, blank};
use super::render::{Templates, html};
use crate::day::Day;
use crate::spec::{Kind, SignOff};

/// A page with every kind of block and of cell.
fn market() -> Page {
    let mut page = blank();
    page.head.title = "Equities: <next-day> returns & VaR".into();
    page.head.verdict = Verdict {
        state: State::Red,
        word: "Red".into(),
        headline: "1 of 2 limits breached".into(),
        sentences: vec!["VaR 99 % of `ewma` is too low: `coverage.ewma.0.01.kupiec_exact_p` is 0.012.".into()],
    };
    page.head.owner = Some("Equity desk & <co>".into());
    page.front.limits = limits();
    page.front.cells = ["Tested", "Can it be believed", "Failed where", "Changed"]
        .map(|title| FrontCell { title: title.into(), lines: vec!["61 entities, 13 windows".into(), "see [#prices]".into()] })
        .to_vec();
    page.front.limitations = vec!["Survivors only.".into()];
    page.front.recommendation = "Use with `restrictions`.".into();
    page.head.sign_off = SignOff { prepared: Some("Quant team".into()), ..SignOff::default() };
    let number = |value: Cell, comparison: &str, n: Option<u64>, mark: Option<Cell>| Tile {
        label: "Sharpe ratio of `ridge`".into(),
        value,
        comparison: comparison.into(),
        n,
        mark,
    };
    page.front.tiles = vec![
        number(Cell::number(0.9094), "limit: 0 or more", Some(1_684), Some(Cell::verdict(State::Green, "within its limit"))),
        number(Cell::na("nothing was traded"), "", None, None),
    ];
    let mut evidence = Section { number: "2".into(), ..Section::new("evidence", "Evidence: 3 of 25 `features` shifted") };
    let points = (0..5).map(|day| (Day(18_000 + 90 * day), f64::from(day * day) / 100.0)).collect();
    let series = vec![Series { name: "ridge".into(), color: Style::Series(0), points }];
    let chart = LineChart { label: "P&L".into(), y_title: "Return, %".into(), scale: Scale::Percent, zero: Zero::Shown, series };
    evidence.blocks = vec![
        Block::Subhead(Subhead::new("tables", "Tables")),
        Block::Table(cells()),
        Block::Text("Tested on 61 entities; see [#cells] and [#prices].".into()),
        Block::Figure(Figure::half("prices", "Profit and loss", "n = 5 days.", lines(&chart, Size::Wide))),
        Block::List(vec!["one `code`".into(), "two < three".into()]),
        Block::Code(Code::new("Commands", "plimsoll verify reports/a\nplimsoll diff a b")),
    ];
    page.sections = vec![evidence];
    let mut record = Section { number: "B".into(), ..Section::new("reproduce", "Reproduce") };
    record.blocks = vec![Block::Code(Code::new("long.sql", "select 1\n".repeat(20)))];
    page.record = vec![record];
    page.number();
    page
}

/// A smaller one, without a test period, with a table that is empty and one that is cut.
fn credit() -> Page {
    let mut page = blank();
    page.head.title = "Consumer loans".into();
    page.head.test_period = None;
    let mut section = Section { number: "4".into(), ..Section::new("credit", "Credit: no model can be judged") };
    section.blocks = vec![Block::Table(table("loans", 23).note("n = 23 loans."))];
    page.sections = vec![section];
    page.number();
    page
}

fn table(id: &str, n: usize) -> Table {
    let mut table = Table::new(id, format!("Table of {id}"), vec![Column::words("Name"), Column::numbers("Loans", "n")]);
    table.rows = (0..n).map(|row| vec![Cell::code(format!("row.{row}")), Cell::Count(1_000 * row as u64)]).collect();
    table
}

/// A limit that is breached by much and one that is kept.
fn limits() -> Table {
    let columns = vec![Column::words("Check"), Column::numbers("Value", ""), Column::words("Headroom"), Column::words("State")];
    let mut table = Table::new("limits", "Limits and failed tests", columns);
    let row = |name: &str, value: f64, room: f64, state: Cell| vec![Cell::text(name), Cell::PValue(value), Cell::Bar(room), state];
    table.rows = vec![
        row("`ewma` 99 %: coverage, exact `a.b`", 0.012, -0.76, Cell::verdict(State::Red, "breached")),
        row("`ewma` 97.5 %: coverage, exact", 0.2, 0.75, Cell::verdict(State::Green, "kept")),
    ];
    table
}

fn cells() -> Table {
    let columns = vec![Column::words("Kind"), Column::numbers("Value", ""), Column::numbers("Share", "%")];
    let mut table = Table::new("cells", "Every kind of cell", columns).note("Note with `code`.");
    let rows = [
        ("text", Cell::text("a `name`"), Cell::Percent(0.0123)),
        ("count", Cell::Count(141_361), Cell::Percent(0.000_034)),
        ("number", Cell::number(-0.012_345_6), Cell::na("no date")),
        ("percent", Cell::Percent(0.5), Cell::Percent(12.5)),
        ("basis points", Cell::BasisPoints(0.0012), Cell::na("no rows")),
        ("money", Cell::Money(1_234_567.8), Cell::Percent(-0.2)),
        ("p", Cell::PValue(0.000_4), Cell::Percent(0.0)),
        ("date", Cell::Date(Day(18_262)), Cell::na("no date")),
        ("verdict", Cell::verdict(State::Amber, "shifted"), Cell::Percent(1.0)),
        ("spark", Cell::Spark(vec![1.0, 3.0, 2.0]), Cell::Percent(0.1)),
    ];
    table.rows = rows.into_iter().map(|(kind, value, share)| vec![Cell::text(kind), value, share]).collect();
    table
}

/// The page without its stylesheet, which is a file of its own.
fn rendered(kind: Kind, page: &Page) -> String {
    let templates = Templates::load(Path::new("/nonexistent")).expect("embedded templates parse");
    let html = html(&templates, kind, page).expect("a page");
    let (before, rest) = html.split_once("<style>").expect("a stylesheet");
    let (_, after) = rest.split_once("</style>").expect("a stylesheet");
    // Nor its hash.
    let (before, rest) = before.split_once("'sha256-").expect("a policy");
    let (_, rest) = rest.split_once('\'').expect("a policy");
    format!("{before}'sha256-'{rest}<style></style>{after}\n")
}

fn compared(name: &str, kind: Kind, page: &Page) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snapshots/{name}.html"));
    let now = rendered(kind, page);
    if std::env::var_os("PLIMSOLL_WRITE_EXPECTED").is_some() {
        fs::write(&path, &now).expect("writable");
    }
    let committed = fs::read_to_string(&path).expect("a committed snapshot");
    let differ = committed.lines().zip(now.lines()).position(|(before, after)| before != after);
    let at = differ.unwrap_or_else(|| committed.lines().count().min(now.lines().count()));
    let line = |text: &str| text.lines().nth(at).unwrap_or("(no line)").to_owned();
    assert!(committed == now, "{} differs in line {}:\n- {}\n+ {}", path.display(), at + 1, line(&committed), line(&now));
}

#[test]
fn a_market_page_is_as_it_was() {
    compared("market", Kind::Market, &market());
}

#[test]
fn a_credit_page_is_as_it_was() {
    compared("credit", Kind::Credit, &credit());
}
