//! Model: how is a forecast learnt? Every model is a `Learner` that is fitted anew in each window.
//!
//! Imputation, scaling and the dropping of constant columns happen inside `fit`, so they see training rows only.

mod admit;
mod baseline;
mod card;
mod classical;
mod column;
mod ewma;
mod extreme;
mod gbdt;
mod kind;
mod learner;
mod lesson;
mod memo;
mod past;
mod regression;
mod select;
mod shared;
mod tune;

pub use admit::admit;
pub use card::{Card, CoefficientScale, Dependence, Importance, TrialScore};
pub use extreme::extreme_probabilities;
pub use kind::learner;
pub use learner::{Anchor, Learner, Model, Query, Train};
pub use lesson::Lesson;
pub use memo::Memo;
pub use past::Past;
pub use shared::Shared;
