//! What a run would do, found without training or writing anything.

use std::path::{Path, PathBuf};

use super::Progress;
use super::opened::{Opened, unchanged};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::spec::Spec;
use crate::walk::Store;
use crate::{book, feature, folder, model, stat, window};

/// What a run would do.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its day.
    pub as_of: Day,
    /// Where it would stand.
    pub place: PathBuf,
    /// The files of each table, and their bytes: name, files, bytes.
    pub tables: Vec<(String, usize, u64)>,
    /// The day of the run that it would be compared with.
    pub previous: Option<String>,
    /// Window results that earlier nights left; those that fit are not computed again.
    pub n_kept: usize,
    /// What would be computed; `None` where the run is there already, made from the same inputs by the same program.
    pub steps: Option<Steps>,
}

/// What a run would compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// Rows of the last view.
    pub n_rows: usize,
    /// Entities in them.
    pub n_entities: usize,
    /// Features.
    pub n_features: usize,
    /// Windows.
    pub n_windows: usize,
    /// Models, each of which is asked in every window.
    pub n_models: usize,
    /// First day tested.
    pub first: Day,
    /// Last day tested.
    pub last: Day,
}

/// Opens and hashes what the run reads, runs the SQL, cuts the windows, and refuses what the run would refuse before it trains.
///
/// The truncation test is left to the run; nothing is written, and no lock is taken.
pub fn plan(root: &Path, reports: &Path, spec: &Spec, progress: &dyn Progress) -> Result<Planned> {
    progress.stage("source");
    let Opened { tables, reading, .. } = &Opened::open(root, spec)?;
    let as_of = tables.as_of()?;
    let report = reports.join(&spec.name);
    let place = report.join(as_of.to_string());
    let previous = folder::previous(&report, as_of)?;
    let inputs = reading.inputs(as_of, previous.as_ref());
    let read = tables.iter().map(|(table, files, _)| (table.name.clone(), files.len(), files.iter().map(|file| file.n_bytes).sum())).collect();
    let n_kept = Store::count(&folder::work(&report));
    let previous = previous.map(|kept| kept.manifest.as_of);
    let planned = Planned { as_of, place, tables: read, previous, n_kept, steps: None };
    if unchanged(&planned.place, &inputs).is_some() {
        return Ok(planned);
    }
    progress.stage("feature");
    let within = |error: Error| error.within(spec.file.display());
    let data = feature::build_untested(root, spec, tables)?;
    stat::check_limits(spec, &data)?;
    progress.stage("window");
    let windows = window::plan(&spec.window, &data).map_err(within)?;
    model::admit(spec, &data).map_err(within)?;
    if let Some(book) = &spec.book {
        book::admit(book, &spec.risk, &data, &window::tested(&windows, &data)).map_err(within)?;
    }
    let (first, last) = (&windows[0], &windows[windows.len() - 1]);
    let steps = Steps {
        n_rows: data.n_rows(),
        n_entities: data.entities.len(),
        n_features: data.feature_names.len(),
        n_windows: windows.len(),
        n_models: spec.models.len(),
        first: first.test.start,
        last: last.test.end.plus_days(-1),
    };
    Ok(Planned { steps: Some(steps), ..planned })
}
