//! The only way to a `Spec`: a file becomes one, or an error that names the file, the key and the value.

#[cfg(test)]
mod agreement;
mod book;
mod file;
mod governance;
mod model;
mod name;
mod select;
mod table;
mod target;
mod tune;
mod window;

use std::path::Path;

use super::raw::{self, Malformed};
use super::reader::{Block, Reader};
use super::{Kind, ModelSpec, Quantity, SignOff, Spec, without_mark};
use crate::error::{Error, Result};

/// Reads the spec at `path`, which like every path in it is relative to `root` unless absolute.
///
/// Errors name the file, the key and the value: the file lies outside the root and the folders that are allowed (`place`), the file is missing, is no UTF-8 or no TOML; a key is unknown,
/// missing, of the wrong type or out of range; two keys contradict each other; an SQL file is missing.
pub fn load(root: &Path, path: &Path) -> Result<Spec> {
    let shown = path.display().to_string();
    let name = file::name(&shown, path)?;
    let (shown, text) = file::read(root, path, &shown)?;
    let mut spec = parse(name, Path::new(&shown), text)?;
    file::check_sql(root, &shown, &mut spec.features.sql)?;
    file::read_imports(root, &shown, &mut spec.models)?;
    Ok(spec)
}

/// All of `load` that needs no disk.
fn parse(name: String, path: &Path, text: String) -> Result<Spec> {
    let file = path.display().to_string();
    let entries = raw::parse(&text).map_err(|bad| malformed(&file, &text, &bad))?;
    let top = Block::top(&file, &entries).plain()?;
    let title = top.text("title")?;
    let kind = match top.choice("kind")? {
        "market" => Kind::Market,
        "credit" => Kind::Credit,
        other => unreachable!("the table of keys has no kind {other}"),
    };
    let as_of = top.day_if("as_of")?;
    let seed = top.whole("seed")?;
    let portfolio = top.text_if("portfolio")?.unwrap_or_else(|| title.clone());
    let limitations = top.texts("limitations")?;
    let tables = table::tables(&top)?;
    let features = table::features(&top, &tables)?;
    let window = window::window(&top, as_of)?;
    let models = model::models(&top, seed)?;
    check_kind(&top, kind, &models)?;
    let target = target::target(&top, kind, &models)?;
    let book = if top.has("book") { Some(book::book(&top, kind, &target.unit, (&models, &features.carry))?) } else { None };
    let risk = book::risk(&top, &models)?;
    let limits = book::limits(&top)?;
    let sign_off = sign_off(&top)?;
    let governance = governance::governance(&top)?;
    Ok(Spec {
        name,
        file: path.to_path_buf(),
        text,
        title,
        portfolio,
        kind,
        as_of,
        seed,
        tables,
        features,
        target,
        window,
        models,
        book,
        risk,
        limits,
        limitations,
        sign_off,
        governance,
    })
}

fn malformed(file: &str, text: &str, bad: &Malformed) -> Error {
    let line: String = without_mark(text).lines().nth(bad.line - 1).unwrap_or_default().trim().chars().take(80).collect();
    Error::spec(format!("{file}:{}", bad.line), format!("is not TOML: {}", bad.problem)).hint(format!("the line reads: {line}"))
}

/// A credit page is about defaults (a probability) or about what is lost on them (a mean).
fn check_kind(top: &Reader<'_>, kind: Kind, models: &[ModelSpec]) -> Result<()> {
    let judged = |quantity: &Quantity| matches!(quantity, Quantity::Probability | Quantity::Mean);
    if kind == Kind::Credit && !models.iter().any(|model| model.ask.iter().any(judged)) {
        return Err(top
            .refuse("models", "has no model that asks for `probability` or `mean`, which a report of kind = \"credit\" is about")
            .hint("ask for \"probability\" where the target is a default, for \"mean\" where it is a loss or an exposure"));
    }
    Ok(())
}

fn sign_off(top: &Reader<'_>) -> Result<SignOff> {
    let names = top.block("sign_off")?.plain()?;
    Ok(SignOff { prepared: names.text_if("prepared")?, reviewed: names.text_if("reviewed")?, approved: names.text_if("approved")? })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::spec::{BookSpec, History, MeanLoss, ModelKind, Period, Rebalance, Scheme, Severity, TargetUnit, TreeRows, Weights};

    pub(crate) fn parsed(text: &str) -> std::result::Result<Spec, String> {
        parse("x".to_owned(), Path::new("x.toml"), text.to_owned()).map_err(|error| error.to_string())
    }

    const SMALLEST: &str = r#"
title = "t"
kind = "market"
[tables.z]
path = "z.parquet"
time = "day"
[tables.a]
path = "a.parquet"
time = "day"
[features]
sql = ["f.sql"]
[window]
scheme = "rolling"
train = "1y"
test = "1mo"
[[models]]
name = "b"
kind = "baseline"
ask = ["mean"]
[[models]]
name = "e"
kind = "ewma"
ask = ["quantile 0.01"]
[[models]]
name = "g"
kind = "gbdt"
ask = ["mean"]
[[models]]
name = "r"
kind = "ridge"
ask = ["mean"]
[[models]]
name = "l"
kind = "logistic"
ask = ["probability"]
[book]
kind = "long_short"
models = ["g"]
[sign_off]
prepared = "A. Quant"
reviewed = " "
"#;

    #[test]
    fn what_is_left_out_has_its_default_and_tables_keep_their_order() {
        let spec = parsed(SMALLEST).expect("the smallest spec is whole");
        assert_eq!((spec.portfolio.as_str(), spec.seed, spec.as_of, spec.limits.len()), ("t", 1, None, 0));
        assert_eq!(spec.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["z", "a"]);
        let quality = &spec.tables[0].quality;
        assert_eq!((quality.max_return, quality.max_gap_days, quality.stale_days, quality.max_null_share), (0.5, 7, 5, 0.05));
        let severity = |check: &str| quality.severity[check];
        assert_eq!(["duplicates", "not_finite"].map(severity), [Severity::Stop; 2]);
        assert_eq!(["gaps", "stale", "returns", "high_low"].map(severity), [Severity::Warn; 4]);
        assert_eq!(["null_share", "zero_volume"].map(severity), [Severity::Note; 2]);
        assert_eq!((spec.features.truncation_dates, spec.features.carry.len()), (5, 0));
        assert_eq!((spec.window.scheme, spec.window.train, spec.window.embargo), (Scheme::Rolling, Some(Period::Months(12)), Period::ZERO));
        let ModelKind::Baseline(baseline) = &spec.models[0].kind else { panic!("a baseline") };
        assert_eq!((baseline.history, baseline.lookback, baseline.min_history), (History::Pool, 500, 100));
        let ModelKind::Ewma(ewma) = &spec.models[1].kind else { panic!("an ewma") };
        assert_eq!((ewma.lambda, ewma.min_history), (0.94, 60));
        let ModelKind::Gbdt(gbdt) = &spec.models[2].kind else { panic!("a gbdt") };
        assert_eq!((gbdt.trees, gbdt.tree.depth, gbdt.tree.leaves, gbdt.learning_rate, gbdt.tree.min_leaf_rows), (100, 6, 31, 0.1, 100));
        assert_eq!((gbdt.rows, gbdt.loss, gbdt.early_stop), (TreeRows::Share(1.0), MeanLoss::Squared, None));
        let ModelKind::Ridge(ridge) = &spec.models[3].kind else { panic!("a ridge") };
        let ModelKind::Logistic(logistic) = &spec.models[4].kind else { panic!("a logistic") };
        assert_eq!((ridge.l2, logistic.l2, logistic.max_iterations), (1e-3, 1e-4, 50));
        let Some(BookSpec::LongShort(book)) = &spec.book else { panic!("a long-short book") };
        assert_eq!((book.share, book.weights, book.rebalance, book.cost_bps, book.delay_days), (0.2, Weights::Equal, Rebalance::Daily, 0.0, 1));
        assert_eq!(book.delisting_return, 0.0);
        assert_eq!((spec.risk.days_per_year, spec.risk.significance, spec.risk.baseline), (252.0, 0.05, None));
        assert_eq!((spec.sign_off.prepared.as_deref(), spec.sign_off.reviewed, spec.sign_off.approved), (Some("A. Quant"), None, None));
    }

    #[test]
    fn the_unit_of_the_target_follows_the_report_unless_it_is_named() {
        let unit = |text: &str| parsed(text).expect("the spec is whole").target.unit;
        let credit = SMALLEST.replace("kind = \"market\"", "kind = \"credit\"").replace("[book]\nkind = \"long_short\"\nmodels = [\"g\"]\n", "");
        let directions = SMALLEST.split("[[models]]").next().expect("a beginning").to_owned()
            + "[[models]]\nname = \"l\"\nkind = \"logistic\"\nask = [\"probability\"]\n";
        assert_eq!((unit(SMALLEST), unit(&credit), unit(&directions)), (TargetUnit::Return, TargetUnit::Probability, TargetUnit::Probability));
        let loss = directions.replace("kind = \"market\"", "kind = \"credit\"").replace("kind = \"logistic\"", "kind = \"ridge\"");
        // A loss given default, judged by its mean alone.
        assert_eq!(unit(&loss.replace("ask = [\"probability\"]", "ask = [\"mean\"]")), TargetUnit::Share);
        let named = |block: &str| unit(&format!("{credit}\n[target]\n{block}\n"));
        assert_eq!(named("unit = \"money\"\ncurrency = \"USD\""), TargetUnit::Money("USD".to_owned()));
        assert_eq!(named("unit = \"number\""), TargetUnit::Number);
        assert_eq!(parsed(&format!("{SMALLEST}\n[target]\nprior = 0.0017\n")).expect("a logistic is asked for").target.prior, Some(0.0017));
    }

    #[test]
    fn dates_are_taken_quoted_or_not() {
        let dated = |literal: &str| parsed(&format!("as_of = {literal}\n{SMALLEST}")).map(|spec| spec.as_of.expect("it is there").to_string());
        assert_eq!(dated("2019-12-31"), Ok("2019-12-31".to_owned()));
        assert_eq!(dated("\"2019-12-31\""), Ok("2019-12-31".to_owned()));
        assert_eq!(dated("2019-12-31T00:00:00").unwrap_err(), "x.toml: `as_of` must be a date such as 2019-12-31, was the time 2019-12-31T00:00:00");
    }
}
