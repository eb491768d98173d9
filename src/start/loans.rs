//! A first credit report from loans, a row each.

use std::fmt::Write as _;

use super::facts::{Facts, Field, Kind, first, only};
use super::{Draft, Said};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::source::quoted;

const IDS: [&str; 7] = ["loan_id", "id", "account_id", "contract_id", "facility_id", "customer_id", "account"];
const TIMES: [&str; 10] =
    ["issued", "issue_d", "issue_date", "origination_date", "originated", "orig_date", "opened", "booked", "start_date", "application_date"];
const OUTCOMES: [&str; 14] = [
    "default_date",
    "defaulted_on",
    "default_on",
    "date_of_default",
    "is_default",
    "defaulted",
    "default",
    "default_flag",
    "bad",
    "is_bad",
    "target",
    "loan_status",
    "status",
    "outcome",
];
const EXPOSURES: [&str; 8] = ["exposure", "ead", "amount", "loan_amount", "loan_amnt", "funded_amnt", "balance", "principal"];
/// Words of a status that is a default.
const BAD: [&str; 5] = ["default", "charged off", "chargeoff", "bad", "loss"];
/// Parts of names of what is known only once a loan has been served.
const LATER: [&str; 24] = [
    "pymnt",
    "payment_date",
    "paid",
    "recover",
    "out_prncp",
    "outstanding",
    "last_",
    "settle",
    "chargeoff",
    "charge_off",
    "collect",
    "default",
    "loss",
    "lgd",
    "status",
    "hardship",
    "acc_now",
    "delinq_amnt",
    "payoff",
    "rec_",
    "closed",
    "arrears",
    "dpd",
    "outcome",
];
const N_FEATURES: usize = 20;

#[expect(clippy::too_many_lines, reason = "the text of one spec and its SQL")]
pub(super) fn draft(report: &str, sql: &str, facts: &Facts, said: &Said) -> Result<Draft> {
    let dated: Vec<&Field> = facts.of_kinds(&[Kind::Date]);
    let time = if let Some(time) = first(&dated, &TIMES).filter(|_| said.time.is_none()) {
        time
    } else {
        facts.time(said.time.as_deref(), &["date", "time"])?
    };
    let outcome = if let Some(name) = &said.outcome {
        facts.named("--outcome", name)?
    } else {
        let all: Vec<&Field> = facts.fields.iter().filter(|field| field.name != time.name).collect();
        first(&all, &OUTCOMES).ok_or_else(|| facts.untold("the default, or its date", "--outcome", &all))?
    };
    let ids = facts.of_kinds(&[Kind::Text, Kind::Number]);
    let id = match &said.entity {
        Some(name) => facts.named("--entity", name)?,
        None => first(&ids, &IDS).or(only(&ids)).ok_or_else(|| facts.untold("the loan's identity", "--entity", &ids))?,
    };
    let date = format!("cast({} as date)", quoted(&time.name));
    let row = facts.rows(&format!("select count(*), count(distinct {}), min({date}), max({date}) from FILE", quoted(&id.name)))?.swap_remove(0);
    if row[0] != row[1] {
        return Err(Error::data(
            &facts.path,
            format!("holds {} rows of {} loans (`{}`): a first report wants a row a loan", row[0], row[1], id.name),
        )
        .hint("say --entity COLUMN; of loans with several rows each, see sql/loan/panel.sql"));
    }
    let (default, known_after, how) = default(facts, outcome, &date, said)?;
    let day = |at: usize| row[at].parse::<Day>().map_err(|_| Error::data(&facts.path, format!("`{}` has no date", time.name)));
    let n_months = ((day(3)?.0 - day(2)?.0) / 30) as u32;
    if n_months < known_after + 6 {
        return Err(Error::data(
            &facts.path,
            format!("loans of {n_months} months, whose outcomes are known after {known_after}: nothing can be learnt before it is tested"),
        )
        .hint("say --known-after MONTHS"));
    }
    let (train, test) = (known_after + ((n_months - known_after) * 2 / 5).max(3), ((n_months - known_after) / 8).max(1));
    let taken = [&id.name, &time.name, &outcome.name];
    let features = features(facts, &taken)?;
    let numbers = facts.of_kinds(&[Kind::Number]);
    let exposure = first(&numbers, &EXPOSURES);
    let (chosen, left): (Vec<&Field>, Vec<&Field>) = features;
    if chosen.is_empty() {
        return Err(
            Error::data(&facts.path, "no column of numbers is known at origination, by its name").hint("rename columns, or write the SQL by hand")
        );
    }
    let names = |fields: &[&Field]| fields.iter().map(|field| format!("`{}`", field.name)).collect::<Vec<_>>().join(", ");
    let mut assumed = vec![
        format!("`{}` is the loan, `{}` its origination, {how}", id.name, time.name),
        format!("features are {}: are they known at origination?", names(&chosen)),
    ];
    if !left.is_empty() {
        assumed.push(format!("left out, as their names say that they are known later or they hold one value: {}", names(&left)));
    }
    // The table ends with its last origination, and outcomes are known later.
    let last_outcome = match outcome.kind {
        Kind::Date => {
            facts.rows(&format!("select cast(max({}) as date) from FILE", quoted(&outcome.name)))?.swap_remove(0).swap_remove(0).parse().ok()
        }
        Kind::Number | Kind::Text | Kind::Flag | Kind::Other => Some(day(3)?.plus_months(known_after as i32)),
    };
    let as_of = last_outcome.map_or(day(3)?, |known: Day| known.max(day(3).unwrap_or(known))).plus_days(2);
    let mut text = String::new();
    for line in &assumed {
        let _ = writeln!(text, "# Assumed: {line}.");
    }
    let outcomes = if outcome.kind == Kind::Date { format!("outcomes = [{0:?}]\noutcomes_known = {0:?}\n", outcome.name) } else { String::new() };
    let carry = if exposure.is_some() { "carry = [\"exposure\"]\n" } else { "" };
    let _ = write!(
        text,
        "title = {:?}
kind = \"credit\"
as_of = {as_of}         # outcomes known before this day; take it out, or move it, when new data come
limitations = [\"A first report, as `plimsoll new` wrote it: nobody has looked at its assumptions yet.\"]

[tables.loans]
path = {:?}
time = {:?}
key = [{:?}]
{outcomes}
[features]
sql = [{sql:?}]
{carry}
[window]
scheme = \"expanding\"
train = \"{train}mo\"
test = \"{test}mo\"

[[models]]
name = \"baseline\"       # the share of defaults so far
kind = \"baseline\"
ask = [\"probability\"]

[[models]]
name = \"logistic\"
kind = \"logistic\"
ask = [\"probability\"]
[models.params]
l2 = 0.01
",
        format!("{report}: probability of default"),
        facts.path,
        date,
        id.name,
    );
    if exposure.is_some() {
        text.push_str("\n[book]\nkind = \"loans\"\nmodels = [\"logistic\"]\nlgd = 0.45             # of senior unsecured claims, Basel's foundation approach\nexposure = \"exposure\"\ncutoff = 0.1\n");
    }
    text.push_str("\n[risk]\nbaseline = \"baseline\"\n\n[[limits]]\nmetric = \"probability.logistic.auc\"\nmin = 0.6\n");
    let mut lines: Vec<String> = chosen
        .iter()
        .enumerate()
        .map(|(at, field)| format!("    cast(loans.{} as double) as {}", quoted(&field.name), plain(at, &field.name)))
        .collect();
    lines.extend(exposure.map(|field| format!("    cast(loans.{} as double) as exposure", quoted(&field.name))));
    let date = format!("cast(loans.{} as date)", quoted(&time.name));
    let sql = format!(
        "-- grain: entity, as_of
-- One row per loan. What its row says was known on the day of origination, so that as_of is the day after.
-- target: 1 where the loan defaulted, known {known_after} months after origination whatever became of it.
select
    cast(loans.{} as varchar) as entity,
    {date} + interval '1 day' as as_of,
    {date} + interval '{known_after} months' as known_on,
    {default} as target,
{}
from loans
",
        quoted(&id.name),
        lines.join(",\n"),
    );
    Ok(Draft { spec: text, sql, assumed })
}

/// A column's name without what SQL would have quoted.
fn plain(at: usize, name: &str) -> String {
    let plain: String = name.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let is_reserved = ["entity", "as_of", "known_on", "target", "weight", "exposure"].contains(&plain.as_str()) || plain.starts_with("benchmark_");
    if is_reserved || !plain.starts_with(|c: char| c.is_ascii_lowercase()) { format!("feature_{}_{plain}", at + 1) } else { plain }
}

/// The default in SQL, the months until it is known, and how both were told.
fn default(facts: &Facts, outcome: &Field, date: &str, said: &Said) -> Result<(String, u32, String)> {
    let (column, own) = (quoted(&outcome.name), format!("loans.{}", quoted(&outcome.name)));
    let unknown = || {
        Error::data(&facts.path, format!("`{}` says whether a loan defaulted, and nothing says when that was known", outcome.name))
            .hint("say --known-after MONTHS: after how many months every outcome is known, such as the term of the loans")
    };
    let flag = |default: String, words: String| {
        let months = said.known_after.ok_or_else(unknown)?;
        Ok((format!("case when {own} is null then null when {default} then 1 else 0 end"), months, words))
    };
    match outcome.kind {
        Kind::Date => {
            let months = said.known_after.unwrap_or(12);
            let issued = date.replacen("cast(", "cast(loans.", 1);
            let default = format!("case when {own} <= {issued} + interval '{months} months' then 1 else 0 end");
            Ok((default, months, format!("`{}` the day of its default; the target is default within {months} months", outcome.name)))
        }
        Kind::Flag => flag(own.clone(), format!("`{}` whether it defaulted", outcome.name)),
        Kind::Number => {
            let odd = facts.numbers(&format!("select count(*) from FILE where {column} not in (0, 1)"))?;
            if 0.0 < odd[0] {
                return Err(
                    Error::data(&facts.path, format!("`{}` is neither 0 nor 1 in {} rows", outcome.name, odd[0])).hint("say --outcome COLUMN")
                );
            }
            flag(format!("{own} = 1"), format!("`{}` = 1 its default", outcome.name))
        }
        Kind::Text | Kind::Other => {
            let levels =
                facts.rows(&format!("select distinct cast({column} as varchar) from FILE where {column} is not null order by 1 limit 50"))?;
            let levels: Vec<String> = levels.into_iter().map(|mut row| row.swap_remove(0)).collect();
            let bad: Vec<&String> = levels.iter().filter(|level| BAD.iter().any(|word| level.to_lowercase().contains(word))).collect();
            if bad.is_empty() {
                return Err(Error::data(&facts.path, format!("`{}` holds {}: none of them says default", outcome.name, levels.join(", ")))
                    .hint("say --outcome COLUMN: a date of default, true/false, 0 and 1, or a status such as Default or Charged Off"));
            }
            let list: Vec<String> = bad.iter().map(|level| format!("'{}'", level.replace('\'', "''"))).collect();
            flag(format!("{own} in ({})", list.join(", ")), format!("`{}` in {} its default", outcome.name, list.join(", ")))
        }
    }
}

/// Numbers known at origination by their names, and those that are not taken.
fn features<'a>(facts: &'a Facts, taken: &[&String; 3]) -> Result<(Vec<&'a Field>, Vec<&'a Field>)> {
    let (mut chosen, mut left) = (Vec::new(), Vec::new());
    for field in facts.of_kinds(&[Kind::Number]).into_iter().filter(|field| !taken.contains(&&field.name)) {
        let (name, column) = (field.name.to_ascii_lowercase(), quoted(&field.name));
        let found = facts.numbers(&format!("select count(*), count({column}), count(distinct {column}) from FILE"))?;
        let is_later = LATER.iter().any(|part| name.contains(part)) || name.ends_with("_id");
        if is_later || found[1] < 0.9 * found[0] || found[2] < 2.0 || chosen.len() == N_FEATURES {
            left.push(field);
        } else {
            chosen.push(field);
        }
    }
    Ok((chosen, left))
}
