//! Power: what a test could have seen with the observations it had.

use serde::Serialize;

/// The plan of a test: all that its power depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// Observations.
    pub n: usize,
    /// The probability that the null promises, in (0, 1): the tail, or the mean PD.
    pub promised: f64,
    /// Level of the decision, in (0, 0.5).
    pub level: f64,
    /// VaR / ES, the mean over the days, where ES is forecast.
    pub var_to_shortfall: Option<f64>,
    /// Seed of simulations.
    pub seed: u64,
}

/// In what the truth differs from the null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Departure {
    /// The true probability of a breach, where the null promises another.
    Tail,
    /// The probability of a breach on the day after one, at the promised frequency; breaches are a Markov chain.
    AfterBreach,
    /// The share of the true VaR and ES that is missing in the forecasts.
    Understated,
    /// The true default rate, where the null promises another.
    DefaultRate,
}

/// How often a test rejects where the truth is this.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Against {
    /// The truth, in the unit of the departure.
    pub truth: f64,
    /// P(rejection).
    pub power: f64,
}

/// What a test could have seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Power {
    /// In what the truth may differ.
    pub departure: Departure,
    /// What the null says of it.
    pub promised: f64,
    /// Level of the decision.
    pub level: f64,
    /// P(rejection) where the null holds: below the level where the statistic takes few values.
    pub size: f64,
    /// Power against stated truths.
    pub against: Vec<Against>,
    /// The smallest truth above the null that is rejected four times in five; `None` where none is.
    pub above: Option<f64>,
    /// The largest truth below the null that is rejected four times in five; `None` where none is, or the test does not look there.
    pub below: Option<f64>,
    /// Samples behind each probability; `None` where they are exact.
    pub n_simulated: Option<usize>,
}

/// The power that an error is to be seen with.
pub const SEEN: f64 = 0.8;
