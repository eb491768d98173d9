//! What becomes of a loan, month by month.

use super::super::calendar::{self, LAST};
use super::super::economy::Economy;
use super::super::random::Random;
use super::super::write::rounded;
use super::applicant::{Loan, installment};
use crate::day::Day;

/// Log of the monthly hazard of a seasoned loan of average risk in good times.
const BASE_HAZARD: f64 = -5.65;
const PREPAYMENT_HAZARD: f64 = 0.011;

/// A line of the log: a fact known on its day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) loan_idx: usize,
    pub(super) kind: EventKind,
    pub(super) day: Day,
    /// Currency units: the balance written off, repaid early or recovered.
    pub(super) amount: f64,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    /// The loan is written off; the amount is the balance then.
    Default,
    /// The loan is repaid early; the amount is the balance then.
    Prepaid,
    /// The last instalment is paid; the amount is 0.
    Matured,
    /// Money comes back months after a default.
    Recovery,
}

impl EventKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Prepaid => "prepaid",
            Self::Matured => "matured",
            Self::Recovery => "recovery",
        }
    }
}

/// The events of one loan up to the end of the sample.
pub(super) fn draw(loan_idx: usize, loan: &Loan, economy: &Economy, random: &mut Random) -> Vec<Event> {
    let end = calendar::day(LAST);
    let mut events = Vec::new();
    let mut log = |kind, day, amount| {
        if day <= end {
            events.push(Event { loan_idx, kind, day, amount: rounded(amount, 2) });
        }
    };
    for month in 1..=loan.term_months {
        let start = loan.issued.plus_months(month as i32 - 1);
        if end < start {
            break;
        }
        let day = calendar::roll_forward(start.plus_days(1 + random.below(28) as i32));
        if random.happens(hazard(loan, month, start, economy)) {
            let balance = balance(loan, month);
            log(EventKind::Default, day, balance);
            let share = (0.42 + 0.16 * random.normal() - 0.03 * (economy.unemployment(day) - 5.0)).clamp(0.0, 0.95);
            let later = calendar::roll_forward(day.plus_days(60 + random.below(180) as i32));
            if share > 0.0 {
                log(EventKind::Recovery, later, share * balance);
            }
            return events;
        }
        if random.happens(PREPAYMENT_HAZARD) {
            log(EventKind::Prepaid, day, balance(loan, month));
            return events;
        }
    }
    log(EventKind::Matured, calendar::roll_forward(loan.issued.plus_months(loan.term_months as i32)), 0.0);
    events
}

/// The chance of a default in a month of the loan's life.
fn hazard(loan: &Loan, month: u32, day: Day, economy: &Economy) -> f64 {
    // A write-off takes three months of arrears; the hazard then climbs to its height in the tenth month.
    let age = match month {
        0..=2 => return 0.0,
        3..=9 => -0.16 * f64::from(10 - month),
        _ => 0.0,
    };
    let economy = 0.26 * (economy.unemployment(day) - 5.2) - 0.03 * (economy.house_price_growth(day) - 3.5);
    libm::exp(BASE_HAZARD + loan.risk + age + economy).min(0.5)
}

/// The balance before the payment of `month`, from 1.
fn balance(loan: &Loan, month: u32) -> f64 {
    let paid = f64::from(month - 1);
    let growth = libm::pow(1.0 + loan.rate / 12.0, paid);
    loan.amount * growth - installment(loan.amount, loan.rate, loan.term_months) * (growth - 1.0) / (loan.rate / 12.0)
}
