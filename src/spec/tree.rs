//! Settings of the models made of trees.

use serde::Serialize;

/// Which program trains the trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GbdtEngine {
    /// Ours: histograms over a table that is binned once for many windows.
    Plimsoll,
    /// The `gbdt` crate (mesalock-linux).
    Gbdt,
}

/// What boosted trees minimise for a mean; probabilities, quantiles and shortfalls have their own loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MeanLoss {
    /// Squared error.
    Squared,
    /// Absolute error; forecasts the median.
    Absolute,
    /// Squared up to this residual, linear beyond.
    Huber(f64),
    /// Poisson deviance, log link.
    Poisson,
    /// Gamma deviance, log link.
    Gamma,
    /// Tweedie deviance of this variance power, log link.
    Tweedie(f64),
}

/// What limits a tree, and what it is grown on; features by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TreeLimits {
    /// Depth of a tree, 1 to 64.
    pub depth: u32,
    /// Leaves of a tree, 2 to 65,535.
    pub leaves: u32,
    /// Rows in a leaf at least.
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
    /// Groups of features that may meet on one path; empty: all may.
    pub interactions: Vec<Vec<String>>,
    /// Windows after which cut points are learnt anew.
    pub refresh: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

impl TreeLimits {
    /// The same limits on these features; what was said of others is left out.
    #[must_use]
    pub fn with_features(&self, features: Vec<String>) -> Self {
        let kept = |names: &[String]| -> Vec<String> { names.iter().filter(|name| features.contains(name)).cloned().collect() };
        Self {
            categorical: kept(&self.categorical),
            increasing: kept(&self.increasing),
            decreasing: kept(&self.decreasing),
            // A group that has lost its last member stays, so that the list does not come to say "all may meet".
            interactions: self.interactions.iter().map(|group| kept(group)).collect(),
            features,
            ..self.clone()
        }
    }
}

/// Which rows a boosted tree is grown on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TreeRows {
    /// A share in (0, 1], drawn anew for each tree (engine `gbdt`: once a window).
    Share(f64),
    /// The `top` share of largest gradients and a share `other` of the rest.
    OneSide {
        /// Share kept for their large gradients.
        top: f64,
        /// Share drawn from the others.
        other: f64,
    },
}

/// When boosting stops early.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EarlyStopSpec {
    /// Share of the training rows, the latest, that are held back to judge.
    pub share: f64,
    /// Rounds without a better loss there after which boosting ends.
    pub rounds: u32,
}

/// How a feature's importance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportanceKind {
    /// How much its splits lowered the training loss.
    Gain,
    /// How often it is split on.
    Split,
    /// Its mean absolute SHAP value over training rows.
    Shap,
    /// How much the mean squared error on the rows held back rises when its values are shuffled.
    Permutation,
}

/// Settings of `gbdt`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GbdtParams {
    /// Which program trains the trees.
    pub engine: GbdtEngine,
    /// What is minimised for a mean.
    pub loss: MeanLoss,
    /// Boosting rounds, 1 to 10,000.
    pub trees: u32,
    /// Shrinkage, in (0, 1].
    pub learning_rate: f64,
    /// Rows of each tree.
    pub rows: TreeRows,
    /// Share of the features drawn for each tree, in (0, 1].
    pub column_share: f64,
    /// When to stop early; `None`: never.
    pub early_stop: Option<EarlyStopSpec>,
    /// Rounds boosted onto the trees of the window that cut points were learnt in; 0: each window is trained from scratch.
    pub warm_trees: u32,
    /// How importance is measured.
    pub importance: ImportanceKind,
    /// Limits of a tree.
    pub tree: TreeLimits,
}

/// Settings of `forest`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ForestParams {
    /// Number of trees.
    pub trees: u32,
    /// Rows of each tree.
    pub rows: ForestDraw,
    /// Share of the features tried at each node, in (0, 1].
    pub column_share: f64,
    /// How thresholds are chosen.
    pub threshold: ThresholdChoice,
    /// Limits of a tree.
    pub tree: TreeLimits,
}

/// Rows of a forest's tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ForestDraw {
    /// All.
    All,
    /// As many as there are, with replacement.
    Bootstrap,
    /// A share, without replacement, in (0, 1).
    Share(f64),
}

/// How a forest's thresholds are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdChoice {
    /// The best of all: a random forest.
    Best,
    /// One drawn per feature: extremely randomised trees.
    Drawn,
}

/// Settings of `tree`: one decision tree, printed as rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionTreeParams {
    /// What a leaf costs, as a share of the root's squared error, at least 0; the tree is cut back to the subtree of least cost.
    pub complexity: f64,
    /// Limits of the tree.
    pub tree: TreeLimits,
}

/// How AdaBoost turns an absolute error, as a share of the largest, into a loss in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BoostError {
    /// The share.
    Linear,
    /// Its square.
    Square,
    /// 1 - exp(-share).
    Exponential,
}

/// Settings of `adaboost`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdaBoostParams {
    /// Number of trees.
    pub trees: u32,
    /// Shrinkage of each tree's say, in (0, 1].
    pub learning_rate: f64,
    /// How a mean's error counts.
    pub error: BoostError,
    /// Limits of a tree.
    pub tree: TreeLimits,
}

/// Whose file an imported model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFormat {
    /// A `models/*.model.json` of ours.
    Plimsoll,
    /// `Booster.save_model("m.json")` of XGBoost.
    Xgboost,
    /// `Booster.save_model("m.txt")` of LightGBM.
    Lightgbm,
}

/// Settings of `import`: a model trained elsewhere, scored as a challenger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportParams {
    /// The file, relative to the project root.
    pub path: String,
    /// Whose it is.
    pub format: ImportFormat,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its text.
    #[serde(skip)]
    pub text: String,
}
