//! From SQL files to a `Dataset` whose contract holds.

use std::path::Path;

use super::contract;
use super::dataset::Dataset;
use super::definition::{self, Definition};
use super::sql_file::{self, SqlFile};
use super::truncate::{self, Certificate, Cuts};
use super::view;
use super::wall;
use crate::day::Day;
use crate::error::Result;
use crate::source::Tables;
use crate::spec::Spec;

/// What the feature stage hands on.
#[derive(Debug, Clone)]
pub struct Built {
    /// Rows, sorted by (`as_of`, `entity`).
    pub data: Dataset,
    /// Each feature's SQL.
    pub definitions: Vec<Definition>,
    /// What the no-look-ahead test compared.
    pub certificate: Certificate,
    /// The SQL files as read: path and text.
    pub sql: Vec<(String, String)>,
}

/// Reads the spec's SQL files: path and text, in order.
pub fn views(root: &Path, spec: &Spec) -> Result<Vec<(String, String)>> {
    Ok(sql_file::read(root, spec)?.into_iter().map(|SqlFile { path, text, .. }| (path, text)).collect())
}

/// Runs the SQL, takes away the targets that are not known before the run's as-of day, checks the contract of the last view, and runs
/// the truncation test.
///
/// `known` remembers what was certified before. Errors name the SQL file and the column, line or date at which the contract is broken.
pub fn build(root: &Path, spec: &Spec, tables: &Tables, known: &Cuts) -> Result<Built> {
    let files = sql_file::read(root, spec)?;
    let (data, recurrences) = rayon::join(|| rows(spec, tables, &files), || tables.recurrences());
    tested(spec, tables, files, (data?, &recurrences?), known)
}

/// Rows that pass the truncation test, with what is said of them; `recurrences` are those of the tables.
pub(super) fn tested(spec: &Spec, tables: &Tables, files: Vec<SqlFile>, (data, recurrences): (Dataset, &[Day]), known: &Cuts) -> Result<Built> {
    let certificate = truncate::test(spec, tables, &files, (&data, recurrences), known)?;
    let definitions = definition::of(&files, &data.feature_names);
    let sql = files.into_iter().map(|SqlFile { path, text, .. }| (path, text)).collect();
    Ok(Built { data, definitions, certificate, sql })
}

/// Like [`build`], without the truncation test: for a look at the rows, never for a report.
pub fn build_untested(root: &Path, spec: &Spec, tables: &Tables) -> Result<Dataset> {
    rows(spec, tables, &sql_file::read(root, spec)?)
}

/// Each feature's SQL.
pub fn definitions(root: &Path, spec: &Spec, data: &Dataset) -> Result<Vec<Definition>> {
    Ok(definition::of(&sql_file::read(root, spec)?, &data.feature_names))
}

fn rows(spec: &Spec, tables: &Tables, files: &[SqlFile]) -> Result<Dataset> {
    let last = files.last().expect("a spec lists at least one SQL file");
    let data = contract::convert(&last.path, &spec.features, &view::run(tables, files, None)?)?;
    walled(spec, tables, files, data)
}

/// Rows as a run of the tables' day may see them, whose contract holds.
pub(super) fn walled(spec: &Spec, tables: &Tables, files: &[SqlFile], mut data: Dataset) -> Result<Dataset> {
    let last = files.last().expect("a spec lists at least one SQL file");
    data.target_delay_dates = spec.target.delay_dates as usize;
    let as_of = tables.as_of()?;
    wall::hide(&mut data, as_of);
    contract::check(&last.path, spec, &data, as_of)?;
    Ok(data)
}
