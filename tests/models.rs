//! Every kind of model is run through the program: it forecasts, it is shown, and one thread and four leave the same bytes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::day::Day;
use plimsoll::feature::{Dataset, Matrix};
use plimsoll::manifest::Manifest;
use plimsoll::spec::{ModelKind, ModelSpec, load};
use plimsoll::walk::{self, Store};
use plimsoll::window::{Span, Window};

use crate::fixture::{Project, repository};

fn run(spec: &str, out: &Path, threads: &str) -> PathBuf {
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let output = program
        .args(["run", spec, "--threads", threads, "--allow-outside"])
        .arg(std::env::temp_dir())
        .arg("--out")
        .arg(out)
        .current_dir(repository())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = PathBuf::from(String::from_utf8_lossy(&output.stdout).lines().next().expect("the report's path"));
    report.parent().expect("a report lies in its run's folder").to_path_buf()
}

#[test]
fn every_kind_of_model_is_made_twice_in_the_same_bytes() {
    let project = Project::new("models");
    let mut kinds = BTreeSet::new();
    for name in ["market", "credit"] {
        let path = format!("tests/models/{name}.toml");
        let one = run(&path, &project.root.join("one"), "1");
        let four = run(&path, &project.root.join("four"), "4");
        let [one_made, four_made] = [&one, &four].map(|run| Manifest::read(run).expect("a manifest").outputs);
        assert_eq!(one_made, four_made, "{name}: one thread and four");
        let page = std::fs::read_to_string(one.join("report.html")).expect("a report");
        let spec = load(repository(), Path::new(&path)).expect("the spec is good");
        for model in &spec.models {
            kinds.insert(model.kind.name());
            assert!(page.contains(&format!("<code>{}</code>", model.name)), "{name}: `{}` is not on the page", model.name);
            assert!(one.join(format!("models/{}.json", model.name)).exists());
            let is_saved = matches!(model.kind, ModelKind::Forest(_) | ModelKind::Tree(_) | ModelKind::AdaBoost(_));
            let saved = one.join(format!("models/{}.{}.model.json", model.name, model.ask[0]));
            assert!(!is_saved || saved.exists(), "{} was not saved", saved.display());
            every_trial_has_its_score(&one, model);
        }
        says_what_was_fitted(&page, name);
    }
    // Nineteen kinds besides the baseline and a column of somebody else's forecasts.
    assert_eq!(kinds.len(), 20, "{kinds:?}");
}

/// The model's file holds the score of every trial in every window, the chosen one's being the lowest of the last round.
fn every_trial_has_its_score(run: &Path, model: &ModelSpec) {
    let Some(tune) = &model.tune else { return };
    let text = std::fs::read_to_string(run.join(format!("models/{}.json", model.name))).expect("a model's file");
    let windows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    assert!(!windows.is_empty());
    for window in windows {
        let card = &window["card"];
        let trials = card["trials"].as_array().expect("trials");
        assert_eq!(trials.len(), tune.trials.len(), "{}", model.name);
        let last = trials.iter().filter_map(|trial| trial["round"].as_u64()).max().expect("a round");
        let of_last = trials.iter().filter(|trial| trial["round"].as_u64() == Some(last));
        let best = of_last.min_by(|a, b| a["score"].as_f64().expect("a score").total_cmp(&b["score"].as_f64().expect("a score")));
        assert_eq!(best.expect("a trial")["settings"], card["chosen"], "{}", model.name);
    }
}

/// The section of the models, where words used to be wrong.
fn says_what_was_fitted(page: &str, name: &str) {
    let words: &[&str] = match name {
        "market" => &[
            "Models: 22, of which 19 are fitted anew in each of ",
            "Nothing is fitted for 3 of the models: <code>baseline</code> follows each entity&#39;s own past",
            "<code>average</code> weighs its members alike.",
            "Feature importance, <code>tails</code>, excess of shortfall 0.025",
            "Feature importance, <code>forest</code>",
            "early stopping: learnt on ",
            "Fitting messages",
        ],
        _ => &[
            "Models: 12, of which 11 are fitted anew in each of ",
            "<code>challenger</code> was trained elsewhere.",
            "Coefficient per standard deviation, log-odds",
            "Coefficient per standard deviation, margins",
        ],
    };
    for words in words {
        assert!(page.contains(words), "{name}: the page does not say \"{words}\"");
    }
    assert!(!page.contains("looks at</") && !page.contains("Weights of <code>average</code>"), "{name}");
}

#[test]
fn a_saved_model_scores_as_it_did_when_it_is_imported() {
    // The last window's trees, imported, forecast that window as the trees themselves did.
    let project = Project::new("imported");
    let first = run("tests/models/credit.toml", &project.root.join("first"), "2");
    let text = std::fs::read_to_string(repository().join("tests/models/credit.toml")).expect("a spec");
    let saved = first.join("models/trees.probability.model.json");
    let text = text.replace("tests/models/challenger.json", &saved.display().to_string());
    let spec = project.root.join("again.toml");
    std::fs::write(&spec, text).expect("writable");
    let second = run(&spec.display().to_string(), &project.root.join("second"), "2");
    let forecasts = |run: &Path, model: &str| crate::fixture::forecasts(run, model);
    let (trees, imported) = (forecasts(&second, "trees"), forecasts(&second, "challenger"));
    let last = trees.iter().map(|(window, _)| *window).max().expect("there are windows");
    let of_last = |all: &[(u32, f64)]| -> Vec<f64> { all.iter().filter(|(window, _)| *window == last).map(|(_, value)| *value).collect() };
    assert!(500 < of_last(&trees).len());
    assert_eq!(of_last(&trees), of_last(&imported));
    assert_ne!(trees, imported, "earlier windows had trees of their own");
}

#[test]
fn probabilities_that_are_all_0_or_1_are_noted_on_the_card() {
    // One feature separates the classes, so that the leaves of a tree are pure.
    let mut spec = load(repository(), Path::new("tests/models/credit.toml")).expect("the spec is good");
    spec.models.retain(|model| model.name == "tree");
    let rows = 0..900_u32;
    let is_one = |row: u32| row.is_multiple_of(2);
    let day = |row: u32| Day(row as i32 / 10);
    let mut data = Dataset {
        entities: rows.clone().map(|row| format!("{row:03}")).collect(),
        entity: rows.clone().collect(),
        as_of: rows.clone().map(day).collect(),
        known_on: rows.clone().map(|row| Some(day(row).plus_days(1))).collect(),
        target: rows.clone().map(|row| Some(f64::from(u8::from(is_one(row))))).collect(),
        weight: vec![1.0; 900],
        feature_names: vec!["x".to_owned()],
        features: Matrix::from_columns(900, &[rows.clone().map(|row| if is_one(row) { 1.0 } else { -1.0 }).collect()]),
        ..Dataset::default()
    };
    let (train, test) = (Span { start: Day(0), end: Day(80) }, Span { start: Day(80), end: Day(90) });
    let windows = [Window { idx: 0, train, test, known_before: test.start, n_train: 790, n_purged: 10, n_test: 100 }];
    let notes = |data: &Dataset| {
        walk::forward(&spec, data, &windows, &Store::forgetful(), &|_| {}).expect("a tree fits").predictions.cards[0].cards[0].1.notes.clone()
    };
    assert_eq!(notes(&data), ["every forecast probability, of 100 rows, is within 0.0001 of 0 or 1, learnt from 790 training rows"]);
    // A tenth of the ones are zeros: the leaves are no longer pure.
    data.target.iter_mut().step_by(20).for_each(|target| *target = Some(0.0));
    assert_eq!(notes(&data), [""; 0]);
}
