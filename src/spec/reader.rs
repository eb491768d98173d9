//! Opens a block: the table of keys decides what may stand there.

mod value;

use super::key::{Key, Need, Section, Shape, sections};
use super::near::{hint, nearest};
use super::raw::{self, Entries, Value};
use crate::error::{Error, Result};

/// A block whose keys have not been looked at.
#[derive(Debug)]
pub(super) struct Block<'a> {
    file: &'a str,
    /// As messages name it: `models[1].params`.
    path: String,
    /// As the table of keys names it: `models[].params`.
    pattern: String,
    entries: &'a [(String, Value)],
    /// Keys that the author wrote in another block, and that block's path: messages place them there.
    moved: Option<(&'a str, &'a [String])>,
}

/// What a key of unknown name holds where values are listed or drawn.
#[derive(Debug)]
pub(super) enum Tried<'a> {
    /// These values.
    Values(&'a [Value]),
    /// Numbers between two ends.
    Ends(Block<'a>),
}

/// A block without unknown keys, in which no required key is missing.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    block: Block<'a>,
    keys: Vec<&'static Key>,
}

impl<'a> Block<'a> {
    pub(super) fn top(file: &'a str, entries: &'a Entries) -> Self {
        Self { file, path: String::new(), pattern: String::new(), entries, moved: None }
    }

    /// Reads a block whose keys are always the same.
    pub(super) fn plain(self) -> Result<Reader<'a>> {
        self.narrow(None)
    }

    /// Reads a block whose keys depend on one of them, such as `scheme`.
    pub(super) fn by(self, name: &str) -> Result<Reader<'a>> {
        let probe = Reader { keys: self.sections().flat_map(|section| section.keys).collect(), block: self };
        if probe.block.find(name).is_none() {
            probe.check_known(None)?;
        }
        let variant = probe.choice(name)?;
        probe.block.narrow(Some(variant))
    }

    /// Reads a block whose keys depend on a value outside it, such as a model's kind.
    pub(super) fn of(self, variant: &'static str) -> Result<Reader<'a>> {
        self.narrow(Some(variant))
    }

    fn narrow(self, variant: Option<&'static str>) -> Result<Reader<'a>> {
        let here = self.sections().filter(|section| section.when.is_none_or(|(_, value)| Some(value) == variant));
        let reader = Reader { keys: here.flat_map(|section| section.keys).collect(), block: self };
        reader.check_known(variant)?;
        for key in &reader.keys {
            if matches!(key.need, Need::Required) && reader.block.find(key.name).is_none() {
                return Err(reader.missing(key));
            }
        }
        Ok(reader)
    }

    fn sections(&self) -> impl Iterator<Item = &'static Section> + use<> {
        let pattern = self.pattern.clone();
        sections().filter(move |section| section.path == pattern)
    }

    fn find(&self, name: &str) -> Option<&'a Value> {
        self.entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn below(&self, path: String, pattern: String, entries: &'a [(String, Value)]) -> Self {
        Block { file: self.file, path, pattern, entries, moved: None }
    }

    /// Keys and values as written.
    pub(super) fn entries(&self) -> &'a [(String, Value)] {
        self.entries
    }

    /// The block as it would be with `entries`, of which the author wrote `moved` in the block at the path `home`.
    pub(super) fn tried<'b>(&self, entries: &'b [(String, Value)], home: &'b str, moved: &'b [String]) -> Block<'b>
    where
        'a: 'b,
    {
        Block { file: self.file, path: self.path.clone(), pattern: self.pattern.clone(), entries, moved: Some((home, moved)) }
    }
}

impl<'a> Reader<'a> {
    /// The full path of a key, as messages name it.
    pub(super) fn path(&self, name: &str) -> String {
        let plain = name.split(['[', '.']).next().unwrap_or(name);
        match self.block.moved {
            Some((home, moved)) if moved.iter().any(|moved| moved == plain) => joined(home, name),
            Some(_) | None => joined(&self.block.path, name),
        }
    }

    /// File and key, for a problem that is a sentence of its own.
    pub(super) fn place(&self, name: &str) -> String {
        format!("{}: `{}`", self.block.file, self.path(name))
    }

    /// An error at a key: `problem` follows its path.
    pub(super) fn refuse(&self, name: &str, problem: impl std::fmt::Display) -> Error {
        Error::spec(self.block.file, format!("`{}` {problem}", self.path(name)))
    }

    /// Whether the author wrote the key.
    pub(super) fn has(&self, name: &str) -> bool {
        self.block.find(name).is_some()
    }

    /// A nested block; an empty one where the author wrote none.
    pub(super) fn block(&self, name: &str) -> Result<Block<'a>> {
        let (path, pattern) = (self.path(name), joined(&self.block.pattern, name));
        match self.block.find(name) {
            None => Ok(self.block.below(path, pattern, &[])),
            Some(Value::Block(entries)) => Ok(self.block.below(path, pattern, entries)),
            Some(other) => Err(self.wrong(self.key(name), other)),
        }
    }

    /// The blocks of a list, such as `[[models]]`.
    pub(super) fn blocks(&self, name: &str) -> Result<Vec<Block<'a>>> {
        let key = self.key(name);
        let items = match self.block.find(name) {
            None => return Ok(Vec::new()),
            Some(Value::List(items)) => items,
            Some(other) => return Err(self.wrong(key, other)),
        };
        if items.is_empty() && matches!(key.need, Need::Required) {
            return Err(self.refuse(name, "is empty").hint(self.add(key)));
        }
        let pattern = format!("{}[]", joined(&self.block.pattern, name));
        let block = |(idx, item): (usize, &'a Value)| match item {
            Value::Block(entries) => Ok(self.block.below(format!("{}[{idx}]", self.path(name)), pattern.clone(), entries)),
            other => Err(self.refuse(&format!("{name}[{idx}]"), format!("must be a block of keys, was {other}"))),
        };
        items.iter().enumerate().map(block).collect()
    }

    /// What stands by name in a required block, and the pattern of each name's place.
    fn inside(&self, name: &str) -> Result<(&'a [(String, Value)], String)> {
        let key = self.key(name);
        match self.block.find(name) {
            None => Err(self.missing(key)),
            Some(Value::Block(inner)) if inner.is_empty() => Err(self.refuse(name, "is empty").hint(self.add(key))),
            Some(Value::Block(inner)) => Ok((inner, format!("{}.NAME", joined(&self.block.pattern, name)))),
            Some(other) => Err(self.wrong(key, other)),
        }
    }

    /// Blocks with a name each, such as `[tables.prices]`, in the order of the file.
    pub(super) fn named(&self, name: &str) -> Result<Vec<(&'a str, Block<'a>)>> {
        let (key, (inner, pattern)) = (self.key(name), self.inside(name)?);
        let block = |(own, value): &'a (String, Value)| {
            let place = format!("{name}.{own}");
            match value {
                Value::Block(entries) => Ok((own.as_str(), self.block.below(self.path(&place), pattern.clone(), entries))),
                other => Err(self
                    .refuse(&place, format!("must be a block of keys, was {other}"))
                    .hint(format!("write {}", key.written(&self.block.pattern)))),
            }
        };
        inner.iter().map(block).collect()
    }

    /// Lists and ends by name, such as `[models.tune.ranges]`, in the order of the file.
    pub(super) fn ranges(&self, name: &str) -> Result<Vec<(&'a str, Tried<'a>)>> {
        let (inner, pattern) = self.inside(name)?;
        let tried = |(own, value): &'a (String, Value)| {
            let place = format!("{name}.{own}");
            match value {
                Value::List(values) if values.is_empty() => Err(self.refuse(&place, "is empty").hint("list the values to try")),
                Value::List(values) => Ok((own.as_str(), Tried::Values(values))),
                Value::Block(entries) => Ok((own.as_str(), Tried::Ends(self.block.below(self.path(&place), pattern.clone(), entries)))),
                other => Err(self
                    .refuse(&place, format!("must be a list of values or a block with `min` and `max`, was {other}"))
                    .hint(format!("list the values to try, or set it under [{}]", self.block.pattern.replace("[]", "").replace(".tune", ".params")))),
            }
        };
        inner.iter().map(tried).collect()
    }

    pub(super) fn key(&self, name: &str) -> &'static Key {
        self.keys.iter().find(|key| key.name == name).expect("every key that is read stands in the table of keys")
    }

    /// What the author wrote, or else the default.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        let default = |literal| raw::value(literal).expect("defaults of the table are TOML");
        match (self.block.find(name), &self.key(name).need) {
            (Some(value), _) => Some(value.clone()),
            (None, Need::Default(literal)) => Some(default(literal)),
            (None, Need::Required | Need::Optional) => None,
        }
    }

    pub(super) fn wrong(&self, key: &Key, found: &Value) -> Error {
        let refused = self.refuse(key.name, format!("must be {}, was {found}", key.shape));
        // Brackets are what people get wrong in TOML.
        if matches!(found, Value::Block(_)) || matches!(key.shape, Shape::Block | Shape::Blocks | Shape::Named) {
            return refused.hint(format!("write {}", key.written(&self.block.pattern)));
        }
        refused
    }

    pub(super) fn missing(&self, key: &Key) -> Error {
        self.refuse(key.name, "is missing").hint(self.add(key))
    }

    pub(super) fn add(&self, key: &Key) -> String {
        match key.shape {
            Shape::Block | Shape::Blocks | Shape::Named => format!("add {}", key.written(&self.block.pattern)),
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
            | Shape::Ranges => format!("add it, such as {}", key.written(&self.block.pattern)),
        }
    }

    fn check_known(&self, variant: Option<&str>) -> Result<()> {
        let unknown = |name: &&str| !self.keys.iter().any(|key| key.name == *name);
        let Some(name) = self.block.entries.iter().map(|(name, _)| name.as_str()).find(unknown) else { return Ok(()) };
        let has = |section: &&Section| section.keys.iter().any(|key| key.name == name);
        let elsewhere: Vec<String> =
            self.block.sections().filter(has).filter_map(|section| section.when).map(|(key, value)| format!("{key} = \"{value}\"")).collect();
        let switch = self.block.sections().find_map(|section| section.when).map(|(key, _)| key);
        if let (Some(switch), Some(variant), false) = (switch, variant, elsewhere.is_empty()) {
            let problem = format!("does not go with {switch} = \"{variant}\"");
            return Err(self.refuse(name, problem).hint(format!("it goes with {}", elsewhere.join(" or "))));
        }
        let known: Vec<&str> = self.keys.iter().map(|key| key.name).collect();
        let home = sections().find(|section| has(section) && !section.path.is_empty());
        let remedy = match (nearest(name, known.iter().copied()), home) {
            (None, Some(home)) => format!("it is a key of {}", home.heading()),
            (Some(_) | None, _) => hint(name, "keys here", &known),
        };
        Err(self.refuse(name, "is not a key").hint(remedy))
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
