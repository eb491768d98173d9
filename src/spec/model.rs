//! Which models, with which settings. A parameter's range is checked in `check`.

use serde::Serialize;

use super::{
    AdaBoostParams, ComponentParams, DecisionTreeParams, ElasticNetParams, EnsembleParams, ForestParams, GbdtEngine, GbdtParams, HuberParams,
    ImportParams, LassoParams, LinearParams, LogisticParams, NaiveBayesParams, NeighboursParams, QuantileParams, Quantity, RidgeParams, SelectSpec,
    SvmParams, TuneSpec,
};

/// Windows for which the solution of one serves as the start of the next ones' search.
const WARM_START_REFRESH: u32 = 12;

/// A model to be retrained in every window.
#[derive(Debug, Clone, Serialize)]
pub struct ModelSpec {
    /// Name in the report; unique.
    pub name: String,
    /// The learner and its settings; those of the first trial where a search is asked for.
    pub kind: ModelKind,
    /// What is forecast.
    pub ask: Vec<Quantity>,
    /// How features are chosen in each window, before settings are; `None`: they are those of `kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub select: Option<SelectSpec>,
    /// How settings are chosen in each window; `None`: they are those of `kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tune: Option<TuneSpec>,
}

/// The learner and its settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "params")]
pub enum ModelKind {
    /// Historical mean, rate, standard deviation, empirical quantile and shortfall.
    Baseline(BaselineParams),
    /// RiskMetrics volatility with normal quantile and shortfall.
    Ewma(EwmaParams),
    /// Ordinary least squares.
    Linear(LinearParams),
    /// Least squares with an L2 penalty.
    Ridge(RidgeParams),
    /// Least squares with an L1 penalty.
    Lasso(LassoParams),
    /// Least squares with both penalties.
    ElasticNet(ElasticNetParams),
    /// Huber's robust regression.
    Huber(HuberParams),
    /// Regression on principal components.
    Pcr(ComponentParams),
    /// Partial least squares.
    Pls(ComponentParams),
    /// Logistic regression with an L2, and perhaps an L1, penalty.
    Logistic(LogisticParams),
    /// Quantile regression.
    Quantile(QuantileParams),
    /// Gradient-boosted decision trees.
    Gbdt(GbdtParams),
    /// A forest of trees, each on its own draw of rows, columns or thresholds.
    Forest(ForestParams),
    /// One decision tree, printed as rules.
    Tree(DecisionTreeParams),
    /// AdaBoost of trees.
    #[serde(rename = "adaboost")]
    AdaBoost(AdaBoostParams),
    /// A support vector machine.
    Svm(SvmParams),
    /// The nearest training rows.
    Neighbours(NeighboursParams),
    /// Gaussian naive Bayes.
    NaiveBayes(NaiveBayesParams),
    /// A combination of the forecasts of models listed earlier.
    Ensemble(EnsembleParams),
    /// Trees trained elsewhere, scored as a challenger.
    Import(ImportParams),
    /// A forecast from elsewhere, read from a `benchmark_*` column; nothing is learnt.
    Column(ColumnParams),
}

impl ModelKind {
    /// The kind's name in a spec.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Baseline(_) => "baseline",
            Self::Ewma(_) => "ewma",
            Self::Linear(_) => "linear",
            Self::Ridge(_) => "ridge",
            Self::Lasso(_) => "lasso",
            Self::ElasticNet(_) => "elastic_net",
            Self::Huber(_) => "huber",
            Self::Pcr(_) => "pcr",
            Self::Pls(_) => "pls",
            Self::Logistic(_) => "logistic",
            Self::Quantile(_) => "quantile",
            Self::Gbdt(_) => "gbdt",
            Self::Forest(_) => "forest",
            Self::Tree(_) => "tree",
            Self::AdaBoost(_) => "adaboost",
            Self::Svm(_) => "svm",
            Self::Neighbours(_) => "neighbours",
            Self::NaiveBayes(_) => "naive_bayes",
            Self::Ensemble(_) => "ensemble",
            Self::Import(_) => "import",
            Self::Column(_) => "column",
        }
    }

    /// Features the model is told to use; empty: all, or none for models without features.
    #[must_use]
    pub fn features(&self) -> &[String] {
        match self {
            Self::Linear(params) => &params.features,
            Self::Ridge(params) => &params.features,
            Self::Lasso(params) => &params.features,
            Self::ElasticNet(params) => &params.features,
            Self::Huber(params) => &params.features,
            Self::Pcr(params) | Self::Pls(params) => &params.features,
            Self::Logistic(params) => &params.features,
            Self::Quantile(params) => &params.features,
            Self::Svm(params) => &params.features,
            Self::Neighbours(params) => &params.features,
            Self::NaiveBayes(params) => &params.features,
            Self::Gbdt(GbdtParams { tree, .. })
            | Self::Forest(ForestParams { tree, .. })
            | Self::Tree(DecisionTreeParams { tree, .. })
            | Self::AdaBoost(AdaBoostParams { tree, .. }) => &tree.features,
            Self::Baseline(_) | Self::Ewma(_) | Self::Ensemble(_) | Self::Import(_) | Self::Column(_) => &[],
        }
    }

    /// The model with these features and its other settings; `None` for models without features.
    #[must_use]
    pub fn with_features(&self, features: Vec<String>) -> Option<Self> {
        match self {
            Self::Linear(params) => Some(Self::Linear(LinearParams { features, ..params.clone() })),
            Self::Ridge(params) => Some(Self::Ridge(RidgeParams { features, ..params.clone() })),
            Self::Lasso(params) => Some(Self::Lasso(LassoParams { features, ..params.clone() })),
            Self::ElasticNet(params) => Some(Self::ElasticNet(ElasticNetParams { features, ..params.clone() })),
            Self::Huber(_) => Some(Self::Huber(HuberParams { features })),
            Self::Pcr(params) => Some(Self::Pcr(ComponentParams { features, ..params.clone() })),
            Self::Pls(params) => Some(Self::Pls(ComponentParams { features, ..params.clone() })),
            Self::Logistic(params) => Some(Self::Logistic(LogisticParams { features, ..params.clone() })),
            Self::Quantile(_) => Some(Self::Quantile(QuantileParams { features })),
            Self::Svm(params) => Some(Self::Svm(SvmParams { features, ..params.clone() })),
            Self::Neighbours(params) => Some(Self::Neighbours(NeighboursParams { features, ..params.clone() })),
            Self::NaiveBayes(params) => Some(Self::NaiveBayes(NaiveBayesParams { features, ..params.clone() })),
            Self::Gbdt(params) => Some(Self::Gbdt(GbdtParams { tree: params.tree.with_features(features), ..params.clone() })),
            Self::Forest(params) => Some(Self::Forest(ForestParams { tree: params.tree.with_features(features), ..params.clone() })),
            Self::Tree(params) => Some(Self::Tree(DecisionTreeParams { tree: params.tree.with_features(features), ..params.clone() })),
            Self::AdaBoost(params) => Some(Self::AdaBoost(AdaBoostParams { tree: params.tree.with_features(features), ..params.clone() })),
            Self::Baseline(_) | Self::Ewma(_) | Self::Ensemble(_) | Self::Import(_) | Self::Column(_) => None,
        }
    }

    /// `benchmark_*` columns the model reads.
    #[must_use]
    pub fn benchmarks(&self) -> &[String] {
        if let Self::Column(params) = self { &params.columns } else { &[] }
    }

    /// Models whose forecasts are combined; empty for all but an ensemble.
    #[must_use]
    pub fn members(&self) -> &[String] {
        if let Self::Ensemble(params) = self { &params.members } else { &[] }
    }

    /// Whether its probabilities follow the weighted share of ones among the training rows, and so need the correction of `target.prior`
    /// where classes are resampled. A history of one's own knows no weights, a forecast from elsewhere not these rows, and an ensemble
    /// combines what has been corrected.
    #[must_use]
    pub fn follows_class_shares(&self) -> bool {
        match self {
            Self::Baseline(params) => params.history == History::Pool,
            Self::Ewma(_) | Self::Ensemble(_) | Self::Import(_) | Self::Column(_) => false,
            Self::Linear(_)
            | Self::Ridge(_)
            | Self::Lasso(_)
            | Self::ElasticNet(_)
            | Self::Huber(_)
            | Self::Pcr(_)
            | Self::Pls(_)
            | Self::Logistic(_)
            | Self::Quantile(_)
            | Self::Gbdt(_)
            | Self::Forest(_)
            | Self::Tree(_)
            | Self::AdaBoost(_)
            | Self::Svm(_)
            | Self::Neighbours(_)
            | Self::NaiveBayes(_) => true,
        }
    }

    /// Windows after which work that many windows share is done anew (cut points of trees, starts of iterative regressions); `None` where
    /// there is none.
    #[must_use]
    pub fn refresh(&self) -> Option<u32> {
        match self {
            Self::Gbdt(GbdtParams { engine: GbdtEngine::Plimsoll, tree, .. })
            | Self::Forest(ForestParams { tree, .. })
            | Self::Tree(DecisionTreeParams { tree, .. })
            | Self::AdaBoost(AdaBoostParams { tree, .. }) => Some(tree.refresh),
            Self::Logistic(_) | Self::Quantile(_) | Self::Huber(_) => Some(WARM_START_REFRESH),
            Self::Gbdt(GbdtParams { engine: GbdtEngine::Gbdt, .. })
            | Self::Baseline(_)
            | Self::Ewma(_)
            | Self::Linear(_)
            | Self::Ridge(_)
            | Self::Lasso(_)
            | Self::ElasticNet(_)
            | Self::Pcr(_)
            | Self::Pls(_)
            | Self::Svm(_)
            | Self::Neighbours(_)
            | Self::NaiveBayes(_)
            | Self::Ensemble(_)
            | Self::Import(_)
            | Self::Column(_) => None,
        }
    }

    /// Whether the model can forecast `ask`.
    #[must_use]
    pub fn forecasts(&self, ask: Quantity) -> bool {
        match self {
            Self::Baseline(_) | Self::Column(_) | Self::Ensemble(_) => true,
            Self::Ewma(_) => matches!(ask, Quantity::Volatility | Quantity::Quantile(_) | Quantity::Shortfall(_)),
            Self::Linear(_) | Self::Ridge(_) | Self::Lasso(_) | Self::ElasticNet(_) | Self::Huber(_) | Self::Pcr(_) | Self::Pls(_) => {
                ask == Quantity::Mean
            }
            Self::Logistic(_) | Self::NaiveBayes(_) => ask == Quantity::Probability,
            Self::Quantile(_) => matches!(ask, Quantity::Quantile(_)),
            Self::Gbdt(GbdtParams { engine: GbdtEngine::Plimsoll, .. }) | Self::Import(_) => ask != Quantity::Volatility,
            Self::Gbdt(GbdtParams { engine: GbdtEngine::Gbdt, .. })
            | Self::Forest(_)
            | Self::Tree(_)
            | Self::AdaBoost(_)
            | Self::Svm(_)
            | Self::Neighbours(_) => matches!(ask, Quantity::Mean | Quantity::Probability),
        }
    }
}

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

/// Settings of `ewma`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EwmaParams {
    /// Decay per day, in (0, 1); RiskMetrics' is 0.94.
    pub lambda: f64,
    /// Targets without which there is no forecast.
    pub min_history: u32,
}

/// Settings of `column`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnParams {
    /// One `benchmark_*` column per asked quantity, in the order of `ask`.
    pub columns: Vec<String>,
}
