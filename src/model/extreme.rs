//! Probabilities that leave no doubt, from windows too small to leave none.

use crate::spec::Quantity;

/// Probabilities within this of 0 or 1: below any floor that a regulator sets (0.0005 for a PD under Basel III).
const NEAR: f64 = 1e-4;

/// A note where every probability that a window's model forecast is next to 0 or 1, and at least one row was forecast.
///
/// * `ask` and `forecasts`: the quantities asked, and the forecasts of each.
/// * `n_rows`: rows that the model was fitted on; a model that was not fitted has 0, and no note.
#[must_use]
pub fn extreme_probabilities(ask: &[Quantity], forecasts: &[Vec<Option<f64>>], n_rows: usize) -> Option<String> {
    let at = ask.iter().position(|quantity| *quantity == Quantity::Probability)?;
    let known: Vec<f64> = forecasts[at].iter().copied().flatten().collect();
    let is_extreme = |probability: &f64| !(NEAR..=1.0 - NEAR).contains(probability);
    (0 < n_rows && !known.is_empty() && known.iter().all(is_extreme))
        .then(|| format!("every forecast probability, of {} rows, is within {NEAR} of 0 or 1, learnt from {n_rows} training rows", known.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_that_are_all_0_or_1_are_reported_with_the_training_rows() {
        let note =
            |forecasts: Vec<Option<f64>>, n_rows| extreme_probabilities(&[Quantity::Mean, Quantity::Probability], &[vec![], forecasts], n_rows);
        let sure = || vec![Some(1e-12), None, Some(1.0 - 1e-12), Some(0.000_09)];
        let words = "every forecast probability, of 3 rows, is within 0.0001 of 0 or 1, learnt from 12 training rows";
        assert_eq!(note(sure(), 12).as_deref(), Some(words));
        assert_eq!(note(sure(), 0), None, "nothing was fitted");
        assert_eq!(note([sure(), vec![Some(0.02)]].concat(), 12), None);
        assert_eq!(note(vec![None], 12), None);
        assert_eq!(extreme_probabilities(&[Quantity::Mean], &[vec![Some(0.0)]], 12), None, "a mean of 0 is no probability");
    }
}
