//! What a kind of model is, in one place: a `Declaration` beside its settings.

use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::{Key, Section, where_is};
use crate::spec::reader::Reader;

/// A kind of model with settings of the type `P`.
///
/// Every field must be given: what a new kind forgets to say does not compile.
pub(in crate::spec) struct Declaration<P: 'static> {
    /// The kind's name in a spec.
    pub(in crate::spec) name: &'static str,
    /// What it is and what it forecasts, in words.
    pub(in crate::spec) meaning: &'static str,
    /// Keys of its `[models.params]`.
    pub(in crate::spec) keys: &'static [Key],
    /// Reads them.
    pub(in crate::spec) read: fn(&Reader<'_>) -> Result<P>,
    /// Whether it can forecast this quantity.
    pub(in crate::spec) forecasts: fn(&P, Quantity) -> bool,
    /// Refuses, at the model's block, quantities that it can forecast, but not together or not with these settings.
    pub(in crate::spec) check_ask: fn(&P, &Reader<'_>, &[Quantity]) -> Result<()>,
    /// Where its forecasts come from.
    pub(in crate::spec) learns: Learning,
    /// Whether it reads features.
    pub(in crate::spec) reads: Reads<P>,
    /// Features that settings name, each with its key; `features` first.
    pub(in crate::spec) mentions: fn(&P) -> Vec<Mention<'_>>,
    /// Whether a forecast looks at the entity's own targets, those known since the training rows among them.
    pub(in crate::spec) looks_back: fn(&P) -> bool,
    /// Windows after which work that many windows share is done again; `None` where there is none.
    pub(in crate::spec) refresh: fn(&P) -> Option<u32>,
    /// Whether its probabilities follow the weighted share of ones among the training rows.
    pub(in crate::spec) follows_class_shares: fn(&P) -> bool,
}

/// Where a model's forecasts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learning {
    /// From a window's training rows.
    Rows,
    /// From forecasts of other models, in earlier windows.
    Forecasts,
    /// From elsewhere: nothing is learnt.
    Nothing,
}

/// Whether a kind of model reads features, and how its settings name them.
pub(in crate::spec) enum Reads<P: 'static> {
    /// It reads none that settings could choose.
    Nothing,
    /// It reads those listed; all where the list is empty.
    Features {
        /// The list.
        listed: fn(&P) -> &[String],
        /// The same settings with another list.
        narrowed: fn(&P, Vec<String>) -> P,
    },
}

/// A feature that a model's settings name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention<'a> {
    /// The key below `params` that names it, such as `increasing[0]`.
    pub key: String,
    /// The feature.
    pub feature: &'a str,
    /// What the setting says of it.
    pub role: Role,
}

/// What a setting says of a feature that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is used.
    Used,
    /// Its whole numbers are codes of categories.
    Category,
    /// It bounds the shape of the forecast.
    Constraint,
}

impl<'a> Mention<'a> {
    /// The features of the key `features`.
    pub(in crate::spec) fn used(features: &'a [String]) -> Vec<Self> {
        Self::list("features", features, Role::Used)
    }

    /// One for each feature of a list.
    pub(in crate::spec) fn list(key: &str, features: &'a [String], role: Role) -> Vec<Self> {
        features.iter().enumerate().map(|(idx, feature)| Self { key: format!("{key}[{idx}]"), feature, role }).collect()
    }
}

impl<P> Declaration<P> {
    /// The keys as they stand in the table of keys.
    pub(in crate::spec) const fn section(&self) -> Section {
        where_is(("kind", self.name), "models[].params", self.meaning, self.keys)
    }
}

/// Errors unless one quantity is asked for: each further one would be a fit of its own.
pub(in crate::spec) fn one_quantity(name: &str, model: &Reader<'_>, ask: &[Quantity]) -> Result<()> {
    if ask.len() == 1 {
        return Ok(());
    }
    let problem = format!("must be one quantity for kind = \"{name}\", was {}", ask.len());
    Err(model.refuse("ask", problem).hint("list the model again under another name"))
}
