//! Findings: what was compared, how far it was apart, and what failed in words.

use super::{Replay, TOLERANCE};
use crate::day::Day;

/// Faults told in words; the rest are counted.
const N_TOLD: usize = 20;

pub(super) struct Findings<'a> {
    entities: &'a [String],
    n_checks: usize,
    n_faults: usize,
    worst_gap: f64,
    faults: Vec<String>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(entities: &'a [String]) -> Self {
        Self { entities, n_checks: 0, n_faults: 0, worst_gap: 0.0, faults: Vec::new() }
    }

    /// An invariant, and the sentence where it does not hold.
    pub(super) fn holds(&mut self, is_kept: bool, fault: impl FnOnce() -> String) {
        self.n_checks += 1;
        if !is_kept {
            self.n_faults += 1;
            if self.faults.len() < N_TOLD {
                self.faults.push(fault());
            }
        }
    }

    /// Two numbers that must be one: apart by no more than [`TOLERANCE`], relative where either is above 1.
    pub(super) fn equal(&mut self, (day, entity): (Day, Option<u32>), what: &str, book: f64, account: f64) {
        let gap = (book - account).abs() / book.abs().max(account.abs()).max(1.0);
        self.worst_gap = if gap.is_nan() { f64::INFINITY } else { self.worst_gap.max(gap) };
        let entities = self.entities;
        // Written so that what is no number fails.
        self.holds(gap <= TOLERANCE, || {
            let who = entity.map_or(String::new(), |entity| format!("`{}`, ", entities[entity as usize]));
            format!("{day}: {who}{what} is {book:.8} in the book, {account:.8} by the second accounts")
        });
    }

    pub(super) fn same_count(&mut self, what: &str, book: usize, account: usize) {
        self.holds(book == account, || format!("{book} {what}, {account} by the second accounts"));
    }

    pub(super) fn into_replay(self, n_days: usize, n_trades: usize) -> Replay {
        Replay { n_days, n_trades, n_checks: self.n_checks, n_faults: self.n_faults, worst_gap: self.worst_gap, faults: self.faults }
    }
}
