//! Where a project's own files may lie: specs, SQL, templates and imported models stand under the root, or in a folder that
//! `--allow-outside` names.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use crate::error::{Error, Result};

static ALLOWED: OnceLock<Vec<PathBuf>> = OnceLock::new();

/// Folders of the system whose files are none.
const SYSTEM: [&str; 3] = ["/proc", "/sys", "/dev"];

/// A file of the project's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where it lies, symbolic links followed.
    pub whole: PathBuf,
    /// Its name in messages and outputs: relative to the root, or to the folder above the allowed one. Neither `./x`, `a//x` nor an
    /// absolute path is told apart from `x`, and it leads back to the file.
    pub shown: String,
}

/// Why a path is not followed.
#[derive(Debug)]
pub enum Refused {
    /// Nothing is there.
    Absent,
    /// It leads to a folder.
    Folder,
    /// It leads out of the root, to this file.
    Outside(PathBuf),
    /// It leads to no file but to such a thing.
    Special(&'static str),
    /// The system refuses.
    Machine(std::io::Error),
}

/// Lets the project's files lie in these folders too; heard once.
///
/// Errors when one of them is no folder.
pub fn allow(folders: &[PathBuf]) -> Result<()> {
    let mut whole = Vec::new();
    for folder in folders {
        let refuse = |problem: String| Error::machine("--allow-outside", format!("is `{}`, which {problem}", folder.display()));
        let found = folder.canonicalize().map_err(|cause| refuse(format!("cannot be read: {cause}")))?;
        if !found.is_dir() {
            return Err(refuse("is no folder".to_owned()).hint("name the folder that holds the file"));
        }
        whole.push(found);
    }
    let _ = ALLOWED.set(whole);
    Ok(())
}

/// Follows a path, which is relative to `root` unless absolute.
pub fn find(root: &Path, path: &Path) -> Result<Place, Refused> {
    find_among(root, path, ALLOWED.get().map_or(&[], Vec::as_slice))
}

fn find_among(root: &Path, path: &Path, allowed: &[PathBuf]) -> Result<Place, Refused> {
    let root_given = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let given = root_given.join(path);
    // Links below them, such as /dev/fd/3, may lead to what has no path.
    if SYSTEM.iter().any(|folder| given.starts_with(folder)) {
        return Err(Refused::Special("a file of the system"));
    }
    let whole = match given.canonicalize() {
        Ok(whole) => whole,
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            // A name as `shown` gives it, of a file in an allowed folder.
            let folder = allowed.iter().find(|folder| folder.file_name().is_some_and(|name| path.starts_with(name)));
            let found = folder.and_then(|folder| folder.with_file_name("").join(path).canonicalize().ok());
            found.ok_or(Refused::Absent)?
        }
        Err(cause) => return Err(Refused::Machine(cause)),
    };
    let root = root_given.canonicalize().map_err(Refused::Machine)?;
    if SYSTEM.iter().any(|folder| whole.starts_with(folder)) {
        return Err(Refused::Special("a file of the system"));
    }
    let is_inside = whole.starts_with(&root) || allowed.iter().any(|folder| whole.starts_with(folder));
    if !is_inside {
        return Err(Refused::Outside(whole));
    }
    regular(&whole)?;
    let shown = shown(&root, &named(&given).unwrap_or_else(|| whole.clone()), allowed).or_else(|| shown(&root, &whole, allowed));
    Ok(Place { shown: shown.expect("it lies in one of the folders"), whole })
}

fn regular(path: &Path) -> Result<(), Refused> {
    let kind = fs::metadata(path).map_err(Refused::Machine)?.file_type();
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(Refused::Folder);
    }
    Err(Refused::Special(if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }))
}

/// The path without links in its folders, under the name that it was given: a link keeps its own.
fn named(given: &Path) -> Option<PathBuf> {
    let Component::Normal(name) = given.components().next_back()? else { return None };
    Some(given.parent()?.canonicalize().ok()?.join(name))
}

fn shown(root: &Path, path: &Path, allowed: &[PathBuf]) -> Option<String> {
    let below = path.strip_prefix(root).ok().or_else(|| {
        let folder = allowed.iter().find(|folder| path.starts_with(folder))?;
        path.strip_prefix(folder.parent()?).ok()
    })?;
    Some(below.display().to_string())
}

impl Refused {
    /// The end of a sentence whose subject is the path, and the remedy where there is one; `what` is what was looked for, as "a spec".
    #[must_use]
    pub fn words(&self, what: &str) -> (String, Option<String>) {
        match self {
            Self::Absent => ("does not exist".to_owned(), None),
            Self::Folder => ("is a folder".to_owned(), None),
            Self::Special(kind) => (format!("is {kind}, not {what}"), Some("name a file".to_owned())),
            Self::Machine(cause) => (format!("cannot be read: {cause}"), None),
            Self::Outside(whole) => (
                "leads out of the project root".to_owned(),
                Some(format!(
                    "move it under the root, or allow its folder with --allow-outside {}",
                    whole.parent().unwrap_or(Path::new("/")).display()
                )),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("plimsoll-place-{}-{name}", std::process::id()));
            fs::create_dir_all(path.join("root/reports")).expect("writable");
            fs::create_dir_all(path.join("library/sql")).expect("writable");
            for file in ["root/reports/x.toml", "library/sql/y.sql", "library/secret.sql"] {
                fs::write(path.join(file), "x").expect("writable");
            }
            Self(path.canonicalize().expect("just made"))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_has_one_name_however_it_is_written() {
        let folder = Folder::new("names");
        let root = folder.0.join("root");
        let name = |path: &Path| find_among(&root, path, &[]).expect("it lies under the root").shown;
        for path in ["reports/x.toml", "./reports/x.toml", "reports//x.toml", "reports/../reports/./x.toml"] {
            assert_eq!(name(Path::new(path)), "reports/x.toml");
        }
        assert_eq!(name(&root.join("reports/x.toml")), "reports/x.toml");
        symlink("x.toml", root.join("reports/link.toml")).expect("writable");
        assert_eq!(name(Path::new("reports/link.toml")), "reports/link.toml");
    }

    #[test]
    fn nothing_leads_out_but_to_an_allowed_folder() {
        let folder = Folder::new("outside");
        let (root, library) = (folder.0.join("root"), folder.0.join("library/sql"));
        symlink("../library", root.join("linked")).expect("writable");
        let outside = ["../library/sql/y.sql", "linked/sql/y.sql"];
        for path in outside {
            assert!(matches!(find_among(&root, Path::new(path), &[]), Err(Refused::Outside(_))), "{path}");
            let found = find_among(&root, Path::new(path), std::slice::from_ref(&library)).expect("it is allowed");
            assert_eq!((found.shown.as_str(), &found.whole), ("sql/y.sql", &library.join("y.sql")));
        }
        // The name leads back.
        let again = find_among(&root, Path::new("sql/y.sql"), std::slice::from_ref(&library)).expect("it is allowed");
        assert_eq!(again.whole, library.join("y.sql"));
        for path in ["../library/secret.sql", "linked/secret.sql"] {
            assert!(matches!(find_among(&root, Path::new(path), std::slice::from_ref(&library)), Err(Refused::Outside(_))), "{path}");
        }
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = Folder::new("special");
        let root = folder.0.join("root");
        for path in ["/dev/zero", "/proc/self/environ"] {
            assert!(matches!(find_among(&root, Path::new(path), &[]), Err(Refused::Special(_))), "{path}");
        }
        rustix::fs::mknodat(rustix::fs::CWD, root.join("pipe.toml"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).expect("writable");
        let refused = find_among(&root, Path::new("pipe.toml"), &[]).expect_err("it would wait for ever");
        assert_eq!(refused.words("a spec").0, "is a pipe, not a spec");
        assert!(matches!(find_among(&root, Path::new("reports"), &[]), Err(Refused::Folder)));
        assert!(matches!(find_among(&root, Path::new("no.toml"), &[]), Err(Refused::Absent)));
    }
}
