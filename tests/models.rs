//! Every kind of model is run through the program: it forecasts, it is shown, and one thread and four leave the same bytes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::manifest::Manifest;
use plimsoll::spec::{ModelKind, load};

use crate::fixture::{Project, repository};

fn run(spec: &str, out: &Path, threads: &str) -> PathBuf {
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let output = program.args(["run", spec, "--threads", threads, "--out"]).arg(out).current_dir(repository()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
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
        }
    }
    // Nineteen kinds besides the baseline and a column of somebody else's forecasts.
    assert_eq!(kinds.len(), 20, "{kinds:?}");
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
    let forecasts = |run: &Path, model: &str| crate::fixture::forecasts(&run.join("predictions.parquet"), model);
    let (trees, imported) = (forecasts(&second, "trees"), forecasts(&second, "challenger"));
    let last = trees.iter().map(|(window, _)| *window).max().expect("there are windows");
    let of_last = |all: &[(u32, f64)]| -> Vec<f64> { all.iter().filter(|(window, _)| *window == last).map(|(_, value)| *value).collect() };
    assert!(500 < of_last(&trees).len());
    assert_eq!(of_last(&trees), of_last(&imported));
    assert_ne!(trees, imported, "earlier windows had trees of their own");
}
