//! Every key of a spec, documented once: what the reader accepts is what [`explain`] prints.

mod table;

use std::fmt;
use std::fmt::Write;

pub(super) use table::sections;

use super::view::RESERVED;

/// A key: its name, what it may hold, and what it means.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) need: Need,
    /// A value as TOML writes it; the examples together are a spec.
    pub(super) example: &'static str,
    pub(super) meaning: &'static str,
}

impl Key {
    /// The key with its example, as TOML writes it in the block at `path`.
    pub(super) fn written(&self, path: &str) -> String {
        let outer = if path.is_empty() { String::new() } else { format!("{}.", path.replace("[]", "")) };
        match self.shape {
            Shape::Block => format!("[{outer}{}]", self.name),
            Shape::Blocks => format!("[[{outer}{}]]", self.name),
            Shape::Named => format!("[{outer}{}.{}]", self.name, self.example),
            Shape::Text
            | Shape::Remark
            | Shape::Texts
            | Shape::SomeTexts
            | Shape::OneOrMore
            | Shape::Choice(_)
            | Shape::Integer(..)
            | Shape::Number(_)
            | Shape::Date
            | Shape::Period
            | Shape::Gap
            | Shape::Ranges => format!("{} = {}", self.name, self.example),
        }
    }
}

/// A key of the table.
pub(super) const fn key(name: &'static str, shape: Shape, need: Need, example: &'static str, meaning: &'static str) -> Key {
    Key { name, shape, need, example, meaning }
}

/// A number of days or of rows.
pub(super) const DAYS: Shape = Shape::Integer(1, 100_000);

/// The key of every model that reads features.
pub(super) const FEATURES: Key = key("features", Shape::Texts, Need::Default("[]"), "[]", "Features used; empty: all.");

/// What an L1 penalty is, in regressions.
pub(super) const L1: &str = "Penalty on the size of the standardised coefficients, per training row, in units of the target.";

/// What an L2 penalty is, in regressions.
pub(super) const L2: &str = "Penalty on the squares of the standardised coefficients, per training row.";

/// Whether a key must be there.
#[derive(Debug)]
pub(super) enum Need {
    Required,
    Optional,
    /// The value where the key is not there, as TOML writes it.
    Default(&'static str),
}

/// What a key may hold.
#[derive(Debug)]
pub(super) enum Shape {
    /// Text that is not blank.
    Text,
    /// Text that may be blank, which says the same as leaving the key out.
    Remark,
    /// A list of texts, each once and none blank.
    Texts,
    /// As `Texts`, with at least one.
    SomeTexts,
    /// A text that is not blank, or a list of such texts, each once and at least one.
    OneOrMore,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A whole number from the first to the last, both allowed.
    Integer(i64, i64),
    /// A finite number.
    Number(Range),
    /// A calendar day.
    Date,
    /// A length of time above zero.
    Period,
    /// A length of time, zero allowed.
    Gap,
    /// `[name]`
    Block,
    /// `[[name]]`, at least one where required.
    Blocks,
    /// `[name.NAME]`, at least one.
    Named,
    /// A list of values or a block of two ends by name, at least one.
    Ranges,
}

/// Numbers allowed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Range {
    Finite,
    AtLeast(f64),
    Above(f64),
    /// Both ends allowed.
    Between(f64, f64),
    /// The low end is not allowed, the high one is.
    AboveUpTo(f64, f64),
    /// Neither end allowed.
    Inside(f64, f64),
}

impl Range {
    pub(super) fn holds(self, x: f64) -> bool {
        x.is_finite()
            && match self {
                Self::Finite => true,
                Self::AtLeast(low) => low <= x,
                Self::Above(low) => low < x,
                Self::Between(low, high) => low <= x && x <= high,
                Self::AboveUpTo(low, high) => low < x && x <= high,
                Self::Inside(low, high) => low < x && x < high,
            }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finite => f.write_str("finite"),
            Self::AtLeast(low) => write!(f, "at least {low}"),
            Self::Above(low) => write!(f, "above {low}"),
            Self::Between(low, high) => write!(f, "between {low} and {high}"),
            Self::AboveUpTo(low, high) => write!(f, "above {low} and at most {high}"),
            Self::Inside(low, high) => write!(f, "above {low} and below {high}"),
        }
    }
}

/// The noun for what a key holds, as in "must be a whole number".
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text | Self::Remark => f.write_str("a text"),
            Self::Texts | Self::SomeTexts => f.write_str("a list of texts"),
            Self::OneOrMore => f.write_str("a text or a list of texts"),
            Self::Choice(choices) => write!(f, "one of {}", choices.join(", ")),
            Self::Integer(..) => f.write_str("a whole number"),
            Self::Number(_) => f.write_str("a number"),
            Self::Date => f.write_str("a date such as 2019-12-31"),
            Self::Period | Self::Gap => f.write_str("a period such as \"5y\", \"6mo\", \"2w\", \"10d\" or \"252td\""),
            Self::Block => f.write_str("a block of keys"),
            Self::Blocks => f.write_str("a list of blocks"),
            Self::Named => f.write_str("blocks with a name each"),
            Self::Ranges => f.write_str("ranges with a name each"),
        }
    }
}

/// Keys that stand together.
#[derive(Debug)]
pub(super) struct Section {
    /// Path with `NAME` for a name and `[]` for a position, such as `models[].params`; empty at the top.
    pub(super) path: &'static str,
    /// The key beside which these stand (`kind`, `scheme`) and the value it has then; `None`: they always may.
    pub(super) when: Option<(&'static str, &'static str)>,
    pub(super) meaning: &'static str,
    pub(super) keys: &'static [Key],
}

/// Keys that always may stand in the block at `path`.
pub(super) const fn section(path: &'static str, meaning: &'static str, keys: &'static [Key]) -> Section {
    Section { path, when: None, meaning, keys }
}

/// Keys that may stand there beside this key of this value.
pub(super) const fn where_is(when: (&'static str, &'static str), path: &'static str, meaning: &'static str, keys: &'static [Key]) -> Section {
    Section { path, when: Some(when), meaning, keys }
}

impl Section {
    /// As TOML heads the block: `[[models]]`; the top has no heading.
    pub(super) fn heading(&self) -> String {
        match self.path.strip_suffix("[]") {
            Some(list) => format!("[[{list}]]"),
            None => format!("[{}]", self.path.replace("[]", "")),
        }
    }
}

/// Every key of a spec, in words: blocks in the order of a file, each key with an example, its type, range and default.
#[must_use]
pub fn explain() -> String {
    let mut out = "A spec is a TOML file: what to run for one report. Each key below stands with an example.\n".to_owned();
    for section in sections() {
        let heading = if section.path.is_empty() { "at the top".to_owned() } else { section.heading() };
        let when = section.when.map_or(String::new(), |(key, value)| format!(" where {key} = \"{value}\""));
        write!(out, "\n{heading}{when}: {}\n", section.meaning).expect("a String takes what is written");
        for key in section.keys {
            write!(out, "{}", entry(section, key)).expect("a String takes what is written");
        }
    }
    out.push_str("\nThe last SQL view has one row per (entity, as_of); of its columns these have a meaning of their own:\n");
    for column in RESERVED {
        write!(out, "  {}\n      {}\n", column.name, column.meaning).expect("a String takes what is written");
    }
    out.push_str("  Every other column is a feature, a number, unless `features.carry` lists it.\n");
    out
}

fn entry(section: &Section, key: &Key) -> String {
    let range = match key.shape {
        Shape::Integer(low, i64::MAX) => format!(", at least {low}"),
        Shape::Integer(low, high) => format!(" between {low} and {high}"),
        Shape::Number(range) => format!(", {range}"),
        Shape::Period => ", above zero".to_owned(),
        Shape::SomeTexts | Shape::OneOrMore | Shape::Ranges => ", at least one".to_owned(),
        Shape::Text | Shape::Remark | Shape::Texts | Shape::Choice(_) | Shape::Date | Shape::Gap | Shape::Block | Shape::Blocks | Shape::Named => {
            String::new()
        }
    };
    let need = match key.need {
        Need::Required => "required".to_owned(),
        Need::Optional => "optional".to_owned(),
        Need::Default(value) => format!("default {value}"),
    };
    format!("  {}\n      {} ({}{range}; {need})\n", key.written(section.path), key.meaning, key.shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_explanation_says_where_a_key_stands_and_what_it_may_hold() {
        let text = explain();
        let expected =
            "\n[models.params] where kind = \"gbdt\": gradient-boosted trees; forecasts the mean, the probability, quantiles and shortfalls\n";
        assert!(text.contains(expected), "{text}");
        let entries = [
            "depth = 4\n      Maximum depth of a tree. (a whole number between 1 and 16; default 6)",
            "seed = 1\n      Seed of everything random. (a whole number, at least 0; default 1)",
            "title = \"US equities: next-day returns\"\n      Heading of the report. (a text; required)",
            "kind = \"market\"\n      Which page is made: returns and VaR, or default and loss. (one of market, credit; required)",
            "as_of = 2020-01-01\n      Data of this day and later are not read. (a date such as 2019-12-31; optional)",
            "share = 0.8\n      Share of the dates that trains; the rest is tested. (a number, above 0 and below 1; required)",
            "test = \"6mo\"\n      Length of a test span; tests follow one another without a gap. \
             (a period such as \"5y\", \"6mo\", \"2w\", \"10d\" or \"252td\", above zero; required)",
            "models = [\"trees\"]\n      Models followed, a book each; asked for the mean (long_short) or probability (loans). \
             (a list of texts, at least one; required)",
            "[tables.prices]\n      Parquet tables; the name is the one used in SQL. (blocks with a name each; required)",
            "[[models]]\n      Models, each retrained in every window. (a list of blocks; required)",
        ];
        for entry in entries {
            assert!(text.contains(&format!("\n  {entry}\n")), "{entry}\n\nis not in\n{text}");
        }
        assert!(text.contains("  weight\n      How much a row counts in training, 0 or more;"), "{text}");
        // Each block is headed once and holds as many keys as the table gives it.
        let mut blocks = text.split("\n\n").skip(1);
        for section in sections() {
            let block = blocks.next().expect("a block for each section");
            let n_keys = block.lines().filter(|line| line.starts_with("  ") && !line.starts_with("      ")).count();
            assert_eq!(n_keys, section.keys.len(), "{block}");
        }
        assert!(blocks.next().expect("the columns of the last view").starts_with("The last SQL view"));
    }

    #[test]
    fn ranges_hold_their_ends_as_they_say() {
        assert!(Range::AboveUpTo(0.0, 0.5).holds(0.5) && !Range::AboveUpTo(0.0, 0.5).holds(0.0));
        assert!(!Range::Inside(0.0, 1.0).holds(1.0) && Range::Between(0.0, 1.0).holds(1.0));
        assert!(!Range::Finite.holds(f64::INFINITY) && !Range::AtLeast(0.0).holds(f64::NAN));
    }
}
