//! Sides: who is held long, who is sold short, and how much of each.

use std::collections::BTreeMap;

use crate::spec::Weights;

/// Weights by entity: long the highest forecasts, short the lowest; empty where the book is flat.
///
/// With n names of which k = share x n, rounded down and at least 1, stand on either side, the name at rank i from the outer end holds
/// 1 / k (equal weights) or (k - i) / (k (k + 1) / 2) (weights by rank; i = 0 outermost) of its side. Names with equal forecasts are equal:
/// they share what their ranks hold together, longs less shorts, wherever a side ends among them; where all forecasts are equal
/// nothing is held.
///
/// * `ranked`: finite forecasts with their entity codes, in any order. `share`: in (0, 0.5].
///
/// Fewer than two names: flat.
pub(super) fn weigh(mut ranked: Vec<(f64, u32)>, share: f64, weights: Weights) -> BTreeMap<u32, f64> {
    let n = ranked.len();
    if n < 2 {
        return BTreeMap::new();
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    // 0.29 of 100 names is 28.999... in binary; the sliver keeps it 29.
    let n_side = ((share * n as f64 + 1e-9) as usize).max(1);
    // Whole parts, so that a tie across both sides cancels exactly.
    let parts = |rank: usize| match weights {
        _ if n_side <= rank => 0,
        Weights::Equal => 1,
        Weights::Rank => (n_side - rank) as i64,
    };
    let n_parts: i64 = (0..n_side).map(parts).sum();
    let mut held = BTreeMap::new();
    let mut first = 0;
    for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
        let ranks = first..first + tied.len();
        first = ranks.end;
        let net: i64 = ranks.map(|rank| parts(rank) - parts(n - 1 - rank)).sum();
        if net != 0 {
            let weight = net as f64 / (n_parts * tied.len() as i64) as f64;
            held.extend(tied.iter().map(|&(_, entity)| (entity, weight)));
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names 1, 2, ... with these forecasts.
    fn weights(forecasts: &[f64], share: f64, weights: Weights) -> Vec<(u32, f64)> {
        weigh(forecasts.iter().copied().zip(1..).collect(), share, weights).into_iter().collect()
    }

    #[test]
    fn the_highest_are_long_and_the_lowest_short() {
        let forecasts = [0.1, 0.6, 0.3, 0.5, 0.2, 0.4];
        assert_eq!(weights(&forecasts, 0.34, Weights::Equal), [(1, -0.5), (2, 0.5), (4, 0.5), (5, -0.5)]);
        let sixths = [(1, -3.0), (2, 3.0), (3, -1.0), (4, 2.0), (5, -2.0), (6, 1.0)];
        assert_eq!(weights(&forecasts, 0.5, Weights::Rank), sixths.map(|(entity, parts)| (entity, parts / 6.0)));
        assert_eq!(weights(&forecasts, 0.01, Weights::Equal), [(1, -1.0), (2, 1.0)]);
        assert_eq!(weights(&[0.1], 0.5, Weights::Equal), []);
    }

    #[test]
    fn a_tie_at_the_border_shares_its_weight() {
        // Two long of eight; the second place is tied between 2, 3 and 4: a half shared by three. The short side has no tie.
        let sixth = 0.5 / 3.0;
        let forecasts = [0.9, 0.5, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1];
        assert_eq!(weights(&forecasts, 0.25, Weights::Equal), [(1, 0.5), (2, sixth), (3, sixth), (4, sixth), (7, -0.5), (8, -0.5)]);
        // By rank: parts 2 and 1 of 3; the part 1 is shared.
        let ninth = 1.0 / 9.0;
        assert_eq!(weights(&forecasts, 0.25, Weights::Rank)[..4], [(1, 2.0 / 3.0), (2, ninth), (3, ninth), (4, ninth)]);
    }

    #[test]
    fn a_tie_that_reaches_both_sides_holds_their_difference() {
        assert_eq!(weights(&[0.5; 6], 0.34, Weights::Equal), []);
        assert_eq!(weights(&[0.0, -0.0, 0.0, -0.0, 0.0, 0.0, 0.0], 0.5, Weights::Rank), []);
        // One above, five equal: the equal ones hold half of the long side less the whole short side.
        let tied = -0.5 / 5.0;
        assert_eq!(weights(&[0.1, 0.1, 0.9, 0.1, 0.1, 0.1], 0.34, Weights::Equal), [(1, tied), (2, tied), (3, 0.5), (4, tied), (5, tied), (6, tied)]);
    }
}
