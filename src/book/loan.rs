//! A loan judged, and totals of loans: rows and loans counted, money summed where a loan has one row and averaged over periods where it has several.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::feature::{Dataset, Observation};

/// A row judged: a loan, or a loan at one of its dates. Amounts are in the currency of the exposure column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loan {
    /// Row in the dataset.
    pub row: u32,
    /// Forecast probability of default.
    pub probability: f64,
    /// Exposure.
    pub exposure: f64,
    /// PD x LGD x exposure.
    pub expected_loss: f64,
    /// The carried column, or LGD x exposure of a loan that defaulted.
    pub realized_loss: f64,
    /// Whether the loan defaulted.
    pub is_default: bool,
    /// Whether its PD is strictly below the cut-off.
    pub is_approved: bool,
}

/// What an amount of a total is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Amounts {
    /// The sum over loans, each of which has one row.
    Sum,
    /// The mean over periods of observation of the period's sum: loans have a row in several of them.
    PerPeriod,
}

/// Totals of a group of rows; a rate is `None` for a group without rows, a loss rate for one without exposure.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LoanTotals {
    /// Rows.
    pub n: usize,
    /// Distinct loans.
    pub n_loans: usize,
    /// Rows whose loan defaulted within the target's horizon.
    pub n_default: usize,
    /// Distinct loans among them.
    pub n_loans_default: usize,
    /// Exposure, by [`LoanBook::amounts`].
    pub exposure: f64,
    /// Expected loss, likewise.
    pub expected_loss: f64,
    /// Realised loss, likewise.
    pub realized_loss: f64,
    /// Rows that defaulted by number of rows.
    pub default_rate: Option<f64>,
    /// Mean PD over rows, to be held against the default rate.
    pub mean_probability: Option<f64>,
    /// Realised loss by exposure.
    pub realized_loss_rate: Option<f64>,
}

/// Counts loans and periods behind rows.
pub(super) struct Counter<'a> {
    data: &'a Dataset,
    observation: Observation,
    pub(super) amounts: Amounts,
}

impl<'a> Counter<'a> {
    pub(super) fn new(data: &'a Dataset, loans: &[Loan]) -> Self {
        let is_panel = distinct(loans.iter().map(|loan| data.entity[loan.row as usize])) < loans.len();
        let amounts = if is_panel { Amounts::PerPeriod } else { Amounts::Sum };
        Self { data, observation: Observation::of(data), amounts }
    }

    /// Periods of observation with a row.
    pub(super) fn n_periods<'l>(&self, loans: impl IntoIterator<Item = &'l Loan>) -> usize {
        distinct(loans.into_iter().map(|loan| self.observation.period(self.data.as_of[loan.row as usize])))
    }

    fn entity(&self, loan: &Loan) -> u32 {
        self.data.entity[loan.row as usize]
    }

    /// Totals of rows that lie in `n_periods` periods, their own or those of the group they are a part of.
    pub(super) fn totals<'l>(&self, loans: impl IntoIterator<Item = &'l Loan>, n_periods: usize) -> LoanTotals {
        let mut totals = LoanTotals::default();
        let (mut probability, mut seen, mut defaulted) = (0.0, Vec::new(), Vec::new());
        for loan in loans {
            totals.n += 1;
            totals.n_default += usize::from(loan.is_default);
            totals.exposure += loan.exposure;
            totals.expected_loss += loan.expected_loss;
            totals.realized_loss += loan.realized_loss;
            probability += loan.probability;
            seen.push(self.entity(loan));
            defaulted.extend(loan.is_default.then(|| self.entity(loan)));
        }
        let n = totals.n as f64;
        totals.n_loans = distinct(seen.into_iter());
        totals.n_loans_default = distinct(defaulted.into_iter());
        totals.default_rate = share(totals.n_default as f64, n);
        totals.mean_probability = share(probability, n);
        totals.realized_loss_rate = share(totals.realized_loss, totals.exposure);
        if self.amounts == Amounts::PerPeriod {
            for amount in [&mut totals.exposure, &mut totals.expected_loss, &mut totals.realized_loss] {
                *amount /= n_periods.max(1) as f64;
            }
        }
        totals
    }

    pub(super) fn lost_once(&self, loans: &[Loan]) -> f64 {
        // Rows are sorted by date: a later one replaces an earlier.
        let last: BTreeMap<u32, f64> = loans.iter().filter(|loan| loan.is_default).map(|loan| (self.entity(loan), loan.realized_loss)).collect();
        last.values().sum()
    }
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> usize {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.dedup();
    values.len()
}

pub(super) fn share(part: f64, whole: f64) -> Option<f64> {
    (0.0 < whole).then(|| part / whole)
}
