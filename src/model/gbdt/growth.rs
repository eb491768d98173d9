//! The growth of one tree: which leaf is split next, and how its rows and sums are divided.

use std::ops::Range;

use rayon::prelude::*;

use super::column::{joinable_features, sample_features};
use super::cut::Bins;
use super::fixed::{Cell, Sum};
use super::grown::Grown;
use super::histogram::CODES;
use super::node_search::{BestSplits, NodeQuery, NodeTask, TreeContext};
use super::partition::partition;
use super::settings::TreeSettings;
use super::split::{Bounds, Cut, SplitCandidate};
use super::tree::{Node, Rule, Split};

/// A node that may still be split.
struct NodeState {
    node: usize,
    depth: u32,
    rows: Range<usize>,
    total: Sum,
    bounds: Bounds,
    path: Vec<u32>,
}

/// A leaf whose best split is known.
struct OpenLeaf<C> {
    state: NodeState,
    found: SplitCandidate,
    gain: f64,
    histogram: Option<Vec<C>>,
}

/// A leaf that is being split: its children, the lighter first, and its sums.
struct Parent<C> {
    children: [NodeState; 2],
    histogram: Option<Vec<C>>,
}

/// A tree while it grows.
pub(super) struct Growth<'a, C: Cell> {
    /// What all nodes share.
    pub(super) context: TreeContext<'a, C>,
    /// Limits of the tree.
    pub(super) settings: &'a TreeSettings,
    /// The tree's seed.
    pub(super) seed: u64,
    /// The tree, its rows in any order that is ascending.
    pub(super) grown: Grown,
    /// Memory for the sums of waiting leaves; beyond it the leaf of least gain is summed again when it is split.
    pub(super) histogram_bytes: usize,
    /// As many as there are rows.
    pub(super) spare: Vec<u32>,
    /// Histograms that are not in use.
    pub(super) histograms: Vec<Vec<C>>,
}

impl<C: Cell> Growth<'_, C> {
    /// Grows the tree from its root's sums.
    pub(super) fn run(&mut self, total: Sum) {
        let rows = 0..self.grown.order.len();
        let root = self.add_node(NodeState { node: 0, depth: 0, rows, total, bounds: Bounds::FREE, path: vec![] });
        let mut open = vec![];
        let mut n_leaves = 1;
        if self.may_split(&root) {
            self.search_root(root, &mut open);
        }
        while n_leaves < self.settings.leaves && !open.is_empty() {
            let budget = (self.settings.leaves - n_leaves) as usize;
            let chosen = self.choose(&mut open, budget);
            n_leaves += chosen.len() as u32;
            let parents = self.divide(chosen);
            if n_leaves < self.settings.leaves {
                self.evaluate(parents, &mut open);
            } else {
                self.histograms.extend(parents.into_iter().filter_map(|parent| parent.histogram));
            }
            self.forget(&mut open);
        }
        self.histograms.extend(open.into_iter().filter_map(|open| open.histogram));
    }

    fn search_root(&mut self, root: NodeState, open: &mut Vec<OpenLeaf<C>>) {
        let mut node_tasks = vec![NodeTask { rows: root.rows.clone(), histogram: self.histogram(), query: self.query(&root), sibling: None }];
        let answer = self.context.work(&mut node_tasks, &self.grown.order)[0];
        self.settle(node_tasks.remove(0), root, None, answer, open);
    }

    fn add_node(&mut self, mut state: NodeState) -> NodeState {
        let limits = &self.context.limits;
        state.node = self.grown.tree.nodes.len();
        let value = if state.total.n_rows == 0.0 { 0.0 } else { limits.value(state.total, state.bounds) };
        self.grown.tree.nodes.push(Node { split: None, value, n_rows: state.total.n_rows as u64, cover: state.total.n_rows });
        self.grown.ranges.push(state.rows.clone());
        self.grown.cuts.push(None);
        self.grown.bounds.push(state.bounds);
        state
    }

    fn may_split(&self, state: &NodeState) -> bool {
        let limits = &self.context.limits;
        state.depth < self.settings.depth
            && 2.0 * limits.min_rows <= state.total.n_rows
            && 2.0 * limits.min_hessian <= state.total.hessian
            && 0.0 < state.total.hessian + limits.l2
    }

    /// The leaves to split now: the best, or all if there is room for all that could ever come of them, since then all will be split anyway.
    fn choose(&self, open: &mut Vec<OpenLeaf<C>>, budget: usize) -> Vec<OpenLeaf<C>> {
        open.sort_by(|one, other| other.gain.total_cmp(&one.gain).then(one.state.node.cmp(&other.state.node)));
        let most = |open: &OpenLeaf<C>| {
            let by_depth = 1_usize.checked_shl(self.settings.depth - open.state.depth).map_or(usize::MAX, |n_leaves| n_leaves - 1);
            by_depth.min((open.state.total.n_rows / self.context.limits.min_rows) as usize - 1)
        };
        let all = open.iter().fold(0, |sum: usize, open| sum.saturating_add(most(open)));
        if all <= budget { std::mem::take(open) } else { vec![open.remove(0)] }
    }

    /// Makes the children of these leaves and divides their rows.
    fn divide(&mut self, mut chosen: Vec<OpenLeaf<C>>) -> Vec<Parent<C>> {
        let mut parents: Vec<Parent<C>> = chosen.iter_mut().map(|open| self.children(open)).collect();
        let binned = self.context.source.binned;
        let row_index = self.context.source.row_index;
        chosen.sort_by_key(|open| open.state.rows.start);
        let (mut rows, mut spare, mut start) = (self.grown.order.as_mut_slice(), self.spare.as_mut_slice(), 0);
        let mut tasks = vec![];
        for open in &chosen {
            let range = &open.state.rows;
            let (before, rest) = rows.split_at_mut(range.end - start);
            let (before_spare, rest_spare) = spare.split_at_mut(range.end - start);
            tasks.push((open.found, &mut before[range.start - start..], &mut before_spare[range.start - start..]));
            (rows, spare, start) = (rest, rest_spare, range.end);
        }
        let part = |(found, rows, spare): (SplitCandidate, &mut [u32], &mut [u32])| {
            let goes_left = found.cut.goes_left(binned.cuts().n_bins(found.feature), found.missing);
            let n_left = partition(rows, spare, binned.column(found.feature), row_index, &goes_left);
            assert_eq!(n_left, found.left.n_rows as usize, "a histogram counts the rows that a cut parts");
        };
        if self.context.cores > 1 {
            tasks.into_par_iter().with_max_len(1).for_each(part);
        } else {
            tasks.into_iter().for_each(part);
        }
        for parent in &mut parents {
            parent.children.sort_by(|one, other| one.total.n_rows.total_cmp(&other.total.n_rows).then(one.node.cmp(&other.node)));
        }
        parents
    }

    fn children(&mut self, open: &mut OpenLeaf<C>) -> Parent<C> {
        let OpenLeaf { state, found, gain, histogram } = open;
        let right = found.left.rest_of(state.total);
        let middle = state.rows.start + found.left.n_rows as usize;
        let [left_bounds, right_bounds] = self.child_bounds(state, found);
        let mut path = state.path.clone();
        if !self.settings.interactions.is_empty() {
            path.push(found.feature as u32);
        }
        let depth = state.depth + 1;
        let left = NodeState { node: 0, depth, rows: state.rows.start..middle, total: found.left, bounds: left_bounds, path: path.clone() };
        let left = self.add_node(left);
        let right = self.add_node(NodeState { node: 0, depth, rows: middle..state.rows.end, total: right, bounds: right_bounds, path });
        self.grown.cuts[state.node] = Some((found.cut, found.missing));
        self.grown.tree.nodes[state.node].split = Some(Split {
            feature: found.feature as u32,
            rule: self.rule(found),
            missing: found.missing,
            left: left.node as u32,
            right: right.node as u32,
            gain: *gain,
        });
        Parent { children: [left, right], histogram: histogram.take() }
    }

    /// A split on a monotone feature bounds its children's values at the middle between them.
    fn child_bounds(&self, state: &NodeState, found: &SplitCandidate) -> [Bounds; 2] {
        let sign = match found.cut {
            Cut::AtMost(_) => self.settings.monotone.get(found.feature).copied().unwrap_or(0),
            Cut::OneOf(_) => 0,
        };
        if sign == 0 {
            return [state.bounds; 2];
        }
        let limits = &self.context.limits;
        let middle = 0.5 * (limits.value(found.left, state.bounds) + limits.value(found.left.rest_of(state.total), state.bounds));
        let (below, above) = (Bounds { upper: middle, ..state.bounds }, Bounds { lower: middle, ..state.bounds });
        if sign > 0 { [below, above] } else { [above, below] }
    }

    fn rule(&self, found: &SplitCandidate) -> Rule {
        match (self.context.source.binned.cuts().bins(found.feature), found.cut) {
            // Beyond the last threshold is only what is missing: every value goes left.
            (Bins::Numeric(thresholds), Cut::AtMost(bin)) => Rule::AtMost(thresholds.get(usize::from(bin)).copied().unwrap_or(f32::MAX)),
            (Bins::Categorical { categories, .. }, Cut::OneOf(bits)) => {
                let is_in = |code: usize| bits[code / 64] >> (code % 64) & 1 == 1;
                Rule::OneOf(categories.iter().enumerate().filter(|(code, _)| is_in(*code)).map(|(_, &category)| category).collect())
            }
            (bins, cut) => unreachable!("a cut is of its feature's kind: {cut:?} of {bins:?}"),
        }
    }

    /// Searches the children that may be split and adds those that can be to the open leaves.
    fn evaluate(&mut self, parents: Vec<Parent<C>>, open: &mut Vec<OpenLeaf<C>>) {
        let mut node_tasks = vec![];
        let mut waiting = vec![];
        for Parent { children: [lighter, heavier], histogram } in parents {
            let queries = [self.query(&lighter), self.query(&heavier)];
            match (queries, histogram) {
                ([None, None], histogram) => self.histograms.extend(histogram),
                ([own, Some(query)], Some(parent)) => {
                    node_tasks.push(NodeTask { rows: lighter.rows.clone(), histogram: self.histogram(), query: own, sibling: Some((parent, query)) });
                    waiting.push((lighter, Some(heavier)));
                }
                (queries, histogram) => {
                    self.histograms.extend(histogram);
                    for (state, query) in [lighter, heavier].into_iter().zip(queries).filter(|(_, query)| query.is_some()) {
                        node_tasks.push(NodeTask { rows: state.rows.clone(), histogram: self.histogram(), query, sibling: None });
                        waiting.push((state, None));
                    }
                }
            }
        }
        let answers = self.context.work(&mut node_tasks, &self.grown.order);
        for ((node_task, (own, sibling)), answer) in node_tasks.into_iter().zip(waiting).zip(answers) {
            self.settle(node_task, own, sibling, answer, open);
        }
    }

    fn settle(&mut self, node_task: NodeTask<C>, own: NodeState, sibling: Option<NodeState>, answer: BestSplits, open: &mut Vec<OpenLeaf<C>>) {
        let (parent, _) = node_task.sibling.unzip();
        for (state, found, histogram) in [(Some(own), answer.0, Some(node_task.histogram)), (sibling, answer.1, parent)] {
            let gain = state.as_ref().zip(found).and_then(|(state, found)| self.context.limits.gain(&found, state.total, state.bounds));
            match (state, found, gain) {
                (Some(state), Some(found), Some(gain)) => {
                    // The children of the last level are leaves: their sums are not needed.
                    let is_kept = state.depth + 1 < self.settings.depth && self.context.is_kept;
                    let (kept, free) = if is_kept { (histogram, None) } else { (None, histogram) };
                    self.histograms.extend(free);
                    open.push(OpenLeaf { state, found, gain, histogram: kept });
                }
                _ => self.histograms.extend(histogram),
            }
        }
    }

    fn query(&self, state: &NodeState) -> Option<NodeQuery> {
        if !self.may_split(state) {
            return None;
        }
        let settings = self.settings;
        let n_features = self.context.source.binned.cuts().n_features();
        let allowed = (!settings.interactions.is_empty() || settings.node_column_share < 1.0).then(|| {
            let mut allowed = joinable_features(&settings.interactions, &state.path, n_features);
            if let Some(wanted) = self.context.wanted {
                allowed.iter_mut().zip(wanted).for_each(|(allowed, wanted)| *allowed &= wanted);
            }
            if settings.node_column_share < 1.0 {
                sample_features(&mut allowed, settings.node_column_share, self.seed, state.node as u64 + 1);
            }
            allowed
        });
        Some(NodeQuery { node: state.node, total: state.total, bounds: state.bounds, allowed })
    }

    fn histogram(&mut self) -> Vec<C> {
        let size = self.context.source.binned.cuts().n_features() * CODES;
        self.histograms.pop().unwrap_or_else(|| vec![C::default(); size])
    }

    /// Drops the sums of the leaves of least gain when all of them take too much memory.
    fn forget(&mut self, open: &mut [OpenLeaf<C>]) {
        let bytes = self.context.source.binned.cuts().n_features() * CODES * size_of::<C>();
        let n_kept = (self.histogram_bytes / bytes.max(1)).max(1);
        let n_held = open.iter().filter(|open| open.histogram.is_some()).count();
        if n_held <= n_kept {
            return;
        }
        let mut held: Vec<&mut OpenLeaf<C>> = open.iter_mut().filter(|open| open.histogram.is_some()).collect();
        held.sort_by(|one, other| one.gain.total_cmp(&other.gain));
        for open in held.into_iter().take(n_held - n_kept) {
            self.histograms.extend(open.histogram.take());
        }
    }
}
