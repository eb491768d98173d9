//! Are tonight's rows there yet?

use std::path::Path;
use std::str::FromStr;

use super::depth::check_depth;
use super::files;
use super::inspect::Place;
use super::tables::Tables;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::spec::Spec;

/// A day whose rows are waited for, in every table or in one: `2024-01-05`, or `prices=2024-01-05`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// The table; `None` for all that no other wait names.
    pub table: Option<String>,
    /// The newest row must be of this day or later.
    pub day: Day,
}

impl FromStr for Wait {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (table, day) = text.split_once('=').map_or((None, text), |(table, day)| (Some(table.to_owned()), day));
        Ok(Self { table, day: day.parse()? })
    }
}

/// Refuses where the newest row of a table, by its `time` and whatever the run's as-of, is older than what is waited for.
///
/// A table is held against the latest of the waits that name it, and where none does against the latest of those that name no table.
///
/// Errors are [`Error::Awaited`] where rows or files have not come, and of the spec where a wait names a table that it does not have.
pub fn arrived(root: &Path, spec: &Spec, waits: &[Wait]) -> Result<()> {
    let file = spec.file.display().to_string();
    for named in waits.iter().filter_map(|wait| wait.table.as_ref()) {
        if !spec.tables.iter().any(|table| table.name == *named) {
            let tables: Vec<&str> = spec.tables.iter().map(|table| table.name.as_str()).collect();
            return Err(Error::spec(file, format!("no table `{named}`, whose rows --wait-for waits for"))
                .hint(format!("its tables are {}", tables.join(", "))));
        }
    }
    let wanted = |table: &str| {
        let of = |name: Option<&str>| waits.iter().filter(|wait| wait.table.as_deref() == name).map(|wait| wait.day).max();
        of(Some(table)).or(of(None))
    };
    let mut opened = Tables::none(file.clone(), None)?;
    for table in spec.tables.iter().filter(|table| wanted(&table.name).is_some()) {
        check_depth(&format!("{file}: `tables.{}.time`", table.name), &table.time)?;
        let places: Vec<Place> = files::find(root, &table.name, &table.path)?.iter().map(|path| Place::new(root, path)).collect();
        places.iter().try_for_each(|place| place.open().map(drop))?;
        opened.add((table.clone(), table.path.clone()), &root.join(&table.path), places, Vec::new())?;
    }
    for (table, newest) in opened.newest()? {
        let Some(day) = wanted(&table.name) else { continue };
        if newest.is_none_or(|newest| newest < day) {
            let newest = newest.map_or("it has no row".to_owned(), |newest| format!("its newest row is of {newest}"));
            return Err(Error::awaited(&table.path, format!("table `{}` is not ready: {newest}, and {day} is waited for", table.name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_day_or_a_table_and_its_day() {
        let day = Day::from_ymd(2024, 1, 5).expect("a date");
        assert_eq!("2024-01-05".parse(), Ok(Wait { table: None, day }));
        assert_eq!("prices=2024-01-05".parse(), Ok(Wait { table: Some("prices".to_owned()), day }));
        assert_eq!("yesterday".parse::<Wait>(), Err("`yesterday` is not a date; write it as 2019-12-31".to_owned()));
    }
}
