//! `baseline`: what history says.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Reads};
use crate::error::Result;
use crate::spec::key::Need::Default;
use crate::spec::key::Shape::Choice;
use crate::spec::key::{DAYS, key};
use crate::spec::reader::Reader;

/// Whose past a baseline looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// All training rows together.
    Pool,
    /// The entity's own targets known before the forecast, however far into the test.
    Entity,
}

/// Settings of `baseline`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BaselineParams {
    /// Whose past is looked at.
    pub history: History,
    /// Targets looked back on, with `history = "entity"`.
    pub lookback: u32,
    /// Targets without which there is no forecast, with `history = "entity"`.
    pub min_history: u32,
}

pub(super) const BASELINE: Declaration<BaselineParams> = Declaration {
    name: "baseline",
    meaning: "what history says; forecasts any quantity",
    keys: &[
        key("history", Choice(&["pool", "entity"]), Default("\"pool\""), "\"entity\"", "Whose past: all training rows, or the entity's own."),
        key("lookback", DAYS, Default("500"), "500", "Targets looked back on; only with history = \"entity\"."),
        key("min_history", DAYS, Default("100"), "100", "Minimum number of known targets; without them there is no forecast."),
    ],
    read,
    forecasts: |_, _| true,
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Nothing,
    mentions: |_| Vec::new(),
    looks_back: |params| params.history == History::Entity,
    refresh: |_| None,
    // An entity's own history is counted without weights.
    follows_class_shares: |params| params.history == History::Pool,
};

fn read(params: &Reader<'_>) -> Result<BaselineParams> {
    let history = match params.choice("history")? {
        "pool" => History::Pool,
        "entity" => History::Entity,
        other => unreachable!("the table of keys has no history {other}"),
    };
    let (lookback, min_history) = (params.count("lookback")?, params.count("min_history")?);
    match history {
        // A setting without effect would mislead the reader of the spec.
        History::Pool if params.has("lookback") => Err(params
            .refuse("lookback", "does not go with history = \"pool\", which looks at all training rows")
            .hint("drop it, or write history = \"entity\"")),
        History::Entity if lookback < min_history => {
            Err(params.refuse("min_history", format!("must be at most `lookback`, which is {lookback}; was {min_history}")))
        }
        History::Pool | History::Entity => Ok(BaselineParams { history, lookback, min_history }),
    }
}
