//! LightGBM's models, read for scoring as challengers: the text of `Booster.save_model("m.txt")`, formats v3 and v4.
//!
//! One score per row over numeric and categorical features; features are f32 here, and thresholds are rounded down to f32, which moves no
//! f32 value to the other side.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use super::check::check;
use super::ensemble::{Ensemble, FeatureKind, Link, ModelFeature};
use super::tree::{Node, Rule, Side, Split, Tree};
use crate::error::{Error, Result};

/// What the file of another model would have to become.
const HINT: &str = "what can be read is Booster.save_model(\"NAME.txt\") of LightGBM 3 or 4: one output, constant leaves, no zero_as_missing";

/// Reads a model's text; `place` is the file.
///
/// `cover` is the count of rows, as in LightGBM's own contributions. The score is what the link takes: of a binary model LightGBM's raw score
/// times `sigmoid`, of a forest the mean of the trees.
pub(crate) fn read(place: impl Display, text: &str) -> Result<Ensemble> {
    let ensemble = read_text(text).and_then(|ensemble| check(&ensemble).map(|()| ensemble));
    ensemble.map_err(|problem| Error::model(place, format!("a LightGBM model that cannot be scored: {problem}")).hint(HINT))
}

fn read_text(text: &str) -> Result<Ensemble, String> {
    let (text, _) = text.split_once("\nend of trees").ok_or("its trees do not end: the text is cut or not LightGBM's")?;
    let mut sections = text.split("\nTree=").map(Section::read);
    let head = sections.next().expect("a split has a first part");
    let trees: Vec<Section<'_>> = sections.collect();
    let (link, factor) = head.check(trees.len())?;
    let names: Vec<&str> = head.word("feature_names")?.split(' ').collect();
    let infos: Vec<&str> = head.word("feature_infos")?.split(' ').collect();
    if names.len() != infos.len() {
        return Err(format!("it names {} features and describes {}", names.len(), infos.len()));
    }
    let tree = |(idx, tree): (usize, &Section<'_>)| tree.tree(factor).map_err(|problem| format!("tree {idx}: {problem}"));
    let trees: Vec<Tree> = trees.iter().enumerate().map(tree).collect::<Result<_, _>>()?;
    let mut codes = categories(&trees);
    let feature = |(idx, (name, info)): (usize, (&&str, &&str))| {
        let kind = codes.remove(&(idx as u32)).map_or(FeatureKind::Numeric, |mut codes| {
            codes.extend(info.split(':').filter_map(|code| code.parse::<u32>().ok()));
            FeatureKind::Categorical(codes.into_iter().collect())
        });
        ModelFeature { name: (*name).to_owned(), kind }
    };
    let features = names.iter().zip(&infos).enumerate().map(feature).collect();
    Ok(Ensemble { features, base: 0.0, link, trees })
}

/// The codes that the splits of each categorical feature name.
fn categories(trees: &[Tree]) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut codes: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for split in trees.iter().flat_map(|tree| &tree.nodes).filter_map(|node| node.split.as_ref()) {
        if let Rule::OneOf(named) = &split.rule {
            codes.entry(split.feature).or_default().extend(named);
        }
    }
    codes
}

/// Lines `key=value`, and lines of a key alone.
struct Section<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Section<'a> {
    fn read(text: &'a str) -> Self {
        Self(text.lines().map(|line| line.split_once('=').unwrap_or((line, ""))).collect())
    }

    fn word(&self, key: &str) -> Result<&'a str, String> {
        self.0.get(key).copied().ok_or_else(|| format!("it has no `{key}`"))
    }

    fn column<T: FromStr>(&self, key: &str, n: usize) -> Result<Vec<T>, String> {
        let parse = |word: &str| word.parse().map_err(|_| format!("`{word}` in `{key}` is not such a number"));
        let values: Vec<T> = self.word(key)?.split_ascii_whitespace().map(parse).collect::<Result<_, _>>()?;
        if values.len() == n { Ok(values) } else { Err(format!("`{key}` has {} entries, not {n}", values.len())) }
    }

    /// The link, and what leaf values are multiplied by.
    fn check(&self, n_trees: usize) -> Result<(Link, f64), String> {
        let version = self.word("version")?;
        if !matches!(version, "v3" | "v4") {
            return Err(format!("its format is {version}"));
        }
        for key in ["num_class", "num_tree_per_iteration"] {
            if self.word(key)? != "1" {
                return Err(format!("its `{key}` is {}", self.word(key)?));
            }
        }
        let objective = self.word("objective")?;
        let mut words = objective.split(' ');
        let link = match words.next() {
            Some("binary" | "cross_entropy") => Link::Logistic,
            Some("poisson" | "gamma" | "tweedie") => Link::Log,
            Some("regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" | "lambdarank" | "rank_xendcg")
                if !objective.contains("sqrt") =>
            {
                Link::Identity
            }
            _ => return Err(format!("its objective is `{objective}`, whose forecasts are not known here")),
        };
        let sigmoid = words.find_map(|word| word.strip_prefix("sigmoid:")).map_or(Ok(1.0), str::parse::<f64>);
        let sigmoid = sigmoid.map_err(|_| format!("its objective is `{objective}`"))?;
        let is_forest = self.0.contains_key("average_output");
        // A ranking's sigmoid belongs to its loss, not to its scores.
        let factor = if link == Link::Logistic { sigmoid } else { 1.0 };
        Ok((link, if is_forest { factor / n_trees.max(1) as f64 } else { factor }))
    }

    fn tree(&self, factor: f64) -> Result<Tree, String> {
        if self.0.get("is_linear").is_some_and(|word| *word != "0") {
            return Err("its leaves are linear".to_owned());
        }
        let n_leaves = self.column::<usize>("num_leaves", 1)?[0];
        let values = self.column::<f64>("leaf_value", n_leaves)?;
        if n_leaves == 1 {
            // A tree without a split has no count.
            return Ok(Tree { nodes: vec![Node { split: None, value: values[0] * factor, n_rows: 0, cover: 0.0 }] });
        }
        let columns = Columns::read(self, n_leaves)?;
        // Behind the root the children come in pairs. A negative number is the complement of a leaf's.
        let mut kept: Vec<i64> = vec![0];
        let mut nodes = vec![];
        while let Some(&at) = kept.get(nodes.len()) {
            let inner = usize::try_from(at).ok();
            let found = inner.map_or_else(|| columns.leaf(!at as usize, &values), |at| columns.inner(at, kept.len() as u32));
            let mut node = found.ok_or_else(|| format!("its columns have no whole node {at}"))?;
            node.value *= factor;
            if let Some(at) = inner {
                kept.extend([columns.left[at], columns.right[at]]);
            }
            nodes.push(node);
            if 2 * n_leaves <= nodes.len() {
                return Err("its nodes go in circles".to_owned());
            }
        }
        let n_named = kept.iter().collect::<BTreeSet<_>>().len();
        if n_named + 1 < 2 * n_leaves {
            return Err(format!("its children name {} of its {} nodes", n_named - 1, 2 * n_leaves - 2));
        }
        Ok(Tree { nodes })
    }
}

/// Columns of a tree's inner nodes and leaves.
struct Columns {
    feature: Vec<u32>,
    gain: Vec<f64>,
    threshold: Vec<f64>,
    decision: Vec<u8>,
    left: Vec<i64>,
    right: Vec<i64>,
    value: Vec<f64>,
    n_rows: Vec<u64>,
    leaf_rows: Vec<u64>,
    /// Ends of the bit sets in `bits`, after a first 0.
    ends: Vec<usize>,
    bits: Vec<u32>,
}

impl Columns {
    fn read(tree: &Section<'_>, n_leaves: usize) -> Result<Self, String> {
        let n = n_leaves.checked_sub(1).ok_or("it has no leaves")?;
        let n_sets = tree.column::<usize>("num_cat", 1)?[0];
        let ends: Vec<usize> = if n_sets == 0 { vec![] } else { tree.column("cat_boundaries", n_sets.saturating_add(1))? };
        let bits = if n_sets == 0 { vec![] } else { tree.column("cat_threshold", ends.last().copied().unwrap_or_default())? };
        Ok(Self {
            feature: tree.column("split_feature", n)?,
            gain: tree.column("split_gain", n)?,
            threshold: tree.column("threshold", n)?,
            decision: tree.column("decision_type", n)?,
            left: tree.column("left_child", n)?,
            right: tree.column("right_child", n)?,
            value: tree.column("internal_value", n)?,
            n_rows: tree.column("internal_count", n)?,
            leaf_rows: tree.column("leaf_count", n_leaves)?,
            ends,
            bits,
        })
    }

    fn leaf(&self, at: usize, values: &[f64]) -> Option<Node> {
        let n_rows = *self.leaf_rows.get(at)?;
        Some(Node { split: None, value: *values.get(at)?, n_rows, cover: n_rows as f64 })
    }

    /// An inner node; its children are put at `left` and `left` + 1. `None` where its numbers make no sense.
    fn inner(&self, at: usize, left: u32) -> Option<Node> {
        let decision = *self.decision.get(at)?;
        let default = if decision & 2 == 2 { Side::Left } else { Side::Right };
        let is_categorical = decision & 1 == 1;
        let (rule, missing) = match (is_categorical, decision >> 2 & 3) {
            // What is in no set goes right: other categories, new ones, none.
            (true, _) => (Rule::OneOf(self.set(self.threshold[at] as usize)?), Side::Right),
            // A feature that was never missing in training: LightGBM takes a missing value for 0.
            (false, 0) => (Rule::AtMost(at_most(self.threshold[at])), if 0.0 <= self.threshold[at] { Side::Left } else { Side::Right }),
            (false, 2) => (Rule::AtMost(at_most(self.threshold[at])), default),
            // Zeros count as missing: no threshold separates them from their neighbours.
            (false, _) => return None,
        };
        let split = Split { feature: self.feature[at], rule, missing, left, right: left + 1, gain: self.gain[at] };
        let n_rows = self.n_rows[at];
        Some(Node { split: Some(split), value: self.value[at], n_rows, cover: n_rows as f64 })
    }

    fn set(&self, idx: usize) -> Option<Vec<u32>> {
        let words = self.bits.get(*self.ends.get(idx)?..*self.ends.get(idx + 1)?)?;
        let codes =
            words.iter().enumerate().flat_map(|(at, word)| (0..32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| 32 * at as u32 + bit));
        Some(codes.collect())
    }
}

/// The threshold among f32: the largest that is at most LightGBM's.
///
/// LightGBM takes values from -1e-35 to 1e-35 for 0 before it compares, so they stay together.
fn at_most(threshold: f64) -> f32 {
    const ZERO: f32 = 1e-35;
    let near = threshold as f32;
    let below = if f64::from(near) <= threshold { near } else { near.next_down() };
    if 0.0 <= threshold { below.max(ZERO) } else { below.min((-ZERO).next_down()) }
}

#[cfg(test)]
mod tests {
    use super::super::block::{Block, forecast};
    use super::super::shap;
    use super::super::twin::Golden;
    use super::*;

    const BINARY: &str = include_str!("../../../tests/golden/lightgbm/binary.txt");
    const FOREST: &str = include_str!("../../../tests/golden/lightgbm/forest.txt");
    const GAMMA: &str = include_str!("../../../tests/golden/lightgbm/gamma.txt");
    const ROWS: &str = include_str!("../../../tests/golden/lightgbm/rows.csv");

    #[test]
    fn forecasts_are_lightgbms() {
        // tests/golden/lightgbm_model.py, LightGBM 4.7.0: 200 rows with missing values and unseen categories.
        let golden = Golden::read(ROWS);
        for (name, text) in [("binary", BINARY), ("forest", FOREST), ("gamma", GAMMA)] {
            let ensemble = read("m.txt", text).expect("LightGBM wrote it");
            let sample = golden.sample(&ensemble);
            let block = Block::read(&ensemble.features, &sample.table(), 0..200);
            let found: Vec<f64> = (0..200).map(|row| forecast(ensemble.link, block.score(&ensemble, row))).collect();
            let worst = golden.worst(name, &found);
            assert!(worst < 1e-14, "{name}: {worst:e}");
        }
    }

    #[test]
    fn contributions_are_lightgbms_with_categories_too() {
        // tests/golden/lightgbm_model.py: pred_contrib of LightGBM 4.7.0 for 40 rows, before its sigmoid of 0.8.
        let ensemble = read("m.txt", BINARY).expect("LightGBM wrote it");
        let golden = Golden::read(ROWS);
        let found = shap::contributions(&ensemble, &golden.sample(&ensemble).table());
        for (idx, feature) in ensemble.features.iter().enumerate() {
            let column: Vec<f64> = (0..40).map(|row| found.row(row)[idx] / 0.8).collect();
            let worst = golden.worst(&format!("phi_{}", feature.name), &column);
            assert!(worst < 1e-14, "{}: {worst:e}", feature.name);
        }
        assert!(golden.worst("phi_base", &[found.base / 0.8; 40]) < 1e-14);
    }

    #[test]
    fn thresholds_are_rounded_down_to_f32() {
        // 0.1 as f32 is 0.100000001490116, above 0.1.
        assert_eq!([0.1, 0.25, -0.1, 2.500_000_000_000_000_4, 1e300].map(at_most), [0.1_f32.next_down(), 0.25, -0.1_f32, 2.5, f32::MAX]);
    }

    #[test]
    fn values_next_to_zero_stay_with_zero() {
        // kZeroThreshold of LightGBM's meta.h; its thresholds beside zero are +-1e-35 in f32.
        let zero = 1e-35_f32;
        assert_eq!([0.0, 1e-40, f64::from(zero)].map(at_most), [zero; 3]);
        assert_eq!([-1e-40, f64::from(-zero)].map(at_most), [(-zero).next_down(); 2]);
    }

    #[test]
    fn what_cannot_be_scored_is_refused_by_name() {
        let message = |from: &str, to: &str| {
            assert!(BINARY.contains(from), "{from}");
            let error = read("m.txt", &BINARY.replacen(from, to, 1)).expect_err("it is refused").to_string();
            let line = error.lines().next().expect("a first line");
            line.strip_prefix("m.txt: a LightGBM model that cannot be scored: ").expect("the place").to_owned()
        };
        assert_eq!(message("version=v4", "version=v2"), "its format is v2");
        assert_eq!(message("num_class=1", "num_class=3"), "its `num_class` is 3");
        assert_eq!(
            message("binary sigmoid:0.8", "multiclassova num_class:3"),
            "its objective is `multiclassova num_class:3`, whose forecasts are not known here"
        );
        assert_eq!(message("is_linear=0", "is_linear=1"), "tree 0: its leaves are linear");
        assert_eq!(message("decision_type=2 ", "decision_type=6 "), "tree 0: its columns have no whole node 0");
        assert_eq!(message("left_child=1 ", "left_child=0 "), "tree 0: its nodes go in circles");
        assert_eq!(message("left_child=1 ", "left_child=-99 "), "tree 0: its columns have no whole node -99");
        assert_eq!(message("left_child=1 ", "left_child=-9223372036854775808 "), "tree 0: its columns have no whole node -9223372036854775808");
        assert_eq!(message("left_child=1 ", "left_child=-1 "), "tree 0: its children name 6 of its 12 nodes");
        assert_eq!(message("num_leaves=7", "num_leaves=8"), "tree 0: `leaf_value` has 7 entries, not 8");
        assert_eq!(message("num_leaves=7", "num_leaves=0"), "tree 0: `leaf_value` has 7 entries, not 0");
        assert_eq!(message("end of trees", ""), "its trees do not end: the text is cut or not LightGBM's");
        assert!(read("m.txt", "").is_err());
    }
}
