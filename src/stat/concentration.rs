//! Does a profit rest on a few of its parts?

use super::Outcome;

/// What share of a profit comes from its `n_best` best parts?
///
/// The sum of the `n_best` largest parts over the sum of all; above 1 where the others lost.
///
/// * `parts`: what each day, or each name, added to the profit. `n_best`: at least 1.
///
/// Undefined where the parts together made no profit. Source: none; a mean that a few days or names carry is no evidence of skill.
pub fn best_share(parts: &[f64], n_best: usize) -> Outcome<f64> {
    assert!(0 < n_best, "at least one part is the best");
    let total: f64 = parts.iter().sum();
    if total <= 0.0 {
        return Outcome::undefined("there is no profit to share");
    }
    let mut descending = parts.to_vec();
    descending.sort_unstable_by(|a, b| b.total_cmp(a));
    Outcome::Value(descending.iter().take(n_best).sum::<f64>() / total)
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn the_best_parts_may_make_more_than_all() {
        // By hand: 5 + 3 of 5 + 1 - 4 + 3 = 5.
        assert_close(*best_share(&[5.0, 1.0, -4.0, 3.0], 2).value().expect("a profit"), 1.6, 1e-12);
        assert_close(*best_share(&[5.0, 1.0, -4.0, 3.0], 9).value().expect("a profit"), 1.0, 1e-12);
    }

    #[test]
    fn a_loss_has_no_shares() {
        assert_eq!(best_share(&[1.0, -1.0], 1), Outcome::undefined("there is no profit to share"));
        assert_eq!(best_share(&[], 1), Outcome::undefined("there is no profit to share"));
    }
}
