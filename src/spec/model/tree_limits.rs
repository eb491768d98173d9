//! What limits the trees of every model made of them: settings, keys and their reading.

use serde::Serialize;

use super::declaration::{Mention, Role};
use crate::error::Result;
use crate::spec::key::Need::Default;
use crate::spec::key::Range::AtLeast;
use crate::spec::key::Shape::{Integer, Number, Texts};
use crate::spec::key::{Key, key};
use crate::spec::reader::Reader;

/// What limits a tree, and what it is grown on; features by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TreeLimits {
    /// Depth of a tree, 1 to 64.
    pub depth: u32,
    /// Leaves of a tree, 2 to 65,535.
    pub leaves: u32,
    /// Minimum number of rows in a leaf.
    pub min_leaf_rows: u32,
    /// Sum of hessians in a leaf at least, at least 0.
    pub min_leaf_hessian: f64,
    /// L1 penalty on leaf values, at least 0.
    pub l1: f64,
    /// L2 penalty on leaf values, at least 0.
    pub l2: f64,
    /// What a split must gain, at least 0.
    pub min_gain: f64,
    /// Bins of a feature at most, 2 to 255.
    pub max_bins: u32,
    /// Features whose whole numbers are codes of categories.
    pub categorical: Vec<String>,
    /// Features with which the forecast may only rise.
    pub increasing: Vec<String>,
    /// Features with which the forecast may only fall.
    pub decreasing: Vec<String>,
    /// Groups of features that may be split on along one path; empty: all may.
    pub interactions: Vec<Vec<String>>,
    /// Windows after which cut points are learnt again.
    pub refresh: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const MIN_LEAF_ROWS: Key = key("min_leaf_rows", Integer(1, 1_000_000), Default("100"), "200", "Minimum number of rows in a leaf.");
pub(super) const MIN_GAIN: Key = key("min_gain", Number(AtLeast(0.0)), Default("0"), "0", "A split must lower the training loss by more than this.");
pub(super) const MAX_BINS: Key = key("max_bins", Integer(2, 255), Default("255"), "63", "Maximum number of bins of a feature.");
pub(super) const CATEGORICAL: Key = key(
    "categorical",
    Texts,
    Default("[]"),
    "[\"grade\"]",
    "Features whose whole numbers are codes of categories (254 at most; others count as missing).",
);
pub(super) const INCREASING: Key = key("increasing", Texts, Default("[]"), "[\"utilization\"]", "Features with which the forecast may only rise.");
pub(super) const DECREASING: Key = key("decreasing", Texts, Default("[]"), "[\"income\"]", "Features with which the forecast may only fall.");
pub(super) const INTERACTIONS: Key = key(
    "interactions",
    Texts,
    Default("[]"),
    "[\"age, income\", \"utilization\"]",
    "Groups of features, separated by commas, that may be split on along one path; empty: all may.",
);
pub(super) const REFRESH: Key = key(
    "refresh",
    Integer(1, 10_000),
    Default("12"),
    "12",
    "Windows after which cut points are learnt again; until then the earlier window's are used.",
);

impl TreeLimits {
    /// The same limits on these features; what was said of others is left out.
    #[must_use]
    pub fn with_features(&self, features: Vec<String>) -> Self {
        let kept = |names: &[String]| -> Vec<String> { names.iter().filter(|name| features.contains(name)).cloned().collect() };
        Self {
            categorical: kept(&self.categorical),
            increasing: kept(&self.increasing),
            decreasing: kept(&self.decreasing),
            // A group that has lost its last member stays: an empty list would allow all interactions.
            interactions: self.interactions.iter().map(|group| kept(group)).collect(),
            features,
            ..self.clone()
        }
    }

    /// Features that the limits name.
    pub(super) fn mentions(&self) -> Vec<Mention<'_>> {
        let mut mentions = Mention::used(&self.features);
        mentions.extend(Mention::list("categorical", &self.categorical, Role::Category));
        mentions.extend(Mention::list("increasing", &self.increasing, Role::Constraint));
        mentions.extend(Mention::list("decreasing", &self.decreasing, Role::Constraint));
        for (idx, group) in self.interactions.iter().enumerate() {
            let key = format!("interactions[{idx}]");
            mentions.extend(group.iter().map(|feature| Mention { key: key.clone(), feature, role: Role::Constraint }));
        }
        mentions
    }
}

/// What all trees have; penalties 0, nothing constrained.
pub(super) fn limits(params: &Reader<'_>) -> Result<TreeLimits> {
    Ok(TreeLimits {
        depth: params.count("depth")?,
        leaves: params.count("leaves")?,
        min_leaf_rows: params.count("min_leaf_rows")?,
        min_leaf_hessian: 0.0,
        l1: 0.0,
        l2: 0.0,
        min_gain: 0.0,
        max_bins: params.count("max_bins")?,
        categorical: params.texts("categorical")?,
        increasing: vec![],
        decreasing: vec![],
        interactions: vec![],
        refresh: params.count("refresh")?,
        features: params.texts("features")?,
    })
}

/// The same limits with the directions of `increasing` and `decreasing`.
pub(super) fn monotone(params: &Reader<'_>, limits: TreeLimits) -> Result<TreeLimits> {
    let (increasing, decreasing) = (params.texts("increasing")?, params.texts("decreasing")?);
    if let Some(name) = decreasing.iter().find(|name| increasing.contains(name)) {
        return Err(params
            .refuse("decreasing", format!("holds `{name}`, as `increasing` does"))
            .hint("drop it from one of the two; to leave the feature out, list the others in `features`"));
    }
    for (key, names) in [("increasing", &increasing), ("decreasing", &decreasing)] {
        if let Some(name) = names.iter().find(|name| limits.categorical.contains(name)) {
            return Err(params
                .refuse(key, format!("holds `{name}`, which is `categorical`"))
                .hint("codes of categories have no order to rise along"));
        }
    }
    Ok(TreeLimits { increasing, decreasing, ..limits })
}

pub(super) fn interactions(params: &Reader<'_>) -> Result<Vec<Vec<String>>> {
    let mut groups = vec![];
    for (idx, group) in params.texts("interactions")?.iter().enumerate() {
        let names: Vec<String> = group.split(',').map(|name| name.trim().to_owned()).collect();
        if names.iter().any(String::is_empty) {
            return Err(params.refuse(&format!("interactions[{idx}]"), format!("must be feature names separated by commas, was `{group}`")));
        }
        groups.push(names);
    }
    Ok(groups)
}
