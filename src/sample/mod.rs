//! Sample: synthetic price and loan histories, so that everything can be tried without data of one's own.
//!
//! The files under `data/sample` are made here, byte for byte the same for the same seed on every platform:
//! the randomness is PCG's, and every transcendental function is that of `libm`, not the platform's.

mod calendar;
mod economy;
mod equity;
mod loan;
mod random;
mod write;

use std::path::Path;

use serde::Serialize;

use crate::error::Result;

/// The seed of the files that the project ships.
pub const SEED: u64 = 1;

/// A file written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SampleFile {
    /// Name within the folder.
    pub name: String,
    /// Rows in it.
    pub n_rows: usize,
    /// Size.
    pub n_bytes: usize,
    /// SHA-256 of its bytes, as `sha256sum` prints it.
    pub sha256: String,
}

/// Writes the synthetic tables into `folder`, which is made when missing: `prices`, `stocks`, `loans`, `loan_events` and `macro`, each `.parquet`.
///
/// A file is written under a temporary name and renamed when whole. Errors when the folder cannot be written to.
pub fn write(folder: &Path, seed: u64) -> Result<Vec<SampleFile>> {
    let market = equity::simulate(seed);
    let economy = economy::simulate(seed);
    let credit = loan::simulate(seed, &economy);
    let tables = [
        ("prices", market.bars()),
        ("stocks", market.stocks()),
        ("loans", credit.loans()),
        ("loan_events", credit.events()),
        ("macro", economy.table()),
    ];
    write::folder(folder)?;
    tables.into_iter().map(|(name, columns)| write::table(folder, name, columns)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("plimsoll_sample_{name}_{}", std::process::id()))
    }

    #[test]
    fn the_shipped_seed_makes_the_files_listed_in_the_readme() {
        let folder = folder("readme");
        let files = write(&folder, SEED).expect("a temporary folder can be written to");
        std::fs::remove_dir_all(&folder).expect("it was made above");
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/README.md")).expect("the project ships it");
        for file in &files {
            assert!(readme.contains(&file.sha256), "data/README.md does not list {} of {} rows with SHA-256 {}", file.name, file.n_rows, file.sha256);
        }
        let n_bytes: usize = files.iter().map(|file| file.n_bytes).sum();
        assert!(n_bytes < 5_000_000, "the sample should stay small, it has {n_bytes} bytes");
    }

    #[test]
    fn another_seed_makes_other_prices_and_loans() {
        let folder = folder("seed");
        let hashes =
            |seed| write(&folder, seed).expect("a temporary folder can be written to").into_iter().map(|file| file.sha256).collect::<Vec<_>>();
        let (one, two) = (hashes(2), hashes(3));
        std::fs::remove_dir_all(&folder).expect("it was made above");
        // The list of stocks (1) is the same: only their prices are drawn.
        let differ: Vec<bool> = one.iter().zip(&two).map(|(a, b)| a != b).collect();
        assert_eq!(differ, [true, false, true, true, true]);
    }
}
