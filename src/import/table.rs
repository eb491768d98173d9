//! The rows of a CSV file, as text.

use std::fs;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::BadRow;
use super::cell::Decimal;
use super::column::Kind;
use crate::error::{Error, Result};

const DELIMITERS: [(u8, &str); 4] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs"), (b'|', "bars")];

/// Rows as they stand in the file.
pub(super) struct Table {
    pub(super) shown: String,
    pub(super) names: Vec<String>,
    pub(super) rows: Vec<(u64, StringRecord)>,
    pub(super) bad: Vec<BadRow>,
    pub(super) notes: Vec<String>,
}

impl Table {
    pub(super) fn read(file: &Path) -> Result<Self> {
        let shown = file.display().to_string();
        let bytes = fs::read(file).map_err(|cause| Error::machine(&shown, format!("cannot be read: {cause}")))?;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if text.starts_with(b"PK\x03\x04") || text.starts_with(b"\x1f\x8b") || text.starts_with(b"PAR1") || text.contains(&0) {
            return Err(
                Error::data(&shown, "is no text: it is packed, of another format, or in UTF-16").hint("unpack it, or save it as CSV in UTF-8")
            );
        }
        let header = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let counted = |delimiter: u8| header.split(|&byte| byte == delimiter).count() - 1;
        let (delimiter, delimiter_name) = DELIMITERS.into_iter().rev().max_by_key(|&(delimiter, _)| counted(delimiter)).unwrap_or(DELIMITERS[0]);
        let mut notes = Vec::new();
        if delimiter != b',' && 0 < counted(delimiter) {
            notes.push(format!("fields are separated by {delimiter_name}"));
        }
        let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text);
        let mut table = Self { shown, names: Vec::new(), rows: Vec::new(), bad: Vec::new(), notes };
        for record in reader.byte_records() {
            let record = record.map_err(|cause| Error::data(&table.shown, format!("cannot be read as CSV: {cause}")))?;
            let line = record.position().map_or(0, csv::Position::line);
            let bad = |column: &str, value: String, problem: String| BadRow { line, column: column.to_owned(), value, problem };
            let record = match StringRecord::from_byte_record(record) {
                Ok(mut record) => {
                    record.trim();
                    record
                }
                Err(refused) => {
                    let at = refused.utf8_error().field();
                    let value = String::from_utf8_lossy(&refused.into_byte_record()[at]).into_owned();
                    let column = table.names.get(at).cloned().unwrap_or_default();
                    table.bad.push(bad(&column, value, "is not UTF-8".to_owned()));
                    continue;
                }
            };
            if table.names.is_empty() {
                table.names = names(&table.shown, &record, &mut table.notes)?;
            } else if record.len() == table.names.len() {
                table.rows.push((line, record));
            } else if record.iter().any(|field| !field.is_empty()) {
                table.bad.push(bad("", String::new(), format!("{} fields where the header has {}", record.len(), table.names.len())));
            }
        }
        if table.rows.is_empty() {
            let problem = format!("has no rows below a header of {} columns", table.names.len());
            return Err(Error::data(&table.shown, problem).hint("the first line must name the columns: remove prose before it"));
        }
        Ok(table)
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        &self.rows[row].1[column]
    }

    /// Takes out the rows with a cell that its column's type does not have.
    pub(super) fn keep_readable(&mut self, kinds: &[Kind], decimal: Decimal) -> Vec<BadRow> {
        let (names, mut bad) = (&self.names, Vec::new());
        self.rows.retain(|(line, record)| {
            let broken = kinds.iter().enumerate().filter(|(at, kind)| !kind.takes(&record[*at], decimal));
            let before = bad.len();
            bad.extend(broken.map(|(at, kind)| BadRow {
                line: *line,
                column: names[at].clone(),
                value: record[at].to_owned(),
                problem: format!("is no {}", kind.noun()),
            }));
            bad.len() == before
        });
        bad
    }
}

fn names(shown: &str, record: &StringRecord, notes: &mut Vec<String>) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for (at, name) in record.iter().enumerate() {
        let name = if name.is_empty() { format!("column_{}", at + 1) } else { name.to_owned() };
        if record[at].is_empty() {
            notes.push(format!("the header leaves column {} without a name: it is `{name}`", at + 1));
        }
        if names.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            return Err(Error::data(shown, format!("two columns are named `{name}`")).hint("rename one in the header"));
        }
        names.push(name);
    }
    Ok(names)
}
