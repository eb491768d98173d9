//! What a model may be asked for.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A quantity of the target's distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quantity {
    /// Expected value.
    Mean,
    /// Probability that the target is 1.
    Probability,
    /// Standard deviation.
    Volatility,
    /// The quantile at `tail`; VaR is its negative.
    Quantile(f64),
    /// The mean below the quantile at `tail`; ES is its negative.
    Shortfall(f64),
}

impl Quantity {
    /// The tail, where the quantity has one.
    #[must_use]
    pub fn tail(self) -> Option<f64> {
        match self {
            Self::Quantile(tail) | Self::Shortfall(tail) => Some(tail),
            Self::Mean | Self::Probability | Self::Volatility => None,
        }
    }

    /// The quantity's name without its tail.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Probability => "probability",
            Self::Volatility => "volatility",
            Self::Quantile(_) => "quantile",
            Self::Shortfall(_) => "shortfall",
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tail() {
            Some(tail) => write!(f, "{} {tail}", self.noun()),
            None => f.write_str(self.noun()),
        }
    }
}

impl FromStr for Quantity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let noun = words.next().unwrap_or_default();
        let tail = words.next().map(str::parse::<f64>);
        if words.next().is_some() {
            return Err(format!("`{text}` has too many words; write `mean` or `quantile 0.01`"));
        }
        let tail = match tail {
            Some(Ok(tail)) if 0.0 < tail && tail < 0.5 => Some(tail),
            Some(_) => return Err(format!("`{text}`: a tail is a number above 0 and below 0.5, such as 0.01")),
            None => None,
        };
        match (noun, tail) {
            ("mean", None) => Ok(Self::Mean),
            ("probability", None) => Ok(Self::Probability),
            ("volatility", None) => Ok(Self::Volatility),
            ("quantile", Some(tail)) => Ok(Self::Quantile(tail)),
            ("shortfall", Some(tail)) => Ok(Self::Shortfall(tail)),
            ("quantile" | "shortfall", None) => Err(format!("`{text}` needs its tail, such as `{noun} 0.01`")),
            ("mean" | "probability" | "volatility", Some(_)) => Err(format!("`{text}`: {noun} takes no tail")),
            _ => Err(format!("`{text}` is not one of mean, probability, volatility, quantile TAIL, shortfall TAIL")),
        }
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
