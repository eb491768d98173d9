//! Page: what a report says, before it is dressed. `summary.json` and the HTML are made from the same value.

mod front;

pub use front::{Front, FrontCell, Tile};

use serde::Serialize;

use crate::day::Day;
use crate::spec::SignOff;

use super::cell::{Cell, State};

/// Rows of a long table that are printed; the rest is in `summary.json`.
pub(super) const ROWS_SHOWN: usize = 20;

/// One report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// What it is about and how it ended.
    pub head: Head,
    /// Page one: the verdict and what it rests on.
    pub front: Front,
    /// The evidence, in the order of a reviewer's doubts.
    pub sections: Vec<Section>,
    /// What is kept for the record: folded on screen, last on paper.
    pub record: Vec<Section>,
}

/// What a report is about and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Head {
    /// Heading of the report.
    pub title: String,
    /// Book or portfolio judged.
    pub portfolio: String,
    /// Identity of the model in the owner's inventory.
    pub model_id: Option<String>,
    /// Tier of the model in the owner's inventory.
    pub tier: Option<String>,
    /// Who owns the model.
    pub owner: Option<String>,
    /// Who validates the model.
    pub validator: Option<String>,
    /// Data of this day and later was not read.
    pub as_of: Day,
    /// First and last day tested; `None` when nothing was.
    pub test_period: Option<TestPeriod>,
    /// Short hash that names the run.
    pub run_id: String,
    /// Hash over all inputs; its first digits are the run's id.
    pub inputs_sha256: String,
    /// Program version and commit.
    pub version: String,
    /// The outcome in words.
    pub verdict: Verdict,
    /// Who answers for it.
    pub sign_off: SignOff,
}

/// First and last day tested, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TestPeriod {
    /// First day tested.
    pub from: Day,
    /// Last day tested.
    pub to: Day,
}

/// The outcome in colour and words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The colour.
    pub state: State,
    /// The colour's word: "Amber".
    pub word: String,
    /// One sentence: "2 of 9 limits breached".
    pub headline: String,
    /// What was breached and by how much.
    pub sentences: Vec<String>,
}

/// A numbered section.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Section {
    /// Anchor.
    pub id: String,
    /// Its fixed place, "3", or "B" in the record: it does not move where another section is absent.
    pub number: String,
    /// A noun, or a sentence where there is something to say.
    pub title: String,
    /// Its content, in reading order.
    pub blocks: Vec<Block>,
    /// What it leaves to the record; a section of its own on the page.
    #[serde(skip)]
    pub record: Vec<Block>,
}

/// A piece of a section. Words may hold `code` in back-ticks and `[#anchor]`, which prints as "Table 3".
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "content")]
pub enum Block {
    /// A heading below the section's.
    Subhead(Subhead),
    /// A paragraph.
    Text(String),
    /// Points that belong together.
    List(Vec<String>),
    /// A table.
    Table(Table),
    /// A figure.
    Figure(Figure),
    /// SQL or a command, as written.
    Code(Code),
}

/// A heading below a section's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Subhead {
    /// Anchor.
    pub id: String,
    /// Set by `Page::number`: "9.2".
    pub number: String,
    /// A noun or a sentence.
    pub title: String,
}

/// A table made for one place on one page.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Table {
    /// Anchor.
    pub id: String,
    /// How wide it is laid out.
    pub width: Width,
    /// Set by `Page::number`: "3.2".
    pub number: String,
    /// What the table holds.
    pub title: String,
    /// What to see in it, n and period; may be empty.
    pub note: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// One cell per column in every row.
    pub rows: Vec<Vec<Cell>>,
    /// Rows printed; the rest is in `summary.json`.
    pub shown: usize,
    /// Rows not printed; set by `Page::number`.
    pub hidden: usize,
    /// Reasons of `n/a` cells printed, in order of appearance; set by `Page::number`.
    pub reasons: Vec<String>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Heading.
    pub name: String,
    /// Unit shown in the heading; may be empty.
    pub unit: String,
    /// Words to the left, numbers on the decimal.
    pub align: Align,
    /// Most characters behind a decimal point, by which numbers are aligned; set by `Page::number`.
    pub decimals: usize,
    /// Characters of the widest words printed; set by `Page::number`.
    pub widest: usize,
}

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// How much of the page's width a figure or a table takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// All of it.
    #[default]
    Wide,
    /// Half: the next one stands beside it.
    Half,
}

/// A figure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Anchor.
    pub id: String,
    /// How wide it is drawn.
    pub width: Width,
    /// Set by `Page::number`: "3.1".
    pub number: String,
    /// What the figure shows.
    pub title: String,
    /// What to see in it, n and period.
    pub note: String,
    /// The drawing; kept out of `summary.json`.
    #[serde(skip)]
    pub svg: String,
}

/// SQL or a command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Code {
    /// File name, or what the command does.
    pub title: String,
    /// The text, as written.
    pub text: String,
    /// Lines of it; set by `Page::number`. Long code is folded on screen, never on paper.
    pub lines: usize,
}

impl Section {
    /// A section without content yet.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), ..Self::default() }
    }
}

impl Table {
    /// A table without rows yet, of which the first 20 are shown.
    pub fn new(id: impl Into<String>, title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { id: id.into(), title: title.into(), columns, shown: ROWS_SHOWN, ..Self::default() }
    }

    /// Lets the next one stand beside it.
    #[must_use]
    pub fn half(self) -> Self {
        Self { width: Width::Half, ..self }
    }

    /// Adds what to see in it, n and period.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

impl Column {
    /// A column of words.
    pub fn words(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: String::new(), align: Align::Left, decimals: 0, widest: 0 }
    }

    /// A column of numbers; a percentage or basis points whose unit is not named here carries it in every cell.
    pub fn numbers(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: unit.into(), align: Align::Right, decimals: 0, widest: 0 }
    }
}

impl Figure {
    /// A figure and its drawing.
    pub fn new(id: impl Into<String>, title: impl Into<String>, note: impl Into<String>, svg: String) -> Self {
        Self { id: id.into(), title: title.into(), note: note.into(), svg, ..Self::default() }
    }

    /// A figure that stands beside the next one; its drawing is made for half the width.
    pub fn half(id: impl Into<String>, title: impl Into<String>, note: impl Into<String>, svg: String) -> Self {
        Self { width: Width::Half, ..Self::new(id, title, note, svg) }
    }
}

impl Subhead {
    /// A heading below a section's.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), number: String::new(), title: title.into() }
    }
}

impl Code {
    /// SQL or a command, as written.
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into(), lines: 0 }
    }
}

/// An anchor from any name: lower case letters, digits and hyphens.
#[must_use]
pub(super) fn anchor(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// A page with a head and nothing below, for tests.
#[cfg(test)]
pub(super) fn blank() -> Page {
    let verdict = Verdict { state: State::Amber, word: "Amber".into(), headline: "1 of 2 limits breached".into(), sentences: vec![] };
    let day = Day::from_ymd(2020, 1, 1).expect("a date");
    Page {
        head: Head {
            title: "Title".into(),
            portfolio: "Portfolio".into(),
            model_id: None,
            tier: None,
            owner: None,
            validator: None,
            as_of: day,
            test_period: Some(TestPeriod { from: day.plus_days(-365), to: day.plus_days(-1) }),
            run_id: "1a2b3c".into(),
            inputs_sha256: "1a2b3c4d".into(),
            version: "0.1.0".into(),
            verdict,
            sign_off: SignOff::default(),
        },
        front: Front::default(),
        sections: vec![],
        record: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_a_plain_word_whatever_the_name() {
        assert_eq!(anchor("VaR 99 % of `ewma` (daily)"), "var-99-of-ewma-daily");
        assert_eq!(anchor("Größe"), "gr-e");
    }
}
