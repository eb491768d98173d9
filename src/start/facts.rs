//! What is seen of a file: its columns, and what a query answers.

use std::path::Path;

use super::Holds;
use crate::error::{Error, Result};
use crate::feature;
use crate::source::{self, Tables, is_date, kind_name, quoted};

/// A column of the file.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What a column may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Date,
    Number,
    Text,
    Flag,
    Other,
}

/// A file that is looked at.
pub(super) struct Facts {
    /// The path as the spec names it.
    pub(super) path: String,
    pub(super) fields: Vec<Field>,
    table: &'static str,
    tables: Tables,
}

impl Facts {
    pub(super) fn of(root: &Path, file: &str, holds: Holds) -> Result<Self> {
        let table = match holds {
            Holds::Prices => "prices",
            Holds::Loans => "loans",
        };
        let tables = source::open_files(&[(table.to_owned(), root.join(file), Vec::new())])?;
        let schema = tables.iter().next().map(|(_, _, schema)| schema);
        let fields = schema.iter().flat_map(|schema| schema.fields().iter()).map(|field| {
            let (name, kind) = (field.name().clone(), field.data_type());
            let kind = match kind_name(kind).as_str() {
                "text" => Kind::Text,
                "true/false" => Kind::Flag,
                _ if is_date(kind) => Kind::Date,
                _ if kind.is_numeric() => Kind::Number,
                words if words.starts_with("Dictionary") => Kind::Text,
                _ => Kind::Other,
            };
            Field { name, kind }
        });
        Ok(Self { path: file.to_owned(), fields: fields.collect(), table, tables })
    }

    /// Rows that a query over the file answers.
    pub(super) fn rows(&self, select: &str) -> Result<Vec<Vec<String>>> {
        let mut rows = feature::query(&self.tables, &self.path, &select.replace("FILE", &quoted(self.table)))?;
        rows.remove(0);
        Ok(rows)
    }

    /// The numbers of the one row of a query; NULL is 0.
    pub(super) fn numbers(&self, select: &str) -> Result<Vec<f64>> {
        let rows = self.rows(select)?;
        Ok(rows.first().map_or_else(Vec::new, |row| row.iter().map(|cell| cell.parse().unwrap_or(0.0)).collect()))
    }

    pub(super) fn of_kinds(&self, kinds: &[Kind]) -> Vec<&Field> {
        self.fields.iter().filter(|field| kinds.contains(&field.kind)).collect()
    }

    /// A column that a flag names.
    pub(super) fn named(&self, flag: &str, name: &str) -> Result<&Field> {
        self.fields.iter().find(|field| field.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            Error::data(&self.path, format!("no column `{name}`, which {flag} names")).hint(format!("its columns are {}", names.join(", ")))
        })
    }

    /// What cannot be told, with the columns that may be meant.
    pub(super) fn untold(&self, what: &str, flag: &str, candidates: &[&Field]) -> Error {
        let names: Vec<String> = candidates.iter().map(|field| format!("`{}`", field.name)).collect();
        if names.is_empty() {
            let all: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            return Error::data(&self.path, format!("no column can be {what}")).hint(format!("its columns are {}", all.join(", ")));
        }
        Error::data(&self.path, format!("cannot tell which column is {what}: {}", names.join(", "))).hint(format!("say {flag} COLUMN"))
    }

    /// The column of a date: the one said, the first of these names, or the only one.
    pub(super) fn time(&self, said: Option<&str>, names: &[&str]) -> Result<&Field> {
        if let Some(name) = said {
            return self.named("--time", name);
        }
        let mut dated = self.of_kinds(&[Kind::Date]);
        for field in self.of_kinds(&[Kind::Text]).into_iter().filter(|_| dated.is_empty()).collect::<Vec<_>>() {
            let column = quoted(&field.name);
            // A cast has no part in the name of an aggregate, of which DataFusion wants two.
            let read =
                self.numbers(&format!("select count({column}), sum(case when try_cast({column} as date) is not null then 1 else 0 end) from FILE"))?;
            if 0.0 < read[0] && read[0] == read[1] {
                dated.push(field);
            }
        }
        first(&dated, names).or(only(&dated)).ok_or_else(|| self.untold("the date", "--time", &dated))
    }
}

/// The first of these columns by the order of the names.
pub(super) fn first<'a>(fields: &[&'a Field], names: &[&str]) -> Option<&'a Field> {
    let plain = |name: &str| name.to_ascii_lowercase().replace([' ', '-'], "_");
    names.iter().find_map(|name| fields.iter().find(|field| plain(&field.name) == *name)).copied()
}

pub(super) fn only<'a>(fields: &[&'a Field]) -> Option<&'a Field> {
    match fields {
        [field] => Some(field),
        _ => None,
    }
}
