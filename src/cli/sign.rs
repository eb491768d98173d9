//! `plimsoll sign`: who prepared, reviewed or approved a run.

use std::path::{Path, PathBuf};

use super::args::Args;
use super::verify::place;
use super::{Exit, say};
use crate::error::{Error, Result};
use crate::evidence::{self, Role, SIGNATURES};
use crate::folder::Locked;
use crate::report;

pub(super) fn sign(args: &Args, folder: &Path, role: Role, key: &Path, remark: &str) -> Result<Exit> {
    let folder = place(args, folder).canonicalize().map_err(|cause| {
        Error::machine(folder.display(), format!("cannot be read: {cause}")).hint("name a run folder, such as reports/equity_var/2020-01-01")
    })?;
    let report: PathBuf = folder.parent().unwrap_or(&folder).to_owned();
    // No run may take the folder away meanwhile.
    let locked = Locked::make(&report)?;
    #[expect(clippy::disallowed_methods, reason = "a sign-off says when it was made")]
    let now = chrono::Utc::now();
    let name = evidence::sign(&folder, role, key, remark, now)?;
    drop(locked);
    if let Some(reports) = report.parent().filter(|reports| reports.join("index.html").is_file()) {
        report::write_index(&args.root, reports).map_err(|error| error.hint("the run is signed; the next run lists it"))?;
    }
    say(&folder.join(SIGNATURES).join(name).display().to_string())?;
    Ok(Exit::Good)
}
