//! The learner of every kind made of trees: from a window's rows to a fitted model.

use super::adaboost::{self, AdaBoostSettings, ErrorShape, Vote};
use super::boost::{WarmStart, boost};
use super::booster::{HeldBack, TrainingData};
use super::cart::{CartSettings, cart};
use super::cross_fold::{CrossFold, cross_folds};
use super::ensemble::Ensemble;
use super::fitted::{Fitted, Forecaster};
use super::forest::{ForestRows, ForestSettings, ForestTarget, forest};
use super::grow::Grower;
use super::loss::Loss;
use super::prepared::{LabelledRows, PreparedWindow};
use super::settings::{BoostSettings, EarlyStop, RowSampling, Threshold, TreeSettings};
use super::tail;
use crate::error::{Error, Result};
use crate::model::{Learner, Model, Train};
use crate::spec::{
    AdaBoostParams, BoostError, DecisionTreeParams, ForestDraw, ForestParams, GbdtParams, ImportanceKind, MeanLoss, Quantity, ThresholdChoice,
    TreeLimits, TreeRows,
};

/// Which trees.
#[derive(Debug, Clone)]
pub(super) enum Trees {
    Boosted(GbdtParams),
    Forest(ForestParams),
    Single(DecisionTreeParams),
    AdaBoost(AdaBoostParams),
}

/// Learner of trees, asked for some quantities.
#[derive(Debug, Clone)]
pub(super) struct TreeLearner {
    pub(super) trees: Trees,
    pub(super) ask: Vec<Quantity>,
}

impl Trees {
    fn limits(&self) -> &TreeLimits {
        match self {
            Self::Boosted(params) => &params.tree,
            Self::Forest(params) => &params.tree,
            Self::Single(params) => &params.tree,
            Self::AdaBoost(params) => &params.tree,
        }
    }
}

impl Learner for TreeLearner {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let prepared = PreparedWindow::new(train, self.trees.limits())?;
        let mut fitted = Fitted::new(train, &prepared, &self.ask);
        match &self.trees {
            Trees::Boosted(params) => Boosting { params, ask: &self.ask, train, prepared }.run(&mut fitted)?,
            Trees::Forest(params) => {
                let tree = TreeSettings { node_column_share: params.column_share, threshold: threshold(params.threshold), ..prepared.limits.clone() };
                let rows = match params.rows {
                    ForestDraw::All => ForestRows::All,
                    ForestDraw::Bootstrap => ForestRows::Bootstrap,
                    ForestDraw::Share(share) => ForestRows::Share(share),
                };
                let grown = grow_forest(train, &prepared, &ForestSettings { target: self.target(), trees: params.trees, rows, tree })?;
                if let Some(error) = grown.out_of_bag_error {
                    fitted.notes.push(format!("out-of-bag mean squared error {error:.4e}"));
                }
                fitted.forecasters.push((self.ask[0], Forecaster::Sum(grown.ensemble)));
            }
            Trees::Single(params) => {
                let mut grower = grower(&prepared, &prepared.labelled, &prepared.limits, train.cores);
                let settings = CartSettings { target: self.target(), complexity: params.complexity, l2: 0.0 };
                let ensemble = cart(&mut grower, &data(train, &prepared, &prepared.labelled, HeldBack::none()), &settings)?;
                fitted.rules = super::rules::as_lines(&super::rules::rules(&ensemble)).lines().map(str::to_owned).collect();
                fitted.forecasters.push((self.ask[0], Forecaster::Sum(ensemble)));
            }
            Trees::AdaBoost(params) => {
                let mut grower = grower(&prepared, &prepared.labelled, &prepared.limits, train.cores);
                let settings = AdaBoostSettings { trees: params.trees, learning_rate: params.learning_rate };
                let data = data(train, &prepared, &prepared.labelled, HeldBack::none());
                let answer = match self.target() {
                    ForestTarget::Probability => Forecaster::Sum(adaboost::classify(&mut grower, &data, &settings, Vote::LogOdds)?),
                    ForestTarget::Mean => Forecaster::Median(adaboost::regress(&mut grower, &data, &settings, shape(params.error))?),
                };
                fitted.forecasters.push((self.ask[0], answer));
            }
        }
        fitted.measure_importance(train, self.importance());
        Ok(Box::new(fitted))
    }
}

impl TreeLearner {
    fn target(&self) -> ForestTarget {
        if self.ask[0] == Quantity::Probability { ForestTarget::Probability } else { ForestTarget::Mean }
    }

    fn importance(&self) -> ImportanceKind {
        match &self.trees {
            Trees::Boosted(params) => params.importance,
            Trees::Forest(_) | Trees::Single(_) | Trees::AdaBoost(_) => ImportanceKind::Gain,
        }
    }
}

fn shape(error: BoostError) -> ErrorShape {
    match error {
        BoostError::Linear => ErrorShape::Linear,
        BoostError::Square => ErrorShape::Square,
        BoostError::Exponential => ErrorShape::Exponential,
    }
}

fn threshold(choice: ThresholdChoice) -> Threshold {
    match choice {
        ThresholdChoice::Best => Threshold::Best,
        ThresholdChoice::Drawn => Threshold::Drawn,
    }
}

fn grower<'a>(prepared: &'a PreparedWindow, labelled: &'a LabelledRows, limits: &'a TreeSettings, cores: usize) -> Grower<'a> {
    Grower::new(&prepared.binned, &labelled.rows, labelled.weight_f32.as_deref(), limits, cores)
}

fn data<'a>(train: &Train<'a>, prepared: &'a PreparedWindow, labelled: &'a LabelledRows, held_back: HeldBack<'a>) -> TrainingData<'a> {
    TrainingData { place: train.place, features: &prepared.features, observed: labelled.observed(), held_back, seed: train.seed, cores: train.cores }
}

fn grow_forest(train: &Train<'_>, prepared: &PreparedWindow, settings: &ForestSettings) -> Result<super::forest::Forest> {
    let mut grower = grower(prepared, &prepared.labelled, &settings.tree, train.cores);
    forest(&mut grower, &data(train, prepared, &prepared.labelled, HeldBack::none()), settings)
}

/// Boosting in one window.
struct Boosting<'a> {
    params: &'a GbdtParams,
    ask: &'a [Quantity],
    train: &'a Train<'a>,
    prepared: PreparedWindow,
}

impl Boosting<'_> {
    fn run(&self, fitted: &mut Fitted) -> Result<()> {
        let (labelled, held, note) = self.hold_back()?;
        fitted.n_rows = labelled.rows.len();
        fitted.notes.extend(note);
        let settings = self.settings();
        let mut grower = grower(&self.prepared, &labelled, &settings.tree, self.train.cores);
        let held_back = HeldBack { rows: &held.rows, observed: held.observed() };
        let data = data(self.train, &self.prepared, &labelled, held_back);
        let mut tails: Vec<(f64, tail::TailQuantity)> = vec![];
        for &quantity in self.ask {
            match quantity {
                Quantity::Mean | Quantity::Probability => {
                    let settings = BoostSettings { loss: self.loss(quantity), ..settings.clone() };
                    let (ensemble, notes) = self.score(quantity, (&mut grower, &labelled.rows), &data, &settings)?;
                    fitted.notes.extend(notes);
                    fitted.forecasters.push((quantity, Forecaster::Sum(ensemble)));
                }
                Quantity::Quantile(tail) => add_tail(&mut tails, tail, tail::TailQuantity::Quantile),
                Quantity::Shortfall(tail) => add_tail(&mut tails, tail, tail::TailQuantity::Shortfall),
                Quantity::Volatility => unreachable!("the spec does not ask trees for a volatility"),
            }
        }
        if !tails.is_empty() {
            let (model, notes) = tail::fit(&mut grower, &data, &settings, (&tails, &self.cross_folds(&labelled)))?;
            fitted.notes.extend(notes);
            fitted.tails = Some(model);
        }
        fitted.keep_held_back(&held.rows, &held.target);
        Ok(())
    }

    /// A mean or a probability, from scratch or onto the trees of the anchor's window.
    fn score(
        &self,
        quantity: Quantity,
        (grower, rows): (&mut Grower<'_>, &[u32]),
        data: &TrainingData<'_>,
        settings: &BoostSettings,
    ) -> Result<(Ensemble, Vec<String>)> {
        if self.params.warm_trees == 0 || self.is_anchor() {
            let boosted = boost(grower, data, settings, None)?;
            return Ok((boosted.ensemble, boosted.notes));
        }
        let earlier = self.anchor_trees(quantity, settings)?;
        let (matrix, cores) = (self.train.shared.features(), self.train.cores);
        let scored = WarmStart::score(&earlier, matrix, &self.prepared.columns, (rows, data.held_back.rows), cores);
        let boosted = boost(grower, data, &BoostSettings { rounds: self.params.warm_trees, ..settings.clone() }, Some(scored))?;
        let trained = self.train.anchor.lesson.as_of.last().map_or_else(String::new, ToString::to_string);
        let mut notes = vec![format!("boosted onto {} trees that were trained on rows up to {trained}", earlier.trees.len())];
        notes.extend(boosted.notes);
        Ok((boosted.ensemble, notes))
    }

    fn is_anchor(&self) -> bool {
        self.train.anchor.lesson.rows == self.train.lesson.rows
    }

    /// The trees that the anchor's window itself is forecast with; no row of a later window has a part in them.
    fn anchor_trees(&self, quantity: Quantity, settings: &BoostSettings) -> Result<std::sync::Arc<Ensemble>> {
        let seed = self.train.anchor.seed;
        let key = (self.train.anchor.window, format!("{:?} {quantity} {seed}", self.params));
        let make = || {
            let train = Train { seed, ..self.train.only(self.train.anchor.lesson) };
            let boosting = Boosting { params: self.params, ask: self.ask, train: &train, prepared: PreparedWindow::new(&train, &self.params.tree)? };
            let (labelled, held, _) = boosting.hold_back()?;
            let mut grower = grower(&boosting.prepared, &labelled, &settings.tree, train.cores);
            let held_back = HeldBack { rows: &held.rows, observed: held.observed() };
            let data = data(&train, &boosting.prepared, &labelled, held_back);
            Ok::<_, Error>(boost(&mut grower, &data, settings, None)?.ensemble)
        };
        self.train.shared.memo::<(u32, String), Ensemble>(self.train.shared.one_a_fit()).get(&key, make)
    }

    fn settings(&self) -> BoostSettings {
        BoostSettings {
            loss: Loss::Squared,
            rounds: self.params.trees,
            learning_rate: self.params.learning_rate,
            rows: match self.params.rows {
                TreeRows::Share(share) if share < 1.0 => RowSampling::Share(share),
                TreeRows::Share(_) => RowSampling::All,
                TreeRows::OneSide { top, other } => RowSampling::OneSide { top, other },
            },
            early_stop: self.params.early_stop.map(|stop| EarlyStop { share: stop.share, rounds: stop.rounds }),
            tree: TreeSettings { column_share: self.params.column_share, ..self.prepared.limits.clone() },
        }
    }

    fn loss(&self, quantity: Quantity) -> Loss {
        if quantity == Quantity::Probability {
            return Loss::Logistic;
        }
        match self.params.loss {
            MeanLoss::Squared => Loss::Squared,
            MeanLoss::Absolute => Loss::Absolute,
            MeanLoss::Huber(delta) => Loss::Huber { delta },
            MeanLoss::Poisson => Loss::Poisson,
            MeanLoss::Gamma => Loss::Gamma,
            MeanLoss::Tweedie(power) => Loss::Tweedie { power },
        }
    }

    fn cross_folds(&self, labelled: &LabelledRows) -> Vec<CrossFold> {
        let lesson = self.train.lesson.part(&labelled.positions);
        cross_folds(&lesson.as_of, &lesson.known_on)
    }

    /// With early stopping: the last share of the rows to judge by, and of the others those whose target was known before them.
    fn hold_back(&self) -> Result<(LabelledRows, LabelledRows, Option<String>)> {
        let Some(stop) = self.params.early_stop else { return Ok((self.prepared.labelled.clone(), LabelledRows::default(), None)) };
        let (lesson, n) = (self.train.lesson, self.train.lesson.rows.len());
        let first = lesson.as_of[((n as f64 * (1.0 - stop.share)) as usize).min(n - 1)];
        let labelled = LabelledRows::new(self.train, (0..n).filter(|&at| lesson.known_on[at] < first));
        let held = LabelledRows::new(self.train, (0..n).filter(|&at| first <= lesson.as_of[at]));
        if labelled.rows.is_empty() || held.rows.is_empty() {
            let problem = format!("early stopping leaves {} rows to learn from and {} to judge by", labelled.rows.len(), held.rows.len());
            return Err(Error::model(self.train.place, problem).hint("lengthen `window.train`, or change `early_stop_share`"));
        }
        let n_purged = self.prepared.labelled.rows.len() - labelled.rows.len() - held.rows.len();
        let (n_learnt, n_judged) = (labelled.rows.len(), held.rows.len());
        let note = format!("early stopping: learnt on {n_learnt} rows and judged on {n_judged} from {first}; {n_purged} purged between");
        Ok((labelled, held, Some(note)))
    }
}

/// A tail is boosted once, with the shortfall if that is asked too.
fn add_tail(tails: &mut Vec<(f64, tail::TailQuantity)>, tail: f64, ask: tail::TailQuantity) {
    match tails.iter_mut().find(|(known, _)| *known == tail) {
        None => tails.push((tail, ask)),
        Some((_, known)) if ask == tail::TailQuantity::Shortfall => *known = ask,
        Some(_) => {}
    }
}
