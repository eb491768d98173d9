//! What a spec asks of the disk: itself, and its SQL files.

use std::fs;
use std::path::Path;

use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::place::{self, Refused};
use crate::spec::near::nearest;
use crate::spec::{ModelKind, ModelSpec};

/// The spec's name: the file's stem, which will name a folder.
pub(super) fn name(shown: &str, path: &Path) -> Result<String> {
    if path.extension().is_none_or(|extension| extension != "toml") {
        return Err(Error::spec(shown, "is not the name of a spec").hint("a spec's file name ends in .toml"));
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if !stem.starts_with(|letter: char| letter.is_ascii_alphanumeric()) || !stem.chars().all(is_plain) {
        return Err(Error::spec(shown, format!("`{stem}` cannot name the folder of its runs"))
            .hint("begin the file's name with a letter or digit, and use letters, digits, _ and - in it"));
    }
    Ok(stem)
}

/// The spec's name relative to the root, and its text.
pub(super) fn read(root: &Path, path: &Path, shown: &str) -> Result<(String, String)> {
    let found = place::find(root, path).map_err(|refused| match refused {
        Refused::Absent => absent(root, shown, Error::spec(shown, "no such file"), "a spec's path is relative to the project root"),
        Refused::Folder => Error::spec(shown, "is a folder").hint("name a file in it"),
        Refused::Machine(cause) => Error::machine(shown, format!("cannot be read: {cause}")),
        Refused::Outside(_) | Refused::Special(_) => said(&refused, "a spec", |problem| Error::spec(shown, problem)),
    })?;
    // A link may have a spec's name and lead to something else, of which no message may quote a line.
    name(shown, &found.whole)?;
    let bytes = fs::read(&found.whole).map_err(|cause| Error::machine(shown, format!("cannot be read: {cause}")))?;
    let text = String::from_utf8(bytes).map_err(|cause| {
        let good = cause.utf8_error().valid_up_to();
        let line = cause.as_bytes()[..good].split(|&byte| byte == b'\n').count();
        Error::spec(format!("{shown}:{line}"), format!("is not UTF-8: byte {:#04x}", cause.as_bytes()[good])).hint("save the file as UTF-8")
    })?;
    Ok((found.shown, text))
}

/// Reads the models that were trained elsewhere.
pub(super) fn read_imports(root: &Path, file: &str, models: &mut [ModelSpec]) -> Result<()> {
    for (idx, model) in models.iter_mut().enumerate() {
        let ModelKind::Import(params) = &mut model.kind else { continue };
        let refuse = |problem: String| Error::spec(file, format!("`models[{idx}].params.path` is `{}`, which {problem}", params.path));
        let found = place::find(root, Path::new(&params.path)).map_err(|refused| match refused {
            Refused::Absent => absent(root, &params.path, refuse("does not exist".into()), "paths in a spec are relative to the project root"),
            Refused::Folder | Refused::Outside(_) | Refused::Special(_) | Refused::Machine(_) => said(&refused, "a model", refuse),
        })?;
        if !has_extension(&found.whole, &["json", "txt"]) {
            return Err(refuse("does not end in .json or .txt".into()).hint("save the model as JSON (XGBoost) or text (LightGBM)"));
        }
        let bytes = fs::read(&found.whole).map_err(|cause| refuse(format!("cannot be read: {cause}")))?;
        let text = String::from_utf8(bytes).map_err(|_| refuse("is no text".into()).hint("save the model as JSON (XGBoost) or text (LightGBM)"))?;
        (params.sha256, params.text, params.path) = (sha256(text.as_bytes()), text, found.shown);
    }
    Ok(())
}

/// Every SQL file must be there before a long run starts; each is named relative to the root from here on.
pub(super) fn check_sql(root: &Path, file: &str, sql: &mut [String]) -> Result<()> {
    for (idx, path) in sql.iter_mut().enumerate() {
        let refuse = |problem: String| Error::spec(file, format!("`features.sql[{idx}]` is `{path}`, which {problem}"));
        let found = place::find(root, Path::new(path)).map_err(|refused| match refused {
            Refused::Absent => absent(root, path, refuse("does not exist".into()), "paths in a spec are relative to the project root"),
            Refused::Folder => refuse("is a folder".into()).hint("list the files in it, in the order they build on each other"),
            Refused::Outside(_) | Refused::Special(_) | Refused::Machine(_) => said(&refused, "an SQL file", refuse),
        })?;
        if !has_extension(&found.whole, &["sql"]) {
            return Err(refuse("does not end in .sql".into()).hint("an SQL file's name ends in .sql"));
        }
        *path = found.shown;
    }
    Ok(())
}

/// A path that is not followed, in the words of its key.
fn said(refused: &Refused, what: &str, refuse: impl Fn(String) -> Error) -> Error {
    let (problem, hint) = refused.words(what);
    hint.iter().fold(refuse(problem), Error::hint)
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| known.contains(&extension))
}

/// Adds what might have been meant by a path that leads nowhere.
fn absent(root: &Path, path: &str, refused: Error, otherwise: &str) -> Error {
    let path = Path::new(path);
    let folder = path.parent().unwrap_or(Path::new(""));
    let found = fs::read_dir(root.join(folder)).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let alike = found.filter(|name| Path::new(name).extension() == path.extension());
    let mut names: Vec<String> = alike.map(|name| name.to_string_lossy().into_owned()).collect();
    // The order of a folder's entries is the file system's.
    names.sort();
    let wanted = path.file_name().unwrap_or_default().to_string_lossy();
    match nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => refused.hint(format!("did you mean `{}`?", folder.join(near).display())),
        None => refused.hint(otherwise),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_named_after_its_file() {
        let name = |path: &str| name(path, Path::new(path)).map_err(|error| error.to_string());
        assert_eq!(name("reports/equity-var_2.toml"), Ok("equity-var_2".to_owned()));
        for bad in ["reports/equity.yaml", "reports/equity", "reports/.toml", "reports/-x.toml", "reports/two words.toml", "reports/a.b.toml"] {
            assert!(name(bad).is_err(), "{bad} was taken");
        }
    }
}
