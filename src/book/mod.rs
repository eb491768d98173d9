//! Book: what would we have held, and made?

mod loan;
mod loans;
mod long_short;
mod market;
mod replay;
mod side;
mod traded;

pub use loan::{Amounts, Loan, LoanTotals};
pub use loans::{Cutoff, LoanBook, Vintage, loans};
pub use long_short::{LONG_SHORT_CONVENTIONS, long_short};
pub use replay::{Replay, replay, replay_loans};
pub use traded::{DayOfBook, HeldName, NameOfBook, Position, TradedBook};

use crate::error::Result;
use crate::feature::Dataset;
use crate::spec::{BookSpec, RiskSpec};
use crate::walk::Predictions;

/// What is held on the forecasts of each model named by the spec.
#[derive(Debug, Clone, PartialEq)]
pub enum Book {
    /// Long-short books, one per model.
    LongShort(Vec<TradedBook>),
    /// Loan books, one per model.
    Loans(Vec<LoanBook>),
}

/// Errors where the targets or the columns of the rows tested are none that the book can use: found before any model is trained.
pub fn admit(spec: &BookSpec, risk: &RiskSpec, data: &Dataset, tested: &[u32]) -> Result<()> {
    match spec {
        BookSpec::LongShort(_) => long_short::check_one_date_targets(data, tested, risk.entity.as_deref().and_then(|name| data.entity_code(name))),
        BookSpec::Loans(spec) => loans::columns(spec, data, tested).map(|_| ()),
    }
}

/// Trades the forecasts as the spec says.
///
/// Errors when the targets of a long-short book span several dates, or when a carried column that the spec names (exposure, realised loss) holds no number where a loan was tested.
pub fn trade(spec: &BookSpec, risk: &RiskSpec, data: &Dataset, predictions: &Predictions) -> Result<Book> {
    match spec {
        BookSpec::LongShort(spec) => Ok(Book::LongShort(long_short(spec, risk, data, predictions)?)),
        BookSpec::Loans(spec) => Ok(Book::Loans(loans(spec, data, predictions)?)),
    }
}
