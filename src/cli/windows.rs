//! `plimsoll windows`: who learns from what.

use std::path::Path;

use super::{Exit, aligned, say};
use crate::error::Result;
use crate::{feature, source, spec, window};

pub(super) fn windows(root: &Path, path: &Path) -> Result<Exit> {
    let spec = spec::load(root, path)?;
    let tables = source::open(root, &spec)?;
    let built = feature::build_untested(root, &spec, &tables)?;
    let headings = ["window", "train from", "train to", "test from", "test to", "known before", "train rows", "purged", "test rows"];
    let mut rows = vec![headings.map(str::to_owned).to_vec()];
    for window in window::plan(&spec.window, &built)? {
        rows.push(vec![
            (window.idx + 1).to_string(),
            window.train.start.to_string(),
            window.train.end.plus_days(-1).to_string(),
            window.test.start.to_string(),
            window.test.end.plus_days(-1).to_string(),
            window.known_before.to_string(),
            window.n_train.to_string(),
            window.n_purged.to_string(),
            window.n_test.to_string(),
        ]);
    }
    say(&aligned(&rows))?;
    Ok(Exit::Good)
}
