//! Loan books a second time: totals summed loan by loan from the largest amount down, without rounding on the way, and parts held against wholes.

use std::collections::{BTreeMap, BTreeSet};

use super::Replay;
use crate::book::{Amounts, Loan, LoanBook, LoanTotals};
use crate::day::Day;
use crate::feature::{Dataset, Observation};
use crate::spec::LoansSpec;

/// Largest relative difference between a sum in the order of rows and one that rounds once: millions of loans stay below.
const TOLERANCE: f64 = 1e-9;

/// Sums a loan book again and compares: expected loss is PD x LGD x exposure, approved and declined are all, quarters are all, a cut-off lets
/// through those below it.
#[must_use]
pub fn replay_loans(spec: &LoansSpec, data: &Dataset, book: &LoanBook) -> Replay {
    let observation = Observation::of(data);
    let n_periods = |loans: &[&Loan]| match book.amounts {
        Amounts::Sum => 1.0,
        Amounts::PerPeriod => {
            loans.iter().map(|loan| observation.period(data.as_of[loan.row as usize])).collect::<BTreeSet<Day>>().len().max(1) as f64
        }
    };
    let mut sums = Sums { replay: Replay { n_days: book.loans.len(), ..Replay::default() } };
    for loan in &book.loans {
        let name = data.entity_name(loan.row);
        let day = data.as_of[loan.row as usize];
        sums.equal(&format!("{day}: `{name}`, expected loss"), loan.expected_loss, loan.exposure * spec.lgd * loan.probability);
        sums.holds(loan.is_approved == (loan.probability < spec.cutoff), || format!("{day}: `{name}` is on the wrong side of the cut-off"));
    }
    let all: Vec<&Loan> = book.loans.iter().collect();
    let (approved, declined): (Vec<&Loan>, Vec<&Loan>) = all.iter().copied().partition(|loan| loan.is_approved);
    let periods = n_periods(&all);
    for (what, loans, totals) in
        [("all loans", &all, &book.total), ("approved loans", &approved, &book.approved), ("declined loans", &declined, &book.declined)]
    {
        sums.group(what, loans, periods, totals);
    }
    sums.parts("approved and declined loans", [(&book.approved, 1.0), (&book.declined, 1.0)].into_iter(), (&book.total, 1.0));
    let mut quarters: BTreeMap<Day, Vec<&Loan>> = BTreeMap::new();
    for loan in all.iter().rev() {
        quarters.entry(Observation::Quarterly.period(data.as_of[loan.row as usize])).or_default().push(loan);
    }
    sums.holds(quarters.keys().copied().eq(book.vintages.iter().map(|vintage| vintage.start)), || {
        "the quarters are not those of the loans".to_owned()
    });
    let mut weights = Vec::new();
    for (start, totals) in book.vintages.iter().map(|vintage| (vintage.start, &vintage.totals)) {
        let loans = quarters.remove(&start).unwrap_or_default();
        weights.push((totals, n_periods(&loans)));
        sums.group(&format!("loans of the quarter from {start}"), &loans, n_periods(&loans), totals);
    }
    sums.parts("quarters", weights.into_iter(), (&book.total, periods));
    for cutoff in &book.cutoffs {
        let n = all.iter().filter(|loan| loan.probability < cutoff.cutoff).count();
        sums.holds(n == cutoff.n_approved, || {
            format!("cut-off {}: {} approved in the book, {n} by the second count", cutoff.cutoff, cutoff.n_approved)
        });
    }
    sums.replay
}

/// One of the amounts of a total.
type Amount = fn(&LoanTotals) -> f64;

struct Sums {
    replay: Replay,
}

impl Sums {
    fn holds(&mut self, is_kept: bool, fault: impl FnOnce() -> String) {
        self.replay.n_checks += 1;
        if !is_kept {
            self.replay.n_faults += 1;
            if self.replay.faults.len() < 20 {
                self.replay.faults.push(fault());
            }
        }
    }

    fn equal(&mut self, what: &str, book: f64, again: f64) {
        let gap = (book - again).abs() / book.abs().max(again.abs()).max(f64::MIN_POSITIVE);
        self.replay.worst_gap = if gap.is_nan() { f64::INFINITY } else { self.replay.worst_gap.max(gap) };
        self.holds(gap <= TOLERANCE, || format!("{what} is {book} in the book, {again} by the second sum"));
    }

    /// A group's totals from its loans.
    fn group(&mut self, what: &str, loans: &[&Loan], n_periods: f64, totals: &LoanTotals) {
        let n_default = loans.iter().filter(|loan| loan.is_default).count();
        self.holds(loans.len() == totals.n && n_default == totals.n_default, || {
            format!("{what}: {} rows and {} defaults in the book, {} and {n_default} by the second count", totals.n, totals.n_default, loans.len())
        });
        let sum = |value: fn(&Loan) -> f64| total(loans.iter().map(|loan| value(loan)).collect()) / n_periods;
        self.equal(&format!("{what}: exposure"), totals.exposure, sum(|loan| loan.exposure));
        self.equal(&format!("{what}: expected loss"), totals.expected_loss, sum(|loan| loan.expected_loss));
        self.equal(&format!("{what}: realised loss"), totals.realized_loss, sum(|loan| loan.realized_loss));
    }

    /// Parts, each with the number its amounts were divided by, against their whole.
    fn parts<'l>(&mut self, what: &str, parts: impl Iterator<Item = (&'l LoanTotals, f64)>, (whole, divided): (&LoanTotals, f64)) {
        let parts: Vec<_> = parts.collect();
        let n: usize = parts.iter().map(|(part, _)| part.n).sum();
        self.holds(n == whole.n, || format!("{what} are {n} rows, all are {}", whole.n));
        let amounts: [(&str, Amount); 3] =
            [("exposure", |of| of.exposure), ("expected loss", |of| of.expected_loss), ("realised loss", |of| of.realized_loss)];
        for (name, amount) in amounts {
            let sum = total(parts.iter().map(|(part, n)| amount(part) * n).collect());
            self.equal(&format!("{name} of {what} against all"), amount(whole) * divided, sum);
        }
    }
}

/// The sum from the largest amount down, with what rounding lost carried along (Neumaier 1974).
fn total(mut amounts: Vec<f64>) -> f64 {
    amounts.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for amount in amounts {
        let next = sum + amount;
        lost += if amount.abs() <= sum.abs() { (sum - next) + amount } else { (amount - next) + sum };
        sum = next;
    }
    sum + lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::loans;
    use crate::spec::Quantity;
    use crate::walk::{Predictions, Series};

    /// Forty loans of two quarters, a PD and an exposure of its own each, and their book.
    fn book() -> (LoansSpec, Dataset, LoanBook) {
        let first: Day = "2009-02-20".parse().expect("a day");
        let n = 40_i32;
        let data = Dataset {
            entities: (0..n).map(|loan| format!("l{loan:02}")).collect(),
            entity: (0..n as u32).collect(),
            as_of: (0..n).map(|loan| first.plus_days(2 * loan)).collect(),
            target: (0..n).map(|loan| Some(f64::from(u8::from(loan % 7 == 3)))).collect(),
            carried: BTreeMap::from([("amount".to_owned(), (0..n).map(|loan| Some(1e3 + 137.0 * f64::from(loan % 11))).collect())]),
            ..Dataset::default()
        };
        let predicted = (0..n).map(|loan| Some(0.01 + 0.19 * f64::from(loan * loan % 23) / 23.0)).collect();
        let series = Series { model: "pd".into(), quantity: Quantity::Probability, predicted };
        let predictions = Predictions { rows: (0..n as u32).collect(), window: vec![0; n as usize], series: vec![series], ..Predictions::default() };
        let spec = LoansSpec { models: vec!["pd".into()], lgd: 0.45, exposure: "amount".into(), realized_loss: None, cutoff: 0.1 };
        let book = loans(&spec, &data, &predictions).expect("every exposure is there").remove(0);
        (spec, data, book)
    }

    #[test]
    fn a_loan_book_that_is_right_agrees() {
        let (spec, data, book) = book();
        let found = replay_loans(&spec, &data, &book);
        assert!(found.agrees() && 80 < found.n_checks && found.worst_gap < 1e-12, "{found:?}");
    }

    #[test]
    fn planted_faults_of_a_loan_book_are_caught() {
        type Fault = fn(&mut LoanBook);
        let faults: [(Fault, &str); 5] = [
            (|book| book.loans[7].expected_loss *= 2.0, "`l07`, expected loss"),
            (|book| book.loans[3].is_approved ^= true, "is on the wrong side of the cut-off"),
            (|book| book.total.realized_loss += 1.0, "all loans: realised loss"),
            (|book| book.vintages[0].totals.n += 1, "loans of the quarter from 2009-01-01: "),
            (|book| book.vintages[1].start = book.vintages[1].start.plus_days(92), "the quarters are not those of the loans"),
        ];
        for (plant, sentence) in faults {
            let (spec, data, mut book) = book();
            plant(&mut book);
            let found = replay_loans(&spec, &data, &book);
            assert!(!found.agrees() && found.faults.iter().any(|fault| fault.contains(sentence)), "{sentence:?} is not among {:#?}", found.faults);
        }
    }
}
