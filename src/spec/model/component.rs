//! `pcr` and `pls`: regression on a few directions of the features.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::Required;
use crate::spec::key::Shape::Integer;
use crate::spec::key::{FEATURES, Key, key};
use crate::spec::reader::Reader;

/// Settings of `pcr` and of `pls`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentParams {
    /// Directions of the features that are used, at least 1.
    pub n_components: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

const KEYS: &[Key] = &[key("n_components", Integer(1, 1000), Required, "5", "Number of components."), FEATURES];

pub(super) const PCR: Declaration<ComponentParams> = declared("pcr", "regression on the features' principal components; forecasts the mean");

pub(super) const PLS: Declaration<ComponentParams> = declared("pls", "partial least squares; forecasts the mean");

const fn declared(name: &'static str, meaning: &'static str) -> Declaration<ComponentParams> {
    Declaration {
        name,
        meaning,
        keys: KEYS,
        read,
        forecasts: |_, quantity| matches!(quantity, Quantity::Mean),
        check_ask: |_, _, _| Ok(()),
        learns: Learning::Rows,
        reads: Reads::Features { listed: |params| &params.features, narrowed: |params, features| ComponentParams { features, ..params.clone() } },
        mentions: |params| Mention::used(&params.features),
        looks_back: |_| false,
        refresh: |_| None,
        follows_class_shares: |_| true,
    }
}

fn read(params: &Reader<'_>) -> Result<ComponentParams> {
    Ok(ComponentParams { n_components: params.count("n_components")?, features: params.texts("features")? })
}
