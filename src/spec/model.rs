//! Which models, with which settings. A kind of model is a file here, with its settings and its `Declaration`, and a line of `kinds!`.

mod adaboost;
mod baseline;
mod column;
mod component;
mod decision_tree;
mod declaration;
mod elastic_net;
mod ensemble;
mod ewma;
mod forest;
mod gbdt;
mod huber;
mod import;
mod lasso;
mod linear;
mod logistic;
mod naive_bayes;
mod neighbours;
mod quantile;
mod ridge;
mod svm;
mod tree_limits;

pub use adaboost::{AdaBoostParams, BoostError};
pub use baseline::{BaselineParams, History};
pub use column::ColumnParams;
pub use component::ComponentParams;
pub use decision_tree::DecisionTreeParams;
pub use declaration::{Learning, Mention, Role};
pub use elastic_net::ElasticNetParams;
pub(super) use ensemble::check_members;
pub use ensemble::{EnsembleParams, EnsembleWeights};
pub use ewma::EwmaParams;
pub use forest::{ForestDraw, ForestParams, ThresholdChoice};
pub use gbdt::{EarlyStopSpec, GbdtEngine, GbdtParams, ImportanceKind, MeanLoss, TreeRows};
pub use huber::HuberParams;
pub use import::{ImportFormat, ImportParams};
pub use lasso::LassoParams;
pub use linear::{LinearParams, StandardErrors};
pub use logistic::LogisticParams;
pub use naive_bayes::NaiveBayesParams;
pub use neighbours::{NeighbourWeights, NeighboursParams};
pub use quantile::QuantileParams;
pub use ridge::RidgeParams;
pub use svm::{SvmKernel, SvmParams};
pub use tree_limits::TreeLimits;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use self::declaration::Reads;
use super::key::Section;
use super::reader::Reader;
use super::{Quantity, SelectSpec, TuneSpec};
use crate::error::Result;

/// Windows for which the solution of one serves as the start of the next ones' search.
const WARM_START_REFRESH: u32 = 12;

/// A model to be retrained in every window.
#[derive(Debug, Clone, serde::Serialize)]
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

impl ModelSpec {
    /// Features that its settings name, those of a search's trials among them, each with its key in the model's block.
    #[must_use]
    pub fn mentions(&self) -> Vec<Mention<'_>> {
        let trials = self.tune.as_ref().map_or(&[][..], |tune| &tune.trials);
        let is_tuned = |name: &str| trials.first().is_some_and(|trial| trial.settings.iter().any(|(tuned, _)| tuned == name));
        let kinds = trials.iter().map(|trial| &trial.kind).chain(trials.is_empty().then_some(&self.kind));
        let placed = |mention: Mention<'_>| {
            let name = mention.key.split('[').next().unwrap_or_default();
            if is_tuned(name) { format!("tune.ranges.{name}") } else { format!("params.{}", mention.key) }
        };
        kinds.flat_map(ModelKind::mentions).map(|mention| Mention { key: placed(mention.clone()), ..mention }).collect()
    }

    /// Whether anything is estimated anew in each window: from its training rows, or by an ensemble from earlier forecasts.
    ///
    /// A model that follows an entity's own past is only where its settings are searched.
    #[must_use]
    pub fn is_fitted(&self) -> bool {
        match self.kind.learns() {
            Learning::Rows => self.tune.is_some() || !self.kind.looks_back(),
            Learning::Forecasts => !matches!(&self.kind, ModelKind::Ensemble(params) if params.weights == EnsembleWeights::Mean),
            Learning::Nothing => false,
        }
    }
}

/// A kind of model before its settings are read.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) learns: Learning,
    /// Its keys, as they stand in the table of keys.
    pub(super) section: Section,
    pub(super) read: fn(&Reader<'_>) -> Result<ModelKind>,
}

/// Makes `ModelKind` of one line a kind: its variant, its settings and where it is declared.
macro_rules! kinds {
    ($($(#[$meaning:meta])* $kind:ident($params:ty) = $declaration:path;)*) => {
        /// The learner and its settings.
        #[derive(Debug, Clone, PartialEq)]
        pub enum ModelKind {
            $($(#[$meaning])* $kind($params),)*
        }

        /// Every kind, in the order of the documentation.
        pub(super) const KINDS: &[Kind] = &[$(Kind {
            name: $declaration.name,
            learns: $declaration.learns,
            section: $declaration.section(),
            read: |params| Ok(ModelKind::$kind(($declaration.read)(params)?)),
        },)*];

        /// Their names.
        pub(super) const NAMES: &[&str] = &[$($declaration.name,)*];

        impl ModelKind {
            /// The kind's name in a spec.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$kind(_) => $declaration.name,)* }
            }

            /// Where its forecasts come from.
            #[must_use]
            pub fn learns(&self) -> Learning {
                match self { $(Self::$kind(_) => $declaration.learns,)* }
            }

            /// Features the model is told to use; empty: all, or none for models without features.
            #[must_use]
            pub fn features(&self) -> &[String] {
                match self { $(Self::$kind(params) => match $declaration.reads {
                    Reads::Features { listed, .. } => listed(params),
                    Reads::Nothing => &[],
                },)* }
            }

            /// The model with these features and its other settings; `None` for models without features.
            #[must_use]
            pub fn with_features(&self, features: Vec<String>) -> Option<Self> {
                match self { $(Self::$kind(params) => match $declaration.reads {
                    Reads::Features { narrowed, .. } => Some(Self::$kind(narrowed(params, features))),
                    Reads::Nothing => None,
                },)* }
            }

            /// Features that its settings name, each with its key below `params`.
            #[must_use]
            pub fn mentions(&self) -> Vec<Mention<'_>> {
                match self { $(Self::$kind(params) => ($declaration.mentions)(params),)* }
            }

            /// Windows after which work that many windows share is done again (cut points of trees, starts of iterative regressions);
            /// `None` where there is none.
            #[must_use]
            pub fn refresh(&self) -> Option<u32> {
                match self { $(Self::$kind(params) => ($declaration.refresh)(params),)* }
            }

            /// Whether a forecast looks at the entity's own targets, those that became known after the training rows among them.
            #[must_use]
            pub fn looks_back(&self) -> bool {
                match self { $(Self::$kind(params) => ($declaration.looks_back)(params),)* }
            }

            /// Whether its probabilities follow the weighted share of ones among the training rows, and so need the correction of
            /// `target.prior` where classes are resampled.
            #[must_use]
            pub fn follows_class_shares(&self) -> bool {
                match self { $(Self::$kind(params) => ($declaration.follows_class_shares)(params),)* }
            }

            /// Whether the model can forecast `quantity`.
            #[must_use]
            pub fn forecasts(&self, quantity: Quantity) -> bool {
                match self { $(Self::$kind(params) => ($declaration.forecasts)(params, quantity),)* }
            }

            /// Refuses, at the model's block, quantities that do not go together or not with the settings.
            pub(super) fn check_ask(&self, model: &Reader<'_>, ask: &[Quantity]) -> Result<()> {
                match self { $(Self::$kind(params) => ($declaration.check_ask)(params, model, ask),)* }
            }
        }

        impl Serialize for ModelKind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut written = serializer.serialize_struct("ModelKind", 2)?;
                written.serialize_field("kind", self.name())?;
                match self { $(Self::$kind(params) => written.serialize_field("params", params)?,)* }
                written.end()
            }
        }
    };
}

kinds! {
    /// Historical mean, rate, standard deviation, empirical quantile and shortfall.
    Baseline(BaselineParams) = baseline::BASELINE;
    /// RiskMetrics volatility with normal quantile and shortfall.
    Ewma(EwmaParams) = ewma::EWMA;
    /// Ordinary least squares.
    Linear(LinearParams) = linear::LINEAR;
    /// Least squares with an L2 penalty.
    Ridge(RidgeParams) = ridge::RIDGE;
    /// Least squares with an L1 penalty.
    Lasso(LassoParams) = lasso::LASSO;
    /// Least squares with both penalties.
    ElasticNet(ElasticNetParams) = elastic_net::ELASTIC_NET;
    /// Huber's robust regression.
    Huber(HuberParams) = huber::HUBER;
    /// Regression on principal components.
    Pcr(ComponentParams) = component::PCR;
    /// Partial least squares.
    Pls(ComponentParams) = component::PLS;
    /// Logistic regression with an L2, and perhaps an L1, penalty.
    Logistic(LogisticParams) = logistic::LOGISTIC;
    /// Quantile regression.
    Quantile(QuantileParams) = quantile::QUANTILE;
    /// Gradient-boosted decision trees.
    Gbdt(GbdtParams) = gbdt::GBDT;
    /// A forest of trees, each on its own draw of rows, columns or thresholds.
    Forest(ForestParams) = forest::FOREST;
    /// One decision tree, printed as rules.
    Tree(DecisionTreeParams) = decision_tree::TREE;
    /// AdaBoost of trees.
    AdaBoost(AdaBoostParams) = adaboost::ADABOOST;
    /// A support vector machine.
    Svm(SvmParams) = svm::SVM;
    /// The nearest training rows.
    Neighbours(NeighboursParams) = neighbours::NEIGHBOURS;
    /// Gaussian naive Bayes.
    NaiveBayes(NaiveBayesParams) = naive_bayes::NAIVE_BAYES;
    /// A combination of the forecasts of models listed earlier.
    Ensemble(EnsembleParams) = ensemble::ENSEMBLE;
    /// Trees trained elsewhere, scored as a challenger.
    Import(ImportParams) = import::IMPORT;
    /// A forecast from elsewhere, read from a `benchmark_*` column; nothing is learnt.
    Column(ColumnParams) = column::COLUMN;
}

impl ModelKind {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_written_under_its_name_with_its_settings() {
        // Words of the spec in `summary.json` and in the keys of kept results.
        let ridge = ModelKind::Ridge(RidgeParams { l2: 0.5, features: vec!["x".into()] });
        assert_eq!(serde_json::to_string(&ridge).expect("plain values"), r#"{"kind":"ridge","params":{"l2":0.5,"features":["x"]}}"#);
        assert_eq!(ridge.with_features(vec![]), Some(ModelKind::Ridge(RidgeParams { l2: 0.5, features: vec![] })));
        assert_eq!(ridge.mentions(), [Mention { key: "features[0]".into(), feature: "x", role: Role::Used }]);
    }

    #[test]
    fn names_are_of_one_kind_each() {
        for (at, name) in NAMES.iter().enumerate() {
            assert_eq!(NAMES.iter().position(|other| other == name), Some(at), "{name}");
        }
        assert_eq!(NAMES.len(), KINDS.len());
    }
}
