//! Folders whose names say a column: `year=2020/part.parquet`.

use std::path::{Path, PathBuf};

use datafusion::arrow::datatypes::{DataType, Schema};

use super::inspect::Place;
use crate::day::Day;
use crate::error::{Error, Result};

/// A folder of such folders.
#[derive(Debug, Clone)]
pub(super) struct Hive {
    /// The folder that a table's path names.
    pub(super) base: PathBuf,
    /// The columns, from the outermost folder inwards.
    pub(super) columns: Vec<(String, DataType)>,
}

impl Hive {
    /// The columns that the folders below a table's own name; `None` where they name none.
    ///
    /// Errors where a file lies outside the pattern of the first, or is reached by a link.
    pub(super) fn of(folder: &Path, places: &[Place]) -> Result<Option<Self>> {
        if !folder.is_dir() {
            return Ok(None);
        }
        let base = folder.canonicalize().map_err(|cause| Error::machine(folder.display(), cause))?;
        let parts = |place: &Place| -> Vec<String> {
            let below = place.path.strip_prefix(folder).ok().and_then(Path::parent);
            below.into_iter().flat_map(Path::components).map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
        };
        let split: Vec<Vec<String>> = places.iter().map(parts).collect();
        if !split.iter().flatten().any(|part| part.contains('=')) {
            return Ok(None);
        }
        let keys = |parts: &[String]| parts.iter().map(|part| part.split_once('=').map(|(key, _)| key.to_owned())).collect::<Option<Vec<_>>>();
        let pattern = split.iter().filter(|parts| parts.iter().all(|part| part.contains('='))).find_map(|parts| keys(parts)).unwrap_or_default();
        for (place, parts) in places.iter().zip(&split) {
            if keys(parts).as_ref() != Some(&pattern) {
                let shown = pattern.iter().map(|key| format!("{key}=.../")).collect::<Vec<_>>().concat();
                return Err(Error::data(&place.shown, format!("lies outside the folders {shown} of its table"))
                    .hint("move it into such a folder, or name one of the folders"));
            }
            let is_linked = place.path.canonicalize().is_ok_and(|whole| place.path.strip_prefix(folder).is_ok_and(|below| whole != base.join(below)));
            if is_linked || parts.iter().any(|part| part.contains('%') || part.ends_with("=__HIVE_DEFAULT_PARTITION__") || part.ends_with('=')) {
                return Err(Error::data(&place.shown, "is a link, or its folder's value is none or holds a %")
                    .hint("copy the files, and name folders by plain values"));
            }
        }
        let kind = |at: usize| kind(&split.iter().filter_map(|parts| Some(parts[at].split_once('=')?.1)).collect::<Vec<_>>());
        let columns = pattern.iter().enumerate().map(|(at, key)| (key.clone(), kind(at))).collect();
        Ok(Some(Self { base, columns }))
    }

    /// Errors where a column stands in the files too.
    pub(super) fn check(&self, shown: &str, files: &Schema) -> Result<()> {
        match self.columns.iter().find(|(name, _)| files.fields().iter().any(|field| field.name().eq_ignore_ascii_case(name))) {
            None => Ok(()),
            Some((name, _)) => Err(Error::data(shown, format!("column `{name}` is named by the folders and stands in the files too"))
                .hint("drop it from the files, or rename the folders")),
        }
    }
}

/// Whole numbers, days, or text, whichever all values are.
fn kind(values: &[&str]) -> DataType {
    let is_whole = |value: &str| value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    // Months and days are written with two digits.
    let is_padded = |value: &str| value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_digit());
    if values.iter().all(|value| is_whole(value) || is_padded(value)) {
        DataType::Int64
    } else if values.iter().all(|value| value.len() == 10 && value.parse::<Day>().is_ok()) {
        DataType::Date32
    } else {
        DataType::Utf8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_of_the_type_that_all_of_them_have() {
        assert_eq!(kind(&["2019", "2020"]), DataType::Int64);
        assert_eq!(kind(&["01", "12"]), DataType::Int64);
        assert_eq!(kind(&["2020-01-31", "2020-02-29"]), DataType::Date32);
        assert_eq!(kind(&["2020", "old"]), DataType::Utf8);
        assert_eq!(kind(&["0700", "0005"]), DataType::Utf8);
    }
}
