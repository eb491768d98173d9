//! Ensembles as files: JSON that gives every bit back.
//!
//! Floating-point numbers stand in strings, in Rust's shortest decimal form, and are read by `str::parse`, which is correctly rounded;
//! serde_json alone would read some of them one bit off. A tree's nodes are columns, so that no key repeats per node.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::check::check;
use super::ensemble::{Ensemble, Link, ModelFeature};
use super::json::unquoted;
use super::tree::{Node, Rule, Side, Split, Tree};
use crate::error::{Error, Result};

const PROGRAM: &str = "plimsoll";

/// Raised whenever an older program would misread the file.
const FORMAT: u32 = 1;

/// A model and what it was trained on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Saved {
    /// Name of the loss that the trees minimised.
    pub(crate) loss: String,
    /// The model.
    pub(crate) ensemble: Ensemble,
}

/// The file's text: a line of facts, then one line per tree.
pub(crate) fn to_json(saved: &Saved) -> String {
    let Saved { loss, ensemble } = saved;
    let file = FileModel {
        program: PROGRAM.to_owned(),
        format: FORMAT,
        loss: loss.clone(),
        link: ensemble.link,
        base: format!("{:?}", ensemble.base),
        features: ensemble.features.clone(),
        trees: vec![],
    };
    let json = |value: serde_json::Result<String>| value.expect("strings and whole numbers are JSON");
    let head = json(serde_json::to_string(&file));
    let trees: Vec<String> = ensemble.trees.iter().map(|tree| json(serde_json::to_string(&FileTree::of(tree)))).collect();
    let head = head.strip_suffix("]}").expect("the list of trees comes last");
    if trees.is_empty() { format!("{head}]}}\n") } else { format!("{head}\n{}\n]}}\n", trees.join(",\n")) }
}

/// Reads the file's text; `place` is the file.
pub(crate) fn from_json(place: impl Display, text: &str) -> Result<Saved> {
    let fault = |problem: String| Error::model(&place, problem);
    let header: Header = serde_json::from_str(text).map_err(|error| fault(format!("not a model of this program: {}", unquoted(&error))))?;
    if header.program != PROGRAM {
        return Err(fault(format!("a model of `{}`, not of `{PROGRAM}`", header.program)));
    }
    if header.format != FORMAT {
        let hint = "fit and save the model again, or score it with the program that wrote it";
        return Err(fault(format!("format {} of a model; this program reads format {FORMAT}", header.format)).hint(hint));
    }
    let file: FileModel = serde_json::from_str(text).map_err(|error| fault(format!("a broken model: {}", unquoted(&error))))?;
    let read = || {
        let tree = |(idx, tree): (usize, &FileTree)| tree.read().map_err(|problem| format!("tree {idx}: {problem}"));
        let trees = file.trees.iter().enumerate().map(tree).collect::<Result<_, String>>()?;
        let base = parse("base", &file.base)?;
        let ensemble = Ensemble { features: file.features.clone(), base, link: file.link, trees };
        check(&ensemble).map(|()| ensemble)
    };
    let ensemble = read().map_err(|problem: String| fault(format!("a broken model: {problem}")))?;
    Ok(Saved { loss: file.loss, ensemble })
}

/// What says whether the rest can be read.
#[derive(Deserialize)]
struct Header {
    program: String,
    format: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileModel {
    program: String,
    format: u32,
    loss: String,
    link: Link,
    base: String,
    features: Vec<ModelFeature>,
    trees: Vec<FileTree>,
}

/// Columns of words, one per node in `left` (0 for a leaf), `value`, `rows` and `cover`, and one per split in the others.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTree {
    left: String,
    right: String,
    feature: String,
    /// A threshold, or categories as {1,2,5}.
    rule: String,
    /// L or R.
    missing: String,
    gain: String,
    value: String,
    rows: String,
    cover: String,
}

impl FileTree {
    fn of(tree: &Tree) -> Self {
        let nodes = &tree.nodes;
        let splits = || nodes.iter().filter_map(|node| node.split.as_ref());
        Self {
            left: words(nodes.iter().map(|node| node.split.as_ref().map_or(0, |split| split.left))),
            right: words(splits().map(|split| split.right)),
            feature: words(splits().map(|split| split.feature)),
            rule: words(splits().map(|split| rule_word(&split.rule))),
            missing: splits().map(|split| if split.missing == Side::Left { 'L' } else { 'R' }).collect(),
            gain: words(splits().map(|split| format!("{:?}", split.gain))),
            value: words(nodes.iter().map(|node| format!("{:?}", node.value))),
            rows: words(nodes.iter().map(|node| node.n_rows)),
            cover: words(nodes.iter().map(|node| format!("{:?}", node.cover))),
        }
    }

    fn read(&self) -> Result<Tree, String> {
        let left: Vec<u32> = column("left", &self.left)?;
        let n_splits = left.iter().filter(|&&left| left != 0).count();
        let right = sized("right", column("right", &self.right)?, n_splits)?;
        let feature = sized("feature", column("feature", &self.feature)?, n_splits)?;
        let rule = sized("rule", self.rule.split_ascii_whitespace().map(read_rule).collect::<Result<Vec<_>, _>>()?, n_splits)?;
        let missing = sized("missing", self.missing.chars().map(read_side).collect::<Result<Vec<_>, _>>()?, n_splits)?;
        let gain = sized("gain", column("gain", &self.gain)?, n_splits)?;
        let value = sized("value", column("value", &self.value)?, left.len())?;
        let n_rows = sized("rows", column("rows", &self.rows)?, left.len())?;
        let cover = sized("cover", column("cover", &self.cover)?, left.len())?;
        let mut rules = rule.into_iter();
        let mut idx = 0;
        let mut split = |left: u32| {
            let rule = rules.next().filter(|_| left != 0)?;
            idx += 1;
            Some(Split { feature: feature[idx - 1], rule, missing: missing[idx - 1], left, right: right[idx - 1], gain: gain[idx - 1] })
        };
        let node =
            |at: usize| Node { split: if left[at] == 0 { None } else { split(left[at]) }, value: value[at], n_rows: n_rows[at], cover: cover[at] };
        Ok(Tree { nodes: (0..left.len()).map(node).collect() })
    }
}

fn words<T: ToString>(values: impl Iterator<Item = T>) -> String {
    values.map(|value| value.to_string()).collect::<Vec<_>>().join(" ")
}

fn column<T: FromStr>(name: &str, text: &str) -> Result<Vec<T>, String> {
    text.split_ascii_whitespace().map(|word| parse(name, word)).collect()
}

fn sized<T>(name: &str, values: Vec<T>, n: usize) -> Result<Vec<T>, String> {
    if values.len() == n { Ok(values) } else { Err(format!("`{name}` has {} entries, not {n}", values.len())) }
}

fn parse<T: FromStr>(name: &str, word: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("`{word}` in `{name}` is not such a number"))
}

fn rule_word(rule: &Rule) -> String {
    match rule {
        Rule::AtMost(threshold) => format!("{threshold:?}"),
        Rule::OneOf(codes) => format!("{{{}}}", codes.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
    }
}

fn read_rule(word: &str) -> Result<Rule, String> {
    match word.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        None => Ok(Rule::AtMost(parse("rule", word)?)),
        Some("") => Ok(Rule::OneOf(vec![])),
        Some(codes) => Ok(Rule::OneOf(codes.split(',').map(|code| parse("rule", code)).collect::<Result<_, _>>()?)),
    }
}

fn read_side(letter: char) -> Result<Side, String> {
    match letter {
        'L' => Ok(Side::Left),
        'R' => Ok(Side::Right),
        _ => Err(format!("`{letter}` in `missing` is neither L nor R")),
    }
}

#[cfg(test)]
mod tests {
    use rand_core::RngCore;
    use rand_pcg::Pcg64;

    use super::super::twin;
    use super::*;

    fn bits(generator: &mut Pcg64) -> f64 {
        loop {
            let value = f64::from_bits(generator.next_u64());
            if value.is_finite() {
                return value;
            }
        }
    }

    fn saved(seed: u64, n_trees: usize) -> Saved {
        Saved { loss: "logistic".to_owned(), ensemble: twin::ensemble(seed, n_trees) }
    }

    #[test]
    fn random_bits_come_back_exactly() {
        let mut model = saved(1, 500);
        let mut generator = Pcg64::new(1, 3);
        model.ensemble.base = bits(&mut generator);
        for node in model.ensemble.trees.iter_mut().flat_map(|tree| &mut tree.nodes) {
            (node.value, node.cover, node.n_rows) = (bits(&mut generator), bits(&mut generator).abs(), generator.next_u64());
            if let Some(split) = &mut node.split {
                split.gain = bits(&mut generator);
                if let Rule::AtMost(threshold) = &mut split.rule {
                    let drawn = f32::from_bits(generator.next_u32());
                    *threshold = if drawn.is_nan() { f32::NEG_INFINITY } else { drawn };
                }
            }
        }
        let text = to_json(&model);
        let found = from_json("m.json", &text).expect("it was just written");
        // Equality takes -0 for 0; the texts do not.
        assert!(found == model && to_json(&found) == text);
        let values =
            |model: &Saved| -> Vec<u64> { model.ensemble.trees.iter().flat_map(|tree| &tree.nodes).map(|node| node.value.to_bits()).collect() };
        assert_eq!(values(&found), values(&model));
    }

    #[test]
    fn a_small_model_is_legible() {
        let mut model = saved(2, 0);
        model.ensemble.features.truncate(3);
        let split = Split { feature: 2, rule: Rule::OneOf(vec![2, 9]), missing: Side::Right, left: 1, right: 2, gain: 1.5 };
        let nodes = [(Some(split), 0.1, 10), (None, -0.25, 4), (None, 1e-7, 6)];
        let nodes = nodes.map(|(split, value, n_rows)| Node { split, value, n_rows, cover: n_rows as f64 / 4.0 });
        model.ensemble.trees.push(Tree { nodes: nodes.to_vec() });
        let expected = concat!(
            r#"{"program":"plimsoll","format":1,"loss":"logistic","link":"logistic","base":"0.3","features":[{"name":"x0","kind":"numeric"},"#,
            r#"{"name":"x1","kind":"numeric"},{"name":"purpose","kind":{"categorical":[0,2,3,5,9]}}],"trees":["#,
            "\n",
            r#"{"left":"1 0 0","right":"2","feature":"2","rule":"{2,9}","missing":"R","gain":"1.5","value":"0.1 -0.25 1e-7","rows":"10 4 6","#,
            r#""cover":"2.5 1.0 1.5"}"#,
            "\n]}\n"
        );
        assert_eq!(to_json(&model), expected);
        assert_eq!(from_json("m.json", expected), Ok(model));
    }

    #[test]
    fn other_versions_and_broken_files_are_named() {
        let text = to_json(&saved(1, 5));
        let message = |from: &str, to: &str| from_json("m.json", &text.replacen(from, to, 1)).expect_err("it is broken").to_string();
        let hint = "\n  hint: fit and save the model again, or score it with the program that wrote it";
        assert_eq!(message("\"format\":1", "\"format\":2"), format!("m.json: format 2 of a model; this program reads format 1{hint}"));
        assert_eq!(message("plimsoll", "other"), "m.json: a model of `other`, not of `plimsoll`");
        assert_eq!(message("\"base\":\"0.3\"", "\"base\":\"x\""), "m.json: a broken model: `x` in `base` is not such a number");
        assert_eq!(message("\"base\":\"0.3\"", "\"base\":\"inf\""), "m.json: a broken model: the base score is inf");
        assert_eq!(message("\"left\":\"1 ", "\"left\":\"0 "), "m.json: a broken model: tree 1: `right` has 1 entries, not 0");
        assert!(message("\"loss\":\"logistic\",", "").starts_with("m.json: a broken model: missing field `loss`"));
        let cut = from_json("m.json", &text[..text.len() / 2]).expect_err("half is missing").to_string();
        assert!(cut.starts_with("m.json: not a model of this program: EOF while parsing"), "{cut}");
        assert!(from_json("m.json", "").is_err());
    }

    #[test]
    fn any_cut_is_an_error_and_no_changed_byte_a_panic() {
        let text = to_json(&saved(4, 12));
        for end in (0..text.trim_end().len()).step_by(5) {
            assert!(from_json("m.json", &text[..end]).is_err(), "cut at {end}");
        }
        let mut generator = Pcg64::new(2, 3);
        let mut is_still_read = || {
            let mut bytes = text.clone().into_bytes();
            bytes[twin::below(&mut generator, text.len() as u32) as usize] = b" -0123456789.e{}\"LRN"[twin::below(&mut generator, 20) as usize];
            from_json("m.json", &String::from_utf8(bytes).expect("it stays ASCII")).is_ok()
        };
        // Many bytes are digits of values, where another digit is another model.
        let n_read = (0..3000).filter(|_| is_still_read()).count();
        assert!((300..2700).contains(&n_read), "{n_read}");
    }
}
