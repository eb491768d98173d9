//! What a run reads: hashed before it begins, and held against the same files before its report is published.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::day::Day;
use crate::digest::{sha256, sha256_file};
use crate::error::{Error, Result};
use crate::evidence::{Kept, SUMMARY};
use crate::feature;
use crate::manifest::{Inputs, VERSION};
use crate::place;
use crate::report::Templates;
use crate::source::Tables;
use crate::spec::{ModelKind, Spec};
use crate::stamp::Stamp;

/// The files that determine a run's bytes.
pub(super) struct Reading {
    /// SHA-256 by name.
    files: BTreeMap<String, String>,
    /// Where each lies and what it was when it was hashed; a template that is built in lies nowhere.
    places: Vec<(String, PathBuf, Stamp)>,
}

impl Reading {
    /// Hashes what `spec` reads.
    pub(super) fn of(root: &Path, spec: &Spec, tables: &Tables, templates: &Templates) -> Result<Self> {
        // A file in an allowed folder outside the root is found by its name.
        let whole = |path: &str| place::find(root, Path::new(path)).map_or_else(|_| root.join(path), |found| found.whole);
        let file = spec.file.display().to_string();
        let mut found = vec![(file.clone(), whole(&file), sha256(spec.text.as_bytes()))];
        found.extend(feature::views(root, spec)?.into_iter().map(|(path, text)| (path.clone(), whole(&path), sha256(text.as_bytes()))));
        found.extend(templates.sources().iter().map(|(name, text)| {
            let path = format!("templates/{name}");
            (path.clone(), whole(&path), sha256(text.as_bytes()))
        }));
        found.extend(spec.models.iter().filter_map(|model| match &model.kind {
            ModelKind::Import(params) => Some((params.path.clone(), whole(&params.path), params.sha256.clone())),
            _ => None,
        }));
        let data = tables.iter().flat_map(|(_, files, _)| files);
        found.extend(data.map(|file| (file.path.clone(), file.place.clone(), file.sha256.clone())));
        let mut places = Vec::new();
        for (name, path, _) in &found {
            match Stamp::of(path) {
                Ok(stamp) => places.push((name.clone(), path.clone(), stamp)),
                // It is the one that is built in.
                Err(_) if name.starts_with("templates/") => {}
                Err(cause) => return Err(Error::data(name, format!("cannot be read any more: {cause}"))),
            }
        }
        Ok(Self { files: found.into_iter().map(|(name, _, hash)| (name, hash)).collect(), places })
    }

    /// Everything that determines the run's bytes.
    pub(super) fn inputs(&self, as_of: Day, previous: Option<&Kept>) -> Inputs {
        let summary = |kept: &Kept| kept.manifest.outputs.get(SUMMARY).cloned().unwrap_or_default();
        let previous = previous.map(|kept| (kept.manifest.as_of.clone(), summary(kept)));
        Inputs { version: VERSION.to_owned(), as_of: as_of.to_string(), files: self.files.clone(), previous }
    }

    /// Refuses where a file is not, to the bit and without a touch in between, the one that was hashed: what was read of it may be neither.
    pub(super) fn still_stands(&self) -> Result<()> {
        for (name, path, stamp) in &self.places {
            let changed = |what: &str| {
                Err(Error::data(name, format!("{what} while it was read; nothing was published"))
                    .hint("let whatever writes it finish, then run again; finished windows are kept"))
            };
            match Stamp::of(path) {
                Err(_) => return changed("was removed"),
                Ok(now) if now != *stamp => return changed("was changed or replaced"),
                Ok(_) if sha256_file(path).ok().as_ref() != self.files.get(name) => return changed("was changed"),
                Ok(_) => {}
            }
        }
        Ok(())
    }
}
