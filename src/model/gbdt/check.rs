//! What every ensemble that comes from a file must fulfil before a row walks its trees.

use std::collections::BTreeSet;

use super::ensemble::{Ensemble, FeatureKind};
use super::path;
use super::tree::{Node, Rule, Split, Tree};

/// Different features that one path may ask, as many as the deepest tree of our own can.
const MOST_ON_PATH: usize = 64;

/// The first thing wrong with an ensemble: a place in it and the problem, lower case, no full stop.
pub(super) fn check(ensemble: &Ensemble) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for feature in &ensemble.features {
        if !names.insert(&feature.name) {
            return Err(format!("the feature `{}` appears twice", feature.name));
        }
        if let FeatureKind::Categorical(codes) = &feature.kind {
            check_ascending(codes).map_err(|problem| format!("feature `{}`: {problem}", feature.name))?;
        }
    }
    if !ensemble.base.is_finite() {
        return Err(format!("the base score is {}", ensemble.base));
    }
    for (idx, tree) in ensemble.trees.iter().enumerate() {
        check_tree(ensemble, tree).map_err(|problem| format!("tree {idx}: {problem}"))?;
    }
    Ok(())
}

fn check_tree(ensemble: &Ensemble, tree: &Tree) -> Result<(), String> {
    if tree.nodes.is_empty() {
        return Err("it has no nodes".to_owned());
    }
    let mut has_parent = vec![false; tree.nodes.len()];
    has_parent[0] = true;
    for (at, node) in tree.nodes.iter().enumerate() {
        check_node(ensemble, node).map_err(|problem| format!("node {at}: {problem}"))?;
        for child in node.split.iter().flat_map(|split| [split.left, split.right]) {
            // A child behind its parent ends every walk; a single parent makes it a tree.
            let child = child as usize;
            if child <= at || tree.nodes.len() <= child || std::mem::replace(&mut has_parent[child], true) {
                return Err(format!("node {at}: its child {child} is not a node of its own behind it"));
            }
        }
    }
    if let Some(at) = has_parent.iter().position(|has_parent| !has_parent) {
        return Err(format!("node {at} has no parent"));
    }
    match path::paths(tree).iter().map(|path| path.conditions.len()).max() {
        Some(n) if MOST_ON_PATH < n => Err(format!("a path asks {n} different features; at most {MOST_ON_PATH} can be explained")),
        _ => Ok(()),
    }
}

fn check_node(ensemble: &Ensemble, node: &Node) -> Result<(), String> {
    for (name, value) in [("value", node.value), ("cover", node.cover)] {
        if !value.is_finite() {
            return Err(format!("its {name} is {value}"));
        }
    }
    if node.cover < 0.0 {
        return Err(format!("its cover is {}, below 0", node.cover));
    }
    node.split.as_ref().map_or(Ok(()), |split| check_split(ensemble, split))
}

fn check_split(ensemble: &Ensemble, split: &Split) -> Result<(), String> {
    let n = ensemble.features.len();
    let Some(feature) = ensemble.features.get(split.feature as usize) else {
        return Err(format!("it asks feature {} of {n}", split.feature));
    };
    if !split.gain.is_finite() {
        return Err(format!("its gain is {}", split.gain));
    }
    match (&split.rule, &feature.kind) {
        (Rule::AtMost(threshold), FeatureKind::Numeric) if threshold.is_nan() => Err("its threshold is NaN".to_owned()),
        (Rule::AtMost(_), FeatureKind::Numeric) => Ok(()),
        (Rule::OneOf(codes), FeatureKind::Categorical(_)) => check_ascending(codes),
        (Rule::AtMost(_), FeatureKind::Categorical(_)) => Err(format!("it puts a threshold on the categories of `{}`", feature.name)),
        (Rule::OneOf(_), FeatureKind::Numeric) => Err(format!("it lists categories of the quantity `{}`", feature.name)),
    }
}

fn check_ascending(codes: &[u32]) -> Result<(), String> {
    match codes.windows(2).find(|pair| pair[1] <= pair[0]) {
        Some(pair) => Err(format!("its categories do not ascend: {} before {}", pair[0], pair[1])),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::Side;
    use super::super::twin;
    use super::*;

    fn broken(change: impl Fn(&mut Ensemble)) -> String {
        let mut ensemble = twin::ensemble(1, 5);
        assert_eq!(check(&ensemble), Ok(()));
        change(&mut ensemble);
        check(&ensemble).expect_err("it is broken")
    }

    fn split(ensemble: &mut Ensemble) -> &mut Split {
        ensemble.trees[4].nodes[0].split.as_mut().expect("tree 4 has splits")
    }

    #[test]
    fn each_way_to_break_a_tree_is_named() {
        assert_eq!(broken(|e| e.trees[3].nodes.clear()), "tree 3: it has no nodes");
        assert_eq!(broken(|e| split(e).left = 0), "tree 4: node 0: its child 0 is not a node of its own behind it");
        assert_eq!(broken(|e| split(e).right = 99), "tree 4: node 0: its child 99 is not a node of its own behind it");
        assert_eq!(broken(|e| split(e).right = 1), "tree 4: node 0: its child 1 is not a node of its own behind it");
        assert_eq!(broken(|e| e.trees[0].nodes.extend_from_within(..1)), "tree 0: node 1 has no parent");
        assert_eq!(broken(|e| split(e).feature = 5), "tree 4: node 0: it asks feature 5 of 5");
        assert_eq!(broken(|e| split(e).gain = f64::NAN), "tree 4: node 0: its gain is NaN");
        assert_eq!(broken(|e| (split(e).feature, split(e).rule) = (0, Rule::AtMost(f32::NAN))), "tree 4: node 0: its threshold is NaN");
        assert_eq!(broken(|e| e.trees[4].nodes[2].value = f64::INFINITY), "tree 4: node 2: its value is inf");
        assert_eq!(broken(|e| e.trees[4].nodes[2].cover = -1.0), "tree 4: node 2: its cover is -1, below 0");
        assert_eq!(broken(|e| e.base = f64::NAN), "the base score is NaN");
        assert_eq!(broken(|e| e.features[1].name = "x0".to_owned()), "the feature `x0` appears twice");
    }

    #[test]
    fn a_rule_must_suit_its_feature() {
        let found = broken(|e| (split(e).feature, split(e).rule, split(e).missing) = (2, Rule::AtMost(1.0), Side::Left));
        assert_eq!(found, "tree 4: node 0: it puts a threshold on the categories of `purpose`");
        let found = broken(|e| (split(e).feature, split(e).rule) = (0, Rule::OneOf(vec![1])));
        assert_eq!(found, "tree 4: node 0: it lists categories of the quantity `x0`");
        let found = broken(|e| (split(e).feature, split(e).rule) = (2, Rule::OneOf(vec![3, 1])));
        assert_eq!(found, "tree 4: node 0: its categories do not ascend: 3 before 1");
    }
}
