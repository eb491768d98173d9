//! XGBoost's models, read for scoring as challengers.
//!
//! `Booster.save_model("m.json")` of XGBoost 1.7 to 3: boosted trees of one score over numeric features. What XGBoost computes in f32 we sum
//! in f64, so forecasts agree to f32's accuracy.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde::Deserialize;

use super::check::check;
use super::ensemble::{Ensemble, FeatureKind, Link, ModelFeature};
use super::json::unquoted;
use super::tree::{Node, Rule, Side, Split, Tree};
use crate::error::{Error, Result};

/// What the file of another model would have to become.
const HINT: &str = "what can be read is Booster.save_model(\"NAME.json\") of XGBoost 1.7 to 3: booster gbtree, one output, numeric features";

const MOST_FEATURES: usize = 1_000_000;

/// Reads a model's JSON; `place` is the file.
///
/// Rows of the training are not in the file: `n_rows` is 0 throughout, `cover` is XGBoost's sum of hessians. Every tree is kept, also those
/// behind the best round of an early stop, as in `Booster.predict`.
pub(crate) fn read(place: impl Display, text: &str) -> Result<Ensemble> {
    let fault = |problem: String| Error::model(&place, problem).hint(HINT);
    let header: Header = serde_json::from_str(text).map_err(|error| fault(format!("not an XGBoost model in JSON: {}", unquoted(&error))))?;
    let link = header.check().map_err(fault)?;
    let model: Model = serde_json::from_str(text).map_err(|error| fault(format!("an XGBoost model of an unknown shape: {}", unquoted(&error))))?;
    let ensemble = model.learner.read(link).and_then(|ensemble| check(&ensemble).map(|()| ensemble));
    ensemble.map_err(|problem| fault(format!("a broken XGBoost model: {problem}")))
}

/// What says whether the rest can be read.
#[derive(Deserialize)]
struct Header {
    version: Vec<u32>,
    learner: HeaderLearner,
}

#[derive(Deserialize)]
struct HeaderLearner {
    gradient_booster: Named,
    objective: Named,
    learner_model_param: Param,
    #[serde(default)]
    feature_types: Vec<String>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Param {
    /// "5E-1", and since 3.1 "[5E-1]".
    base_score: String,
    num_class: String,
    num_feature: String,
    num_target: Option<String>,
}

impl Header {
    fn check(&self) -> Result<Link, String> {
        let learner = &self.learner;
        let param = &learner.learner_model_param;
        if !matches!(self.version[..], [1, 7..=u32::MAX, ..] | [2 | 3, ..]) {
            let version = self.version.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            return Err(format!("a model of XGBoost {version}"));
        }
        if learner.gradient_booster.name != "gbtree" {
            return Err(format!("its booster is `{}`", learner.gradient_booster.name));
        }
        if !matches!(param.num_class.as_str(), "0" | "1") {
            return Err(format!("it forecasts {} classes", param.num_class));
        }
        if let Some(n) = param.num_target.as_ref().filter(|n| !matches!(n.as_str(), "0" | "1")) {
            return Err(format!("it forecasts {n} targets"));
        }
        if let Some(idx) = learner.feature_types.iter().position(|kind| kind == "c") {
            return Err(format!("its feature {idx} is categorical"));
        }
        link(&learner.objective.name).ok_or_else(|| format!("its objective is `{}`, whose forecasts are not known here", learner.objective.name))
    }
}

fn link(objective: &str) -> Option<Link> {
    match objective {
        "binary:logistic" | "reg:logistic" => Some(Link::Logistic),
        "count:poisson" | "reg:gamma" | "reg:tweedie" => Some(Link::Log),
        "reg:squarederror"
        | "reg:squaredlogerror"
        | "reg:absoluteerror"
        | "reg:pseudohubererror"
        | "reg:quantileerror"
        | "binary:logitraw"
        | "rank:pairwise"
        | "rank:ndcg"
        | "rank:map" => Some(Link::Identity),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Model {
    learner: Learner,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the file's names")]
struct Learner {
    gradient_booster: Booster,
    learner_model_param: Param,
    #[serde(default)]
    feature_names: Vec<String>,
}

#[derive(Deserialize)]
struct Booster {
    model: Trees,
}

#[derive(Deserialize)]
struct Trees {
    trees: Vec<FileTree>,
}

/// Columns of a tree's nodes. Numbers have at most nine digits: serde_json reads them to within the last bit of f64, so their f32 is right.
#[derive(Deserialize)]
struct FileTree {
    left_children: Vec<i64>,
    right_children: Vec<i64>,
    split_indices: Vec<u32>,
    /// Thresholds, and the values of leaves.
    split_conditions: Vec<f32>,
    default_left: Vec<Flag>,
    loss_changes: Vec<f32>,
    sum_hessian: Vec<f32>,
    #[serde(default)]
    split_type: Vec<u8>,
    tree_param: TreeParam,
}

#[derive(Deserialize)]
struct TreeParam {
    size_leaf_vector: Option<String>,
}

/// Older files write booleans, newer ones 0 and 1.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Word(bool),
    Number(u8),
}

impl Learner {
    fn read(self, link: Link) -> Result<Ensemble, String> {
        let param = &self.learner_model_param;
        // A broken number must not make names for more features than any memory holds.
        let n = param.num_feature.parse().ok().filter(|n| *n <= MOST_FEATURES).ok_or_else(|| format!("num_feature is `{}`", param.num_feature))?;
        let names = if self.feature_names.is_empty() { (0..n).map(|idx| format!("f{idx}")).collect() } else { self.feature_names };
        if names.len() != n {
            return Err(format!("it names {} of {n} features", names.len()));
        }
        let features = names.into_iter().map(|name| ModelFeature { name, kind: FeatureKind::Numeric }).collect();
        let tree = |(idx, tree): (usize, &FileTree)| tree.read().map_err(|problem| format!("tree {idx}: {problem}"));
        let trees = self.gradient_booster.model.trees.iter().enumerate().map(tree).collect::<Result<_, _>>()?;
        Ok(Ensemble { features, base: margin(&param.base_score, link)?, link, trees })
    }
}

/// The base score, written as a forecast, as a score.
fn margin(text: &str, link: Link) -> Result<f64, String> {
    let number = text.trim_start_matches('[').trim_end_matches(']');
    let base = f64::from(number.parse::<f32>().map_err(|_| format!("base_score is `{text}`"))?);
    match link {
        Link::Identity => Ok(base),
        Link::Logistic if 0.0 < base && base < 1.0 => Ok(libm::log(base / (1.0 - base))),
        Link::Log if 0.0 < base => Ok(libm::log(base)),
        Link::Logistic | Link::Log => Err(format!("base_score is `{text}`, which its objective cannot forecast")),
    }
}

impl FileTree {
    fn read(&self) -> Result<Tree, String> {
        if self.tree_param.size_leaf_vector.as_ref().is_some_and(|n| !matches!(n.as_str(), "0" | "1")) {
            return Err("its leaves hold several values".to_owned());
        }
        if self.split_type.contains(&1) {
            return Err("it splits on categories".to_owned());
        }
        // Pruned nodes stay in the file's columns; only what hangs on the root is read.
        let mut kept = vec![0];
        let mut nodes: Vec<Node> = vec![];
        while let Some(&at) = kept.get(nodes.len()) {
            let children = self.children(at)?;
            let node = self.node(at, children.map(|_| kept.len() as u32)).ok_or_else(|| format!("its columns have no whole node {at}"))?;
            kept.extend(children.into_iter().flatten());
            nodes.push(node);
            if self.left_children.len() < nodes.len() {
                return Err("its nodes go in circles".to_owned());
            }
        }
        if kept.iter().collect::<BTreeSet<_>>().len() < kept.len() {
            return Err("two of its nodes have one child".to_owned());
        }
        fill_inner(&mut nodes);
        Ok(Tree { nodes })
    }

    /// Where a node's children are; `None` for a leaf, whose children are -1. No other number below 0 says anything.
    fn children(&self, at: usize) -> Result<Option<[usize; 2]>, String> {
        let child = |children: &[i64]| children.get(at).copied().ok_or_else(|| format!("its columns have no whole node {at}"));
        match (child(&self.left_children)?, child(&self.right_children)?) {
            (-1, -1) => Ok(None),
            (left @ 0.., right @ 0..) => Ok(Some([left as usize, right as usize])),
            (left, right) => Err(format!("its node {at} has the children {left} and {right}; a leaf's are -1 and -1")),
        }
    }

    /// A node of the file; its children, if it has any, are put at `left` and `left` + 1.
    fn node(&self, at: usize, left: Option<u32>) -> Option<Node> {
        let condition = *self.split_conditions.get(at)?;
        let cover = f64::from(*self.sum_hessian.get(at)?);
        let Some(left) = left else { return Some(Node { split: None, value: f64::from(condition), n_rows: 0, cover }) };
        let missing = match self.default_left.get(at)? {
            Flag::Word(true) | Flag::Number(1..) => Side::Left,
            Flag::Word(false) | Flag::Number(0) => Side::Right,
        };
        // XGBoost sends `value < threshold` left: the values at most the number before it.
        let rule = Rule::AtMost(condition.next_down());
        let gain = f64::from(*self.loss_changes.get(at)?);
        let split = Split { feature: *self.split_indices.get(at)?, rule, missing, left, right: left + 1, gain };
        Some(Node { split: Some(split), value: 0.0, n_rows: 0, cover })
    }
}

/// Inner nodes would add the mean of their children by cover.
fn fill_inner(nodes: &mut [Node]) {
    for at in (0..nodes.len()).rev() {
        if let Some(split) = &nodes[at].split {
            let [left, right] = [split.left, split.right].map(|child| &nodes[child as usize]);
            let cover = left.cover + right.cover;
            let mean = (left.cover * left.value + right.cover * right.value) / cover;
            nodes[at].value = if 0.0 < cover { mean } else { f64::midpoint(left.value, right.value) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::{Block, forecast};
    use super::super::shap;
    use super::super::twin::Golden;
    use super::*;

    const LOGISTIC: &str = include_str!("../../../tests/golden/xgboost/logistic.json");
    const TWEEDIE: &str = include_str!("../../../tests/golden/xgboost/tweedie.json");
    const OLD: &str = include_str!("../../../tests/golden/xgboost/old.json");
    const ROWS: &str = include_str!("../../../tests/golden/xgboost/rows.csv");
    const OLD_ROWS: &str = include_str!("../../../tests/golden/xgboost/old.csv");

    /// Worst difference of scores and of forecasts, relative to 1 or the number if that is larger.
    fn worst(model: &str, rows: &str, score: &str, column: Option<&str>) -> (f64, f64) {
        let ensemble = read("m.json", model).expect("XGBoost wrote it");
        let golden = Golden::read(rows);
        let sample = golden.sample(&ensemble);
        let block = Block::read(&ensemble.features, &sample.table(), 0..sample.rows.len());
        let scores: Vec<f64> = (0..sample.rows.len()).map(|row| block.score(&ensemble, row)).collect();
        let forecasts: Vec<f64> = scores.iter().map(|&score| forecast(ensemble.link, score)).collect();
        (golden.worst(score, &scores), column.map_or(0.0, |column| golden.worst(column, &forecasts)))
    }

    #[test]
    fn scores_and_forecasts_are_xgboosts_to_the_accuracy_of_f32() {
        // tests/golden/xgboost_model.py, XGBoost 3.2.0 and 1.7.6: 300 and 60 rows with missing values. Sums of 17 f32 up to 6.
        let found = [
            worst(LOGISTIC, ROWS, "logistic_margin", Some("logistic")),
            worst(TWEEDIE, ROWS, "tweedie_margin", Some("tweedie")),
            worst(OLD, OLD_ROWS, "margin", None),
        ];
        assert!(found.iter().all(|(score, forecast)| score.max(*forecast) < 6e-7), "{found:?}");
    }

    #[test]
    fn contributions_are_those_of_the_shap_package_and_of_xgboost() {
        // tests/golden/xgboost_model.py: shap 0.51.0 in f64, XGBoost 3.2.0 in f32; 40 rows. XGBoost's base is the mean margin.
        let ensemble = read("m.json", LOGISTIC).expect("XGBoost wrote it");
        let golden = Golden::read(ROWS);
        let sample = golden.sample(&ensemble);
        let found = shap::contributions(&ensemble, &sample.table());
        for (idx, feature) in ensemble.features.iter().enumerate() {
            let column: Vec<f64> = (0..40).map(|row| found.row(row)[idx]).collect();
            for (by, tolerance) in [("shap", 1e-14), ("xgb", 1e-6)] {
                let worst = golden.worst(&format!("{by}_{}", feature.name), &column);
                assert!(worst < tolerance, "{by}, {}: {worst:e}", feature.name);
            }
        }
        // XGBoost's f32 covers of two children miss their parent's in the last bit; shap's base divides by the children's sum, its
        // contributions by the parent's cover.
        assert!(golden.worst("shap_base", &[found.base - ensemble.base; 40]) < 1e-7);
        assert!(golden.worst("xgb_base", &[found.base; 40]) < 1e-6);
        assert!(shap::additivity_gap(&ensemble, &sample.table(), &found) < 1e-13);
    }

    #[test]
    fn a_value_at_the_threshold_goes_right_and_the_one_before_it_left() {
        let ensemble = read("m.json", OLD).expect("XGBoost wrote it");
        let split = ensemble.trees[0].nodes[0].split.as_ref().expect("the first tree splits");
        // split_conditions[0] of old.json.
        let threshold = 0.074_516_23_f32;
        assert_eq!((split.side(threshold), split.side(threshold.next_down())), (Side::Right, Side::Left));
    }

    #[test]
    fn what_cannot_be_scored_is_refused_by_name() {
        let message = |from: &str, to: &str| {
            assert!(OLD.contains(from), "{from}");
            let error = read("m.json", &OLD.replacen(from, to, 1)).expect_err("it is refused").to_string();
            error.lines().next().expect("a first line").to_owned()
        };
        assert_eq!(message("\"version\":[1,7,6]", "\"version\":[1,2,0]"), "m.json: a model of XGBoost 1.2.0");
        assert_eq!(message("\"name\":\"gbtree\"", "\"name\":\"dart\""), "m.json: its booster is `dart`");
        assert_eq!(message("\"num_class\":\"0\"", "\"num_class\":\"3\""), "m.json: it forecasts 3 classes");
        assert_eq!(message("\"num_target\":\"1\"", "\"num_target\":\"2\""), "m.json: it forecasts 2 targets");
        assert_eq!(message("\"feature_types\":[]", "\"feature_types\":[\"float\",\"c\"]"), "m.json: its feature 1 is categorical");
        assert_eq!(message("\"split_type\":[0,", "\"split_type\":[1,"), "m.json: a broken XGBoost model: tree 0: it splits on categories");
        assert_eq!(message("binary:logistic", "binary:hinge"), "m.json: its objective is `binary:hinge`, whose forecasts are not known here");
        let base = message("\"base_score\":\"4E-1\"", "\"base_score\":\"1E0\"");
        assert_eq!(base, "m.json: a broken XGBoost model: base_score is `1E0`, which its objective cannot forecast");
        let count = message("\"num_class\":\"0\",\"num_feature\":\"5\"", "\"num_class\":\"0\",\"num_feature\":\"5000000000\"");
        assert_eq!(count, "m.json: a broken XGBoost model: num_feature is `5000000000`");
        assert_eq!(message("\"left_children\":[1,", "\"left_children\":[0,"), "m.json: a broken XGBoost model: tree 0: its nodes go in circles");
        let family = "m.json: a broken XGBoost model: tree 0: its node 0 has the children";
        assert_eq!(message("\"left_children\":[1,", "\"left_children\":[-1,"), format!("{family} -1 and 2; a leaf's are -1 and -1"));
        assert_eq!(message("\"left_children\":[1,", "\"left_children\":[-7,"), format!("{family} -7 and 2; a leaf's are -1 and -1"));
        assert_eq!(message("\"right_children\":[2,", "\"right_children\":[-1,"), format!("{family} 1 and -1; a leaf's are -1 and -1"));
        let stray = message("\"right_children\":[2,", "\"right_children\":[2000,");
        assert_eq!(stray, "m.json: a broken XGBoost model: tree 0: its columns have no whole node 2000");
        let shared = message("\"right_children\":[2,", "\"right_children\":[1,");
        assert!(shared.starts_with("m.json: a broken XGBoost model: tree 0: "), "{shared}");
        assert_eq!(
            message("\"split_indices\":[2,", "\"split_indices\":[7,"),
            "m.json: a broken XGBoost model: tree 0: node 0: it asks feature 7 of 5"
        );
        assert!(message("{\"learner\":", "{").starts_with("m.json: not an XGBoost model in JSON: "));
        assert!(read("m.ubj", "{L\0").is_err());
    }

    #[test]
    fn any_cut_of_the_file_is_an_error_and_no_panic() {
        for end in (0..OLD.trim_end().len()).step_by(7) {
            assert!(read("m.json", &OLD[..end]).is_err(), "cut at {end}");
        }
    }
}
