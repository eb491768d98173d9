//! `[window]`: how history is walked.

use crate::day::Day;
use crate::error::Result;
use crate::spec::reader::Reader;
use crate::spec::{Scheme, WindowSpec};

pub(super) fn window(top: &Reader<'_>, as_of: Option<Day>) -> Result<WindowSpec> {
    let block = top.block("window")?.by("scheme")?;
    let (embargo, last_test) = (block.period("embargo")?, block.day_if("last_test")?);
    let scheme = match block.choice("scheme")? {
        "rolling" => Scheme::Rolling,
        "expanding" => Scheme::Expanding,
        "split" => {
            let scheme = Scheme::Split(block.number("share")?);
            return Ok(WindowSpec { scheme, train: None, test: None, embargo, first_test: None, last_test });
        }
        other => unreachable!("the table of keys has no scheme {other}"),
    };
    let first_test = block.day_if("first_test")?;
    let ends = [("`window.last_test`", last_test), ("`as_of`", as_of)];
    for (end, day) in ends {
        if let (Some(first), Some(day)) = (first_test, day)
            && day <= first
        {
            return Err(block.refuse("first_test", format!("must be before {end}, which is {day}; was {first}")));
        }
    }
    Ok(WindowSpec { scheme, train: Some(block.period("train")?), test: Some(block.period("test")?), embargo, first_test, last_test })
}
