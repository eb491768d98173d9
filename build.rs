//! Tells the program the commit it was built from, which a run's manifest names, and the engine: a hash of the sources that decide
//! what a model forecasts, which keys the results kept from earlier runs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whatever the rows that SQL makes depend on besides the spec, the SQL and the tables.
pub(crate) const OF_FEATURES: [&str; 5] = ["Cargo.lock", "src/feature", "src/source", "src/day.rs", "src/digest.rs"];

/// Whatever a window's forecasts depend on besides the spec and the rows. Folders that do not exist count as empty.
pub(crate) const OF_FORECASTS: [&str; 5] = ["Cargo.lock", "src/model", "src/score", "src/walk", "src/window"];

fn main() {
    println!("cargo:rustc-env=PLIMSOLL_COMMIT={}", git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".to_owned()));
    println!("cargo:rustc-env=PLIMSOLL_ENGINE={}", engine(Path::new("."), &OF_FORECASTS));
    println!("cargo:rustc-env=PLIMSOLL_FEATURE_ENGINE={}", engine(Path::new("."), &OF_FEATURES));
    // Names of functions are a fifth of the program; `PLIMSOLL_SYMBOLS=1` keeps them for a profiler. The profile's own `strip` would build every crate anew.
    println!("cargo:rerun-if-env-changed=PLIMSOLL_SYMBOLS");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") && std::env::var_os("PLIMSOLL_SYMBOLS").is_none() {
        println!("cargo:rustc-link-arg-bins=-Wl,--strip-all");
    }
    // Tests on real data are told as ignored where there are none. A path that is not there is not watched.
    println!("cargo:rustc-check-cfg=cfg(real_data)");
    let real_data = Path::new("../shared/data/SHA256SUMS");
    if real_data.exists() {
        println!("cargo:rustc-cfg=real_data");
        println!("cargo:rerun-if-changed={}", real_data.display());
    }
    // So are those that need a tool which a bare machine may lack.
    for (cfg, tools) in [("ssh_keygen", &["ssh-keygen"][..]), ("chromium", &["chromium"]), ("fault_tools", &["python3", "strace", "ssh-keygen"])] {
        println!("cargo:rustc-check-cfg=cfg({cfg})");
        if tools.iter().all(|tool| is_installed(tool)) {
            println!("cargo:rustc-cfg={cfg}");
        }
    }
    println!("cargo:rerun-if-env-changed=PATH");
    // A worktree keeps its HEAD and the branches in different folders; a path that is not there would run this script every time.
    for name in ["HEAD", "refs/heads"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).exists()) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    // The whole of `src`, for a deciding folder may be new.
    for path in ["Cargo.lock", "src", "build.rs"] {
        println!("cargo:rerun-if-changed={path}");
    }
}

/// Whether a tool is there; of strace also whether it may trace, which containers forbid.
fn is_installed(tool: &str) -> bool {
    if tool == "strace" {
        return Command::new(tool).args(["-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success());
    }
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// A hash of the `deciding` files below `root`: their paths and contents, in the order of their paths.
pub(crate) fn engine(root: &Path, deciding: &[&str]) -> String {
    let mut files = Vec::new();
    for path in deciding {
        list(&root.join(path), &mut files);
    }
    files.sort();
    let mut hash = Fnv::default();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        hash.part(name.as_bytes());
        hash.part(&std::fs::read(&file).unwrap_or_default());
    }
    format!("{:032x}", hash.0)
}

/// Adds the file at `path`, or every file below the folder there.
fn list(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_file() {
        files.push(path.to_owned());
    }
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        list(&entry.path(), files);
    }
}

/// FNV-1a of 128 bits: a build script that needed no crate is built at once. Source: Fowler, Noll and Vo (1991).
struct Fnv(u128);

impl Default for Fnv {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Fnv {
    /// Adds bytes and their number, so that no two lists of parts are the same text.
    fn part(&mut self, bytes: &[u8]) {
        for &byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}
