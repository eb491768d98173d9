//! Boosting of one score: from a constant, or from an earlier ensemble, each step adds a tree.

use super::ensemble::ModelFeature;
use super::grow::{Gradients, Grower};
use super::loss::{Observed, Renewal, RowLoss, mean_value, write_slopes};
use super::renewal::Residuals;
use super::sample;
use super::settings::{BoostSettings, RowSampling, Threshold};
use super::tree::Tree;

/// With random rows or columns the next tree may split where this one did not; after so many in a row without a split none will.
const MAX_SPLITLESS: u32 = 10;

/// What an ensemble is fitted to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrainingData<'a> {
    /// `model x in window y`, for messages.
    pub(crate) place: &'a str,
    /// The features, as the grower numbers them.
    pub(crate) features: &'a [ModelFeature],
    /// Targets and weights of the grower's training rows. The grower must have been given the same weights.
    pub(crate) observed: Observed<'a>,
    /// Rows that early stopping is judged on.
    pub(crate) held_back: HeldBack<'a>,
    /// Seed of this window and model.
    pub(crate) seed: u64,
    /// Threads to keep busy, in the rayon pool that the call is made in.
    pub(crate) cores: usize,
}

/// Rows that no tree is grown on. That none of their targets' spans reaches back into the training rows (purging) is the caller's part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldBack<'a> {
    /// Their positions in the binned table, ascending.
    pub(crate) rows: &'a [u32],
    /// Their targets and weights.
    pub(crate) observed: Observed<'a>,
}

impl HeldBack<'_> {
    /// No rows.
    pub(crate) fn none() -> Self {
        Self { rows: &[], observed: Observed { target: &[], weight: None } }
    }
}

/// Outcome of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A tree was added.
    Grown,
    /// The tree had no split and was left out.
    Splitless,
    /// No further tree will have one.
    Exhausted,
}

/// Boosting of one score: its scores and trees so far.
pub(super) struct Booster<'a> {
    settings: &'a BoostSettings,
    held_rows: &'a [u32],
    /// Positions of rows of weight above 0; `None`: all.
    positions: Option<Vec<u32>>,
    seed: u64,
    cores: usize,
    gradient: Vec<f32>,
    hessian: Vec<f32>,
    n_steps: u32,
    n_splitless: u32,
    /// Score of each training row.
    pub(super) scores: Vec<f64>,
    /// Score of each row held back.
    pub(super) held_scores: Vec<f64>,
    /// The trees, shrinkage included.
    pub(super) trees: Vec<Tree>,
}

impl<'a> Booster<'a> {
    /// Boosting from the given scores of the training rows and the rows held back.
    pub(super) fn start(data: &TrainingData<'a>, settings: &'a BoostSettings, scores: (Vec<f64>, Vec<f64>), seed: u64) -> Self {
        let n = data.observed.target.len();
        let has_zero = (0..n).any(|position| data.observed.weight_of(position) == 0.0);
        let positions = has_zero.then(|| (0..n as u32).filter(|&position| 0.0 < data.observed.weight_of(position as usize)).collect());
        Self {
            settings,
            held_rows: data.held_back.rows,
            positions,
            seed,
            cores: data.cores,
            gradient: vec![0.0; n],
            hessian: vec![],
            n_steps: 0,
            n_splitless: 0,
            scores: scores.0,
            held_scores: scores.1,
            trees: vec![],
        }
    }

    /// Grows trees on no other rows than these, ascending; the others' scores are updated too.
    pub(super) fn only(mut self, positions: Vec<u32>) -> Self {
        self.positions = Some(positions);
        self
    }

    /// Takes all steps, or those up to the smallest loss on the rows held back; notes say why boosting stopped.
    ///
    /// `observed` are the targets of the training rows and of those held back.
    pub(super) fn run(&mut self, grower: &mut Grower<'_>, loss: &dyn RowLoss, observed: (Observed<'_>, Observed<'_>)) -> Vec<String> {
        let judge = |course: &Self| mean_value(loss, observed.1, &course.held_scores, course.cores);
        let mut best = self.settings.early_stop.map(|_| self.snapshot(judge(self)));
        let mut notes = vec![];
        while self.n_steps < self.settings.rounds {
            if self.step(grower, loss, observed.0) == Step::Exhausted {
                notes.push(self.exhaustion());
                break;
            }
            let (Some(early_stop), Some(best)) = (self.settings.early_stop, &mut best) else { continue };
            let value = judge(self);
            if value < best.loss {
                *best = self.snapshot(value);
            } else if early_stop.rounds <= self.n_steps - best.n_steps {
                break;
            }
        }
        if let Some(best) = best
            && best.n_trees < self.trees.len()
        {
            let (n, of, n_held) = (self.n_steps, self.settings.rounds, self.held_rows.len());
            let Snapshot { loss, n_steps, .. } = best;
            let why = format!("the loss on the {n_held} rows held back was smallest ({loss:.6}) after {n_steps}, whose trees are kept");
            let when = if n < of { format!("stopped after {n} of {of} rounds") } else { format!("boosted {of} rounds") };
            notes.push(format!("{when}: {why}"));
            self.trees.truncate(best.n_trees);
            (self.scores, self.held_scores) = (best.scores, best.held_scores);
        }
        notes
    }

    fn snapshot(&self, loss: f64) -> Snapshot {
        Snapshot { loss, n_steps: self.n_steps, n_trees: self.trees.len(), scores: self.scores.clone(), held_scores: self.held_scores.clone() }
    }

    /// Grows a tree on the gradients of `loss` at the present scores, and adds it to them.
    fn step(&mut self, grower: &mut Grower<'_>, loss: &dyn RowLoss, observed: Observed<'_>) -> Step {
        let seed = sample::mix(self.seed, u64::from(self.n_steps));
        let is_general = !loss.hessian_is_one() || self.is_one_sided();
        self.hessian.resize(if is_general { self.gradient.len() } else { 0 }, 0.0);
        write_slopes(loss, observed, &self.scores, (&mut self.gradient, &mut self.hessian), self.cores);
        let rows = self.draw(seed);
        self.n_steps += 1;
        let rows = rows.as_deref().or(self.positions.as_deref());
        let gradients = if is_general {
            Gradients::General { gradient: &self.gradient, hessian: &self.hessian }
        } else {
            Gradients::Constant { gradient: &self.gradient }
        };
        let mut grown = grower.grow(gradients, rows, seed);
        if grown.tree.nodes.len() == 1 {
            grower.recycle(grown);
            self.n_splitless += 1;
            return if self.n_splitless < MAX_SPLITLESS && self.is_random() { Step::Splitless } else { Step::Exhausted };
        }
        self.n_splitless = 0;
        if let Renewal::Quantile(tail) = loss.renewal() {
            let residuals = Residuals { observed, scores: &self.scores, hessian: &self.hessian, tail, cores: self.cores };
            residuals.renew(&mut grown, &self.settings.tree.monotone);
        }
        let values: Vec<f64> = grown.tree.nodes.iter().map(|node| node.value * self.settings.learning_rate).collect();
        grower.add(&grown, &values, &mut self.scores);
        if !self.held_rows.is_empty() {
            grower.add_held_out(&grown, &values, self.held_rows, &mut self.held_scores);
        }
        let mut tree = std::mem::take(&mut grown.tree);
        tree.nodes.iter_mut().zip(values).for_each(|(node, value)| node.value = value);
        self.trees.push(tree);
        grower.recycle(grown);
        Step::Grown
    }

    /// Why no further tree will split.
    fn exhaustion(&self) -> String {
        let why = if self.is_random() { "ten trees in a row found no split" } else { "no split lowers the loss within the limits of a tree" };
        format!("stopped after {} of {} rounds: {why}", self.n_steps, self.settings.rounds)
    }

    /// Gradient-based sampling begins, as in `LightGBM`, once 1 / `learning_rate` trees are grown: the first gradients are hardly more than the targets.
    fn is_one_sided(&self) -> bool {
        matches!(self.settings.rows, RowSampling::OneSide { .. }) && 1.0 <= f64::from(self.n_steps) * self.settings.learning_rate
    }

    fn is_random(&self) -> bool {
        let tree = &self.settings.tree;
        self.settings.rows != RowSampling::All || tree.column_share < 1.0 || tree.node_column_share < 1.0 || tree.threshold == Threshold::Drawn
    }

    /// The rows of the next tree, `None` for all; drawn rows of one-sided sampling get heavier.
    fn draw(&mut self, seed: u64) -> Option<Vec<u32>> {
        let all: Vec<u32>;
        let positions = match &self.positions {
            Some(positions) => positions,
            None if self.settings.rows == RowSampling::All => return None,
            None => {
                all = (0..self.gradient.len() as u32).collect();
                &all
            }
        };
        match self.settings.rows {
            RowSampling::All => None,
            RowSampling::Share(share) => Some(sample::draw_share(positions, share, seed)),
            RowSampling::OneSide { .. } if !self.is_one_sided() => None,
            RowSampling::OneSide { top, other } => {
                let key: Vec<f32> = self.gradient.iter().zip(&self.hessian).map(|(gradient, hessian)| (gradient * hessian).abs()).collect();
                let drawn = sample::one_side(positions, &key, (top, other), seed);
                for &position in &drawn.drawn {
                    self.gradient[position as usize] *= drawn.factor as f32;
                    self.hessian[position as usize] *= drawn.factor as f32;
                }
                Some(drawn.rows)
            }
        }
    }
}

/// Gives every inner node the mean of its leaves' values, weighted by their cover.
pub(super) fn average_inner_nodes(tree: &mut Tree) {
    for at in (0..tree.nodes.len()).rev() {
        let Some(split) = &tree.nodes[at].split else { continue };
        let (left, right) = (&tree.nodes[split.left as usize], &tree.nodes[split.right as usize]);
        let cover = left.cover + right.cover;
        if 0.0 < cover {
            tree.nodes[at].value = (left.cover * left.value + right.cover * right.value) / cover;
        }
    }
}

/// The state at the smallest loss on the rows held back.
struct Snapshot {
    loss: f64,
    n_steps: u32,
    n_trees: usize,
    scores: Vec<f64>,
    held_scores: Vec<f64>,
}
