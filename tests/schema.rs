//! The JSON Schemas that are shipped hold of every file that a run leaves, and of nothing else.

use std::fs;
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::fixture::{Project, repository};

/// What a value does not keep of a schema: keywords used by ours alone, and a panic on any other, so that none is passed over.
fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fault = |what: String| found.push(format!("{at}: {what}"));
    let mut below = Vec::new();
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().and_then(|text| text.strip_prefix('#')).expect("a reference within the file");
                below.extend(faults(root, root.pointer(pointer).expect("it leads somewhere"), value, at));
            }
            "type" => {
                let one = |kind: &Value| match kind.as_str().expect("a type is a word") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "null" => value.is_null(),
                    other => panic!("the type {other}"),
                };
                if !rule.as_array().map_or_else(|| one(rule), |kinds| kinds.iter().any(one)) {
                    fault(format!("is no {rule}"));
                }
            }
            "const" if value != rule => fault(format!("is not {rule}")),
            "enum" if !rule.as_array().expect("a list").contains(value) => fault(format!("is none of {rule}")),
            "minimum" | "maximum" => {
                let (bound, is_least) = (rule.as_f64().expect("a number"), keyword == "minimum");
                if value.as_f64().is_some_and(|value| if is_least { value < bound } else { bound < value }) {
                    fault(format!("is beyond {bound}"));
                }
            }
            "pattern" if value.as_str().is_some_and(|text| !matches(rule.as_str().expect("text"), text)) => fault(format!("is not like {rule}")),
            "minItems" if value.as_array().is_some_and(|items| (items.len() as u64) < rule.as_u64().expect("a number")) => fault("is short".into()),
            "maxItems" if value.as_array().is_some_and(|items| rule.as_u64().expect("a number") < items.len() as u64) => fault("is long".into()),
            // It is kept, or says nothing of the value.
            "const" | "enum" | "pattern" | "minItems" | "maxItems" | "$schema" | "$id" | "$defs" | "title" | "description" | "properties" => {}
            "required" => {
                let names = rule.as_array().expect("a list").iter().map(|name| name.as_str().expect("a name"));
                if let Some(object) = value.as_object() {
                    names.filter(|name| !object.contains_key(*name)).for_each(|name| fault(format!("has no `{name}`")));
                }
            }
            "additionalProperties" => {
                let none = Map::new();
                let own = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
                for (name, more) in value.as_object().into_iter().flatten() {
                    match own.get(name) {
                        Some(rule) => below.extend(faults(root, rule, more, &format!("{at}/{name}"))),
                        None if rule == &Value::Bool(false) => fault(format!("has a key `{name}`")),
                        None => below.extend(faults(root, rule, more, &format!("{at}/{name}"))),
                    }
                }
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                items.for_each(|(idx, item)| below.extend(faults(root, rule, item, &format!("{at}/{idx}"))));
            }
            "prefixItems" => {
                let items = value.as_array().into_iter().flatten().zip(rule.as_array().expect("a list")).enumerate();
                items.for_each(|(idx, (item, rule))| below.extend(faults(root, rule, item, &format!("{at}/{idx}"))));
            }
            "oneOf" | "anyOf" => {
                let n = rule.as_array().expect("a list").iter().filter(|rule| faults(root, rule, value, at).is_empty()).count();
                if n == 0 || (keyword == "oneOf" && n != 1) {
                    fault(format!("is of {n} of the kinds in {keyword}"));
                }
            }
            other => panic!("the keyword {other} is not looked at"),
        }
    }
    found.extend(below);
    found
}

/// The patterns of our schemas: classes in brackets, counts in braces, and letters as they stand.
fn matches(pattern: &str, text: &str) -> bool {
    let pattern = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$')).expect("whole texts");
    let (mut rest, mut text) = (pattern, text);
    while let Some(first) = rest.chars().next() {
        let (class, after) = if first == '[' { rest[1..].split_once(']').expect("a class ends") } else { rest.split_at(1) };
        let (n, after) = match after.strip_prefix('{') {
            Some(counted) => counted.split_once('}').map(|(n, after)| (n.parse().expect("a count"), after)).expect("a count ends"),
            None => (1, after),
        };
        let is_in = |c: char| match class {
            "0-9" => c.is_ascii_digit(),
            "0-9a-f" => matches!(c, '0'..='9' | 'a'..='f'),
            letter => letter.starts_with(c),
        };
        if text.len() < n || !text.is_char_boundary(n) || !text[..n].chars().all(is_in) {
            return false;
        }
        (rest, text) = (after, &text[n..]);
    }
    text.is_empty()
}

fn printed(of: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(["schema", of]).output().expect("the program starts");
    assert_eq!(fs::read(repository().join(format!("docs/schema/{of}.schema.json"))).expect("shipped"), output.stdout);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Objects of a value, by their place.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    if value.is_object() {
        found.push(at.to_owned());
    }
    let members = value.as_object().into_iter().flatten().map(|(name, member)| (name.clone(), member));
    let items = value.as_array().into_iter().flatten().enumerate().map(|(idx, item)| (idx.to_string(), item));
    for (name, member) in members.chain(items) {
        objects(member, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
    }
}

#[test]
fn the_schemas_hold_of_the_sample_and_of_nothing_that_lacks_a_key_or_has_one_more() {
    let project = Project::new("schema");
    let ran = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .current_dir(repository())
        .args(["run", "reports", "--quiet", "--breach", "ok", "--out"])
        .arg(&project.root)
        .output()
        .expect("the program starts");
    assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stderr).as_ref()), (Some(0), ""));
    for of in ["summary", "run"] {
        let schema = printed(of);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        for report in ["equity_var", "loan_default"] {
            let file = project.root.join(report).join("2020-01-01").join(format!("{of}.json"));
            let whole: Value = serde_json::from_slice(&fs::read(&file).expect("a whole run")).expect("JSON");
            assert_eq!(faults(&schema, &schema, &whole, "").join("\n"), "", "{}", file.display());
            let mut places = Vec::new();
            objects(&whole, "", &mut places);
            // Maps by name may have any key; every other object has its keys and no more. A few of each kind are enough.
            let is_map = |at: &str| ["/metrics", "/files", "/outputs", "/seconds"].iter().any(|map| at.ends_with(map));
            let step = places.len().div_ceil(16);
            let mut n_tried = 0;
            for at in places.iter().step_by(step).filter(|at| !is_map(at)) {
                let mut more = whole.clone();
                more.pointer_mut(at).and_then(Value::as_object_mut).expect("an object").insert("unknown".to_owned(), json!(1));
                assert!(!faults(&schema, &schema, &more, "").is_empty(), "{of}.json of {report} takes a key more at `{at}`");
                let first = whole.pointer(at).and_then(Value::as_object).and_then(|object| object.keys().next().cloned());
                if let Some(first) = first {
                    let mut less = whole.clone();
                    less.pointer_mut(at).and_then(Value::as_object_mut).expect("an object").remove(&first);
                    assert!(!faults(&schema, &schema, &less, "").is_empty(), "{of}.json of {report} takes `{at}` without `{first}`");
                }
                n_tried += 1;
            }
            assert!(5 <= n_tried, "{n_tried}");
        }
    }
}

#[test]
fn the_walker_sees_what_a_schema_forbids() {
    let schema = json!({
        "$defs": { "day": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$" } },
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "$ref": "#/$defs/day" }, "b": { "oneOf": [{ "type": "number", "minimum": 0 }, { "const": null }] }, "c": { "type": "array", "items": { "enum": ["x"] } } }
    });
    let n = |value: Value| faults(&schema, &schema, &value, "").len();
    assert_eq!(n(json!({ "a": "2020-01", "b": 1, "c": ["x"] })), 0);
    for wrong in [
        json!({}),
        json!([]),
        json!({ "a": "2020-1" }),
        json!({ "a": "2020-012" }),
        json!({ "a": 1 }),
        json!({ "a": "2020-01", "b": -1 }),
        json!({ "a": "2020-01", "c": ["y"] }),
        json!({ "a": "2020-01", "d": 1 }),
    ] {
        assert_eq!(n(wrong.clone()), 1, "{wrong}");
    }
}
