//! The loan book: expected against realised loss, approved against declined, other cut-offs.

use crate::book::{Book, LoanBook, LoanTotals};
use crate::report::cell::{Cell, State};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table, anchor};
use crate::report::section::pieces::{count, counted, percent, plain, short};
use crate::spec::{BookSpec, LoansSpec};

/// The books and what was asked of them.
pub(super) fn books<'a>(material: &Material<'a>) -> Option<(&'a LoansSpec, &'a [LoanBook])> {
    match (&material.facts.spec.book, material.facts.book) {
        (Some(BookSpec::Loans(spec)), Some(Book::Loans(books))) if !books.is_empty() => Some((spec, books)),
        (_, _) => None,
    }
}

/// Nothing without a loan book.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let Some((spec, books)) = books(material) else { return Vec::new() };
    let mut blocks =
        vec![Block::Subhead(Subhead::new("loan-book", heading(&books[0]))), Block::Text(conventions(spec, books)), Block::Table(totals(spec, books))];
    blocks.extend(books.iter().map(|book| Block::Table(cutoffs(spec, book))));
    blocks
}

fn heading(book: &LoanBook) -> String {
    let (total, model) = (&book.total, &book.model);
    if total.expected_loss <= 0.0 {
        return format!("Loan book: `{model}` expected no loss");
    }
    let ratio = total.realized_loss / total.expected_loss;
    format!("Loan book: losses came to {} % of what `{model}` expected", format::fixed(100.0 * ratio, 0))
}

fn conventions(spec: &LoansSpec, books: &[LoanBook]) -> String {
    let realized = match &spec.realized_loss {
        Some(column) => format!("realised loss is the column `{column}`"),
        None => "realised loss is LGD x exposure of the loans that defaulted".to_owned(),
    };
    let mut sentences = vec![format!(
        "Expected loss = PD x LGD x exposure, with LGD {} % and exposure from `{}`, in its currency; {realized}. Approved: PD strictly below {} %. The loans were all made: nothing is known of applicants who were refused.",
        plain(100.0 * spec.lgd),
        spec.exposure,
        plain(100.0 * spec.cutoff)
    )];
    for book in books {
        let left_out = [(book.n_unknown, "whose outcome is not known yet"), (book.n_without_forecast, "without a forecast")];
        let words: Vec<String> = left_out.iter().filter(|(n, _)| 0 < *n).map(|(n, why)| format!("{} {why}", counted(*n, "loan", "loans"))).collect();
        if !words.is_empty() {
            sentences.push(format!("`{}`: {} are in no total.", book.model, words.join(" and ")));
        }
    }
    sentences.join(" ")
}

fn totals(spec: &LoansSpec, books: &[LoanBook]) -> Table {
    let columns = vec![
        Column::words("Loans"),
        Column::numbers("Loans", "n"),
        Column::numbers("Mean PD", "%"),
        Column::numbers("Default rate", "%"),
        Column::numbers("Exposure", &spec.exposure),
        Column::numbers("Expected loss", ""),
        Column::numbers("Realised loss", ""),
        Column::numbers("Realised / expected", ""),
        Column::numbers("Loss rate", "% of exposure"),
    ];
    let mut table = Table::new("loan-totals", "Expected and realised loss, approved and declined", columns)
        .note(format!("Approved and declined at the cut-off of {} %; all of these loans were made.", plain(100.0 * spec.cutoff)));
    table.shown = 3 * books.len();
    for book in books {
        for (group, totals) in [("all", &book.total), ("approved", &book.approved), ("declined", &book.declined)] {
            table.rows.push(std::iter::once(Cell::text(format!("`{}` {group}", book.model))).chain(cells(totals)).collect());
        }
    }
    table
}

/// n, mean PD, default rate, exposure, expected and realised loss, their ratio, loss rate.
pub(super) fn cells(totals: &LoanTotals) -> Vec<Cell> {
    let rate = |rate: Option<f64>, reason: &str| rate.map_or_else(|| Cell::na(reason), Cell::Percent);
    vec![
        count(totals.n),
        rate(totals.mean_probability, "there is no loan in the group"),
        rate(totals.default_rate, "there is no loan in the group"),
        Cell::Money(totals.exposure),
        Cell::Money(totals.expected_loss),
        Cell::Money(totals.realized_loss),
        if 0.0 < totals.expected_loss { short(totals.realized_loss / totals.expected_loss) } else { Cell::na("no loss was expected") },
        rate(totals.realized_loss_rate, "nothing is exposed"),
    ]
}

fn cutoffs(spec: &LoansSpec, book: &LoanBook) -> Table {
    let columns = vec![
        Column::numbers("Cut-off", "PD, %"),
        Column::numbers("Approved", "n"),
        Column::numbers("Approval rate", "%"),
        Column::numbers("Bad rate", "%"),
        Column::numbers("Loss rate", "% of exposure"),
        Column::words("Remark"),
    ];
    let own = book.cutoffs.iter().find(|row| row.cutoff.to_bits() == spec.cutoff.to_bits());
    let see = own.and_then(|row| {
        row.bad_rate.map(|bad| format!(" At the spec's cut-off {} are approved, of which {} defaulted.", percent(row.approval_rate), percent(bad)))
    });
    let mut table = Table::new(format!("cutoffs-{}", anchor(&book.model)), format!("What other cut-offs on `{}` would have let through", book.model), columns).note(format!(
        "Loans with a PD strictly below the cut-off are approved; cut-offs are the edges of 20 groups of equally many loans and the spec's own. Bad rate: defaults among the approved.{} n = {} loans.",
        see.unwrap_or_default(),
        format::count(book.total.n as u64)
    ));
    table.shown = book.cutoffs.len();
    for row in &book.cutoffs {
        let none = if row.n_approved == 0 { "no loan is approved" } else { "nothing is exposed" };
        let rate = |rate: Option<f64>| rate.map_or_else(|| Cell::na(none), Cell::Percent);
        let is_own = row.cutoff.to_bits() == spec.cutoff.to_bits();
        table.rows.push(vec![
            Cell::Percent(row.cutoff),
            count(row.n_approved),
            Cell::Percent(row.approval_rate),
            rate(row.bad_rate),
            rate(row.realized_loss_rate),
            if is_own { Cell::verdict(State::Neutral, "the spec's cut-off") } else { Cell::text("") },
        ]);
    }
    table
}
