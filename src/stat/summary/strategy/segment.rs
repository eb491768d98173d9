//! Segments: what each added to a book, and what was held in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::book::TradedBook;
use crate::day::Day;
use crate::stat::summary::Facts;

/// A segment of a book; shares of capital, not compounded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentOfBook {
    /// Level of the spec's segment column.
    pub segment: String,
    /// Names ever held in it.
    pub n_names: usize,
    /// Sum over the dates of what its names added after costs; over all segments, the sum of the net returns.
    pub net_return: f64,
    /// Sum of the costs of trading its names.
    pub cost: f64,
    /// Mean over the dates of the sum of |weight|.
    pub gross_exposure: f64,
    /// Mean over the dates of the sum of weights.
    pub net_exposure: f64,
    /// Sum of weights on each date on which a name of it was held; for the figure.
    #[serde(skip)]
    pub net_by_date: Vec<(Day, f64)>,
}

#[derive(Default)]
struct Sums {
    names: BTreeSet<u32>,
    net_return: f64,
    cost: f64,
    gross: f64,
    net: f64,
    by_date: Vec<(Day, f64)>,
}

/// By segment, in the order of the levels. A name's segment on a date is that of its row, or of its last row before, where it has none.
///
/// Empty where the spec names no segment, or the book has no day.
pub(super) fn segments(facts: &Facts<'_>, book: &TradedBook) -> Vec<SegmentOfBook> {
    let Some(labels) = facts.spec.features.segment.as_ref().and_then(|name| facts.data.labels.get(name)) else { return Vec::new() };
    let mut rows = facts.predictions.rows.iter().map(|&row| row as usize).peekable();
    let mut current: BTreeMap<u32, Option<u32>> = BTreeMap::new();
    let mut sums: BTreeMap<Option<u32>, Sums> = BTreeMap::new();
    for (idx, day) in book.days.iter().enumerate() {
        while let Some(row) = rows.next_if(|&row| facts.data.as_of[row] <= day.as_of) {
            current.insert(facts.data.entity[row], labels.codes[row]);
        }
        for name in book.on(idx) {
            let sum = sums.entry(current.get(&name.entity).copied().flatten()).or_default();
            sum.names.insert(name.entity);
            sum.net_return += name.net();
            sum.cost += name.cost;
            sum.gross += name.weight.abs();
            sum.net += name.weight;
            match sum.by_date.last_mut() {
                Some((last, net)) if *last == day.as_of => *net += name.weight,
                Some(_) | None => sum.by_date.push((day.as_of, name.weight)),
            }
        }
    }
    let n = book.days.len() as f64;
    let named = |(code, sum): (Option<u32>, Sums)| SegmentOfBook {
        segment: code.map_or("(missing)".to_owned(), |code| labels.levels[code as usize].clone()),
        n_names: sum.names.len(),
        net_return: sum.net_return,
        cost: sum.cost,
        gross_exposure: sum.gross / n,
        net_exposure: sum.net / n,
        net_by_date: sum.by_date,
    };
    sums.into_iter().map(named).collect()
}
