//! VaR: are breaches as frequent as promised, and do they come alone? One test a file; the family's list is below.

mod case;
mod chain;
mod clustered;
mod depth;
mod independence;
mod kupiec;
mod ljung_box;
mod names;
mod traffic_light;

pub use case::{TailCase, TailPoint};
pub use depth::{BREACHES, EXCESS_MAX, EXCESS_MEAN, EXPECTED_BREACHES, N_DAYS, RATE, TICK_LOSS};
pub use independence::{
    CONDITIONAL_COVERAGE, INDEPENDENCE, INDEPENDENCE_EXACT, Transitions, conditional_coverage, independence, independence_exact, transitions,
};
pub use kupiec::{BINOMIAL_Z, FIRST_BREACH, KUPIEC, KUPIEC_EXACT, acceptable_breaches, binomial_z, kupiec, kupiec_exact, time_until_first};
pub use names::{NAMES, NAMES_RATE, NAMES_REJECTED, NamesCase};
pub use traffic_light::{
    BASEL_DAYS, RECENT_BREACHES, RollingLight, TrafficLight, WORST_BREACHES, Zone, basel_multiplier, recent_light, traffic_light,
    traffic_light_history,
};

pub(super) use kupiec::{assert_tail, coverage};

use super::measure::Measure;

/// Every measure of a VaR, in the order of the page.
pub const VAR: &[&Measure<TailCase>] = &[
    &N_DAYS,
    &BREACHES,
    &EXPECTED_BREACHES,
    &RATE,
    &EXCESS_MEAN,
    &EXCESS_MAX,
    &TICK_LOSS,
    &RECENT_BREACHES,
    &WORST_BREACHES,
    &KUPIEC_EXACT,
    &INDEPENDENCE_EXACT,
    &ljung_box::LJUNG_BOX_EXACT,
    &CONDITIONAL_COVERAGE,
    &KUPIEC,
    &INDEPENDENCE,
    &ljung_box::LJUNG_BOX,
    &FIRST_BREACH,
    &BINOMIAL_Z,
];
