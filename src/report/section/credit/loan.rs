//! The loan book: expected against realised loss, approved against declined, other cut-offs.

use crate::book::{Amounts, Book, LoanBook, LoanTotals};
use crate::feature::Observation;
use crate::report::cell::{Cell, State};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table, anchor};
use crate::report::section::pieces::{MIN_OUTCOMES, capital, count, counted, percent, plain, row_words, short};
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
    let rows = material.summary.observation;
    let mut blocks = vec![
        Block::Subhead(Subhead::new("loan-book", heading(&books[0]))),
        Block::Text(conventions(spec, books, rows)),
        Block::Table(totals(spec, books, rows)),
    ];
    blocks.extend(books.iter().map(|book| Block::Table(cutoffs(spec, book, rows))));
    blocks
}

fn heading(book: &LoanBook) -> String {
    let (total, model) = (&book.total, &book.model);
    if total.expected_loss <= 0.0 {
        return format!("Loan book: `{model}` expected no loss");
    }
    let ratio = total.realized_loss / total.expected_loss;
    // A total may hide quarters that offset each other.
    let by_quarter = book.vintages.iter().map(|vintage| &vintage.totals);
    let by_quarter = by_quarter.filter(|totals| 0.0 < totals.expected_loss && MIN_OUTCOMES <= totals.n);
    let by_quarter: Vec<f64> = by_quarter.map(|totals| totals.realized_loss / totals.expected_loss).collect();
    let ends = by_quarter.iter().copied().reduce(f64::min).zip(by_quarter.iter().copied().reduce(f64::max));
    let range = ends.filter(|_| 1 < by_quarter.len()).map_or(String::new(), |(least, most)| {
        format!(", from {} to {} % by quarter of at least {MIN_OUTCOMES} loans", format::fixed(100.0 * least, 0), format::fixed(100.0 * most, 0))
    });
    format!("Loan book: losses were {} % of PD x LGD x exposure of `{model}`{range}", format::fixed(100.0 * ratio, 0))
}

/// The period an amount is of: "quarter".
fn period(rows: Observation) -> &'static str {
    match rows {
        Observation::Yearly => "year",
        Observation::Quarterly => "quarter",
        Observation::Monthly => "month",
        Observation::Entity | Observation::Dated => "date",
    }
}

/// "18,572 loan-quarters of 1,512 loans", or "1,512 loans" where each has one row.
pub(super) fn behind(totals: &LoanTotals, rows: Observation) -> String {
    let (one, many) = row_words(rows);
    if totals.n_loans < totals.n {
        format!("{} of {}", counted(totals.n, one, many), counted(totals.n_loans, "loan", "loans"))
    } else {
        counted(totals.n, "loan", "loans")
    }
}

fn conventions(spec: &LoansSpec, books: &[LoanBook], rows: Observation) -> String {
    let realized = match &spec.realized_loss {
        Some(column) => format!("realised loss is the column `{column}`"),
        None => "realised loss is LGD x exposure of the loans that defaulted".to_owned(),
    };
    let mut sentences = vec![format!(
        "Expected loss = PD x LGD x exposure, with LGD {} % and exposure from `{}`, in its currency; {realized}. Approved: PD strictly below {} %. All these loans were made: nothing is known of applicants who were refused.",
        plain(100.0 * spec.lgd),
        spec.exposure,
        plain(100.0 * spec.cutoff)
    )];
    sentences.extend(once(&books[0], rows));
    sentences.extend(left_out(books, rows));
    sentences.join(" ")
}

/// What is in no total; said once where it is the same for every model.
fn left_out(books: &[LoanBook], rows: Observation) -> Vec<String> {
    let (one, many) = row_words(rows);
    let words = |book: &LoanBook| {
        let left_out = [(book.n_unknown, "without a known outcome"), (book.n_without_forecast, "without a forecast")];
        let words: Vec<String> = left_out.iter().filter(|(n, _)| 0 < *n).map(|(n, why)| format!("{} {why}", counted(*n, one, many))).collect();
        words.join(" and ")
    };
    if books.iter().all(|book| words(book) == words(&books[0])) {
        let words = words(&books[0]);
        return if words.is_empty() { Vec::new() } else { vec![format!("Left out: {words}.")] };
    }
    books.iter().filter(|book| !words(book).is_empty()).map(|book| format!("Left out for `{}`: {}.", book.model, words(book))).collect()
}

/// What a panel's rows are, and what its loans lost when each is counted once.
fn once(book: &LoanBook, rows: Observation) -> Option<String> {
    let (_, many) = row_words(rows);
    let total = &book.total;
    (book.amounts == Amounts::PerPeriod).then(|| {
        format!(
            "A loan has several rows: {}, {} {many} before a default of {}. A sum over rows would count a loan as often as it was seen; amounts are means per {} of observation, each of the losses within its target's horizon, so that a loss is in the mean of every {} that looks forward to it. Each counted once, at the last row before its default, the loans that defaulted lost {}.",
            behind(total, rows),
            format::count(total.n_default as u64),
            counted(total.n_loans_default, "loan", "loans"),
            period(rows),
            period(rows),
            format::money(book.lost_once)
        )
    })
}

/// Headings over [`cells`], by what the amounts are.
pub(super) fn headings(book: &LoanBook, rows: Observation) -> Vec<Column> {
    let mut columns = vec![Column::numbers(capital(row_words(rows).1), "n")];
    let unit = match book.amounts {
        Amounts::Sum => String::new(),
        Amounts::PerPeriod => format!("a {}", period(rows)),
    };
    if book.amounts == Amounts::PerPeriod {
        columns.extend([Column::numbers("Loans", "n"), Column::numbers("Loans defaulted", "n")]);
    }
    columns.extend([
        Column::numbers("Mean PD", "%"),
        Column::numbers("Default rate", "%"),
        Column::numbers("Exposure", &unit),
        Column::numbers("Expected loss", &unit),
        Column::numbers("Realised loss", &unit),
        Column::numbers("Realised / expected", ""),
        Column::numbers("Loss rate", "% of exposure"),
    ]);
    columns
}

fn totals(spec: &LoansSpec, books: &[LoanBook], rows: Observation) -> Table {
    let mut columns = vec![Column::words("Group")];
    columns.extend(headings(&books[0], rows));
    let mut table = Table::new("loan-totals", "Expected and realised loss, approved and declined", columns).note(format!(
        "Approved and declined at the cut-off of {} %. A loan with rows on both sides of it is counted on both.",
        plain(100.0 * spec.cutoff)
    ));
    table.shown = 3 * books.len();
    for book in books {
        for (group, totals) in [("all", &book.total), ("approved", &book.approved), ("declined", &book.declined)] {
            table.rows.push(std::iter::once(Cell::text(format!("`{}` {group}", book.model))).chain(cells(book, totals)).collect());
        }
    }
    table
}

/// n, in a panel loans and those that defaulted, mean PD, default rate, exposure, expected and realised loss, their ratio, loss rate.
pub(super) fn cells(book: &LoanBook, totals: &LoanTotals) -> Vec<Cell> {
    let rate = |rate: Option<f64>, reason: &str| rate.map_or_else(|| Cell::na(reason), Cell::Percent);
    let mut cells = vec![count(totals.n)];
    if book.amounts == Amounts::PerPeriod {
        cells.extend([count(totals.n_loans), count(totals.n_loans_default)]);
    }
    cells.extend([
        rate(totals.mean_probability, "there is no loan in the group"),
        rate(totals.default_rate, "there is no loan in the group"),
        Cell::Money(totals.exposure),
        Cell::Money(totals.expected_loss),
        Cell::Money(totals.realized_loss),
        if 0.0 < totals.expected_loss { short(totals.realized_loss / totals.expected_loss) } else { Cell::na("no loss was expected") },
        rate(totals.realized_loss_rate, "nothing is exposed"),
    ]);
    cells
}

fn cutoffs(spec: &LoansSpec, book: &LoanBook, rows: Observation) -> Table {
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
    let (_, many) = row_words(rows);
    let mut table = Table::new(format!("cutoffs-{}", anchor(&book.model)), format!("Other cut-offs on `{}`", book.model), columns).note(format!(
        "{} with a PD strictly below the cut-off are approved; cut-offs are the edges of 20 groups of equally many {many} and the spec's own. Bad rate: defaults among the approved.{} n = {}.",
        capital(many),
        see.unwrap_or_default(),
        behind(&book.total, rows)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 18,572 rows of 1,512 loans, of which 1,986 lie before the default of 554 loans.
    fn panel(amounts: Amounts) -> LoanBook {
        let total = LoanTotals { n: 18_572, n_loans: 1_512, n_default: 1_986, n_loans_default: 554, ..LoanTotals::default() };
        LoanBook {
            model: "logistic".into(),
            loans: Vec::new(),
            amounts,
            n_unknown: 0,
            n_without_forecast: 0,
            approved: LoanTotals::default(),
            declined: LoanTotals::default(),
            lost_once: 63.6e6,
            vintages: Vec::new(),
            cutoffs: Vec::new(),
            total,
        }
    }

    #[test]
    fn rows_of_a_panel_are_not_called_loans() {
        let rows = Observation::Quarterly;
        let said = once(&panel(Amounts::PerPeriod), rows).expect("a panel");
        assert!(said.contains("18,572 loan-quarters of 1,512 loans, 1,986 loan-quarters before a default of 554 loans"), "{said}");
        assert!(said.contains("amounts are means per quarter of observation") && said.contains("lost 63,600,000"), "{said}");
        let headings: Vec<String> =
            headings(&panel(Amounts::PerPeriod), rows).into_iter().map(|column| format!("{} {}", column.name, column.unit)).collect();
        assert_eq!(headings[..3], ["Loan-quarters n", "Loans n", "Loans defaulted n"]);
        assert_eq!(headings[5], "Exposure a quarter");
        assert_eq!(once(&panel(Amounts::Sum), Observation::Entity), None);
    }
}
