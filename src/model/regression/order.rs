//! Weighted quantiles without sorting.

/// The value below which `share` of the weight lies: the smallest v with weight(values <= v) >= share of all, or the middle between v and the
/// next value where that is an equality, as is customary for medians.
///
/// * `values`: finite values with their weights, of which some are above 0; left in another order.
pub(super) fn weighted_quantile(values: &mut [(f64, f64)], share: f64) -> f64 {
    let goal = share * values.iter().map(|(_, weight)| weight).sum::<f64>();
    let (mut rest, mut below) = (values, 0.0);
    let mut above = f64::INFINITY;
    while 1 < rest.len() {
        let middle = (rest.len() - 1) / 2;
        let (lower, pivot, _) = rest.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0));
        let upto = below + lower.iter().map(|(_, weight)| weight).sum::<f64>() + pivot.1;
        if goal <= upto {
            above = above.min(next_above(&rest[middle + 1..]));
            rest = &mut rest[..=middle];
            if rest.len() == 2 {
                // The pivot is the first of two; the second cannot be dropped by halving.
                rest.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
                if goal <= below + rest[0].1 {
                    above = above.min(if 0.0 < rest[1].1 { rest[1].0 } else { f64::INFINITY });
                    rest = &mut rest[..1];
                } else {
                    below += rest[0].1;
                    rest = &mut rest[1..];
                }
            }
        } else {
            below = upto;
            rest = &mut rest[middle + 1..];
        }
    }
    let (value, weight) = rest[0];
    if below + weight == goal && above.is_finite() { f64::midpoint(value, above) } else { value }
}

fn next_above(values: &[(f64, f64)]) -> f64 {
    values.iter().filter(|(_, weight)| 0.0 < *weight).map(|(value, _)| *value).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Draw;
    use super::*;

    fn by_sorting(values: &[(f64, f64)], share: f64) -> f64 {
        let mut sorted: Vec<(f64, f64)> = values.iter().copied().filter(|(_, weight)| 0.0 < *weight).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let goal = share * values.iter().map(|(_, weight)| weight).sum::<f64>();
        let mut sum = 0.0;
        for (at, (value, weight)) in sorted.iter().enumerate() {
            sum += weight;
            if goal <= sum {
                return if sum == goal && at + 1 < sorted.len() { f64::midpoint(*value, sorted[at + 1].0) } else { *value };
            }
        }
        unreachable!("all of the weight lies at or below the last value")
    }

    #[test]
    fn quantiles_agree_with_sorting_ties_and_weights_of_0_included() {
        let mut draw = Draw(7);
        for n_values in 1..60_u64 {
            // Whole numbers sum without rounding, so that ends are met exactly as often as by hand.
            let mut values: Vec<(f64, f64)> = (0..n_values).map(|_| (draw.below(12) as f64, draw.below(3) as f64)).collect();
            values[0].1 = 1.0;
            for share in [0.0625, 0.25, 0.5] {
                let expected = by_sorting(&values, share);
                assert_eq!(weighted_quantile(&mut values.clone(), share), expected, "{share} of {values:?}");
            }
        }
        assert_eq!(weighted_quantile(&mut [(3.0, 1.0), (1.0, 1.0), (2.0, 1.0), (9.0, 1.0)], 0.5), 2.5);
    }
}
