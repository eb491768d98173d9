//! The contract of the last view, and its conversion to plain columns.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch};
use datafusion::arrow::compute::{cast, concat};
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type};
use rayon::prelude::*;

use super::dataset::{Dataset, Labels, Matrix};
use super::{refusal, wall};
use crate::bound;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::source::{beyond, is_date};
use crate::spec::{FeatureSpec, Spec};

/// Columns that every view has.
pub(super) const KEYS: [&str; 4] = ["entity", "as_of", "known_on", "target"];

/// What a column of the last view is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Key,
    Weight,
    Carried,
    Benchmark,
    Feature,
}

impl Role {
    pub(super) fn of(spec: &FeatureSpec, name: &str) -> Self {
        if KEYS.contains(&name) {
            Self::Key
        } else if name == "weight" {
            Self::Weight
        } else if spec.carry.iter().any(|carried| carried == name) {
            Self::Carried
        } else if name.starts_with("benchmark_") {
            Self::Benchmark
        } else {
            Self::Feature
        }
    }
}

/// Refuses rows that do not fit: they are put together, and what models see of them is made beside them.
fn admit(file: &str, batches: &[RecordBatch]) -> Result<()> {
    let n_rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let n_columns = batches[0].num_columns();
    let n_bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    let seen = n_rows * n_columns * size_of::<f32>();
    bound::admit(file, format!("{n_rows} rows of {n_columns} columns"), (n_bytes + seen) as u64)
}

/// Converts the rows of the view in `file`, sorted by (`as_of`, `entity`).
pub(super) fn convert(file: &str, spec: &FeatureSpec, batches: &[RecordBatch]) -> Result<Dataset> {
    admit(file, batches)?;
    let reader = Reader { file, batches };
    for key in KEYS {
        reader.kind(key)?;
    }
    let (entities, entity) = reader.entities()?;
    let as_of: Vec<Option<Day>> = reader.days("as_of")?;
    if let Some(row) = as_of.iter().position(Option::is_none) {
        return Err(refusal::no_as_of(file, &entities[entity[row] as usize]));
    }
    let as_of: Vec<Day> = as_of.into_iter().flatten().collect();
    let mut order: Vec<u32> = (0..as_of.len() as u32).collect();
    order.par_sort_by_key(|&row| (as_of[row as usize], entity[row as usize]));
    let reader = Sorted { reader, order: &order, entities: &entities, entity: &entity, as_of: &as_of };

    let mut data = Dataset {
        entity: reader.pick(&entity),
        as_of: reader.pick(&as_of),
        known_on: reader.pick(&reader.reader.days("known_on")?),
        target: reader.optional("target")?,
        weight: vec![1.0; order.len()],
        ..Dataset::default()
    };
    for field in batches[0].schema().fields() {
        let name = field.name().as_str();
        match Role::of(spec, name) {
            Role::Key => {}
            Role::Weight => data.weight = reader.weights()?,
            Role::Carried => reader.carry(name, &mut data)?,
            Role::Benchmark => {
                data.benchmarks.insert(name.to_owned(), reader.optional(name)?);
            }
            Role::Feature => {
                reader.reader.numeric(name)?;
                data.feature_names.push(name.to_owned());
            }
        }
    }
    for carried in &spec.carry {
        reader.reader.kind(carried)?;
    }
    let mut features = Matrix::missing(order.len(), data.feature_names.len());
    // Of several columns that are refused the first is the one told.
    features
        .columns_mut()
        .zip(&data.feature_names)
        .map(|(column, name)| reader.feature(name, column))
        .collect::<Vec<_>>()
        .into_iter()
        .collect::<Result<()>>()?;
    data.features = features;
    data.entities = entities;
    Ok(data)
}

/// What must hold of the whole view, beyond its types.
pub(super) fn check(file: &str, spec: &Spec, data: &Dataset, as_of: Day) -> Result<()> {
    if data.n_rows() == 0 {
        return Err(refusal::no_rows(file));
    }
    for row in 1..data.n_rows() {
        if data.as_of[row - 1] == data.as_of[row] && data.entity[row - 1] == data.entity[row] {
            return Err(refusal::twice(file, data.entity_name(row as u32), data.as_of[row]));
        }
    }
    for row in 0..data.n_rows() {
        let place = || refusal::place(data.entity_name(row as u32), data.as_of[row]);
        match (data.known_on[row], data.target[row]) {
            (None, Some(_)) => return Err(refusal::no_known_on(file, &place())),
            (Some(known), _) if known < data.as_of[row] => return Err(refusal::known_early(file, known, &place())),
            (Some(_) | None, _) => {}
        }
    }
    if data.target.iter().all(Option::is_none) {
        return Err(refusal::no_target(file, wall::unknown(data, 0..data.n_rows() as u32, as_of).waiting, as_of));
    }
    if data.feature_names.is_empty() {
        return Err(refusal::no_feature(file));
    }
    for (idx, name) in data.feature_names.iter().enumerate() {
        if data.features.column(idx).iter().all(|value| value.is_nan()) {
            return Err(refusal::no_value(file, name));
        }
    }
    check_names(file, spec, &data.feature_names, &data.benchmarks.keys().cloned().collect::<Vec<_>>())?;
    if let Some(segment) = spec.features.segment.as_ref().filter(|segment| data.carried.contains_key(*segment)) {
        return Err(Error::spec(
            format!("{}: `features.segment`", spec.file.display()),
            format!("`{segment}` holds numbers; a segment is named by text"),
        )
        .hint(format!("cast({segment} as varchar) in {file}, or a case expression that names its ranges")));
    }
    if let Some(entity) = spec.risk.entity.as_ref().filter(|entity| data.entity_code(entity).is_none()) {
        return Err(no_risk_entity(file, spec, entity));
    }
    Ok(())
}

pub(super) fn no_risk_entity(file: &str, spec: &Spec, entity: &str) -> Error {
    Error::spec(format!("{}: `risk.entity`", spec.file.display()), format!("`{entity}` is no entity of {file}"))
}

/// The columns that the spec's models name are in the view.
pub(super) fn check_names(file: &str, spec: &Spec, features: &[String], benchmarks: &[String]) -> Result<()> {
    for (at, model) in spec.models.iter().enumerate() {
        if let Some(missing) = model.mentions().iter().find(|mention| !features.iter().any(|feature| feature == mention.feature)) {
            let place = format!("{}: `models[{at}].{}`", spec.file.display(), missing.key);
            return Err(
                Error::spec(place, format!("`{}` is no feature of {file}", missing.feature)).hint(format!("features are {}", features.join(", ")))
            );
        }
        if let Some(missing) = model.kind.benchmarks().iter().find(|name| !benchmarks.contains(*name)) {
            let place = format!("{}: `models[{at}].params.columns`", spec.file.display());
            return Err(Error::spec(place, format!("`{missing}` is no benchmark_ column of {file}")));
        }
    }
    Ok(())
}

pub(super) fn is_number(kind: &DataType) -> bool {
    kind.is_numeric() || matches!(kind, DataType::Boolean | DataType::Null)
}

pub(super) fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

struct Reader<'a> {
    file: &'a str,
    batches: &'a [RecordBatch],
}

impl Reader<'_> {
    /// A column's type, where there is such a column.
    fn kind(&self, name: &str) -> Result<DataType> {
        let schema = self.batches[0].schema();
        schema.field_with_name(name).map(|field| field.data_type().clone()).map_err(|_| refusal::no_column(self.file, name, &schema))
    }

    /// A column of all batches.
    fn column(&self, name: &str) -> Result<ArrayRef> {
        self.kind(name)?;
        let parts: Vec<&dyn Array> = self.batches.iter().filter_map(|batch| batch.column_by_name(name)).map(AsRef::as_ref).collect();
        concat(&parts).map_err(|cause| Error::sql(self.file, cause))
    }

    fn as_type(&self, name: &str, kind: &DataType) -> Result<ArrayRef> {
        cast(&self.column(name)?, kind).map_err(|cause| refusal::cast(self.file, name, cause))
    }

    /// Distinct entities, sorted, and each row's code.
    fn entities(&self) -> Result<(Vec<String>, Vec<u32>)> {
        let text = self.as_type("entity", &DataType::Utf8)?;
        let text = text.as_string::<i32>();
        if text.null_count() > 0 {
            return Err(refusal::no_entity(self.file, text.null_count()));
        }
        let (levels, codes) = levels(text.iter());
        Ok((levels, codes.into_iter().flatten().collect()))
    }

    fn days(&self, name: &str) -> Result<Vec<Option<Day>>> {
        let kind = self.kind(name)?;
        if !is_date(&kind) {
            return Err(refusal::no_date(self.file, name, &kind));
        }
        let column = self.column(name)?;
        if let Some((_, date)) = beyond(&column) {
            return Err(refusal::no_calendar(self.file, name, &date));
        }
        let days = cast(&column, &DataType::Date32).map_err(|cause| refusal::cast(self.file, name, cause))?;
        Ok(days.as_primitive::<Date32Type>().iter().map(|day| day.map(Day)).collect())
    }

    /// Refuses a column that holds no numbers, with a value of it.
    fn numeric(&self, name: &str) -> Result<()> {
        let kind = self.kind(name)?;
        if is_number(&kind) {
            return Ok(());
        }
        let text = self.as_type(name, &DataType::Utf8).ok();
        Err(refusal::no_number(self.file, name, &kind, text.as_ref().map(AsArray::as_string::<i32>)))
    }

    /// A number column as f64; text is refused.
    fn numbers(&self, name: &str) -> Result<Float64Array> {
        self.numeric(name)?;
        Ok(self.as_type(name, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
    }
}

/// Sorted distinct levels of a text column and each row's code.
fn levels<'a>(text: impl Iterator<Item = Option<&'a str>>) -> (Vec<String>, Vec<Option<u32>>) {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    // By the order in which they came, each with the level that followed it last: day after day the same names follow one another.
    let mut came: Vec<(&str, u32)> = Vec::new();
    let mut before: Option<u32> = None;
    let mut codes: Vec<Option<u32>> = text
        .map(|level| {
            let level = level?;
            let guess = before.map_or(0, |before| came[before as usize].1);
            let code = match came.get(guess as usize) {
                Some((guessed, _)) if *guessed == level => guess,
                _ => *seen.entry(level).or_insert_with(|| {
                    came.push((level, 0));
                    came.len() as u32 - 1
                }),
            };
            if let Some(before) = before.replace(code) {
                came[before as usize].1 = code;
            }
            Some(code)
        })
        .collect();
    let mut ranks = vec![0; came.len()];
    seen.values().enumerate().for_each(|(rank, code)| ranks[*code as usize] = rank as u32);
    codes.iter_mut().flatten().for_each(|code| *code = ranks[*code as usize]);
    (seen.into_keys().map(str::to_owned).collect(), codes)
}

/// Reads columns in the order of (`as_of`, `entity`).
struct Sorted<'a> {
    reader: Reader<'a>,
    order: &'a [u32],
    entities: &'a [String],
    entity: &'a [u32],
    as_of: &'a [Day],
}

impl Sorted<'_> {
    fn pick<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.order.iter().map(|&row| values[row as usize]).collect()
    }

    fn place(&self, row: usize) -> String {
        refusal::place(&self.entities[self.entity[row] as usize], self.as_of[row])
    }

    /// Numbers that are finite where they are. SQL's NaN (0.0 / 0.0) says the same as NULL: there is no value.
    fn finite(&self, name: &str) -> Result<Vec<Option<f64>>> {
        let values = self.reader.numbers(name)?;
        match values.iter().position(|value| value.is_some_and(f64::is_infinite)) {
            Some(row) => Err(refusal::infinite(self.reader.file, name, &self.place(row))),
            None => Ok(values.iter().map(|value| value.filter(|value| !value.is_nan())).collect()),
        }
    }

    fn optional(&self, name: &str) -> Result<Vec<Option<f64>>> {
        Ok(self.pick(&self.finite(name)?))
    }

    fn weights(&self) -> Result<Vec<f64>> {
        let values = self.finite("weight")?;
        match values.iter().position(|value| value.is_none_or(|weight| weight < 0.0)) {
            Some(row) => Err(refusal::no_weight(self.reader.file, values[row], &self.place(row))),
            None => Ok(self.pick(&values).into_iter().flatten().collect()),
        }
    }

    /// Fills a column with what models see of a feature: f32, NaN where there is no value.
    fn feature(&self, name: &str, column: &mut [f32]) -> Result<()> {
        let values = self.reader.numbers(name)?;
        for (place, &row) in column.iter_mut().zip(self.order) {
            let row = row as usize;
            let value = values.value(row) as f32;
            // One NaN: SQL's have signs.
            *place = if values.is_null(row) || value.is_nan() { f32::NAN } else { value };
        }
        if column.iter().any(|value| value.is_infinite()) {
            // In the order of the rows as they came, as every refusal.
            let is_beyond = |value: Option<f64>| value.is_some_and(|value| (value as f32).is_infinite());
            let infinite = values.iter().position(|value| value.is_some_and(f64::is_infinite));
            let row = infinite.or_else(|| values.iter().position(is_beyond)).expect("a value became infinite");
            return Err(match infinite {
                Some(row) => refusal::infinite(self.reader.file, name, &self.place(row)),
                None => refusal::beyond_f32(self.reader.file, name, values.value(row), &self.place(row)),
            });
        }
        Ok(())
    }

    fn carry(&self, name: &str, data: &mut Dataset) -> Result<()> {
        if is_text(&self.reader.kind(name)?) {
            let text = self.reader.as_type(name, &DataType::Utf8)?;
            let (levels, codes) = levels(text.as_string::<i32>().iter());
            data.labels.insert(name.to_owned(), Labels { levels, codes: self.pick(&codes) });
        } else {
            data.carried.insert(name.to_owned(), self.optional(name)?);
        }
        Ok(())
    }
}
