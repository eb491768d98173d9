//! Loans and what became of them: applicants (`applicant`), then a monthly hazard of default and of early repayment (`outcome`).

mod applicant;
mod outcome;

use super::calendar;
use super::economy::Economy;
use super::random::{Random, Stream};
use super::write::{self, Column};
use crate::day::Day;
use applicant::Loan;
use outcome::Event;

const N_LOANS: usize = 20_000;
/// First month of issue, and the months in which loans are issued. The log goes on to the end of the sample.
const FIRST_MONTH: (i32, u32, u32) = (2011, 7, 1);
const N_MONTHS: usize = 96;

/// Simulated loans and the log of what happened to them.
pub(super) struct Credit {
    /// In the order of issue.
    loans: Vec<Loan>,
    /// In the order of (date, loan).
    events: Vec<Event>,
}

/// Simulates loans in an economy.
pub(super) fn simulate(seed: u64, economy: &Economy) -> Credit {
    let mut random = Random::new(seed, Stream::Applicants);
    let mut loans: Vec<Loan> = issue_days(&mut random).into_iter().map(|issued| applicant::draw(issued, economy, &mut random)).collect();
    loans.sort_by_key(|loan| loan.issued);
    for (idx, loan) in loans.iter_mut().enumerate() {
        loan.id = format!("L{:05}", idx + 1);
    }
    let mut random = Random::new(seed, Stream::Outcomes);
    let mut events: Vec<Event> = loans.iter().enumerate().flat_map(|(idx, loan)| outcome::draw(idx, loan, economy, &mut random)).collect();
    events.sort_by_key(|event| (event.day, event.loan_idx));
    Credit { loans, events }
}

/// Business days of issue: volumes grow by half over the years and shrink in the recession.
fn issue_days(random: &mut Random) -> Vec<Day> {
    let first = calendar::day(FIRST_MONTH);
    let months: Vec<Vec<Day>> =
        (0..N_MONTHS as i32).map(|n| calendar::trading_days(first.plus_months(n), first.plus_months(n + 1).plus_days(-1))).collect();
    let share = |idx: usize| {
        let growth = 1.0 + 0.5 * idx as f64 / N_MONTHS as f64;
        if (50..66).contains(&idx) { 0.75 * growth } else { growth }
    };
    let total: f64 = (0..N_MONTHS).map(share).sum();
    let mut days = Vec::with_capacity(N_LOANS);
    let mut reached = 0.0;
    for (idx, month) in months.iter().enumerate() {
        reached += share(idx) / total;
        let n = if idx + 1 == N_MONTHS { N_LOANS } else { libm::round(reached * N_LOANS as f64) as usize };
        days.extend((days.len()..n).map(|_| month[random.below(month.len())]));
    }
    days
}

impl Credit {
    /// The columns of `loans.parquet`.
    pub(super) fn loans(&self) -> Vec<Column> {
        let loans = || self.loans.iter();
        vec![
            write::text("loan_id", loans().map(|loan| loan.id.as_str())),
            write::days("issued", loans().map(|loan| loan.issued)),
            write::numbers("amount", loans().map(|loan| loan.amount)),
            write::integers("term_months", loans().map(|loan| i64::from(loan.term_months))),
            write::numbers("rate", loans().map(|loan| loan.rate)),
            write::optional_numbers("income", loans().map(|loan| loan.income)),
            write::numbers("dti", loans().map(|loan| loan.dti)),
            write::integers("score", loans().map(|loan| i64::from(loan.score))),
            write::optional_numbers("utilization", loans().map(|loan| loan.utilization)),
            write::integers("inquiries_6m", loans().map(|loan| i64::from(loan.inquiries_6m))),
            write::integers("delinquencies_2y", loans().map(|loan| i64::from(loan.delinquencies_2y))),
            write::optional_numbers("employment_years", loans().map(|loan| loan.employment_years)),
            write::text("home_ownership", loans().map(|loan| loan.home_ownership)),
            write::text("purpose", loans().map(|loan| loan.purpose)),
        ]
    }

    /// The columns of `loan_events.parquet`.
    pub(super) fn events(&self) -> Vec<Column> {
        let events = || self.events.iter();
        vec![
            write::text("loan_id", events().map(|event| self.loans[event.loan_idx].id.as_str())),
            write::text("event", events().map(|event| event.kind.name())),
            write::days("event_date", events().map(|event| event.day)),
            write::numbers("amount", events().map(|event| event.amount)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::economy;
    use super::outcome::EventKind;
    use super::*;

    #[test]
    fn twelve_month_default_rates_are_those_of_a_consumer_book_and_double_in_the_recession() {
        let credit = simulate(1, &economy::simulate(1));
        let rate = |from, to| {
            let inside = |loan: &Loan| calendar::day(from) <= loan.issued && loan.issued < calendar::day(to);
            let n = credit.loans.iter().filter(|loan| inside(loan)).count();
            let early = |event: &&Event| event.kind == EventKind::Default && event.day < credit.loans[event.loan_idx].issued.plus_months(12);
            credit.events.iter().filter(early).filter(|event| inside(&credit.loans[event.loan_idx])).count() as f64 / n as f64
        };
        let (all, calm, bad) = (rate((2011, 7, 1), (2019, 1, 1)), rate((2012, 1, 1), (2014, 1, 1)), rate((2015, 10, 1), (2016, 10, 1)));
        assert!(0.05 < all && all < 0.08, "{all}");
        assert!(1.5 * calm < bad && bad < 3.0 * calm, "{calm} {bad}");
    }

    #[test]
    fn a_loan_ends_once_and_recovers_only_after_a_default() {
        let credit = simulate(2, &economy::simulate(2));
        let mut n_ends = vec![0; credit.loans.len()];
        let mut defaulted = vec![None; credit.loans.len()];
        for event in &credit.events {
            assert!(credit.loans[event.loan_idx].issued < event.day && event.day <= calendar::day(calendar::LAST));
            match event.kind {
                EventKind::Recovery => assert!(defaulted[event.loan_idx].is_some_and(|(day, balance)| day < event.day && event.amount < balance)),
                EventKind::Default => {
                    defaulted[event.loan_idx] = Some((event.day, event.amount));
                    n_ends[event.loan_idx] += 1;
                }
                EventKind::Prepaid | EventKind::Matured => n_ends[event.loan_idx] += 1,
            }
        }
        assert!(n_ends.iter().all(|&n| n <= 1));
    }
}
