//! The key of kept results changes with the sources that decide them, and with no others.

use crate::fixture::Project;

#[expect(dead_code, clippy::print_stdout, reason = "the build script's own entry is not called here")]
#[path = "../build.rs"]
mod build;

use build::{OF_FEATURES, OF_FORECASTS, engine};

#[test]
fn the_engine_follows_the_sources_that_decide_a_forecast() {
    let project = Project::new("engine");
    for (path, text) in [("Cargo.lock", "a"), ("src/model/a.rs", "1"), ("src/model/deep/b.rs", "2"), ("src/walk/c.rs", "3"), ("src/report/d.rs", "4")]
    {
        project.write(path, text);
    }
    let first = engine(&project.root, &OF_FORECASTS);
    assert_eq!((first.len(), engine(&project.root, &OF_FORECASTS)), (32, first.clone()), "the same sources, without `src/score` and `src/window`");
    project.write("src/report/d.rs", "another page");
    assert_eq!(engine(&project.root, &OF_FORECASTS), first, "a page decides no forecast");
    let mut seen = vec![first];
    let mut changed = |path: &str, text: &str| {
        project.write(path, text);
        let now = engine(&project.root, &OF_FORECASTS);
        assert!(!seen.contains(&now), "{path}");
        seen.push(now);
    };
    changed("src/model/deep/b.rs", "another formula");
    changed("src/score/pinball.rs", "a folder that was not there");
    changed("src/window/plan.rs", "another window");
    changed("src/walk/c.rs", "another key");
    changed("Cargo.lock", "another version of a crate");
    std::fs::rename(project.root.join("src/model/a.rs"), project.root.join("src/model/z.rs")).expect("writable");
    assert!(!seen.contains(&engine(&project.root, &OF_FORECASTS)), "a file of another name");
}

#[test]
fn the_engine_of_this_program_is_that_of_its_sources() {
    assert_eq!(engine(crate::fixture::repository(), &OF_FORECASTS), env!("PLIMSOLL_ENGINE"));
    assert_eq!(engine(crate::fixture::repository(), &OF_FEATURES), env!("PLIMSOLL_FEATURE_ENGINE"));
}
