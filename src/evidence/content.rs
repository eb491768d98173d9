//! The files of a run folder.

use std::fs;
use std::path::Path;

use super::statement::ATTESTATION;
use crate::error::{Error, Result};
use crate::manifest::{MANIFEST, Manifest};

/// The folder of sign-offs in a run folder.
pub const SIGNATURES: &str = "signatures";

/// Extension of a time-stamp token (RFC 3161), which a signer may lay beside a sign-off.
pub const TIMESTAMP: &str = "tsr";

/// Every entry below `folder` that is no folder, by its name relative to it with `/` between parts, sorted; `None` for its name's bytes where
/// it is a plain file.
///
/// A link or a pipe is listed with what it is: nothing that a run wrote is one.
pub fn files(folder: &Path) -> Result<Vec<(String, Option<&'static str>)>> {
    let mut found = Vec::new();
    list(folder, "", &mut found).map_err(|cause| Error::machine(folder.display(), format!("cannot be listed: {cause}")))?;
    found.sort();
    Ok(found)
}

fn list(folder: &Path, prefix: &str, found: &mut Vec<(String, Option<&'static str>)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(&entry.path(), &format!("{name}/"), found)?;
        } else if kind.is_file() {
            found.push((name, None));
        } else {
            found.push((name, Some(if kind.is_symlink() { "a link" } else { "no plain file" })));
        }
    }
    Ok(())
}

/// Whether a run writes a file of this name: those that its manifest names, the manifest and the attestation.
pub(super) fn is_of_a_run(manifest: &Manifest, name: &str) -> bool {
    [MANIFEST, ATTESTATION].contains(&name) || manifest.outputs.contains_key(name)
}
