//! `plimsoll diff`: the numbers that moved between two runs.

use std::path::Path;

use super::{Exit, aligned, say};
use crate::error::Result;
use crate::evidence::Kept;
use crate::report::Previous;

pub(super) fn diff(before: &Path, after: &Path) -> Result<Exit> {
    let (before, after) = (Previous::of(Kept::read(before)?), Previous::of(Kept::read(after)?));
    let mut rows = vec![["metric", "before", "after", "change"].map(str::to_owned).to_vec()];
    for moved in before.moved(&after) {
        let shown = |value: Option<f64>| value.map_or("n/a".to_owned(), |value| value.to_string());
        let change = moved.before.zip(moved.after).map(|(before, after)| after - before);
        rows.push(vec![moved.metric, shown(moved.before), shown(moved.after), shown(change)]);
    }
    if rows.len() == 1 {
        say("no number moved")?;
    } else {
        say(&aligned(&rows))?;
    }
    Ok(Exit::Good)
}
