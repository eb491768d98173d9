//! How much memory the process may hold: `--memory`, or most of what the machine or its cgroup has.
//!
//! It ends what does not fit. It never decides when something goes to disk: the same data must give the same bits on every machine.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::OnceLock;

use crate::error::{Error, Result};

/// What helps when something does not fit.
pub const REMEDY: &str =
    "see whether a join multiplies rows; give more with --memory, read fewer rows or columns, or give tables `sorted_by`, so that they stream";

/// The least that is taken: the program itself needs some of it.
const LEAST: Bytes = Bytes(128 << 20);

static BOUND: OnceLock<Bytes> = OnceLock::new();

/// A number of bytes; reads `2GB` or `512MB`, prints `1.50 GB`. A GB is 1024 MB, a MB 1024 KB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("`{text}` is no size such as 2GB, 1.5GB or 512MB");
        let text = text.trim();
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
            "B" => 1_u64,
            "KB" | "K" => 1 << 10,
            "MB" | "M" => 1 << 20,
            "GB" | "G" => 1 << 30,
            "TB" | "T" => 1 << 40,
            _ => return Err(wrong()),
        };
        let number: f64 = digits.trim().parse().map_err(|_| wrong())?;
        let bytes = number * unit as f64;
        if !(0.0..9e18).contains(&bytes) {
            return Err(wrong());
        }
        let bytes = Self(bytes as u64);
        if bytes < LEAST { Err(format!("is {bytes}; it must be at least {LEAST}")) } else { Ok(bytes) }
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = if self.0 < 1 << 30 { (1_u64 << 20, "MB") } else { (1 << 30, "GB") };
        let number = self.0 as f64 / unit as f64;
        if unit == 1 << 20 { write!(f, "{number:.0} {name}") } else { write!(f, "{number:.2} {name}") }
    }
}

/// Sets the bound of the process; to be called before any work, and heard once.
pub fn set(bytes: Bytes) {
    let _ = BOUND.set(bytes);
}

/// The bound of the process.
#[must_use]
pub fn bytes() -> Bytes {
    *BOUND.get_or_init(most_of_the_machine)
}

/// Refuses, before it is asked for, memory that does not fit beside what is held; `what` is a plural, such as "12 rows".
pub fn admit(place: impl fmt::Display, what: impl fmt::Display, wanted: u64) -> Result<()> {
    let held = resident().unwrap_or(Bytes(0));
    if held.0.saturating_add(wanted) <= bytes().0 {
        return Ok(());
    }
    let problem = format!("{what} want {} of memory beside {held} that are held, beyond the bound of {}", Bytes(wanted), bytes());
    Err(Error::machine(place, problem).hint(REMEDY))
}

/// Memory that the process holds now; `None` where the system does not tell.
#[must_use]
pub fn resident() -> Option<Bytes> {
    kilobytes(&fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

/// 90 % of the smaller of the machine's memory and what its cgroups allow.
fn most_of_the_machine() -> Bytes {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| kilobytes(&text, "MemTotal:"));
    let all = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = all.lines().filter_map(|line| group_limit(line, Path::new("/sys/fs/cgroup"))).min();
    machine.into_iter().chain(group).min().map_or(Bytes(u64::MAX), |Bytes(least)| Bytes(least / 10 * 9))
}

/// The least limit of a cgroup, told by a line of `/proc/self/cgroup`, and of those above it.
fn group_limit(line: &str, mount: &Path) -> Option<Bytes> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, path) = (parts.next()?, parts.next()?);
    let (top, file) = match controllers {
        "" => (mount.to_owned(), "memory.max"),
        "memory" => (mount.join("memory"), "memory.limit_in_bytes"),
        _ => return None,
    };
    let folders = Path::new(path.trim_start_matches('/')).ancestors().map(|folder| top.join(folder)).collect::<Vec<PathBuf>>();
    folders.iter().filter_map(|folder| fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok()).min().map(Bytes)
}

/// `VmRSS:     1234 kB` of a file of `/proc`.
fn kilobytes(text: &str, name: &str) -> Option<Bytes> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(Bytes(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let read = |text: &str| text.parse::<Bytes>().map(|bytes| bytes.0);
        assert_eq!(read("2GB"), Ok(2 << 30));
        assert_eq!(read("1.5g"), Ok(3 << 29));
        assert_eq!(read("512 MB"), Ok(512 << 20));
        for wrong in ["", "GB", "2", "2 GX", "-2GB", "nanGB", "1e99TB"] {
            assert!(read(wrong).is_err_and(|problem| problem.contains("no size such as")), "{wrong}");
        }
        assert_eq!(read("1MB"), Err("is 1 MB; it must be at least 128 MB".to_owned()));
        assert_eq!([Bytes(3 << 29), Bytes(512 << 20)].map(|bytes| bytes.to_string()), ["1.50 GB", "512 MB"]);
    }

    #[test]
    fn the_least_limit_of_the_groups_counts() {
        let mount = std::env::temp_dir().join(format!("plimsoll-cgroup-{}", std::process::id()));
        fs::create_dir_all(mount.join("a/b")).expect("writable");
        for (file, text) in [("memory.max", "max\n"), ("a/memory.max", "1000\n"), ("a/b/memory.max", "2000\n")] {
            fs::write(mount.join(file), text).expect("writable");
        }
        assert_eq!(group_limit("0::/a/b", &mount), Some(Bytes(1000)));
        assert_eq!(group_limit("0::/", &mount), None);
        assert_eq!(group_limit("4:cpu:/a/b", &mount), None);
        fs::remove_dir_all(&mount).expect("just made");
    }

    #[test]
    fn what_does_not_fit_is_refused_before_it_is_asked_for() {
        admit("x", "12 rows", 0).expect("nothing is wanted");
        let error = admit("x.sql", "12 rows", u64::MAX).expect_err("nobody has as much");
        assert!(error.to_string().starts_with("x.sql: 12 rows want "), "{error}");
        assert!(resident().is_some_and(|held| Bytes(1 << 20) < held));
    }
}
