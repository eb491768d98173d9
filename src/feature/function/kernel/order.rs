//! Ranks and quantiles of windows.

use super::{Window, block};

/// Above this width moving a sorted window's values costs more than a tree over the ranks of the whole series.
const WIDEST_SORTED: usize = 512;

/// Average rank of the newest value over the count, in (0, 1].
pub(crate) fn ranks(x: &[f64], window: Window) -> Vec<f64> {
    over(x, window, |row, held| {
        let (less, equal) = held.around(x[row])?;
        Some((less as f64 + 0.5 * (equal as f64 + 1.0)) / held.len() as f64)
    })
}

/// The quantile `q` of each window, interpolated linearly between its neighbours.
pub(crate) fn quantiles(x: &[f64], window: Window, q: f64) -> Vec<f64> {
    over(x, window, |_, held| {
        let place = q * (held.len() - 1) as f64;
        let below = held.nth(place.floor() as usize);
        let share = place.fract();
        Some(if share == 0.0 { below } else { below + share * (held.nth(place.floor() as usize + 1) - below) })
    })
}

fn over(x: &[f64], window: Window, finish: impl Fn(usize, &dyn Held) -> Option<f64>) -> Vec<f64> {
    if window.width.min(x.len()) <= WIDEST_SORTED {
        roll(x, window, &mut Sorted(Vec::with_capacity(window.width.min(x.len()))), finish)
    } else {
        roll(x, window, &mut Tree::of(x), finish)
    }
}

fn roll(x: &[f64], window: Window, held: &mut dyn Held, finish: impl Fn(usize, &dyn Held) -> Option<f64>) -> Vec<f64> {
    let mut found = vec![f64::NAN; x.len()];
    for row in 0..x.len() {
        if let Some(gone) = (*block::rows(row, window.width).start()).checked_sub(1).filter(|gone| window.width <= row && !x[*gone].is_nan()) {
            held.remove(x[gone]);
        }
        if !x[row].is_nan() {
            held.insert(x[row]);
        }
        if window.min_count <= held.len() && held.len() > 0 {
            found[row] = finish(row, held).unwrap_or(f64::NAN);
        }
    }
    found
}

/// A window's values in ascending order.
trait Held {
    fn insert(&mut self, value: f64);
    fn remove(&mut self, value: f64);
    fn len(&self) -> usize;
    fn nth(&self, at: usize) -> f64;
    /// How many are less than `value` and how many equal it; `None` for NaN.
    fn around(&self, value: f64) -> Option<(usize, usize)>;
}

/// Kept sorted by moving the values behind the newcomer: O(log w) to find, w moves that a processor does many at a time.
struct Sorted(Vec<f64>);

impl Held for Sorted {
    fn insert(&mut self, value: f64) {
        let at = self.0.partition_point(|held| *held < value);
        self.0.insert(at, value);
    }
    fn remove(&mut self, value: f64) {
        let at = self.0.partition_point(|held| *held < value);
        self.0.remove(at);
    }
    fn len(&self) -> usize {
        self.0.len()
    }
    fn nth(&self, at: usize) -> f64 {
        self.0[at]
    }
    fn around(&self, value: f64) -> Option<(usize, usize)> {
        let less = self.0.partition_point(|held| *held < value);
        let equal = self.0[less..].iter().take_while(|held| **held == value).count();
        (!value.is_nan()).then_some((less, equal))
    }
}

/// A Fenwick tree of counts over the distinct values of the series: O(log n) a row whatever the width.
struct Tree {
    distinct: Vec<f64>,
    counts: Vec<usize>,
    n_held: usize,
}

impl Tree {
    fn of(x: &[f64]) -> Self {
        let mut distinct: Vec<f64> = x.iter().copied().filter(|value| !value.is_nan()).collect();
        distinct.sort_by(f64::total_cmp);
        distinct.dedup();
        Self { counts: vec![0; distinct.len() + 1], distinct, n_held: 0 }
    }

    /// Place of a value among the distinct ones, from 1.
    fn place(&self, value: f64) -> usize {
        self.distinct.partition_point(|held| *held < value) + 1
    }

    fn below(&self, mut place: usize) -> usize {
        let mut n = 0;
        while place > 0 {
            n += self.counts[place];
            place &= place - 1;
        }
        n
    }

    fn change(&mut self, value: f64, by: impl Fn(usize) -> usize) {
        let mut place = self.place(value);
        while place < self.counts.len() {
            self.counts[place] = by(self.counts[place]);
            place += place & place.wrapping_neg();
        }
    }
}

impl Held for Tree {
    fn insert(&mut self, value: f64) {
        self.change(value, |n| n + 1);
        self.n_held += 1;
    }
    fn remove(&mut self, value: f64) {
        self.change(value, |n| n - 1);
        self.n_held -= 1;
    }
    fn len(&self) -> usize {
        self.n_held
    }
    fn nth(&self, at: usize) -> f64 {
        let (mut place, mut left) = (0, at);
        let mut step = self.distinct.len().checked_ilog2().map_or(0, |log| 1 << log);
        while step > 0 {
            if place + step < self.counts.len() && self.counts[place + step] <= left {
                place += step;
                left -= self.counts[place];
            }
            step /= 2;
        }
        self.distinct[place]
    }
    fn around(&self, value: f64) -> Option<(usize, usize)> {
        if value.is_nan() {
            return None;
        }
        let place = self.place(value);
        let less = self.below(place - 1);
        Some((less, self.below(place) - less))
    }
}

#[cfg(test)]
mod tests {
    use super::super::twin;
    use super::*;

    fn naive_quantile(values: &[f64], q: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let place = q * (sorted.len() - 1) as f64;
        let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
        low + (high - low) * place.fract()
    }

    fn naive_rank(values: &[f64], newest: f64) -> f64 {
        let less = values.iter().filter(|v| **v < newest).count() as f64;
        let equal = values.iter().filter(|v| **v == newest).count() as f64;
        (less + f64::midpoint(equal, 1.0)) / values.len() as f64
    }

    #[test]
    fn ranks_and_quantiles_equal_a_naive_loop() {
        twin::check_newest(1e-15, ranks, |values, newest| Some(naive_rank(values, newest)));
        for q in [0.0, 0.2, 0.5, 0.8, 1.0] {
            twin::check_one(1e-14, |x, window| quantiles(x, window, q), |values| Some(naive_quantile(values, q)));
        }
    }

    #[test]
    fn the_tree_equals_the_naive_loop_too() {
        twin::check_newest(
            1e-15,
            |x, window| {
                roll(x, window, &mut Tree::of(x), |row, held| {
                    held.around(x[row]).map(|(less, equal)| (less as f64 + 0.5 * (equal as f64 + 1.0)) / held.len() as f64)
                })
            },
            |values, newest| Some(naive_rank(values, newest)),
        );
        twin::check_one(
            0.0,
            |x, window| roll(x, window, &mut Tree::of(x), |_, held| Some(held.nth(held.len() - 1))),
            |values| values.iter().copied().reduce(f64::max),
        );
    }
}
