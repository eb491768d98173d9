//! A function as DataFusion sees it: arguments are checked when a query is planned, values come one whole partition at a time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use datafusion::arrow::buffer::{NullBuffer, ScalarBuffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{ExpressionArgs, PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{LimitEffect, PartitionEvaluator, Signature, TypeSignature, Volatility, WindowUDFImpl};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Literal;

use super::definition::{Call, Constants, Function, Kind, Order};
use crate::source::kind_name;

/// A function of whole partitions.
pub(super) struct WholePartition {
    function: &'static Function,
    signature: Signature,
}

impl WholePartition {
    pub(super) fn new(function: &'static Function) -> Self {
        // Arguments are checked in `field`: DataFusion's own refusals do not name them.
        let any = TypeSignature::OneOf(vec![TypeSignature::Nullary, TypeSignature::VariadicAny]);
        Self { function, signature: Signature::new(any, Volatility::Immutable) }
    }

    pub(super) fn order(&self) -> Order {
        self.function.order
    }

    fn usage(&self) -> String {
        let names: Vec<String> =
            self.function.arguments.iter().map(|a| if a.kind.is_optional() { format!("[{}]", a.name) } else { a.name.to_owned() }).collect();
        format!("{}({})", self.function.name, names.join(", "))
    }

    /// The constants of a call; a refusal names the function and the argument.
    fn constants(&self, given: &[Arc<dyn PhysicalExpr>]) -> Result<Constants> {
        let mut found = Constants { whole: usize::MAX, real: 0.0, min_count: 1 };
        for (argument, given) in self.function.arguments.iter().zip(given).filter(|(argument, _)| !argument.kind.is_column()) {
            let place = format!("{}: argument `{}`", self.function.name, argument.name);
            let Some(literal) = given.downcast_ref::<Literal>() else {
                return plan_err!("{place} must be a constant, such as 20");
            };
            let value = literal.value();
            let number = match value.cast_to(&DataType::Float64) {
                Ok(ScalarValue::Float64(Some(number))) if number.is_finite() => number,
                _ => return plan_err!("{place} must be a number, was {value}"),
            };
            let is_count = number.fract() == 0.0 && 1.0 <= number;
            match argument.kind {
                Kind::Whole if is_count => found.whole = number as usize,
                Kind::Whole | Kind::MinCount if !is_count => return plan_err!("{place} must be a whole number of at least 1, was {value}"),
                Kind::MinCount if found.whole < number as usize => {
                    return plan_err!("{place} must be at most n = {}, was {value}", found.whole);
                }
                Kind::MinCount => found.min_count = number as usize,
                Kind::Share { most } if !(0.0..=most).contains(&number) => return plan_err!("{place} must be between 0 and {most}, was {value}"),
                Kind::Positive if number <= 0.0 => return plan_err!("{place} must be above 0, was {value}"),
                Kind::Share { .. } | Kind::Positive => found.real = number,
                Kind::Whole | Kind::Series | Kind::Group => {}
            }
        }
        Ok(found)
    }
}

impl fmt::Debug for WholePartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.function.name)
    }
}

impl PartialEq for WholePartition {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
    }
}

impl Eq for WholePartition {}

impl Hash for WholePartition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.name.hash(state);
    }
}

impl WindowUDFImpl for WholePartition {
    fn name(&self) -> &str {
        self.function.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Constants are read when the query is planned; only columns are evaluated.
    fn expressions(&self, given: ExpressionArgs) -> Vec<Arc<dyn PhysicalExpr>> {
        let pairs = self.function.arguments.iter().zip(given.input_exprs());
        pairs.filter(|(argument, _)| argument.kind.is_column()).map(|(_, given)| Arc::clone(given)).collect()
    }

    fn field(&self, given: WindowUDFFieldArgs) -> Result<FieldRef> {
        let fields = given.input_fields();
        let n_needed = self.function.arguments.iter().filter(|argument| !argument.kind.is_optional()).count();
        if !(n_needed..=self.function.arguments.len()).contains(&fields.len()) {
            let plural = if fields.len() == 1 { "argument" } else { "arguments" };
            return plan_err!("{}: {} {plural} given; write {}", self.function.name, fields.len(), self.usage());
        }
        for (argument, field) in self.function.arguments.iter().zip(fields) {
            let kind = field.data_type();
            if argument.kind != Kind::Group && !kind.is_numeric() && !kind.is_null() {
                return plan_err!(
                    "{}: argument `{}` must be a number, was {}; cast it to double",
                    self.function.name,
                    argument.name,
                    kind_name(kind)
                );
            }
        }
        Ok(Arc::new(Field::new(given.name(), DataType::Float64, true)))
    }

    fn partition_evaluator(&self, given: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        let constants = self.constants(given.input_exprs())?;
        Ok(Box::new(Evaluator { function: self.function, constants }))
    }

    fn limit_effect(&self, _: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        match self.function.order {
            Order::Time => LimitEffect::None,
            Order::Peers => LimitEffect::Unknown,
        }
    }
}

struct Evaluator {
    function: &'static Function,
    constants: Constants,
}

impl fmt::Debug for Evaluator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.function.name)
    }
}

impl PartitionEvaluator for Evaluator {
    fn evaluate_all(&mut self, values: &[ArrayRef], n_rows: usize) -> Result<ArrayRef> {
        let columns = self.function.arguments.iter().filter(|argument| argument.kind.is_column()).zip(values);
        let mut numbers: Vec<ArrayRef> = Vec::new();
        let mut groups = None;
        for (argument, column) in columns {
            match argument.kind {
                Kind::Group => groups = Some(numbered(column)?),
                _ => numbers.push(cast(column, &DataType::Float64)?),
            }
        }
        let series = numbers.iter().map(|column| finite(column.as_primitive::<Float64Type>())).collect();
        let found = (self.function.compute)(&Call { series, groups, constants: self.constants });
        debug_assert_eq!(found.len(), n_rows, "a function answers every row");
        Ok(nullable(found))
    }
}

/// The values as numbers, NaN for NULL and for what is not finite; copied only where there is such a row.
fn finite(column: &Float64Array) -> Cow<'_, [f64]> {
    let values = column.values();
    if column.null_count() == 0 && values.iter().all(|value| value.is_finite()) {
        return Cow::Borrowed(values);
    }
    let kept = |value: Option<f64>| value.filter(|value| value.is_finite()).unwrap_or(f64::NAN);
    Cow::Owned(column.iter().map(kept).collect())
}

/// NaN becomes NULL, and so does an overflow.
fn nullable(values: Vec<f64>) -> ArrayRef {
    let nulls =
        if values.iter().all(|value| value.is_finite()) { None } else { Some(values.iter().map(|value| value.is_finite()).collect::<NullBuffer>()) };
    Arc::new(Float64Array::new(ScalarBuffer::from(values), nulls))
}

/// A number for each group's rows, in order of the groups' first rows; none for NULL.
fn numbered(column: &ArrayRef) -> Result<Vec<Option<u32>>> {
    let converter = RowConverter::new(vec![SortField::new(column.data_type().clone())])?;
    let rows = converter.convert_columns(&[Arc::clone(column)])?;
    let mut seen = BTreeMap::new();
    let mut numbers = Vec::with_capacity(column.len());
    for (at, row) in rows.iter().enumerate() {
        let next = seen.len() as u32;
        numbers.push((!column.is_null(at)).then(|| *seen.entry(row).or_insert(next)));
    }
    Ok(numbers)
}
