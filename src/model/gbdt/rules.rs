//! A decision tree in words that a credit officer can check by hand.

use std::fmt::Write as _;

use super::block::forecast;
use super::ensemble::{Ensemble, ModelFeature};
use super::path::{self, Allowed, Condition};
use super::tree::Tree;

/// A leaf as a rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LeafRule {
    /// What a row must fulfil: `utilization > 0.85 and (months_since_late <= 6 or missing)`; `always` for a tree without a split.
    pub(crate) condition: String,
    /// Training rows in the leaf.
    pub(crate) n_rows: u64,
    /// Their share of the training's weight; `None` where the tree has no cover.
    pub(crate) share: Option<f64>,
    /// The forecast: base and leaf through the link.
    pub(crate) value: f64,
}

/// The rules of a single decision tree, from left to right; every row fulfils exactly one.
///
/// Questions about one feature are merged into one condition. A missing value also stands for a category that training did not see.
pub(crate) fn rules(ensemble: &Ensemble) -> Vec<LeafRule> {
    let Some(tree) = only_tree(ensemble) else { return vec![] };
    let rule = |path: &path::Path| {
        let is_alone = path.conditions.len() == 1;
        let parts: Vec<String> = path.conditions.iter().map(|condition| phrase(&ensemble.features, condition, is_alone)).collect();
        let node = &tree.nodes[path.leaf];
        LeafRule {
            condition: if parts.is_empty() { "always".to_owned() } else { parts.join(" and ") },
            n_rows: node.n_rows,
            share: share(tree, path.leaf),
            value: forecast(ensemble.link, ensemble.base + node.value),
        }
    };
    path::paths(tree).iter().map(rule).collect()
}

/// The rules, a line each, with rows, share and forecast in columns.
pub(crate) fn as_lines(rules: &[LeafRule]) -> String {
    let width = rules.iter().map(|rule| rule.condition.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for LeafRule { condition, n_rows, share, value } in rules {
        let _ = writeln!(text, "{condition:width$}  {n_rows:>9} rows {:>6}  {value:.4}", percent(*share));
    }
    text
}

fn only_tree(ensemble: &Ensemble) -> Option<&Tree> {
    assert!(ensemble.trees.len() <= 1, "the forecast of several trees is no leaf's");
    ensemble.trees.first()
}

fn share(tree: &Tree, at: usize) -> Option<f64> {
    let whole = tree.nodes[0].cover;
    (0.0 < whole).then(|| tree.nodes[at].cover / whole)
}

fn percent(share: Option<f64>) -> String {
    share.map_or("n/a".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

/// A condition in words; an `or` needs brackets unless it stands alone.
fn phrase(features: &[ModelFeature], condition: &Condition, is_alone: bool) -> String {
    let name = &features[condition.feature as usize].name;
    let present = match &condition.kept {
        Allowed::Range { above: Some(above), at_most: Some(at_most) } if at_most <= above => None,
        Allowed::Range { above: Some(above), at_most: Some(at_most) } => Some(format!("{above} < {name} <= {at_most}")),
        Allowed::Range { above: Some(above), at_most: None } => Some(format!("{name} > {above}")),
        Allowed::Range { above: None, at_most: Some(at_most) } => Some(format!("{name} <= {at_most}")),
        Allowed::Range { above: None, at_most: None } => Some(format!("{name} present")),
        Allowed::Among(codes) if codes.is_empty() => None,
        Allowed::Among(codes) => Some(format!("{name} in {}", set(codes))),
        Allowed::Except(codes) => Some(format!("{name} not in {}", set(codes))),
    };
    match (present, condition.keeps_missing) {
        (Some(present), false) => present,
        (Some(present), true) if is_alone => format!("{present} or missing"),
        (Some(present), true) => format!("({present} or missing)"),
        (None, true) => format!("{name} missing"),
        (None, false) => format!("{name} never"),
    }
}

fn set(codes: &[u32]) -> String {
    format!("{{{}}}", codes.iter().map(u32::to_string).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::ensemble::{FeatureKind, Link};
    use super::super::tree::{Node, Rule, Side, Split};
    use super::*;

    /// Log odds of a leaf's default rate; the base is 0.
    fn node(rate: f64, n_rows: u64, split: Option<(u32, Rule, Side, u32)>) -> Node {
        let split = split.map(|(feature, rule, missing, left)| Split { feature, rule, missing, left, right: left + 1, gain: 1.0 });
        Node { split, value: libm::log(rate / (1.0 - rate)), n_rows, cover: n_rows as f64 }
    }

    fn tree() -> Ensemble {
        let kinds = [
            ("utilization", FeatureKind::Numeric),
            ("months_since_late", FeatureKind::Numeric),
            ("purpose", FeatureKind::Categorical(vec![1, 2, 4])),
        ];
        let nodes = vec![
            node(0.1, 1000, Some((0, Rule::AtMost(0.85), Side::Left, 1))),
            node(0.06, 800, Some((0, Rule::AtMost(0.3), Side::Right, 3))),
            node(0.26, 200, Some((1, Rule::AtMost(6.0), Side::Left, 5))),
            node(0.02, 500, None),
            node(0.1267, 300, Some((2, Rule::OneOf(vec![1, 4]), Side::Right, 7))),
            node(0.45, 80, None),
            node(0.1333, 120, None),
            node(0.2, 100, None),
            node(0.09, 200, None),
        ];
        let features = kinds.map(|(name, kind)| ModelFeature { name: name.to_owned(), kind }).to_vec();
        Ensemble { features, base: 0.0, link: Link::Logistic, trees: vec![Tree { nodes }] }
    }

    #[test]
    fn leaves_read_as_rules_with_merged_bounds() {
        let expected = "\
utilization <= 0.3                                                                   500 rows 50.0 %  0.0200
(0.3 < utilization <= 0.85 or missing) and purpose in {1, 4}                         100 rows 10.0 %  0.2000
(0.3 < utilization <= 0.85 or missing) and (purpose not in {1, 4} or missing)        200 rows 20.0 %  0.0900
utilization > 0.85 and (months_since_late <= 6 or missing)                            80 rows  8.0 %  0.4500
utilization > 0.85 and months_since_late > 6                                         120 rows 12.0 %  0.1333
";
        assert_eq!(as_lines(&rules(&tree())), expected);
    }

    #[test]
    fn a_leaf_alone_is_always() {
        let mut ensemble = tree();
        ensemble.trees[0].nodes = vec![node(0.1, 0, None)];
        ensemble.trees[0].nodes[0].cover = 0.0;
        let found = rules(&ensemble);
        assert_eq!((found[0].condition.as_str(), found[0].share), ("always", None));
        assert_eq!(as_lines(&found), "always          0 rows    n/a  0.1000\n");
        ensemble.trees.clear();
        assert_eq!(rules(&ensemble), vec![]);
    }
}
