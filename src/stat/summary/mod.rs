//! The summary: every number of the report, from the forecasts and the book.

mod catalogue;
mod feature;
mod loan;
mod mean;
mod metric;
mod probability;
mod strategy;
mod tail;
mod tested;
mod volatility;

pub use catalogue::{MetricAbout, check_limits, metric_names, metrics};
pub use feature::{FeatureSummary, features};
pub use metric::{Judged, Metric, Metrics, Standing};
pub use probability::Lead;
pub use strategy::{
    Activity, Benchmark, Best, DrawdownByName, Filled, Little, N_BEST, N_LOSERS, N_ROLLING, RollingPoint, SegmentOfBook, StrategySummary,
};
pub use tested::{Group, Grouped};

use serde::{Deserialize, Serialize};

use crate::book::{Book, Replay, replay_loans};
use crate::feature::{Dataset, Observation};
use crate::spec::{BookSpec, Spec};
use crate::stat::alarm::{disagreeing_accounts, leaking_models};
use crate::stat::battery::{decide_together, look};
use crate::stat::credit::ProbabilityCase;
use crate::stat::mean::MeanCase;
use crate::stat::measure::{Assessed, Decision, Design, Found, Tier, Unit};
use crate::stat::var::{NamesCase, TailCase};
use crate::stat::volatility::VolatilityCase;
use crate::stat::{Alarm, Outcome, alarms};
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

/// How a run ended, in one colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Every limit is kept and nothing failed.
    Green,
    /// No limit is breached, but one could not be judged, a test rejects that carries none, or an alarm is rung.
    Amber,
    /// A limit is breached.
    Red,
    /// No limit is set and nothing failed.
    #[default]
    Neutral,
}

/// Every number of the report.
#[derive(Debug, Clone)]
pub struct Summary {
    /// What a row is.
    pub observation: Observation,
    /// Signs that the numbers as a whole are not to be believed.
    pub alarms: Vec<Alarm>,
    /// Features: coverage, distribution, drift, strength.
    pub features: Vec<FeatureSummary>,
    /// Mean forecasts, one per model that makes them.
    pub means: Vec<Assessed<MeanCase>>,
    /// Probability forecasts, one per model that makes them.
    pub probabilities: Vec<Assessed<ProbabilityCase>>,
    /// Whether the model with the largest AUC leads by more than chance; `None` with fewer than two.
    pub auc_lead: Option<Lead>,
    /// Volatility forecasts, one per model that makes them.
    pub volatilities: Vec<Assessed<VolatilityCase>>,
    /// VaR and ES of the headline series and the spec's others, one per series, model and tail.
    pub tails: Vec<Assessed<TailCase>>,
    /// VaR of all other entities together, one per model and tail.
    pub names: Vec<Assessed<NamesCase>>,
    /// Traded books.
    pub strategies: Vec<StrategySummary>,
    /// The accounts of every book, traded or of loans, kept a second time: model and what came of it.
    pub replays: Vec<(String, Replay)>,
    /// Dates a target spans, at least 1: how far neighbouring errors overlap.
    pub horizon: usize,
    /// Every measure taken, in the order of the page.
    pub found: Vec<Found>,
    /// Every metric by its flat name.
    pub metrics: Metrics,
    /// Every limit and how it fared.
    pub judged: Vec<Judged>,
}

impl Summary {
    /// Limits that fared so.
    #[must_use]
    pub fn n_limits(&self, standing: Standing) -> usize {
        self.judged.iter().filter(|judged| judged.standing == standing).count()
    }

    /// Tests that may colour the report and were decided.
    pub fn decided(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.about.tier == Tier::Verdict).filter(|found| match found.decision {
            Some(Decision::Rejected(_) | Decision::NotRejected) => true,
            Some(Decision::Descriptive | Decision::NotJudged) | None => false,
        })
    }

    /// Tests that would colour the report, had they not taken overlapping targets as independent.
    pub fn descriptive(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.about.tier == Tier::Verdict && found.decision == Some(Decision::Descriptive))
    }

    /// Tests that would reject by themselves, and do not among those of their family.
    pub fn rejected_alone(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.rejects_alone())
    }

    /// Decided tests that reject, and whose question no limit of the spec asks of the same subject.
    #[must_use]
    pub fn unlimited_rejections(&self) -> Vec<&Found> {
        self.decided().filter(|found| found.rejection().is_some() && !self.carries_limit(found)).collect()
    }

    /// The colour of the run: never green while something failed or could not be judged.
    #[must_use]
    pub fn colour(&self) -> Colour {
        let (breached, open) = (self.n_limits(Standing::Breached), self.n_limits(Standing::NotJudged));
        match (breached, open + self.unlimited_rejections().len() + self.alarms.len(), self.judged.len()) {
            _ if self.strategies.iter().any(|summary| summary.ruined_on.is_some()) => Colour::Red,
            _ if self.replays.iter().any(|(_, replay)| !replay.agrees()) => Colour::Red,
            (0, 0, 0) => Colour::Neutral,
            (0, 0, _) => Colour::Green,
            (0, _, _) => Colour::Amber,
            (_, _, _) => Colour::Red,
        }
    }

    /// Whether a limit is set on this measure, or on another that asks the same question of the same subject.
    fn carries_limit(&self, found: &Found) -> bool {
        let asks_the_same = |other: &&Found| other.prefix == found.prefix && other.about.question == found.about.question;
        let names: Vec<String> =
            self.found.iter().filter(asks_the_same).flat_map(|other| other.metrics().into_iter().map(|(name, ..)| name)).collect();
        self.judged.iter().any(|judged| names.contains(&judged.limit.metric))
    }

    /// The measure that a metric belongs to.
    #[must_use]
    pub fn behind(&self, metric: &str) -> Option<&Found> {
        self.found.iter().find(|found| found.metrics().iter().any(|(name, ..)| name == metric))
    }
}

/// Takes every statistic of the report.
#[must_use]
pub fn summarize(facts: &Facts<'_>) -> Summary {
    let tested = Tested::new(facts);
    let mut metrics = Metrics::default();
    counts(facts, &mut metrics);
    // What does not need one another is taken side by side; each comes back into its own place.
    let models = || {
        let mut found = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        rayon::scope(|scope| {
            scope.spawn(|_| found.0 = mean::summarize(&tested));
            scope.spawn(|_| found.1 = probability::summarize(&tested));
            scope.spawn(|_| found.2 = volatility::summarize(&tested));
            scope.spawn(|_| found.3 = tail::summarize(&tested));
            scope.spawn(|_| found.4 = tail::names(&tested));
        });
        found
    };
    let books = || match facts.book {
        Some(Book::LongShort(books)) => {
            strategy::spec(facts).map_or_else(Default::default, |spec| strategy::summarize(facts, spec, books, tested.level()))
        }
        Some(Book::Loans(books)) => (Vec::new(), loan::summarize(books, tested.level())),
        None => (Vec::new(), Vec::new()),
    };
    let (features, (models, (strategies, mut of_books))) = rayon::join(|| features(facts.spec, facts.data), || rayon::join(models, books));
    feature::worst_drift(facts, &features, &mut metrics);
    let (mut means, mut probabilities, mut volatilities, mut tails, names) = models;
    let auc_lead = probability::lead(&tested, &probabilities);
    let replays = replays(facts, &strategies);
    let in_families = tests(&mut tails).chain(tests(&mut probabilities)).chain(tests(&mut means)).chain(tests(&mut volatilities));
    decide_together(in_families.chain(&mut of_books).collect(), facts.spec.risk.significance);
    let mut planned: Vec<(&mut Found, Design)> = Vec::new();
    for one in &mut tails {
        let plan = tail::plan(&one.case);
        planned.extend(one.found.iter_mut().map(|found| (found, plan)));
    }
    for one in &mut probabilities {
        if let Some(plan) = probability::plan(&one.case, facts.spec.seed) {
            planned.extend(one.found.iter_mut().map(|found| (found, plan)));
        }
    }
    look(planned);
    let found: Vec<Found> = collect(&tails)
        .chain(collect(&names))
        .chain(collect(&probabilities))
        .chain(collect(&means))
        .chain(collect(&volatilities))
        .chain(of_books)
        .collect();
    metrics.extend(&found);
    let mut alarms = alarms(facts.spec, facts.data, &features);
    alarms.extend(leaking_models(facts.spec, &metrics));
    alarms.extend(replays.iter().filter_map(|(model, replay)| disagreeing_accounts(model, replay)));
    let judged = metric::judge(facts.spec, &metrics, &found, &strategies);
    Summary {
        observation: Observation::of(facts.data),
        alarms,
        features,
        means,
        probabilities,
        auc_lead,
        volatilities,
        tails,
        names,
        strategies,
        replays,
        horizon: tested.horizon,
        found,
        metrics,
        judged,
    }
}

/// The accounts of every book, kept twice.
fn replays(facts: &Facts<'_>, strategies: &[StrategySummary]) -> Vec<(String, Replay)> {
    match (facts.book, &facts.spec.book) {
        (Some(Book::Loans(books)), Some(BookSpec::Loans(spec))) => {
            books.iter().map(|book| (book.model.clone(), replay_loans(spec, facts.data, book))).collect()
        }
        (Some(_) | None, _) => strategies.iter().map(|summary| (summary.model.clone(), summary.replay.clone())).collect(),
    }
}

fn tests<Case>(assessed: &mut [Assessed<Case>]) -> impl Iterator<Item = &mut Found> {
    assessed.iter_mut().flat_map(|one| &mut one.found)
}

fn collect<Case>(assessed: &[Assessed<Case>]) -> impl Iterator<Item = Found> {
    assessed.iter().flat_map(|one| one.found.iter().cloned())
}

/// Metrics of what was read and walked.
const COUNTS: [&str; 5] = ["data.rows", "data.entities", "data.features", "windows.count", "windows.tested_rows"];
/// The largest drift of a feature.
const PSI_WORST: &str = "features.psi_worst";

fn counts(facts: &Facts<'_>, metrics: &mut Metrics) {
    let n_tested = facts.predictions.rows.len();
    let counts = [facts.data.n_rows(), facts.data.entities.len(), facts.data.feature_names.len(), facts.windows.len(), n_tested];
    for (name, count) in COUNTS.into_iter().zip(counts) {
        metrics.put(name.to_owned(), Outcome::Value(count as f64), Unit::Count, count);
    }
}
