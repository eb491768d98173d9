//! What a parameter is given in the trials.

use crate::error::Result;
use crate::spec::raw::Value;
use crate::spec::reader::Reader;

/// What a parameter is given in a trial.
#[derive(Debug)]
pub(super) enum Range {
    List(Vec<Value>),
    Between { low: f64, high: f64, scale: Scale, whole: Whole },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Linear,
    Log,
}

/// Whether numbers between two ends are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    Yes,
    No,
}

/// Reads the two ends of a range.
pub(super) fn between(ends: &Reader<'_>) -> Result<Range> {
    let (low, high) = (ends.number("min")?, ends.number("max")?);
    let scale = match ends.choice("scale")? {
        "linear" => Scale::Linear,
        "log" => Scale::Log,
        other => unreachable!("the table of keys has no scale {other}"),
    };
    if high <= low {
        return Err(ends.refuse("max", format!("must be above `min`, which is {low}; was {high}")));
    }
    if scale == Scale::Log && low <= 0.0 {
        return Err(ends.refuse("min", format!("must be above 0 where scale = \"log\", was {low}")));
    }
    Ok(Range::Between { low, high, scale, whole: Whole::No })
}

/// Different combinations; numbers that are not whole have no end of them.
pub(super) fn n_combinations(ranges: &[Range]) -> usize {
    let count = |range: &Range| match range {
        Range::List(values) => values.len(),
        Range::Between { low, high, whole: Whole::Yes, .. } => (high - low) as usize + 1,
        Range::Between { whole: Whole::No, .. } => usize::MAX,
    };
    ranges.iter().map(count).fold(1, usize::saturating_mul)
}
