//! One day's rows against each other.

/// Applies `peers` to the values of each group (all rows when there is none), in place of the row's own; rows without a value or
/// without a group have no peers.
pub(crate) fn by_group(x: &[f64], groups: Option<&[Option<u32>]>, peers: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let mut rows: Vec<(u32, usize)> = (0..x.len())
        .filter(|&row| !x[row].is_nan())
        .filter_map(|row| groups.map_or(Some(0), |groups| groups[row]).map(|group| (group, row)))
        .collect();
    rows.sort_unstable();
    let mut found = vec![f64::NAN; x.len()];
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let values: Vec<f64> = group.iter().map(|(_, row)| x[*row]).collect();
        for ((_, row), value) in group.iter().zip(peers(&values)) {
            found[*row] = value;
        }
    }
    found
}

/// Average rank over the count, in (0, 1].
pub(crate) fn ranked(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    average_ranks(values).into_iter().map(|rank| rank / n).collect()
}

/// Share of the others that are less, in [0, 1]; 0 alone.
pub(crate) fn percent_ranked(values: &[f64]) -> Vec<f64> {
    let n_others = (values.len() as f64 - 1.0).max(1.0);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut shares = vec![0.0; values.len()];
    let mut n_less = 0;
    for ties in order.chunk_by(|&a, &b| values[a] == values[b]) {
        for &at in ties {
            shares[at] = n_less as f64 / n_others;
        }
        n_less += ties.len();
    }
    shares
}

/// Bucket from 1 to `k` by rank; ties fall into one bucket.
pub(crate) fn buckets(values: &[f64], k: usize) -> Vec<f64> {
    let (n, k) = (values.len() as f64, k as f64);
    average_ranks(values).into_iter().map(|rank| (((rank - 0.5) * k / n).floor() + 1.0).min(k)).collect()
}

/// Values less their mean.
pub(crate) fn centred(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let first = values.first().copied().unwrap_or_default();
    let shift = values.iter().map(|value| value - first).sum::<f64>() / n;
    values.iter().map(|value| value - first - shift).collect()
}

/// Values less their mean, over their sd (n - 1); none where there is no spread.
pub(crate) fn standardized(values: &[f64]) -> Vec<f64> {
    let centred = centred(values);
    let sd = (centred.iter().map(|d| d * d).sum::<f64>() / (values.len() as f64 - 1.0)).sqrt();
    centred.into_iter().map(|d| if 0.0 < sd { d / sd } else { f64::NAN }).collect()
}

/// Values pulled in to the quantiles `tail` and 1 - `tail`, interpolated linearly.
pub(crate) fn winsorized(values: &[f64], tail: f64) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let quantile = |q: f64| {
        let place = q * (sorted.len() - 1) as f64;
        let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
        low + place.fract() * (high - low)
    };
    let (low, high) = (quantile(tail), quantile(1.0 - tail));
    values.iter().map(|value| value.clamp(low.min(high), high)).collect()
}

fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for ties in order.chunk_by(|&a, &b| values[a] == values[b]) {
        for &at in ties {
            ranks[at] = start as f64 + 0.5 * (ties.len() + 1) as f64;
        }
        start += ties.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::super::twin;
    use super::*;

    /// Every row's answer from its peers, found by a loop over all rows.
    fn check(fast: impl Fn(&[f64]) -> Vec<f64>, naive: impl Fn(f64, &[f64]) -> Option<f64>) {
        for x in twin::series() {
            let groups: Vec<Option<u32>> = (0..x.len()).map(|row| (row % 7 != 3).then_some((row % 3) as u32)).collect();
            for groups in [None, Some(groups.as_slice())] {
                let found = by_group(&x, groups, &fast);
                for row in 0..x.len() {
                    let group = |row: usize| groups.map_or(Some(0), |groups| groups[row]);
                    let peers: Vec<f64> =
                        (0..x.len()).filter(|i| group(*i).is_some() && group(*i) == group(row)).map(|i| x[i]).filter(|v| !v.is_nan()).collect();
                    let expected = if x[row].is_nan() || group(row).is_none() { None } else { naive(x[row], &peers) };
                    twin::assert_same(found[row], expected, 1e-9, row);
                }
            }
        }
    }

    fn mean(values: &[f64]) -> f64 {
        values[0] + values.iter().map(|v| v - values[0]).sum::<f64>() / values.len() as f64
    }

    fn rank(value: f64, peers: &[f64]) -> f64 {
        peers.iter().filter(|p| **p < value).count() as f64 + f64::midpoint(peers.iter().filter(|p| **p == value).count() as f64, 1.0)
    }

    #[test]
    fn every_row_equals_a_naive_loop_over_its_peers() {
        check(ranked, |value, peers| Some(rank(value, peers) / peers.len() as f64));
        check(|values| buckets(values, 5), |value, peers| Some(1.0 + ((rank(value, peers) - 0.5) * 5.0 / peers.len() as f64).floor()));
        check(percent_ranked, |value, peers| Some(peers.iter().filter(|p| **p < value).count() as f64 / (peers.len() as f64 - 1.0).max(1.0)));
        check(centred, |value, peers| Some(value - mean(peers)));
        check(standardized, |value, peers| {
            let centre = mean(peers);
            let sd = (peers.iter().map(|p| (p - centre).powi(2)).sum::<f64>() / (peers.len() as f64 - 1.0)).sqrt();
            (0.0 < sd).then(|| (value - centre) / sd)
        });
    }

    #[test]
    fn the_outer_tenth_is_pulled_in() {
        // Quantiles 0.1 and 0.9 of 0..=10 are 1 and 9.
        let x: Vec<f64> = (0..=10).map(f64::from).collect();
        let expected = [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 9.0];
        assert!(winsorized(&x, 0.1).iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12));
    }
}
