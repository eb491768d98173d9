//! Downsample: fewer points, the same extremes.

/// Points of a line beyond which nothing more can be seen.
pub(super) const POINTS: usize = 400;

/// At most `limit` points in the same order: the first, the last, and the lowest and highest of equal buckets,
/// so that every extreme survives. `limit` is at least 4.
pub(super) fn downsample(points: &[(f64, f64)], limit: usize) -> Vec<(f64, f64)> {
    if points.len() <= limit {
        return points.to_vec();
    }
    let inner = &points[1..points.len() - 1];
    let n_buckets = (limit - 2) / 2;
    let mut out = vec![points[0]];
    for bucket in 0..n_buckets {
        let part = &inner[bucket * inner.len() / n_buckets..(bucket + 1) * inner.len() / n_buckets];
        let by_value = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let (Some(low), Some(high)) = (part.iter().min_by(by_value), part.iter().max_by(by_value)) else { continue };
        out.push(if low.0 <= high.0 { *low } else { *high });
        if low != high {
            out.push(if low.0 <= high.0 { *high } else { *low });
        }
    }
    out.push(points[points.len() - 1]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_global_extremes_and_the_ends_survive() {
        // One spike up and one down, at places no regular grid of 400 would meet.
        let mut points: Vec<(f64, f64)> = (0..3_500).map(|i| (f64::from(i), (f64::from(i) / 50.0).sin())).collect();
        points[1_237].1 = 9.0;
        points[2_771].1 = -9.0;
        let fewer = downsample(&points, POINTS);
        assert!(fewer.len() <= 400 && 350 < fewer.len(), "{}", fewer.len());
        assert!(fewer.contains(&(1_237.0, 9.0)) && fewer.contains(&(2_771.0, -9.0)));
        assert_eq!((fewer[0], fewer[fewer.len() - 1]), (points[0], points[3_499]));
        assert!(fewer.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_short_line_is_left_alone() {
        let points = [(0.0, 1.0), (1.0, 2.0)];
        assert_eq!(downsample(&points, POINTS), points);
    }
}
