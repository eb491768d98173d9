//! SQL functions for features: `ts_` over an entity's past, `cs_` over one day's peers. One function a file.
//!
//! They take whole partitions and have no frame: a `ts_` function reads the current row and those before it, and there is no way to
//! write one that reads ahead. Inside all is f64; NULL, NaN and infinities are missing; results are NULL, never NaN. Whole
//! partitions share one sort, and none is done where the table's `sorted_by` declares the order.

mod definition;
mod guard;
mod kernel;
mod udwf;

mod ts_mean;
mod ts_sum;
mod ts_std;
mod ts_var;
mod ts_volatility;
mod ts_min;
mod ts_max;
mod ts_argmin;
mod ts_argmax;
mod ts_rank;
mod ts_quantile;
mod ts_median;
mod ts_prior_median;
mod ts_corr;
mod ts_cov;
mod ts_slope;
mod ts_beta;
mod ts_rsquare;
mod ts_resid;
mod ts_skew;
mod ts_kurt;
mod ts_delta;
mod ts_lag;
mod ts_return;
mod ts_ewma;
mod ts_zscore;
mod ts_count;
mod ts_drawdown;
mod ts_fill;
mod ts_since;
mod cs_rank;
mod cs_percent_rank;
mod cs_zscore;
mod cs_demean;
mod cs_winsor;
mod cs_bucket;

use std::sync::Arc;

use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::WindowUDF;
use datafusion::prelude::SessionContext;

use definition::Function;

/// Every function.
static ALL: [Function; 36] = [
    ts_mean::FUNCTION,
    ts_sum::FUNCTION,
    ts_std::FUNCTION,
    ts_var::FUNCTION,
    ts_volatility::FUNCTION,
    ts_min::FUNCTION,
    ts_max::FUNCTION,
    ts_argmin::FUNCTION,
    ts_argmax::FUNCTION,
    ts_rank::FUNCTION,
    ts_quantile::FUNCTION,
    ts_median::FUNCTION,
    ts_prior_median::FUNCTION,
    ts_corr::FUNCTION,
    ts_cov::FUNCTION,
    ts_slope::FUNCTION,
    ts_beta::FUNCTION,
    ts_rsquare::FUNCTION,
    ts_resid::FUNCTION,
    ts_skew::FUNCTION,
    ts_kurt::FUNCTION,
    ts_delta::FUNCTION,
    ts_lag::FUNCTION,
    ts_return::FUNCTION,
    ts_ewma::FUNCTION,
    ts_zscore::FUNCTION,
    ts_count::FUNCTION,
    ts_drawdown::FUNCTION,
    ts_fill::FUNCTION,
    ts_since::FUNCTION,
    cs_rank::FUNCTION,
    cs_percent_rank::FUNCTION,
    cs_zscore::FUNCTION,
    cs_demean::FUNCTION,
    cs_winsor::FUNCTION,
    cs_bucket::FUNCTION,
];

/// The session with every function registered and calls guarded.
pub(super) fn register_all(context: &SessionContext) -> SessionContext {
    let state = SessionStateBuilder::new_from_existing(context.state()).with_analyzer_rule(Arc::new(guard::OverGuard)).build();
    let context = SessionContext::new_with_state(state);
    for function in &ALL {
        context.register_udwf(WindowUDF::from(udwf::WholePartition::new(function)));
    }
    context
}
