//! Each spec in `tests/bad_specs` breaks one rule; the text file of the same stem holds what its author is told, word for word.
//!
//! A text file without a spec beside it stands for a spec that does not exist. Run from the repository, the program says the
//! same: `plimsoll check tests/bad_specs/NAME.toml` prints `error: ` and the text to stderr, nothing to stdout, and exits with 1.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use plimsoll::spec::load;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Stems of the files in `folder` that end in one of `extensions`, sorted.
fn stems(folder: &str, extensions: &[&str]) -> BTreeSet<String> {
    let entries = fs::read_dir(Path::new(ROOT).join(folder)).expect("the folder is part of the repository");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let wanted = paths.filter(|path| path.extension().is_some_and(|found| extensions.iter().any(|extension| found == *extension)));
    wanted.map(|path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned()).collect()
}

#[test]
fn bad_specs_are_refused_in_these_words() {
    let stems = stems("tests/bad_specs", &["toml", "txt"]);
    let mut wrong = Vec::new();
    for stem in &stems {
        let spec = format!("tests/bad_specs/{stem}.toml");
        let expected = fs::read_to_string(Path::new(ROOT).join(format!("tests/bad_specs/{stem}.txt"))).unwrap_or_default();
        let said = match load(Path::new(ROOT), Path::new(&spec)) {
            Ok(_) => "nothing: it was taken\n".to_owned(),
            Err(error) => format!("{error}\n"),
        };
        if said != expected {
            wrong.push(format!("{spec}\n--- expected\n{expected}--- said\n{said}"));
        }
    }
    // A folder that lost its cases must not pass.
    assert!(80 < stems.len(), "{} cases", stems.len());
    assert!(wrong.is_empty(), "{} of {}:\n\n{}", wrong.len(), stems.len(), wrong.join("\n"));
}

#[test]
fn the_specs_from_which_the_bad_ones_were_made_are_taken() {
    let stems = stems("tests/bad_specs/good", &["toml"]);
    assert_eq!(stems.len(), 2);
    for stem in stems {
        let spec = format!("tests/bad_specs/good/{stem}.toml");
        if let Err(error) = load(Path::new(ROOT), Path::new(&spec)) {
            panic!("{error}");
        }
    }
}
