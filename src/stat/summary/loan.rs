//! Loan books: what was expected to be lost, and what was.

use super::catalogue::loans_prefix;
use crate::book::{Amounts, LoanBook};
use crate::stat::Outcome;
use crate::stat::measure::{About, Answer, Found, Level, Measure, Subject, Unit, take};

const N_LOANS: Measure<LoanBook> = Measure {
    about: About {
        key: "loans",
        name: "Loans",
        question: "How many loans are in the book?",
        formula: "Distinct loans",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |book| Outcome::Value(Answer::Number(book.total.n_loans as f64)),
};
const N_DEFAULTED: Measure<LoanBook> = Measure {
    about: About {
        key: "loans_defaulted",
        name: "Loans that defaulted",
        question: "How many loans defaulted?",
        formula: "Distinct loans with a target of 1",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |book| Outcome::Value(Answer::Number(book.total.n_loans_default as f64)),
};
const EXPOSURE: Measure<LoanBook> = Measure {
    about: About {
        key: "exposure",
        name: "Exposure",
        question: "How much was lent?",
        formula: "Sum of the exposures",
        convention: "Where a loan has several rows, the mean over the periods of observation",
        unit: Unit::Money,
        ..About::NUMBER
    },
    take: |book| amount(book, book.total.exposure),
};
const EXPECTED_LOSS: Measure<LoanBook> = Measure {
    about: About {
        key: "expected_loss",
        name: "Expected loss",
        question: "How much was expected to be lost?",
        formula: "Sum of PD x LGD x exposure",
        convention: "LGD is given in the spec; where a loan has several rows, the mean over the periods of observation",
        unit: Unit::Money,
        ..About::NUMBER
    },
    take: |book| amount(book, book.total.expected_loss),
};
const REALIZED_LOSS: Measure<LoanBook> = Measure {
    about: About {
        key: "realized_loss",
        name: "Realised loss",
        question: "How much was lost?",
        formula: "Sum of the column the spec names, else of LGD x exposure of the loans that defaulted",
        convention: "Loans whose outcome is not known are in no total; where a loan has several rows, the mean over the periods of observation of the losses that follow each",
        unit: Unit::Money,
        ..About::NUMBER
    },
    take: |book| amount(book, book.total.realized_loss),
};
const REALIZED_TO_EXPECTED: Measure<LoanBook> = Measure {
    about: About {
        key: "realized_to_expected",
        name: "Realised over expected loss",
        question: "Was more lost than expected?",
        formula: "Realised loss / expected loss",
        ..About::NUMBER
    },
    take: |book| {
        if book.total.expected_loss > 0.0 {
            Outcome::Value(Answer::Number(book.total.realized_loss / book.total.expected_loss))
        } else {
            Outcome::undefined("no loss was expected")
        }
    },
};

/// Every measure of a loan book, in the order of the page.
pub(super) const LOANS: &[&Measure<LoanBook>] = &[&N_LOANS, &N_DEFAULTED, &EXPOSURE, &EXPECTED_LOSS, &REALIZED_LOSS, &REALIZED_TO_EXPECTED];

/// A sum of money; undefined where it would count a loan as often as it was seen.
fn amount(book: &LoanBook, sum: f64) -> Outcome<Answer> {
    match book.amounts {
        Amounts::Sum => Outcome::Value(Answer::Number(sum)),
        Amounts::PerPeriod => Outcome::undefined(format!(
            "{} loans have {} rows: a sum over rows counts a loan as often as it was seen",
            book.total.n_loans, book.total.n
        )),
    }
}

pub(super) fn summarize(books: &[LoanBook], level: Level) -> Vec<Found> {
    let one = |book: &LoanBook| {
        let subject = Subject { model: book.model.clone(), entity: None, quantity: None };
        take(LOANS, &loans_prefix(&book.model), (&subject, book.total.n), book, level)
    };
    books.iter().flat_map(one).collect()
}
