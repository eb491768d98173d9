//! Exact weighted quantiles in linear time: leaf values of the losses whose hessian has no information.

use super::row::Observed;

/// Shares of the total weight that differ by less are the same: sums of weights round.
const SAME: f64 = 1e-12;

/// The quantile at `tail` of values with weights above 0: the minimiser of the weighted pinball loss.
///
/// It is the smallest value at or below which lies more than the share `tail` of the weight; where exactly `tail` lies at or below a value,
/// every point from it to the next value is a minimiser, and the middle is taken (so that the median of an even number is the usual
/// one). Values are reordered. Expected time is linear. Panics without values.
pub(crate) fn quantile(values: &mut [(f64, f64)], tail: f64) -> f64 {
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    let (wanted, same) = (tail * total, SAME * total);
    let (mut below, mut rest) = (0.0, values);
    let mut next_above = f64::INFINITY;
    loop {
        let middle = pivot(rest);
        let n_less = partition(rest, |value| value < middle);
        let n_equal = partition(&mut rest[n_less..], |value| value <= middle);
        let (less, others) = rest.split_at_mut(n_less);
        let (equal, more) = others.split_at_mut(n_equal);
        let up_to_less = below + less.iter().map(|(_, weight)| weight).sum::<f64>();
        if !less.is_empty() && wanted <= up_to_less + same {
            next_above = middle;
            rest = less;
            continue;
        }
        let up_to_equal = up_to_less + equal.iter().map(|(_, weight)| weight).sum::<f64>();
        if more.is_empty() || wanted < up_to_equal - same {
            let is_flat = (wanted - up_to_equal).abs() <= same && next_above.is_finite();
            return if is_flat { f64::midpoint(middle, next_above) } else { middle };
        }
        if wanted <= up_to_equal + same {
            return f64::midpoint(middle, more.iter().map(|(value, _)| *value).fold(next_above, f64::min));
        }
        below = up_to_equal;
        rest = more;
    }
}

/// The same of values that weigh alike.
pub(crate) fn even_quantile(values: &mut [f64], tail: f64) -> f64 {
    let n = values.len() as f64;
    let (wanted, same) = (tail * n, SAME * n);
    let rank = ((wanted - same).ceil() as usize).clamp(1, values.len());
    let (_, middle, more) = values.select_nth_unstable_by(rank - 1, f64::total_cmp);
    if more.is_empty() || same < (wanted - rank as f64).abs() {
        return *middle;
    }
    f64::midpoint(*middle, more.iter().copied().fold(f64::INFINITY, f64::min))
}

/// The quantile of what was observed, rows of weight 0 left out.
pub(super) fn observed_quantile(observed: Observed<'_>, tail: f64) -> f64 {
    if observed.weight.is_none() {
        return even_quantile(&mut observed.target.to_vec(), tail);
    }
    let rows = observed.target.iter().enumerate().map(|(position, &target)| (target, observed.weight_of(position)));
    quantile(&mut rows.filter(|(_, weight)| 0.0 < *weight).collect::<Vec<_>>(), tail)
}

/// A value of the slice near its median: the median of three medians of three.
fn pivot(values: &[(f64, f64)]) -> f64 {
    let median = |a: f64, b: f64, c: f64| a.min(b).max(a.max(b).min(c));
    let at = |eighth: usize| values[eighth * (values.len() - 1) / 8].0;
    median(median(at(0), at(1), at(2)), median(at(3), at(4), at(5)), median(at(6), at(7), at(8)))
}

/// Moves the values that satisfy `is_first` to the front and counts them.
fn partition(values: &mut [(f64, f64)], is_first: impl Fn(f64) -> bool) -> usize {
    let mut n_first = 0;
    for idx in 0..values.len() {
        let goes_first = is_first(values[idx].0);
        values.swap(idx, n_first);
        n_first += usize::from(goes_first);
    }
    n_first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::pinball;

    fn weighted_pinball(values: &[(f64, f64)], tail: f64, at: f64) -> f64 {
        values.iter().map(|(value, weight)| weight * pinball(*value, at, tail)).sum()
    }

    #[test]
    fn no_observed_value_has_a_smaller_pinball_loss_than_the_quantile() {
        let mut state = 5_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for trial in 0..3000 {
            let n = 1 + draw(40);
            let n_distinct = 1 + draw(30);
            let values: Vec<(f64, f64)> =
                (0..n).map(|_| (draw(n_distinct) as f64 - 8.0, (1 + draw(if trial % 2 == 0 { 1 } else { 5 })) as f64 / 4.0)).collect();
            let tail = [0.01, 0.05, 0.25, 0.5, 0.9][draw(5) as usize];
            let found = quantile(&mut values.clone(), tail);
            let best = values.iter().map(|(value, _)| weighted_pinball(&values, tail, *value)).fold(f64::INFINITY, f64::min);
            let loss = weighted_pinball(&values, tail, found);
            assert!(loss <= best + 1e-9, "{values:?} at {tail}: {found} costs {loss}, best {best}");
            if trial % 2 == 0 {
                assert_eq!(even_quantile(&mut values.iter().map(|(value, _)| *value).collect::<Vec<_>>(), tail), found);
            }
        }
    }

    #[test]
    fn quantiles_by_hand() {
        let plain = |values: &[f64], tail: f64| quantile(&mut values.iter().map(|&value| (value, 1.0)).collect::<Vec<_>>(), tail);
        assert_eq!(plain(&[3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(plain(&[4.0, 1.0, 2.0, 3.0], 0.5), 2.5);
        assert_eq!(plain(&[4.0, 1.0, 2.0, 3.0], 0.25), 1.5);
        assert_eq!(plain(&[4.0, 1.0, 2.0, 3.0], 0.1), 1.0);
        assert_eq!(plain(&[4.0, 1.0, 2.0, 3.0], 0.9), 4.0);
        assert_eq!(plain(&[7.0], 0.01), 7.0);
        // 20 values at 5 %: exactly one lies at or below the smallest, so all of 0 to 1 is optimal.
        assert_eq!(plain(&(0..20).map(f64::from).collect::<Vec<_>>(), 0.05), 0.5);
        assert_eq!(quantile(&mut [(1.0, 3.0), (2.0, 1.0)], 0.5), 1.0);
    }
}
