//! Stat: how wrong, how risky? A statistic declares itself beside its formula (`measure`), a family lists its own; `summary` applies them.

mod alarm;
pub mod battery;
mod calendar;
mod calibration;
pub mod compare;
mod concentration;
pub mod credit;
mod cross_section;
mod deflated;
mod describe;
mod discrimination;
mod distribution;
mod draw;
mod drawdown;
mod drift;
mod error;
pub mod es;
mod forecast_quantile;
mod ic_decay;
pub mod mean;
pub mod measure;
mod outcome;
mod panel;
mod pit;
mod probability;
mod radix;
mod rank;
mod sample;
mod score_drift;
mod strategy;
mod summary;
pub mod var;
pub mod volatility;

pub use alarm::{Alarm, HONEST_AUC, HONEST_RANK_IC, alarms};
pub use calendar::{PeriodReturn, YearReturns};
pub use calibration::{Band, Calibration, PdTest, calibration, pd_test};
pub use concentration::best_share;
pub use deflated::{SharpeRatio, deflated_sharpe, expected_best_sharpe};
pub use describe::{Description, QuantilePoint, SHARES, describe};
pub use discrimination::{Discrimination, MAX_POINTS, RocPoint, discrimination};
pub use distribution::Interval;
pub use drawdown::{Drawdown, EquityPoint};
pub use drift::{Chance, Drift, DriftBin, EMPTY_BIN_RULE, MOVED, SHIFTED, Stability, drift};
pub use error::{DateIc, Errors, HitRate, RankIc, errors, pearson, pinball_loss, r2_out_of_sample, rank_ic, spearman};
pub use forecast_quantile::{QuantileMean, by_forecast_quantile};
pub use ic_decay::{IcAtLag, ic_decay};
pub use measure::{Answer, Assessed, Decision, Departure, Family, Found, Power, SEEN, Subject, Test, Tier, Unit};
pub use outcome::Outcome;
pub use pit::{Pit, pit_of_normal};
pub use probability::{Confusion, ProbabilityScores, confusion, probability_scores};
pub use sample::quantile;
pub use score_drift::score_drift;
pub use strategy::{N_DRAWDOWNS, Strategy, equity_curve, strategy};
pub use summary::{
    Activity, Benchmark, Best, Colour, DrawdownByName, Facts, FeatureSummary, Filled, Group, Grouped, Judged, Lead, Little, Metric, MetricAbout,
    Metrics, N_BEST, N_LOSERS, N_ROLLING, RollingPoint, SegmentOfBook, Standing, StrategySummary, Summary, check_limits, features, metric_names,
    metrics, summarize,
};
