//! What a program can decide of a model of credit risk.

use super::Answer;
use crate::book::{Book, LoanBook};
use crate::report::format::{count, counted, number};
use crate::report::material::Material;
use crate::stat::credit::{BINOMIAL, HOSMER_LEMESHOW, JEFFREYS, NORMAL};
use crate::stat::{Decision, Found};

fn no_pd() -> Answer {
    Answer::NotMet("no model forecasts a probability of default".to_owned())
}

pub(super) fn discrimination(material: &Material<'_>) -> Answer {
    let models = &material.summary.probabilities;
    let known = models.iter().filter_map(|model| Some((model, model.case.discrimination.value()?)));
    let best = known.clone().max_by(|a, b| a.1.auc.total_cmp(&b.1.auc));
    match (models.is_empty(), best) {
        (true, _) => no_pd(),
        (false, None) => Answer::NotMet("no model's ranking could be measured".to_owned()),
        (false, Some((model, best))) => Answer::Met(format!(
            "AUC of {}, the largest {} (`{}`, n = {}, {} defaults)",
            counted(known.count(), "model", "models"),
            number(best.auc, 3),
            model.subject.model,
            count(best.n as u64),
            count(best.n_defaults as u64)
        )),
    }
}

/// Tests of PDs against default rates that have an answer.
fn tests<'a>(material: &Material<'a>) -> Vec<&'a Found> {
    let keys = [JEFFREYS.about.key, BINOMIAL.about.key, NORMAL.about.key, HOSMER_LEMESHOW.about.key];
    material.summary.found.iter().filter(|found| keys.contains(&found.about.key) && found.test().value().is_some()).collect()
}

pub(super) fn calibration(material: &Material<'_>) -> Answer {
    let tests = tests(material);
    let descriptive = tests.iter().filter(|found| found.decision == Some(Decision::Descriptive)).count();
    match (material.summary.probabilities.is_empty(), tests.len()) {
        (true, _) => no_pd(),
        (false, 0) => Answer::NotMet("no test of PDs against default rates has an answer".to_owned()),
        (false, n) => {
            let descriptive = if descriptive == 0 { String::new() } else { format!(", {descriptive} descriptive only") };
            Answer::Met(format!("{} of PDs against default rates{descriptive}", counted(n, "test", "tests")))
        }
    }
}

/// Of the models but the baseline, which is there to be compared with.
pub(super) fn calibration_holds(material: &Material<'_>) -> Answer {
    let baseline = material.facts.spec.risk.baseline.as_deref();
    let mut decided = 0;
    let mut rejected: Vec<String> = Vec::new();
    for found in tests(material).into_iter().filter(|found| Some(found.subject.model.as_str()) != baseline) {
        match found.decision {
            Some(Decision::Rejected(words)) => {
                decided += 1;
                rejected.push(format!("`{}`: {words} ({})", found.subject.model, found.about.name));
            }
            Some(Decision::NotRejected) => decided += 1,
            Some(Decision::Descriptive | Decision::NotJudged) | None => {}
        }
    }
    match (decided, rejected.is_empty()) {
        (0, _) => Answer::NotMet("no test of PDs against default rates decides".to_owned()),
        (n, true) => Answer::Met(format!("none of {} rejects", counted(n, "test", "tests"))),
        (_, false) => Answer::NotMet(rejected.join("; ")),
    }
}

fn books<'a>(material: &Material<'a>) -> &'a [LoanBook] {
    match material.facts.book {
        Some(Book::Loans(books)) => books,
        Some(Book::LongShort(_)) | None => &[],
    }
}

pub(super) fn losses(material: &Material<'_>) -> Answer {
    let Some(book) = books(material).first() else { return Answer::NotMet("the spec has no loan book, so no loss is forecast (`book`)".to_owned()) };
    let ratio = if 0.0 < book.total.expected_loss {
        format!(": realised over expected {}", number(book.total.realized_loss / book.total.expected_loss, 3))
    } else {
        String::new()
    };
    Answer::Met(format!("losses of {} are shown by `{}`{ratio}", counted(book.total.n_loans, "loan", "loans"), book.model))
}

pub(super) fn vintages(material: &Material<'_>) -> Answer {
    match books(material).first().map(|book| book.vintages.len()) {
        None => Answer::NotMet("the spec has no loan book, so no vintage is shown (`book`)".to_owned()),
        Some(0) => Answer::NotMet("no quarter has a loan with a known outcome".to_owned()),
        Some(n) => Answer::Met(format!("expected and realised losses by quarter, {}", counted(n, "quarter", "quarters"))),
    }
}
