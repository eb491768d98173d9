//! What a forecast costs, by what was asked.

use crate::score;
use crate::spec::Quantity;

/// The loss of one forecast of a target; `None` where the forecast cannot be one (a volatility of 0, a probability of 2).
///
/// Mean: squared error. Probability: log loss. Volatility: QLIKE. Quantile: pinball loss. Shortfall: FZ0, together with the `quantile` of the
/// same tail. All are least on average for the true quantity; `stat` judges the test periods by the same.
pub(super) fn loss(quantity: Quantity, forecast: f64, quantile: f64, target: f64) -> Option<f64> {
    let loss = match quantity {
        Quantity::Mean => score::squared(target, forecast),
        Quantity::Probability if (0.0..=1.0).contains(&forecast) => score::log_loss(target, forecast),
        Quantity::Volatility if 0.0 < forecast => score::qlike(target, forecast),
        Quantity::Quantile(tail) => score::pinball(target, forecast, tail),
        Quantity::Shortfall(tail) if forecast < 0.0 => score::fissler_ziegel(target, quantile, forecast, tail),
        Quantity::Probability | Quantity::Volatility | Quantity::Shortfall(_) => return None,
    };
    loss.is_finite().then_some(loss)
}

/// A mean loss as a multiple of the first trial's, so that losses of different units can be averaged.
///
/// The losses of volatility and shortfall are logarithms up to a constant: a difference in them is a ratio already, and they may be 0.
pub(super) fn relative(quantity: Quantity, loss: f64, first: f64) -> f64 {
    match quantity {
        Quantity::Mean | Quantity::Probability | Quantity::Quantile(_) if loss == first => 1.0,
        Quantity::Mean | Quantity::Probability | Quantity::Quantile(_) => loss / first,
        Quantity::Volatility | Quantity::Shortfall(_) => 1.0 + loss - first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_their_formulas_by_hand() {
        let cases = [
            (Quantity::Mean, 3.0, 1.0, 4.0),
            (Quantity::Probability, 0.25, 1.0, 1.386_294_361_119_890_6),
            (Quantity::Probability, 0.25, 0.0, 0.287_682_072_451_780_9),
            // ln 4 + (1 / 2)^2.
            (Quantity::Volatility, 2.0, 1.0, 1.636_294_361_119_890_6),
            (Quantity::Quantile(0.1), -1.0, -3.0, 1.8),
            (Quantity::Quantile(0.1), -1.0, 2.0, 0.3),
            // VaR 1, ES 2, tail .25, as in stat::shortfall: (3 - 1) / (.25 * 2) + 1/2 + ln 2 - 1.
            (Quantity::Shortfall(0.25), -2.0, -3.0, 4.193_147_180_559_945),
            (Quantity::Shortfall(0.25), -2.0, 0.0, 0.193_147_180_559_945_3),
        ];
        for (quantity, forecast, target, expected) in cases {
            let calculated = loss(quantity, forecast, -1.0, target).expect("a forecast that can be");
            assert!((calculated - expected).abs() < 1e-14, "{quantity}: calculated {calculated}, expected {expected}");
        }
        for (quantity, forecast) in
            [(Quantity::Volatility, 0.0), (Quantity::Probability, 1.1), (Quantity::Shortfall(0.01), 0.01), (Quantity::Mean, f64::NAN)]
        {
            assert_eq!(loss(quantity, forecast, -1.0, 1.0), None, "{quantity} {forecast}");
        }
    }

    #[test]
    fn the_true_quantity_of_a_sample_costs_least() {
        // 10,000 quantiles of a uniform on (-1, 1): mean 0, standard deviation 1/sqrt(3), 5 % quantile -0.9, shortfall -0.95.
        let sample: Vec<f64> = (0..10_000).map(|n| (f64::from(n) + 0.5) / 5_000.0 - 1.0).collect();
        let truths = [(Quantity::Mean, 0.0), (Quantity::Volatility, 0.577_35), (Quantity::Quantile(0.05), -0.9), (Quantity::Shortfall(0.05), -0.95)];
        for (quantity, truth) in truths {
            let mean = |forecast: f64| sample.iter().map(|&target| loss(quantity, forecast, -0.9, target).expect("finite")).sum::<f64>();
            assert!(mean(truth) < mean(truth - 0.02) && mean(truth) < mean(truth + 0.02), "{quantity}");
        }
    }
}
