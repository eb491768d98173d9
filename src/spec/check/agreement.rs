//! The table of keys and the reader agree: each key explained is read, and no other is taken.

use super::tests::parsed;
use crate::spec::key::{Need, SECTIONS, Section, Shape};

/// Model kind, its `ask`, window scheme and book: together they show every section of the table.
const VARIANTS: [[&str; 4]; 7] = [
    ["baseline", "mean", "rolling", "long_short"],
    ["ewma", "volatility", "expanding", ""],
    ["linear", "mean", "split", "long_short"],
    ["ridge", "mean", "rolling", "long_short"],
    ["logistic", "probability", "expanding", "loans"],
    ["gbdt", "mean", "split", "long_short"],
    ["column", "mean", "rolling", ""],
];

fn shows(section: &Section, [model, _, scheme, book]: [&str; 4]) -> bool {
    let value = section.when.map(|(_, value)| value);
    match section.path {
        "models[].params" => value == Some(model),
        "window" => value.is_none_or(|value| value == scheme),
        "book" => !book.is_empty() && value.is_none_or(|value| value == book),
        _ => true,
    }
}

fn path(section: &Section, key: &str) -> String {
    let block = section.path.replace("NAME", "prices").replace("[]", "[0]");
    if block.is_empty() { key.to_owned() } else { format!("{block}.{key}") }
}

/// A spec made of the table's examples; the key at `changed` has that literal instead.
fn example(variant: [&str; 4], changed: (&str, &str)) -> String {
    let [model, ask, scheme, book] = variant;
    let is_loans = book == "loans";
    let ask = format!("[\"{ask}\"]");
    let (model, scheme, book) = (format!("\"{model}\""), format!("\"{scheme}\""), format!("\"{book}\""));
    let mut text = String::new();
    let mut headed: Vec<&str> = vec![""];
    for section in SECTIONS.iter().filter(|section| shows(section, variant)) {
        // A block that was overwritten has no inside.
        if path(section, "").starts_with(&format!("{}.", changed.0)) || path(section, "").starts_with(&format!("{}[", changed.0)) {
            continue;
        }
        if !headed.contains(&section.path) {
            text.push_str(&section.heading().replace("NAME", "prices"));
            text.push('\n');
            headed.push(section.path);
        }
        for key in section.keys {
            let path = path(section, key.name);
            let literal = match path.as_str() {
                path if path == changed.0 => changed.1,
                _ if matches!(key.shape, Shape::Block | Shape::Blocks | Shape::Named) => continue,
                "kind" if is_loans => "\"credit\"",
                "features.carry" if is_loans => "[\"sector\", \"amount\", \"loss\"]",
                "models[0].kind" => &model,
                "models[0].ask" => &ask,
                "window.scheme" => &scheme,
                "book.kind" => &book,
                _ => key.example,
            };
            text.extend([key.name, " = ", literal, "\n"]);
        }
    }
    text
}

#[test]
fn the_examples_of_the_table_are_specs() {
    for variant in VARIANTS {
        let text = example(variant, ("", ""));
        assert!(parsed(&text).is_ok(), "{:?}\n{text}", parsed(&text));
    }
    for section in SECTIONS {
        assert!(VARIANTS.iter().any(|variant| shows(section, *variant)), "no example shows {section:?}");
    }
}

#[test]
fn every_key_of_the_table_is_read() {
    // No key takes a boolean: where the reader looks, it complains.
    for variant in VARIANTS {
        for section in SECTIONS.iter().filter(|section| shows(section, variant)) {
            for key in section.keys {
                let path = path(section, key.name);
                let refused = parsed(&example(variant, (&path, "true"))).expect_err(&path);
                assert!(refused.starts_with(&format!("x.toml: `{path}` must be {}, was true", key.shape)), "{path}: {refused}");
            }
        }
    }
}

#[test]
fn every_default_of_the_table_has_its_own_type_and_range() {
    for variant in VARIANTS {
        for section in SECTIONS.iter().filter(|section| shows(section, variant)) {
            for key in section.keys {
                let Need::Default(literal) = key.need else { continue };
                let path = path(section, key.name);
                // A default may contradict another key's example, but not its own range.
                let refused = parsed(&example(variant, (&path, literal))).err().unwrap_or_default();
                assert!(!refused.contains(&format!("`{path}` must be")), "{refused}");
            }
        }
    }
}

#[test]
fn keys_outside_the_table_are_refused_in_every_block() {
    for variant in VARIANTS {
        let text = example(variant, ("", ""));
        for section in SECTIONS.iter().filter(|section| shows(section, variant)) {
            let heading = format!("{}\n", section.heading().replace("NAME", "prices"));
            let bad = if section.path.is_empty() { format!("zzz = 1\n{text}") } else { text.replace(&heading, &format!("{heading}zzz = 1\n")) };
            let refused = parsed(&bad).expect_err(section.path);
            assert!(refused.starts_with(&format!("x.toml: `{}` is not a key", path(section, "zzz"))), "{refused}");
        }
    }
}
