//! The contract of the last view, checked on rows that pass by in the order of (`as_of`, `entity`) and are not kept.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type, Schema};

use super::contract::{self, KEYS, Role};
use super::grain::{Broken, GrainOrder, Watch};
use super::refusal;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::source::beyond;
use crate::spec::Spec;

/// Sees every batch once.
pub(super) struct Inspector<'a> {
    file: &'a str,
    spec: &'a Spec,
    watch: Watch,
    columns: Vec<Column>,
    n_rows: u64,
    n_without_entity: usize,
    has_target: bool,
    n_waiting: usize,
    as_of: Day,
    has_risk_entity: bool,
}

/// A column of numbers.
struct Column {
    idx: usize,
    role: Role,
    has_value: bool,
}

impl<'a> Inspector<'a> {
    /// For rows of this schema in a run of `as_of`, in which dates are Date32; refuses what can be told before the first row.
    pub(super) fn new(file: &'a str, spec: &'a Spec, schema: &Schema, as_of: Day) -> Result<Self> {
        let named = |wanted: Role| -> Vec<String> {
            let fields = schema.fields().iter().filter(|field| Role::of(&spec.features, field.name()) == wanted);
            fields.map(|field| field.name().clone()).collect()
        };
        if let Some(missing) = spec.features.carry.iter().find(|name| schema.index_of(name).is_err()) {
            return Err(refusal::no_column(file, missing, schema));
        }
        if named(Role::Feature).is_empty() {
            return Err(refusal::no_feature(file));
        }
        contract::check_names(file, spec, &named(Role::Feature), &named(Role::Benchmark))?;
        let is_plain = |name: &str, kind: &DataType| {
            name == "target" || !(KEYS.contains(&name) || spec.features.carry.iter().any(|carried| carried == name) && contract::is_text(kind))
        };
        let columns = schema.fields().iter().enumerate().filter(|(_, field)| is_plain(field.name(), field.data_type()));
        let columns = columns.map(|(idx, field)| Column { idx, role: Role::of(&spec.features, field.name()), has_value: false }).collect();
        let watch = GrainOrder::by(schema, &["as_of", "entity"]).and_then(|order| order.watch()).map_err(|cause| Error::sql(file, cause))?;
        let has_risk_entity = spec.risk.entity.is_none();
        Ok(Self { file, spec, watch, columns, n_rows: 0, n_without_entity: 0, has_target: false, n_waiting: 0, as_of, has_risk_entity })
    }

    /// Refuses the first breach in the batch.
    pub(super) fn see(&mut self, batch: &RecordBatch) -> Result<()> {
        self.n_rows += batch.num_rows() as u64;
        let keys = Keys { file: self.file, batch };
        for name in ["as_of", "known_on"] {
            if let Some((_, date)) = beyond(keys.column(name)) {
                return Err(refusal::no_calendar(self.file, name, &date));
            }
        }
        self.n_without_entity += keys.column("entity").logical_null_count();
        if 0 < self.n_without_entity {
            // How many they are is told at the end.
            return Ok(());
        }
        if let Some(row) = (0..batch.num_rows()).find(|&row| keys.column("as_of").is_null(row)) {
            return Err(refusal::no_as_of(self.file, &keys.entity(row)?));
        }
        match self.watch.see(batch).map_err(|cause| Error::sql(self.file, cause))? {
            None => {}
            Some((row, Broken::Twice)) => return Err(refusal::twice(self.file, &keys.entity(row)?, keys.as_of(row))),
            Some((_, Broken::Unsorted)) => return Err(refusal::unsorted(self.file)),
        }
        for column in &mut self.columns {
            column.see(&keys)?;
        }
        self.has_target |= keys.check_known_on()?;
        self.n_waiting += keys.n_known_from(self.as_of);
        if let Some(entity) = self.spec.risk.entity.as_ref().filter(|_| !self.has_risk_entity) {
            let text = keys.text("entity")?;
            self.has_risk_entity = text.as_string::<i32>().iter().flatten().any(|name| name == entity);
        }
        Ok(())
    }

    /// Refuses what only all rows can tell; their number.
    pub(super) fn end(self, schema: &Schema) -> Result<u64> {
        if 0 < self.n_without_entity {
            return Err(refusal::no_entity(self.file, self.n_without_entity));
        }
        if self.n_rows == 0 {
            return Err(refusal::no_rows(self.file));
        }
        if !self.has_target {
            return Err(refusal::no_target(self.file, self.n_waiting, self.as_of));
        }
        if let Some(empty) = self.columns.iter().find(|column| column.role == Role::Feature && !column.has_value) {
            return Err(refusal::no_value(self.file, schema.field(empty.idx).name()));
        }
        match self.spec.risk.entity.as_ref().filter(|_| !self.has_risk_entity) {
            Some(entity) => Err(contract::no_risk_entity(self.file, self.spec, entity)),
            None => Ok(self.n_rows),
        }
    }
}

impl Column {
    fn see(&mut self, keys: &Keys<'_>) -> Result<()> {
        let schema = keys.batch.schema();
        let (file, name, column) = (keys.file, schema.field(self.idx).name().as_str(), keys.batch.column(self.idx));
        if !contract::is_number(column.data_type()) {
            let text = keys.text(name).ok();
            return Err(refusal::no_number(file, name, column.data_type(), text.as_ref().map(AsArray::as_string::<i32>)));
        }
        let wide = cast(column, &DataType::Float64).map_err(|cause| refusal::cast(file, name, cause))?;
        let wide = wide.as_primitive::<Float64Type>();
        self.has_value |= wide.iter().flatten().any(|value| !value.is_nan());
        // NaN says the same as NULL: there is no value.
        let known = || wide.iter().enumerate().map(|(row, value)| (row, value.filter(|value| !value.is_nan())));
        if let Some((row, _)) = known().find(|(_, value)| value.is_some_and(f64::is_infinite)) {
            return Err(refusal::infinite(file, name, &keys.place(row)?));
        }
        match self.role {
            Role::Feature => match known().find(|(_, value)| value.is_some_and(|value| (value as f32).is_infinite())) {
                Some((row, value)) => Err(refusal::beyond_f32(file, name, value.unwrap_or_default(), &keys.place(row)?)),
                None => Ok(()),
            },
            Role::Weight => match known().find(|(_, value)| value.is_none_or(|weight| weight < 0.0)) {
                Some((row, value)) => Err(refusal::no_weight(file, value, &keys.place(row)?)),
                None => Ok(()),
            },
            Role::Key | Role::Carried | Role::Benchmark => Ok(()),
        }
    }
}

/// The keys of a batch.
struct Keys<'a> {
    file: &'a str,
    batch: &'a RecordBatch,
}

impl Keys<'_> {
    fn column(&self, name: &str) -> &ArrayRef {
        self.batch.column_by_name(name).expect("the landing has every key")
    }

    fn text(&self, name: &str) -> Result<ArrayRef> {
        cast(self.column(name), &DataType::Utf8).map_err(|cause| refusal::cast(self.file, name, cause))
    }

    fn entity(&self, row: usize) -> Result<String> {
        Ok(self.text("entity")?.as_string::<i32>().value(row).to_owned())
    }

    fn as_of(&self, row: usize) -> Day {
        Day(self.column("as_of").as_primitive::<Date32Type>().value(row))
    }

    fn place(&self, row: usize) -> Result<String> {
        Ok(refusal::place(&self.entity(row)?, self.as_of(row)))
    }

    /// Rows whose target is known on `as_of` or later.
    fn n_known_from(&self, as_of: Day) -> usize {
        self.column("known_on").as_primitive::<Date32Type>().iter().flatten().filter(|&day| as_of <= Day(day)).count()
    }

    /// Whether any row has a target; refuses a target that is known early, or on no day.
    fn check_known_on(&self) -> Result<bool> {
        let known_on = self.column("known_on").as_primitive::<Date32Type>();
        let target = cast(self.column("target"), &DataType::Float64).map_err(|cause| refusal::cast(self.file, "target", cause))?;
        let target = target.as_primitive::<Float64Type>();
        let mut has_target = false;
        for row in 0..self.batch.num_rows() {
            let is_target = target.is_valid(row) && !target.value(row).is_nan();
            has_target |= is_target;
            if known_on.is_null(row) {
                if is_target {
                    return Err(refusal::no_known_on(self.file, &self.place(row)?));
                }
            } else if Day(known_on.value(row)) < self.as_of(row) {
                return Err(refusal::known_early(self.file, Day(known_on.value(row)), &self.place(row)?));
            }
        }
        Ok(has_target)
    }
}
