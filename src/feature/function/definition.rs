//! What a SQL function is: a name, arguments, and arithmetic over one partition's series.

use std::borrow::Cow;

use super::kernel::Window;

/// One SQL function.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// In the order of the call; those that may be left out stand last.
    pub(super) arguments: &'static [Argument],
    pub(super) order: Order,
    /// One value per row of the partition; NaN for NULL.
    pub(super) compute: fn(&Call) -> Vec<f64>,
}

/// What `over (..)` must say about order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// `order by` something, ascending: rows after the current one are never read.
    Time,
    /// None: the rows of a partition are peers.
    Peers,
}

/// One argument of a function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Argument {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What an argument may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// A numeric expression.
    Series,
    /// A whole constant, at least 1.
    Whole,
    /// A constant in [0, most].
    Share { most: f64 },
    /// A constant above 0.
    Positive,
    /// A whole constant between 1 and the window's length; 1 when left out.
    MinCount,
    /// An expression of any type; all rows are one group when left out.
    Group,
}

impl Kind {
    /// Whether the argument has a value per row.
    pub(super) fn is_column(self) -> bool {
        matches!(self, Self::Series | Self::Group)
    }

    /// Whether the argument may be left out.
    pub(super) fn is_optional(self) -> bool {
        matches!(self, Self::MinCount | Self::Group)
    }
}

const fn argument(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind }
}

pub(super) const X: Argument = argument("x", Kind::Series);
pub(super) const Y: Argument = argument("y", Kind::Series);
pub(super) const N: Argument = argument("n", Kind::Whole);
pub(super) const MIN_COUNT: Argument = argument("min_count", Kind::MinCount);
pub(super) const GROUP: Argument = argument("group", Kind::Group);

/// The arguments of one call, for one partition.
pub(super) struct Call<'a> {
    /// The numeric expressions, NaN where there is no finite value.
    pub(super) series: Vec<Cow<'a, [f64]>>,
    /// A number per group, where the call names one.
    pub(super) groups: Option<Vec<Option<u32>>>,
    pub(super) constants: Constants,
}

/// The constants of one call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Constants {
    /// The value of `Kind::Whole`.
    pub(super) whole: usize,
    /// The value of `Kind::Share` or `Kind::Positive`.
    pub(super) real: f64,
    /// The value of `Kind::MinCount`.
    pub(super) min_count: usize,
}

impl Call<'_> {
    /// The first series.
    pub(super) fn first(&self) -> &[f64] {
        &self.series[0]
    }

    /// The second series.
    pub(super) fn second(&self) -> &[f64] {
        &self.series[1]
    }

    /// The window of `n` and `min_count`.
    pub(super) fn window(&self) -> Window {
        Window { width: self.constants.whole, min_count: self.constants.min_count }
    }
}
