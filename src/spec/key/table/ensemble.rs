//! Keys of a model that combines the forecasts of others.

use super::super::Need::{Default, Optional, Required};
use super::super::Range::AtLeast;
use super::super::Section;
use super::super::Shape::{Choice, Integer, Number, SomeTexts};
use super::{key, params};

pub(super) const ENSEMBLE: Section = params(
    "ensemble",
    "a combination of other models' forecasts; forecasts what all its members do",
    &[
        key(
            "members",
            SomeTexts,
            Required,
            "[\"trees\", \"ridge\"]",
            "Models combined, two at least, each listed earlier and asked for all of `ask`.",
        ),
        key(
            "weights",
            Choice(&["mean", "inverse_error", "stack"]),
            Default("\"mean\""),
            "\"stack\"",
            "All alike, by 1 / past error, or those that were best on past forecasts.",
        ),
        key("min_history", Integer(1, 100_000_000), Default("250"), "250", "Known forecasts of earlier windows without which all weigh alike."),
        key("lookback", Integer(1, 100_000), Optional, "24", "Earlier windows looked back on; without it, all."),
        key("shrinkage", Number(AtLeast(0.0)), Default("1000"), "1000", "Known forecasts at which learnt and equal weights count the same."),
    ],
);
