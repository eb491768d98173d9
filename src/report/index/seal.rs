//! Seal: the stamps of those files of a run that the index speaks of.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::evidence::{self, ATTESTATION, SIGNATURES, SUMMARY};
use crate::manifest::MANIFEST;
use crate::stamp::Stamp;

/// The page of a run.
pub(super) const PAGE: &str = "report.html";

/// Stamps by file, sign-offs among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Seal(BTreeMap<String, Stamp>);

impl Seal {
    /// The seal of a run folder now; `None` where a file of it is missing or cannot be looked at, so that the run is read and says what is wrong.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let stamps = [MANIFEST, ATTESTATION, SUMMARY, PAGE].map(|name| Some((name.to_owned(), Stamp::of(&folder.join(name)).ok()?)));
        let mut stamps: BTreeMap<String, Stamp> = stamps.into_iter().collect::<Option<_>>()?;
        let signatures = folder.join(SIGNATURES);
        match Stamp::of(&signatures) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Some(Self(stamps)),
            Err(_) => return None,
            Ok(_) => {}
        }
        for (name, what) in evidence::files(&signatures).ok()? {
            // A link is looked through, and what it leads to may change unseen.
            if what.is_some() {
                return None;
            }
            let name = format!("{SIGNATURES}/{name}");
            stamps.insert(name.clone(), Stamp::of(&folder.join(&name)).ok()?);
        }
        Some(Self(stamps))
    }
}
