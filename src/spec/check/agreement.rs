//! The table of keys and the reader agree: each key explained is read, and no other is taken.

use super::tests::parsed;
use crate::spec::Period;
use crate::spec::key::{Need, Section, Shape, sections};
use crate::spec::raw::{self, Value};

/// Model kind, its `ask`, window scheme and book: together they show every section of the table.
const VARIANTS: [[&str; 4]; 21] = [
    ["baseline", "mean", "rolling", "long_short"],
    ["ewma", "volatility", "expanding", ""],
    ["linear", "mean", "split", "long_short"],
    ["ridge", "mean", "rolling", "long_short"],
    ["lasso", "mean", "rolling", ""],
    ["elastic_net", "mean", "rolling", ""],
    ["huber", "mean", "rolling", ""],
    ["pcr", "mean", "rolling", ""],
    ["pls", "mean", "rolling", ""],
    ["logistic", "probability", "expanding", "loans"],
    ["quantile", "quantile 0.05", "rolling", ""],
    ["gbdt", "mean", "split", "long_short"],
    ["forest", "mean", "rolling", ""],
    ["tree", "probability", "rolling", ""],
    ["adaboost", "probability", "rolling", ""],
    ["svm", "mean", "rolling", ""],
    ["neighbours", "mean", "rolling", ""],
    ["naive_bayes", "probability", "rolling", ""],
    ["ensemble", "mean", "rolling", ""],
    ["import", "mean", "rolling", ""],
    ["column", "mean", "rolling", ""],
];

/// What the example of an ensemble combines; they stand before it.
const MEMBERS: &str = "[[models]]
name = \"trees\"
kind = \"gbdt\"
ask = [\"mean\"]
[[models]]
name = \"ridge\"
kind = \"ridge\"
ask = [\"mean\"]
";

/// Searches for settings and choices of features, which stand beside a ridge whose penalty is tuned.
const SEARCHES: [[&str; 2]; 4] = [["grid", "correlation"], ["random", "importance"], ["halving", "elimination"], ["random", "stability"]];

/// What is shown: one of `VARIANTS`, and one of `SEARCHES` or two blanks.
type Variant = ([&'static str; 4], [&'static str; 2]);

fn variants() -> Vec<Variant> {
    let searched = SEARCHES.map(|search| (["ridge", "mean", "rolling", "long_short"], search));
    VARIANTS.map(|variant| (variant, [""; 2])).into_iter().chain(searched).collect()
}

fn shows(section: &Section, ([model, _, scheme, book], [search, method]): Variant) -> bool {
    let value = section.when.map(|(_, value)| value);
    match section.path {
        // The examples of the settings would say the penalty twice.
        "models[].params" => search.is_empty() && value == Some(model),
        "models[].tune" => !search.is_empty() && value.is_none_or(|value| value == search),
        "models[].tune.ranges.NAME" => !search.is_empty() && search != "grid",
        "models[].select" => !method.is_empty() && value.is_none_or(|value| value == method),
        "window" => value.is_none_or(|value| value == scheme),
        "book" => !book.is_empty() && value.is_none_or(|value| value == book),
        _ => true,
    }
}

/// The path or heading with a name that the examples know.
fn named(path: &str) -> String {
    path.replace("ranges.NAME", "ranges.l2").replace("NAME", "prices")
}

fn path(variant: Variant, section: &Section, key: &str) -> String {
    let at = if variant.0[0] == "ensemble" && section.path.starts_with("models") { "[2]" } else { "[0]" };
    let block = named(section.path).replace("[]", at);
    if block.is_empty() { key.to_owned() } else { format!("{block}.{key}") }
}

/// A spec made of the table's examples; the key at `changed` has that literal instead.
fn example(variant: Variant, changed: (&str, &str)) -> String {
    let ([model, ask, scheme, book], [search, method]) = variant;
    let is_loans = book == "loans";
    let ask = format!("[\"{ask}\"]");
    let [model, scheme, book, search, method] = [model, scheme, book, search, method].map(|name| format!("\"{name}\""));
    let mut text = String::new();
    let mut headed: Vec<&str> = vec![""];
    for section in sections().filter(|section| shows(section, variant)) {
        // A block that was overwritten has no inside.
        if path(variant, section, "").starts_with(&format!("{}.", changed.0)) || path(variant, section, "").starts_with(&format!("{}[", changed.0)) {
            continue;
        }
        if !headed.contains(&section.path) {
            if section.path == "models[]" && variant.0[0] == "ensemble" {
                text.push_str(MEMBERS);
            }
            text.push_str(&named(&section.heading()));
            text.push('\n');
            headed.push(section.path);
        }
        for key in section.keys {
            let path = path(variant, section, key.name);
            let literal = match path.replace("models[2]", "models[0]").as_str() {
                _ if path == changed.0 => changed.1,
                _ if matches!(key.shape, Shape::Block | Shape::Blocks | Shape::Named) => continue,
                "kind" if is_loans => "\"credit\"",
                "features.carry" if is_loans => "[\"sector\", \"amount\", \"loss\"]",
                "models[0].kind" => &model,
                "models[0].ask" => &ask,
                // Members come before what combines them, and each has a name of its own.
                "models[0].name" if model == "\"ensemble\"" => "\"all\"",
                "models[0].tune.search" => &search,
                "models[0].select.method" => &method,
                // The two ends stand in a block of their own.
                "models[0].tune.ranges" if search != "\"grid\"" => continue,
                "window.scheme" => &scheme,
                "book.kind" => &book,
                // A long-short book holds returns, which have no currency.
                "target.unit" if book == "\"long_short\"" => "\"return\"",
                "target.currency" if book == "\"long_short\"" => continue,
                // It goes with probabilities only.
                "target.prior" if ask != "[\"probability\"]" => continue,
                _ => key.example,
            };
            text.extend([key.name, " = ", literal, "\n"]);
        }
    }
    text
}

#[test]
fn the_examples_of_the_table_are_specs() {
    for variant in variants() {
        let text = example(variant, ("", ""));
        assert!(parsed(&text).is_ok(), "{:?}\n{text}", parsed(&text));
    }
    for section in sections() {
        assert!(variants().iter().any(|variant| shows(section, *variant)), "no example shows {section:?}");
    }
}

#[test]
fn every_key_of_the_table_is_read() {
    // No key takes a boolean: where the reader looks, it complains.
    for variant in variants() {
        for section in sections().filter(|section| shows(section, variant)) {
            for key in section.keys {
                let path = path(variant, section, key.name);
                let refused = parsed(&example(variant, (&path, "true"))).expect_err(&path);
                assert!(refused.starts_with(&format!("x.toml: `{path}` must be {}, was true", key.shape)), "{path}: {refused}");
            }
        }
    }
}

#[test]
fn every_default_of_the_table_has_its_own_type_and_range() {
    for variant in variants() {
        for section in sections().filter(|section| shows(section, variant)) {
            for key in section.keys {
                let Need::Default(literal) = key.need else { continue };
                let value = raw::value(literal).expect("a default is TOML");
                assert!(holds(&key.shape, &value), "{}: {value} is not {:?}", path(variant, section, key.name), key.shape);
            }
        }
    }
}

/// Whether a key of this shape may hold the value, by the words of the shape alone.
fn holds(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::Text, Value::Text(text)) => !text.trim().is_empty(),
        (Shape::Texts, Value::List(items)) => items.iter().all(|item| holds(&Shape::Text, item)),
        (Shape::SomeTexts, Value::List(items)) => !items.is_empty() && holds(&Shape::Texts, value),
        (Shape::Choice(choices), Value::Text(text)) => choices.contains(&text.as_str()),
        (Shape::Integer(low, high), Value::Integer(number)) => (low..=high).contains(&number),
        (Shape::Number(range), Value::Integer(number)) => range.holds(*number as f64),
        (Shape::Number(range), Value::Number(number)) => range.holds(*number),
        (Shape::Remark, Value::Text(_)) | (Shape::Date, Value::Day(_)) => true,
        (Shape::Period | Shape::Gap, Value::Text(text)) => {
            text.parse::<Period>().is_ok_and(|period| matches!(shape, Shape::Gap) || period != Period::ZERO)
        }
        _ => false,
    }
}

#[test]
fn a_default_of_another_type_or_range_would_be_found() {
    let value = |literal| raw::value(literal).expect("TOML");
    assert!(holds(&Shape::Integer(1, 16), &value("16")) && !holds(&Shape::Integer(1, 16), &value("17")));
    assert!(!holds(&Shape::Integer(1, 16), &value("4.0")) && !holds(&Shape::Choice(&["a", "b"]), &value("\"c\"")));
    assert!(!holds(&Shape::Period, &value("\"0d\"")) && holds(&Shape::Gap, &value("\"0d\"")));
    assert!(!holds(&Shape::Texts, &value("\"a\"")) && !holds(&Shape::SomeTexts, &value("[]")));
}

#[test]
fn keys_outside_the_table_are_refused_in_every_block() {
    for variant in variants() {
        let text = example(variant, ("", ""));
        for section in sections().filter(|section| shows(section, variant)) {
            let heading = format!("{}\n", named(&section.heading()));
            let bad = match text.rfind(&heading) {
                Some(at) if !section.path.is_empty() => format!("{}{heading}zzz = 1\n{}", &text[..at], &text[at + heading.len()..]),
                _ => format!("zzz = 1\n{text}"),
            };
            let refused = parsed(&bad).expect_err(section.path);
            assert!(refused.starts_with(&format!("x.toml: `{}` is not a key", path(variant, section, "zzz"))), "{refused}");
        }
    }
}
