//! A loan book: expected loss = PD x LGD x exposure, loans approved below a cut-off, and what became of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::loan::{Amounts, Counter, Loan, LoanTotals, share};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::feature::{Dataset, Observation};
use crate::spec::{LoansSpec, Quantity};
use crate::walk::{Predictions, Series};

/// Groups of equally many loans whose inner edges are tried as cut-offs.
const CUTOFF_GROUPS: usize = 20;

/// A loan book on one model's default probabilities. It judges loans that were made: nothing is known of applicants once refused.
///
/// Where loans have several rows (a panel), a sum of amounts over rows would count a loan as often as it was seen. Amounts are then
/// those of the mean period ([`Amounts::PerPeriod`]); rates and ratios are over all rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoanBook {
    /// Model name.
    pub model: String,
    /// Rows with a forecast and a known outcome, in the order of the tested rows.
    pub loans: Vec<Loan>,
    /// What the amounts of all totals are.
    pub amounts: Amounts,
    /// Tested rows whose outcome is not known yet; they are in no total.
    pub n_unknown: usize,
    /// Tested rows with a known outcome but no forecast; they are in no total.
    pub n_without_forecast: usize,
    /// All rows judged.
    pub total: LoanTotals,
    /// Rows whose PD is strictly below the cut-off.
    pub approved: LoanTotals,
    /// The others.
    pub declined: LoanTotals,
    /// Realised loss of the loans that defaulted, each once: at its last row before the default.
    pub lost_once: f64,
    /// Rows by calendar quarter of `as_of`, ascending.
    pub vintages: Vec<Vintage>,
    /// Other cut-offs and the spec's own, ascending.
    pub cutoffs: Vec<Cutoff>,
}

/// Rows of one calendar quarter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vintage {
    /// First day of the quarter.
    pub start: Day,
    /// Its rows.
    pub totals: LoanTotals,
}

/// What a cut-off would have let through.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cutoff {
    /// Loans with a PD strictly below this are approved.
    pub cutoff: f64,
    /// Loans approved.
    pub n_approved: usize,
    /// Approved by number of loans.
    pub approval_rate: f64,
    /// Defaults among the approved by their number; `None` when none is approved.
    pub bad_rate: Option<f64>,
    /// Realised loss of the approved by their exposure; `None` when they have none.
    pub realized_loss_rate: Option<f64>,
}

/// Judges the default probabilities of each model the spec names on the tested loans.
///
/// A loan is judged once its outcome is known. Cut-offs tried are the spec's own and the 19 inner edges of 20 groups of equally many loans
/// by PD; equal edges are tried once.
///
/// Errors when a column is not carried as a number, an exposure is missing or negative on a tested row, a realised loss is missing on a loan
/// whose outcome is known, an outcome is not 0 or 1, or a PD lies outside [0, 1].
pub fn loans(spec: &LoansSpec, data: &Dataset, predictions: &Predictions) -> Result<Vec<LoanBook>> {
    let columns = columns(spec, data, &predictions.rows)?;
    let book = |model: &String| {
        let series = predictions.find(model, Quantity::Probability).expect("the spec's check asks every judged model for `probability`");
        judge(spec, data, &columns, (&predictions.rows, series))
    };
    spec.models.iter().map(book).collect()
}

/// The carried columns a book needs, one value per dataset row.
pub(super) struct Columns<'a> {
    exposure: &'a [Option<f64>],
    realized_loss: Option<&'a [Option<f64>]>,
}

/// The columns the book needs; errors where one is not carried as a number, or lacks a number that the book will ask for on a tested row.
pub(super) fn columns<'a>(spec: &LoansSpec, data: &'a Dataset, tested: &[u32]) -> Result<Columns<'a>> {
    let exposure = carried(data, "exposure", &spec.exposure)?;
    let realized_loss = spec.realized_loss.as_deref().map(|name| carried(data, "realized_loss", name)).transpose()?;
    for &row in tested {
        check_exposure(row, spec, data, exposure)?;
        if let (Some(column), Some(_)) = (realized_loss, data.target[row as usize]) {
            check_loss(row, spec, data, column)?;
        }
    }
    Ok(Columns { exposure, realized_loss })
}

fn check_loss(row: u32, spec: &LoansSpec, data: &Dataset, losses: &[Option<f64>]) -> Result<()> {
    if losses[row as usize].is_some_and(f64::is_finite) {
        return Ok(());
    }
    let name = spec.realized_loss.as_deref().unwrap_or_default();
    Err(Error::data(format!("book: column `{name}`"), format!("realised loss is NULL for {}, whose outcome is known", loan_name(row, data)))
        .hint(format!("coalesce({name}, 0), if NULL means no loss")))
}

fn carried<'a>(data: &'a Dataset, key: &str, name: &str) -> Result<&'a [Option<f64>]> {
    if let Some(column) = data.carried.get(name) {
        return Ok(column);
    }
    if data.labels.contains_key(name) {
        return Err(Error::spec("book", format!("`{key}` names column `{name}`, which is text")).hint(format!("try_cast({name} as double)")));
    }
    let known: Vec<&str> = data.carried.keys().map(String::as_str).collect();
    let known = if known.is_empty() { "none".to_owned() } else { format!("`{}`", known.join("`, `")) };
    Err(Error::spec("book", format!("`{key}` names column `{name}`, which is not carried; carried numbers: {known}"))
        .hint(format!("add \"{name}\" to `features.carry`")))
}

fn check_exposure(row: u32, spec: &LoansSpec, data: &Dataset, exposure: &[Option<f64>]) -> Result<()> {
    let fault = |problem: String| Error::data(format!("book: column `{}`", spec.exposure), format!("{problem} for {}", loan_name(row, data)));
    match exposure[row as usize] {
        Some(value) if value.is_finite() && 0.0 <= value => Ok(()),
        Some(value) => Err(fault(format!("exposure must be a number from 0 up, was {value}")).hint("mend or leave out such loans in the last view")),
        None => Err(fault("exposure is NULL".to_owned()).hint("give every loan of the last view an exposure, or leave it out")),
    }
}

fn loan_name(row: u32, data: &Dataset) -> String {
    format!("`{}` of {}", data.entity_name(row), data.as_of[row as usize])
}

fn judge(spec: &LoansSpec, data: &Dataset, columns: &Columns, (rows, series): (&[u32], &Series)) -> Result<LoanBook> {
    let mut loans = Vec::new();
    let (mut n_unknown, mut n_without_forecast) = (0, 0);
    for (&row, predicted) in rows.iter().zip(series.predicted.iter()) {
        match (data.target[row as usize], predicted) {
            (None, _) => n_unknown += 1,
            (Some(_), None) => n_without_forecast += 1,
            (Some(target), Some(probability)) => {
                check_forecast(row, data, (target, probability), &series.model)?;
                loans.push(loan(row, spec, columns, (target, probability)));
            }
        }
    }
    let mut by_quarter: BTreeMap<Day, Vec<&Loan>> = BTreeMap::new();
    for loan in &loans {
        by_quarter.entry(Observation::Quarterly.period(data.as_of[loan.row as usize])).or_default().push(loan);
    }
    let counter = Counter::new(data, &loans);
    let n_periods = counter.n_periods(&loans);
    let vintages = by_quarter.into_iter().map(|(start, loans)| {
        let n_periods = counter.n_periods(loans.iter().copied());
        Vintage { start, totals: counter.totals(loans, n_periods) }
    });
    Ok(LoanBook {
        model: series.model.clone(),
        amounts: counter.amounts,
        n_unknown,
        n_without_forecast,
        total: counter.totals(&loans, n_periods),
        approved: counter.totals(loans.iter().filter(|loan| loan.is_approved), n_periods),
        declined: counter.totals(loans.iter().filter(|loan| !loan.is_approved), n_periods),
        lost_once: counter.lost_once(&loans),
        vintages: vintages.collect(),
        cutoffs: cutoffs(spec.cutoff, &loans),
        loans,
    })
}

#[expect(clippy::float_cmp, reason = "an outcome is a 0 or a 1 that was written as such")]
fn check_forecast(row: u32, data: &Dataset, (target, probability): (f64, f64), model: &str) -> Result<()> {
    if target != 0.0 && target != 1.0 {
        return Err(Error::data("book: column `target`", format!("a loan's outcome must be 0 or 1, was {target} for {}", loan_name(row, data))));
    }
    if !(0.0..=1.0).contains(&probability) {
        let problem = format!("a PD must be between 0 and 1, was {probability} for {}", loan_name(row, data));
        return Err(Error::data(format!("book: model `{model}`"), problem).hint("cast percentages to decimals"));
    }
    Ok(())
}

fn loan(row: u32, spec: &LoansSpec, columns: &Columns, (target, probability): (f64, f64)) -> Loan {
    let exposure = columns.exposure[row as usize].expect("every tested row's exposure was checked");
    let is_default = 0.5 < target;
    let realized_loss = match columns.realized_loss {
        Some(column) => column[row as usize].expect("the realised loss of every tested row with a known outcome was checked"),
        None if is_default => spec.lgd * exposure,
        None => 0.0,
    };
    let expected_loss = probability * spec.lgd * exposure;
    Loan { row, probability, exposure, expected_loss, realized_loss, is_default, is_approved: probability < spec.cutoff }
}

fn cutoffs(own: f64, loans: &[Loan]) -> Vec<Cutoff> {
    let mut probabilities: Vec<f64> = loans.iter().map(|loan| loan.probability).collect();
    if probabilities.is_empty() {
        return Vec::new();
    }
    probabilities.sort_by(f64::total_cmp);
    // Strictly below the loan at n k / 20 lie n k / 20 loans, fewer where PDs are equal.
    let mut edges: Vec<f64> = (1..CUTOFF_GROUPS).map(|k| probabilities[probabilities.len() * k / CUTOFF_GROUPS]).collect();
    edges.push(own);
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let row = |&cutoff: &f64| {
        let approved = || loans.iter().filter(|loan| loan.probability < cutoff);
        let n_approved = approved().count();
        Cutoff {
            cutoff,
            n_approved,
            approval_rate: n_approved as f64 / loans.len() as f64,
            bad_rate: share(approved().filter(|loan| loan.is_default).count() as f64, n_approved as f64),
            realized_loss_rate: share(approved().map(|loan| loan.realized_loss).sum(), approved().map(|loan| loan.exposure).sum()),
        }
    };
    edges.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Labels;

    /// Five loans of 1,000 to 5,000 over two quarters; the last is not known yet and the fourth has no forecast.
    fn book_of_five() -> (LoansSpec, Dataset, Predictions) {
        let days = ["2009-03-30", "2009-03-31", "2009-04-01", "2009-05-01", "2009-06-01"];
        let data = Dataset {
            entities: ["l1", "l2", "l3", "l4", "l5"].map(str::to_owned).to_vec(),
            entity: (0..5).collect(),
            as_of: days.iter().map(|day| day.parse().expect("a literal date")).collect(),
            target: vec![Some(0.0), Some(1.0), Some(1.0), Some(0.0), None],
            carried: BTreeMap::from([
                ("amount".to_owned(), [1e3, 2e3, 3e3, 4e3, 5e3].map(Some).to_vec()),
                ("loss".to_owned(), vec![Some(0.0), Some(1500.0), Some(600.0), Some(0.0), None]),
            ]),
            ..Dataset::default()
        };
        let predicted = vec![Some(0.05), Some(0.2), Some(0.1), None, Some(0.3)];
        let series = Series { model: "logistic".into(), quantity: Quantity::Probability, predicted: predicted.into() };
        let predictions = Predictions { rows: (0..5).collect(), window: vec![0; 5], series: vec![series], ..Predictions::default() };
        let spec = LoansSpec { models: vec!["logistic".into()], lgd: 0.5, exposure: "amount".into(), realized_loss: None, cutoff: 0.1 };
        (spec, data, predictions)
    }

    fn assert_close(calculated: f64, expected: f64) {
        assert!((calculated - expected).abs() < 1e-9, "calculated {calculated}, expected {expected}");
    }

    #[test]
    fn expected_and_realised_losses_add_up_to_those_on_paper() {
        let (spec, data, predictions) = book_of_five();
        let book = &loans(&spec, &data, &predictions).expect("every exposure is there")[0];
        assert_eq!((book.total.n, book.n_without_forecast, book.n_unknown), (3, 1, 1));
        // 0.05 x 0.5 x 1000 + 0.2 x 0.5 x 2000 + 0.1 x 0.5 x 3000 = 25 + 200 + 150; defaults lose half of 2000 and 3000.
        assert_close(book.total.expected_loss, 375.0);
        assert_close(book.total.realized_loss, 2500.0);
        assert_close(book.total.realized_loss_rate.expect("6000 are exposed"), 2500.0 / 6000.0);
        // A PD of 0.1 is not strictly below 0.1.
        assert_eq!((book.approved.n, book.approved.default_rate, book.declined.default_rate), (1, Some(0.0), Some(1.0)));
        assert_close(book.declined.mean_probability.expect("two loans"), 0.15);
        assert_eq!((book.approved.exposure, book.declined.exposure), (1000.0, 5000.0));
    }

    #[test]
    fn a_quarter_runs_from_its_first_month_and_holds_the_loans_made_in_it() {
        let (spec, data, predictions) = book_of_five();
        let book = &loans(&spec, &data, &predictions).expect("every exposure is there")[0];
        let vintages: Vec<_> = book.vintages.iter().map(|vintage| (vintage.start.to_string(), vintage.totals.n, vintage.totals.exposure)).collect();
        assert_eq!(vintages, [("2009-01-01".to_owned(), 2, 3000.0), ("2009-04-01".to_owned(), 1, 3000.0)]);
    }

    #[test]
    fn a_carried_loss_replaces_lgd_times_exposure_where_it_is_realised() {
        let (mut spec, data, predictions) = book_of_five();
        spec.realized_loss = Some("loss".into());
        let total = &loans(&spec, &data, &predictions).expect("the loan without a loss is not known yet")[0].total;
        assert_close(total.realized_loss, 2100.0);
        assert_close(total.expected_loss, 375.0);
    }

    #[test]
    fn a_loan_with_a_row_a_quarter_is_one_loan_and_its_money_is_not_summed_over_its_rows() {
        // Two loans of 1,000 seen in three quarters and one of 500 in the last; the first defaults and is flagged in two rows.
        let days = ["2009-03-31", "2009-03-31", "2009-06-30", "2009-06-30", "2009-09-30", "2009-09-30", "2009-09-30"];
        let data = Dataset {
            entities: ["l1", "l2", "l3"].map(str::to_owned).to_vec(),
            entity: vec![0, 1, 0, 1, 0, 1, 2],
            as_of: days.iter().map(|day| day.parse().expect("a literal date")).collect(),
            target: [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0].map(Some).to_vec(),
            carried: BTreeMap::from([("amount".to_owned(), [1e3, 1e3, 1e3, 1e3, 900.0, 1e3, 500.0].map(Some).to_vec())]),
            ..Dataset::default()
        };
        let series = Series { model: "logistic".into(), quantity: Quantity::Probability, predicted: vec![Some(0.1); 7].into() };
        let predictions =
            Predictions { rows: (0..7).collect(), window: vec![0; 7], series: vec![series], cards: Vec::new(), corrections: Vec::new() };
        let spec = LoansSpec { models: vec!["logistic".into()], lgd: 0.5, exposure: "amount".into(), realized_loss: None, cutoff: 0.2 };
        let book = &loans(&spec, &data, &predictions).expect("every exposure is there")[0];
        assert_eq!(book.amounts, Amounts::PerPeriod);
        assert_eq!((book.total.n, book.total.n_loans, book.total.n_default, book.total.n_loans_default), (7, 3, 2, 1));
        // 2,000, 2,000 and 2,400 in three quarters; losses of 500 and 450 on the default's two rows.
        assert_close(book.total.exposure, 6400.0 / 3.0);
        assert_close(book.total.realized_loss, 950.0 / 3.0);
        assert_close(book.total.realized_loss_rate.expect("exposed"), 950.0 / 6400.0);
        assert_close(book.lost_once, 450.0);
        let quarters: Vec<_> = book.vintages.iter().map(|vintage| (vintage.totals.n_loans, vintage.totals.exposure)).collect();
        assert_eq!(quarters, [(2, 2000.0), (2, 2000.0), (3, 2400.0)]);
    }

    #[test]
    fn a_cut_off_tells_what_it_would_have_let_through() {
        let (spec, mut data, mut predictions) = book_of_five();
        // Forty loans of 100 with PDs 0.01 to 0.40, of which those above 0.30 default.
        data.entities = (0..40).map(|loan| format!("l{loan:02}")).collect();
        data.entity = (0..40).collect();
        data.as_of = vec![data.as_of[0]; 40];
        data.target = (1..=40).map(|loan| Some(f64::from(u8::from(30 < loan)))).collect();
        data.carried = BTreeMap::from([("amount".to_owned(), vec![Some(100.0); 40])]);
        predictions.rows = (0..40).collect();
        predictions.series[0].predicted = (1..=40).map(|loan| Some(f64::from(loan) / 100.0)).collect();
        let cutoffs = &loans(&spec, &data, &predictions).expect("every exposure is there")[0].cutoffs;
        // Edges at every second loan, 0.03 to 0.39; the spec's 0.1 lies between 0.09 and 0.11.
        assert_eq!(cutoffs.len(), 20);
        assert_eq!((cutoffs[0].cutoff, cutoffs[0].n_approved, cutoffs[0].bad_rate), (0.03, 2, Some(0.0)));
        assert_eq!((cutoffs[4].cutoff, cutoffs[4].n_approved, cutoffs[4].approval_rate), (0.1, 9, 0.225));
        // Below 0.39 are 38 loans, of which 8 default and lose 50 of 100.
        assert_eq!((cutoffs[19].cutoff, cutoffs[19].bad_rate, cutoffs[19].realized_loss_rate), (0.39, Some(8.0 / 38.0), Some(400.0 / 3800.0)));
        predictions.series[0].predicted = vec![Some(0.2); 40].into();
        let cutoffs = &loans(&spec, &data, &predictions).expect("every exposure is there")[0].cutoffs;
        let flat: Vec<_> = cutoffs.iter().map(|row| (row.cutoff, row.n_approved, row.bad_rate)).collect();
        assert_eq!(flat, [(0.1, 0, None), (0.2, 0, None)]);
    }

    #[test]
    fn a_loan_that_cannot_be_counted_is_named() {
        let (spec, data, predictions) = book_of_five();
        let message = |spec: &LoansSpec, change: &dyn Fn(&mut Dataset, &mut Predictions)| {
            let (mut data, mut predictions) = (data.clone(), predictions.clone());
            change(&mut data, &mut predictions);
            loans(spec, &data, &predictions).expect_err("the loan cannot be counted").to_string()
        };
        let amount = |value: Option<f64>| move |data: &mut Dataset, _: &mut Predictions| data.carried.get_mut("amount").expect("carried")[4] = value;
        let null = message(&spec, &amount(None));
        assert!(null.starts_with("book: column `amount`: exposure is NULL for `l5` of 2009-06-01"), "{null}");
        let negative = message(&spec, &amount(Some(-5.0)));
        assert!(negative.contains("must be a number from 0 up, was -5 for `l5`"), "{negative}");
        let loss = LoansSpec { realized_loss: Some("loss".into()), ..spec.clone() };
        let null = message(&loss, &|data, _| data.carried.get_mut("loss").expect("carried")[2] = None);
        assert!(null.contains("realised loss is NULL for `l3` of 2009-04-01") && null.contains("coalesce(loss, 0)"), "{null}");
        let outcome = message(&spec, &|data, _| data.target[0] = Some(0.4));
        assert!(outcome.contains("a loan's outcome must be 0 or 1, was 0.4 for `l1`"), "{outcome}");
        let percent = message(&spec, &|_, predictions| {
            predictions.series[0].predicted =
                predictions.series[0].predicted.iter().enumerate().map(|(at, value)| if at == 1 { Some(20.0) } else { value }).collect();
        });
        assert!(percent.contains("model `logistic`") && percent.contains("was 20 for `l2`"), "{percent}");
    }

    #[test]
    fn a_column_that_is_not_carried_or_not_a_number_is_named() {
        let (mut spec, mut data, predictions) = book_of_five();
        spec.exposure = "grade".into();
        let error = loans(&spec, &data, &predictions).expect_err("no such column").to_string();
        assert!(error.contains("`exposure` names column `grade`, which is not carried; carried numbers: `amount`, `loss`"), "{error}");
        data.labels.insert("grade".into(), Labels::default());
        assert!(loans(&spec, &data, &predictions).is_err_and(|error| error.to_string().contains("`grade`, which is text")));
    }
}
