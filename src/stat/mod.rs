//! Stat: how wrong, how risky? One family of statistics per file, pure functions of slices; `summary` applies them.

mod calendar;
mod calibration;
mod christoffersen;
mod comparison;
mod concentration;
mod deflated;
mod describe;
mod discrimination;
mod distribution;
mod draw;
mod drawdown;
mod drift;
mod error;
mod kupiec;
mod outcome;
mod probability;
mod rank;
mod sample;
mod shortfall;
mod strategy;
mod summary;
mod traffic_light;
mod volatility;

pub use calendar::{PeriodReturn, YearReturns};
pub use calibration::{Band, Calibration, HosmerLemeshow, PdTest, calibration, pd_test};
pub use christoffersen::{Independence, Transitions, conditional_coverage, independence};
pub use comparison::{DieboldMariano, MeanDifference, N_RESAMPLED, block_length, diebold_mariano, mean_by_date, mean_difference};
pub use concentration::best_share;
pub use deflated::{SharpeRatio, deflated_sharpe, expected_best_sharpe};
pub use describe::{Description, QuantilePoint, SHARES, describe};
pub use discrimination::{CapPoint, Discrimination, MAX_POINTS, RocPoint, discrimination};
pub use distribution::Interval;
pub use drawdown::{Drawdown, EquityPoint};
pub use drift::{Chance, Drift, DriftBin, EMPTY_BIN_RULE, MOVED, SHIFTED, Stability, drift};
pub use error::{DateIc, Errors, HitRate, RankIc, errors, pearson, pinball_loss, r2_out_of_sample, rank_ic, spearman};
pub use kupiec::{BinomialZ, LikelihoodRatio, binomial_z, kupiec, kupiec_exact, time_until_first};
pub use outcome::Outcome;
pub use probability::{Confusion, ProbabilityScores, confusion, probability_scores};
pub use sample::quantile;
pub use shortfall::{N_SIMULATED, ShortfallTest, TailForecasts, acerbi_szekely_1, acerbi_szekely_2, fissler_ziegel_loss};
pub use strategy::{N_DRAWDOWNS, Strategy, equity_curve, strategy};
pub use summary::{
    Activity, Best, Comparison, Facts, FeatureSummary, Group, Grouped, Judged, MeanErrors, MeanSummary, Metric, Metrics, N_BEST, NamesCoverage,
    ProbabilityGroup, ProbabilitySummary, Standing, StrategySummary, Summary, TailPoint, TailSummary, Unit, VolatilitySummary, features, summarize,
};
pub use traffic_light::{BASEL_DAYS, RollingLight, TrafficLight, Zone, basel_multiplier, traffic_light, traffic_light_history};
pub use volatility::qlike;
