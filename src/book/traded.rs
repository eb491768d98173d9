//! A traded book: its weights, its days, and what each name added.

use serde::Serialize;

use crate::day::Day;

/// A long-short book on one model's forecasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TradedBook {
    /// Model name.
    pub model: String,
    /// Weights as decided, by date and entity; a flat decision has none.
    pub positions: Vec<Position>,
    /// Returns, from the first date held to the last date whose targets are known.
    pub days: Vec<DayOfBook>,
    /// What each name ever held added, ascending by entity; together they are the sum of the net returns.
    pub names: Vec<NameOfBook>,
    /// What was held and traded of each name on each day, ascending by day and entity.
    #[serde(skip)]
    pub held: Vec<HeldName>,
    /// The date that lost all capital or more; no day follows it.
    pub ruined_on: Option<Day>,
}

/// A weight decided on a rebalance date.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Position {
    /// Date of the decision.
    pub as_of: Day,
    /// First date whose return is earned; `None` while the tested dates end before it.
    pub held_from: Option<Day>,
    /// Entity code.
    pub entity: u32,
    /// Share of capital, negative when short.
    pub weight: f64,
}

/// A name on a day of a book: held, or traded away on it. Shares of capital.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldName {
    /// Position in [`TradedBook::days`].
    pub day: u32,
    /// Entity code.
    pub entity: u32,
    /// Weight after trading; 0 where it was sold.
    pub weight: f64,
    /// Weight x realised target.
    pub earned: f64,
    /// What trading it cost.
    pub cost: f64,
}

impl HeldName {
    /// What it added to the day after costs.
    #[must_use]
    pub fn net(&self) -> f64 {
        self.earned - self.cost
    }
}

impl TradedBook {
    /// The names of day `idx`, ascending by entity.
    #[must_use]
    pub fn on(&self, idx: usize) -> &[HeldName] {
        let from = self.held.partition_point(|name| (name.day as usize) < idx);
        let to = from + self.held[from..].partition_point(|name| name.day as usize == idx);
        &self.held[from..to]
    }
}

/// What a name added to a book.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NameOfBook {
    /// Entity code.
    pub entity: u32,
    /// Sum over the dates of weight x realised target less the costs of trading the name, not compounded.
    pub net_return: f64,
}

/// One date of the book; returns, cost and exposures are shares of capital.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayOfBook {
    /// Date of the rows whose targets are earned.
    pub as_of: Day,
    /// Day by which most of the date's known targets were known; the next tested date when none is.
    pub earned_on: Day,
    /// Sum of weight x realised target.
    pub gross_return: f64,
    /// Turnover x `cost_bps` / 10,000, paid on the trades that open this date.
    pub cost: f64,
    /// Gross return less cost.
    pub net_return: f64,
    /// Sum of |new weight - drifted weight|.
    pub turnover: f64,
    /// Sum of |weight| after trading.
    pub gross_exposure: f64,
    /// Sum of weights after trading.
    pub net_exposure: f64,
    /// Names held long.
    pub n_long: usize,
    /// Names held short.
    pub n_short: usize,
    /// Names held without a known return, leavers aside; they earned 0.
    pub n_missing: usize,
    /// Names held whose rows end here; they earned the spec's `delisting_return`.
    pub n_left: usize,
}
