//! A statistic that may be undefined: its value, or the reason it has none.

use serde::{Deserialize, Serialize};

/// A value, or why there is none. A caller cannot forget to look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<T> {
    /// The statistic is defined.
    Value(T),
    /// The statistic is not defined; the reason, lower case, no full stop.
    Undefined(String),
}

impl<T> Outcome<T> {
    /// An undefined statistic and its reason.
    pub fn undefined(reason: impl Into<String>) -> Self {
        Self::Undefined(reason.into())
    }

    /// Applies `f` to the value and keeps the reason.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Value(value) => Outcome::Value(f(value)),
            Self::Undefined(reason) => Outcome::Undefined(reason),
        }
    }

    /// Chains a statistic that may itself be undefined.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Outcome<U>) -> Outcome<U> {
        match self {
            Self::Value(value) => f(value),
            Self::Undefined(reason) => Outcome::Undefined(reason),
        }
    }

    /// The value, if defined.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Undefined(_) => None,
        }
    }

    /// A borrowed outcome.
    pub fn as_ref(&self) -> Outcome<&T> {
        match self {
            Self::Value(value) => Outcome::Value(value),
            Self::Undefined(reason) => Outcome::Undefined(reason.clone()),
        }
    }
}
