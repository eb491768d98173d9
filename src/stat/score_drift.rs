//! Score drift: do forecasts fall where they fell in the first year?

use super::drift::{Drift, drift};
use super::outcome::Outcome;

/// Population stability index of each year's scores against the first year's; [`drift`] with its bins.
///
/// * `year`, `score`: of each row, in any order. * `n_bins`: at least 2; ten are customary.
///
/// Nothing with fewer than two years. Source: Siddiqi (2006), Credit Risk Scorecards.
pub fn score_drift(year: &[i32], score: &[f64], n_bins: usize) -> Vec<(i32, Outcome<Drift>)> {
    let mut years = year.to_vec();
    years.sort_unstable();
    years.dedup();
    let of = |wanted: i32| -> Vec<f64> { year.iter().zip(score).filter(|(year, _)| **year == wanted).map(|(_, score)| *score).collect() };
    let Some((&first, later)) = years.split_first() else { return Vec::new() };
    let reference = of(first);
    later.iter().map(|&year| (year, drift(&reference, &[], &of(year), n_bins))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;

    #[test]
    fn the_first_year_is_what_the_others_are_held_against() {
        // Two bins, edge at the reference's median 2.5: shares 1/2 and 1/2 against 1/4 and 3/4.
        // PSI = (0.25 - 0.5) ln(0.5) + (0.75 - 0.5) ln(1.5) = 0.173287 + 0.101366 = 0.274653.
        let year = [2001, 2001, 2001, 2001, 2000, 2000, 2000, 2000, 2002];
        let score = [1.0, 3.0, 4.0, 5.0, 1.0, 2.0, 3.0, 4.0, f64::INFINITY];
        let found = score_drift(&year, &score, 2);
        assert_eq!(found.iter().map(|(year, _)| *year).collect::<Vec<_>>(), [2001, 2002]);
        assert_close(found[0].1.value().expect("two years").psi, 0.274_653, 1e-6);
        assert!(found[1].1.value().is_none() && score_drift(&[2000], &[1.0], 10).is_empty());
    }
}
