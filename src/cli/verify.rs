//! `plimsoll verify`: make a run again from scratch and compare every byte.

use std::path::{Path, PathBuf};

use super::args::Args;
use super::progress::Talk;
use super::{Exit, say};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::manifest::{MANIFEST, Manifest};
use crate::{run, spec};

/// Verifies the run in `folder`: a path, or `NAME/AS-OF` below the folder of the runs, as the page prints it.
pub(super) fn verify(args: &Args, folder: &Path) -> Result<Exit> {
    let folder = &place(args, folder);
    let kept = Manifest::read(folder)?;
    let mut differences: Vec<String> = kept.tampered(folder).into_iter().map(|name| format!("{name} is not the file that the run wrote")).collect();
    let mut spec = spec::load(&args.root, Path::new(&kept.spec_file))?;
    let as_of: Day = kept.as_of.parse().map_err(|problem| Error::machine(folder.display(), problem))?;
    spec.as_of = Some(as_of);
    let talk = Talk::new(args, &kept.name);
    let made = run::again(&args.root, folder, &spec, &talk)?;
    differences.extend(kept.inputs.differences(&made.manifest.inputs));
    for (name, hash) in &kept.outputs {
        if made.manifest.outputs.get(name) != Some(hash) {
            differences.push(format!("{name} comes out different"));
        }
    }
    if differences.is_empty() {
        talk.end(&format!("{}: verified", kept.name));
        for (name, hash) in &kept.outputs {
            say(&format!("{hash}  {name}"))?;
        }
        return Ok(Exit::Good);
    }
    Err(Error::data(folder.display(), format!("does not verify:\n  {}", differences.join("\n  ")))
        .hint("restore the inputs, or run the report again"))
}

/// The folder itself where it holds a run, else the one below the folder of the runs.
fn place(args: &Args, folder: &Path) -> PathBuf {
    let below = args.runs().join(folder);
    if !folder.join(MANIFEST).exists() && below.join(MANIFEST).exists() { below } else { folder.to_owned() }
}
