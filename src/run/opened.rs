//! Opened: what the runs of a report read, opened and hashed once.

use std::path::Path;

use super::clock::Clock;
use super::reading::Reading;
use super::{Job, Ran};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::evidence::{self, Kept};
use crate::feature::{Built, Cuts};
use crate::folder::ReportFolder;
use crate::manifest::{Inputs, Program};
use crate::report::Templates;
use crate::source::Tables;
use crate::spec::Spec;
use crate::walk::Store;
use crate::{leftover, source};

/// The feature stage, told what was certified before.
type Build<'a> = dyn Fn(&Tables, &Cuts) -> Result<Built> + 'a;

/// What the runs of a report read.
pub struct Opened<'a> {
    pub(super) root: &'a Path,
    pub(super) spec: &'a Spec,
    pub(super) templates: Templates,
    pub(super) tables: Tables,
    pub(super) reading: Reading,
}

impl<'a> Opened<'a> {
    /// Opens the tables, reads the templates, and hashes all that determines a run's bytes.
    pub fn open(root: &'a Path, spec: &'a Spec) -> Result<Self> {
        let templates = Templates::load(root)?;
        let tables = source::open(root, spec)?;
        let reading = Reading::of(root, spec, &tables, &templates)?;
        Ok(Self { root, spec, templates, tables, reading })
    }

    /// Makes the run of the tables' day and publishes it; does nothing where the folder holds this very run.
    pub(super) fn run(&self, folder: &ReportFolder, tables: &Tables, build: &Build<'_>, clock: Clock<'_>) -> Result<Ran> {
        let Self { spec, templates, reading, .. } = self;
        let as_of = tables.as_of()?;
        let previous = folder.previous(as_of)?;
        let inputs = reading.inputs(as_of, previous.as_ref());
        clock.progress.begins(&inputs, tables)?;
        let place = folder.run(as_of);
        if place.exists() && !place.is_dir() {
            return Err(Error::machine(place.display(), "is a file where the folder of the run must stand").hint("move it away"));
        }
        if let Some(Kept { manifest, ended, run_sha256, .. }) = unchanged(&place, &inputs) {
            return Ok(Ran { folder: place, manifest, ended, run_sha256, was_unchanged: true, told: Vec::new() });
        }
        let store = Store::open(&folder.work());
        let cuts = Cuts::open(&folder.work());
        let build = |tables: &Tables| build(tables, &cuts);
        let neighbours = folder.neighbours(as_of)?;
        let made = Job { spec, tables, templates, as_of, inputs, previous, store: &store, build: &build, neighbours: &neighbours }.make(clock)?;
        reading.still_stands()?;
        let mut whole = leftover::publishing();
        let published = folder.publish(as_of, &made.files, &made.manifest, &made.attestation()?)?;
        whole.reports.extend([spec.name.clone(), format!("{} as of {as_of}", spec.name)]);
        // Housekeeping: what it could not remove goes another night.
        let unkempt = store.forget_unused().err().map(|error| format!("{}: {}; the report stands", error.fault().place, error.fault().problem));
        let aside = published
            .kept_aside
            .map(|aside| format!("{}: kept aside, the run before held files that no run wrote, or that were edited since", aside.display()));
        let manifest = made.manifest;
        let (ended, run_sha256) = (manifest.ended.clone(), sha256(&manifest.json()));
        let told = unkempt.into_iter().chain(aside).collect();
        Ok(Ran { folder: published.place, manifest, ended, run_sha256, was_unchanged: false, told })
    }
}

/// The run in a folder that was made whole from these inputs by this very program.
pub(super) fn unchanged(folder: &Path, inputs: &Inputs) -> Option<Kept> {
    let kept = Kept::read(folder).ok()?;
    let is_this = kept.manifest.inputs == *inputs && kept.manifest.program == Program::this();
    (is_this && evidence::edited(folder, &kept.manifest).is_empty()).then_some(kept)
}
