//! `neighbours`: the nearest training rows.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::Default;
use crate::spec::key::Shape::{Choice, Integer};
use crate::spec::key::{FEATURES, key};
use crate::spec::reader::Reader;

/// How much each neighbour counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NeighbourWeights {
    /// Equal weights, apart from the row's own weight.
    Uniform,
    /// In proportion to 1 / distance; rows at distance 0 share everything.
    Distance,
}

/// Settings of `neighbours`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NeighboursParams {
    /// Training rows asked, at least 1.
    pub neighbours: u32,
    /// How much each counts.
    pub weights: NeighbourWeights,
    /// Training rows drawn at most (seeded, once a window): a forecast looks at each of them.
    pub max_rows: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const NEIGHBOURS: Declaration<NeighboursParams> = Declaration {
    name: "neighbours",
    meaning: "the nearest training rows; forecasts the mean and the probability",
    keys: &[
        key("neighbours", Integer(1, 100_000), Default("50"), "50", "Number of neighbours."),
        key("weights", Choice(&["uniform", "distance"]), Default("\"uniform\""), "\"distance\"", "Equal weights, or weights of 1 / distance."),
        key(
            "max_rows",
            Integer(100, 1_000_000),
            Default("20000"),
            "20000",
            "Maximum number of training rows, drawn once a window; each forecast looks at all of them.",
        ),
        FEATURES,
    ],
    read,
    forecasts: |_, quantity| matches!(quantity, Quantity::Mean | Quantity::Probability),
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |params, features| NeighboursParams { features, ..params.clone() } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| None,
    follows_class_shares: |_| true,
};

fn read(params: &Reader<'_>) -> Result<NeighboursParams> {
    let weights = match params.choice("weights")? {
        "uniform" => NeighbourWeights::Uniform,
        "distance" => NeighbourWeights::Distance,
        other => unreachable!("the table of keys has no weights {other}"),
    };
    let (neighbours, max_rows) = (params.count("neighbours")?, params.count("max_rows")?);
    if max_rows < neighbours {
        return Err(params.refuse("neighbours", format!("must be at most `max_rows`, which is {max_rows}; was {neighbours}")));
    }
    Ok(NeighboursParams { neighbours, weights, max_rows, features: params.texts("features")? })
}
