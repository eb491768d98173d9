//! `plimsoll diff`: the numbers that moved between two runs, as lines or as a page.

use std::path::Path;

use super::args::Args;
use super::report::{below, write};
use super::{Exit, aligned, say};
use crate::error::{Error, Result};
use crate::evidence::{self, Kept};
use crate::report::{self, Previous, Templates};

/// A run whose files are those that it wrote.
pub(super) fn whole(folder: &Path) -> Result<Kept> {
    let kept = Kept::read(folder)?;
    match &evidence::edited(folder, &kept.manifest)[..] {
        [] => Ok(kept),
        [first, ..] => Err(Error::machine(folder.display(), first).hint("restore the run folder")),
    }
}

pub(super) fn diff(before: &Path, after: &Path) -> Result<Exit> {
    let (before, after) = (Previous::of(whole(before)?), Previous::of(whole(after)?));
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

/// The page that compares two runs.
pub(super) fn page(args: &Args, before: &Path, after: &Path) -> Result<Exit> {
    let templates = Templates::load(&args.root)?;
    let [before, after] = [before, after].map(|folder| below(args, folder));
    let kept = [whole(&before)?, whole(&after)?];
    write(args, &report::compared(&templates, (&before, &kept[0]), (&after, &kept[1]))?)?;
    Ok(Exit::Good)
}
