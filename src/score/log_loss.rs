//! Log loss of a probability.

/// A probability closer than this to 0 or 1 counts as this far: a sure forecast that is wrong costs 34.5, not infinity.
pub const LOG_LOSS_MARGIN: f64 = 1e-15;

/// Log loss: -ln p where the event came and -ln(1 - p) where it did not, with p kept [`LOG_LOSS_MARGIN`] away from 0 and 1; in nats.
///
/// Least on average at the true probability.
///
/// * `target`: 1 where the event came, 0 where it did not.
/// * `probability`: forecast of the event, in [0, 1].
///
/// Source: Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14(1), 107-114.
#[inline]
pub fn log_loss(target: f64, probability: f64) -> f64 {
    let probability = probability.clamp(LOG_LOSS_MARGIN, 1.0 - LOG_LOSS_MARGIN);
    if 0.5 < target { -libm::log(probability) } else { -libm::log1p(-probability) }
}

/// Log loss of a forecast given as log odds s, p = 1 / (1 + exp(-s)): ln(1 + exp(s)) - target s, without overflow at any s and without a margin.
///
/// A `target` between 0 and 1 is a share of rows in which the event came.
#[inline]
pub fn log_loss_of_log_odds(target: f64, log_odds: f64) -> f64 {
    libm::log1p(libm::exp(-log_odds.abs())) + log_odds.max(0.0) - target * log_odds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_loss_by_hand_and_at_the_margin() {
        // ln 4 and ln(4/3).
        assert!((log_loss(1.0, 0.25) - 1.386_294_361_119_890_6).abs() < 1e-15);
        assert!((log_loss(0.0, 0.25) - 0.287_682_072_451_780_9).abs() < 1e-15);
        assert!((log_loss(1.0, 0.0) - 34.538_776_394_910_684).abs() < 1e-12);
        assert!(log_loss(1.0, 1.0) < 2e-15);
    }

    #[test]
    fn log_odds_say_the_same_as_their_probability_and_never_overflow() {
        for (target, log_odds) in [(1.0, -2.0), (0.0, -2.0), (1.0, 0.3), (0.0, 7.0)] {
            let probability = 1.0 / (1.0 + libm::exp(-log_odds));
            assert!((log_loss_of_log_odds(target, log_odds) - log_loss(target, probability)).abs() < 1e-13);
        }
        assert_eq!((log_loss_of_log_odds(0.0, 1e4), log_loss_of_log_odds(1.0, 1e4)), (1e4, 0.0));
    }
}
