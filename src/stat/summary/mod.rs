//! The summary: every number of the report, from the forecasts and the book.

mod feature;
mod mean;
mod metric;
mod probability;
mod strategy;
mod tail;
mod tested;
mod volatility;

pub use feature::{FeatureSummary, features};
pub use mean::{Comparison, MeanErrors, MeanSummary};
pub use metric::{Judged, Metric, Metrics, Standing, Unit};
pub use probability::{ProbabilityGroup, ProbabilitySummary};
pub use strategy::{Activity, Best, N_BEST, StrategySummary};
pub use tail::{NamesCoverage, TailPoint, TailSummary};
pub use tested::{Group, Grouped};
pub use volatility::VolatilitySummary;

use crate::book::{Amounts, Book, LoanBook};
use crate::error::Result;
use crate::feature::{Dataset, Observation};
use crate::spec::Spec;
use crate::stat::Outcome;
use crate::walk::Predictions;
use crate::window::Window;
use tested::Tested;

/// What the statistics are taken from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What was asked.
    pub spec: &'a Spec,
    /// Rows of the feature view.
    pub data: &'a Dataset,
    /// The walk's windows.
    pub windows: &'a [Window],
    /// Every forecast.
    pub predictions: &'a Predictions,
    /// What was held.
    pub book: Option<&'a Book>,
}

/// Every number of the report.
#[derive(Debug, Clone)]
pub struct Summary {
    /// What a row is.
    pub observation: Observation,
    /// Features: coverage, distribution, drift, strength.
    pub features: Vec<FeatureSummary>,
    /// Mean forecasts, one per model that makes them.
    pub means: Vec<MeanSummary>,
    /// Probability forecasts, one per model that makes them.
    pub probabilities: Vec<ProbabilitySummary>,
    /// Volatility forecasts, one per model that makes them.
    pub volatilities: Vec<VolatilitySummary>,
    /// VaR and ES of the headline series, one per model and tail.
    pub tails: Vec<TailSummary>,
    /// VaR of all other entities together, one per model and tail.
    pub names: Vec<NamesCoverage>,
    /// Traded books.
    pub strategies: Vec<StrategySummary>,
    /// Every metric by its flat name.
    pub metrics: Metrics,
    /// Every limit and how it fared.
    pub judged: Vec<Judged>,
}

impl Summary {
    /// Limits breached.
    #[must_use]
    pub fn n_breached(&self) -> usize {
        self.judged.iter().filter(|judged| judged.standing == Standing::Breached).count()
    }
}

/// Takes every statistic of the report.
///
/// Errors when a limit names a metric that the report does not have.
pub fn summarize(facts: &Facts<'_>) -> Result<Summary> {
    let tested = Tested::new(facts);
    let mut metrics = Metrics::default();
    counts(facts, &mut metrics);
    let features = feature::summarize(facts, &mut metrics);
    let means = mean::summarize(&tested, &mut metrics);
    let probabilities = probability::summarize(&tested, &mut metrics);
    let volatilities = volatility::summarize(&tested, &mut metrics);
    let tails = tail::summarize(&tested, &mut metrics);
    let names = tail::names(&tested, &mut metrics);
    let strategies = match facts.book {
        Some(Book::LongShort(books)) => strategy::summarize(facts, books, &mut metrics),
        Some(Book::Loans(books)) => {
            loans(books, &mut metrics);
            Vec::new()
        }
        None => Vec::new(),
    };
    let judged = metric::judge(facts.spec, &metrics, &strategies)?;
    Ok(Summary { observation: Observation::of(facts.data), features, means, probabilities, volatilities, tails, names, strategies, metrics, judged })
}

fn counts(facts: &Facts<'_>, metrics: &mut Metrics) {
    let n_tested = facts.predictions.rows.len();
    let mut put = |name: &str, count: usize| metrics.put(name.to_owned(), Outcome::Value(count as f64), Unit::Count, count);
    put("data.rows", facts.data.n_rows());
    put("data.entities", facts.data.entities.len());
    put("data.features", facts.data.feature_names.len());
    put("windows.count", facts.windows.len());
    put("windows.tested_rows", n_tested);
}

fn loans(books: &[LoanBook], metrics: &mut Metrics) {
    for book in books {
        let name = |metric: &str| format!("loans.{}.{metric}", book.model);
        let n = book.total.n;
        let amount = |sum: f64| match book.amounts {
            Amounts::Sum => Outcome::Value(sum),
            Amounts::PerPeriod => {
                Outcome::undefined(format!("{} loans have {n} rows: a sum over rows counts a loan as often as it was seen", book.total.n_loans))
            }
        };
        metrics.put(name("loans"), Outcome::Value(book.total.n_loans as f64), Unit::Count, n);
        metrics.put(name("loans_defaulted"), Outcome::Value(book.total.n_loans_default as f64), Unit::Count, n);
        metrics.put(name("exposure"), amount(book.total.exposure), Unit::Money, n);
        metrics.put(name("expected_loss"), amount(book.total.expected_loss), Unit::Money, n);
        metrics.put(name("realized_loss"), amount(book.total.realized_loss), Unit::Money, n);
        let ratio = if book.total.expected_loss > 0.0 {
            Outcome::Value(book.total.realized_loss / book.total.expected_loss)
        } else {
            Outcome::undefined("no loss was expected")
        };
        metrics.put(name("realized_to_expected"), ratio, Unit::Number, n);
    }
}
