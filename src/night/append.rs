//! Lines at the end of a file that several processes may write.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::disk::sync_parent;
use crate::error::{Error, Result};

/// How each line of ours begins.
pub(super) const BEGINS: &[u8] = b"{\"eventTime\":";

/// Appends lines, each whole or not at all: what a killed process tore is cut off first, where it is of ours.
///
/// Errors where the file cannot be written, or does not end as a file of events does.
pub(super) fn append(path: &Path, lines: &[u8]) -> Result<()> {
    let refuse =
        |cause: std::io::Error| Error::machine(path.display(), format!("cannot be written: {cause}")).hint("correct permissions or free disk space");
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(refuse)?;
    file.lock().map_err(refuse)?;
    let torn = torn(&mut file).map_err(refuse)?;
    if !torn.is_empty() {
        if !(torn.starts_with(BEGINS) || BEGINS.starts_with(&torn)) {
            return Err(Error::machine(path.display(), "does not end as a file of events does; nothing was written").hint("name a file of its own"));
        }
        let whole = file.metadata().map_err(refuse)?.len() - torn.len() as u64;
        file.set_len(whole).map_err(refuse)?;
    }
    file.write_all(lines).and_then(|()| file.sync_all()).and_then(|()| sync_parent(path)).map_err(refuse)
}

/// What stands after the last line that is whole.
fn torn(file: &mut File) -> std::io::Result<Vec<u8>> {
    let end = file.seek(SeekFrom::End(0))?;
    let (mut start, mut tail) = (end, Vec::new());
    while 0 < start {
        let n = start.min(1 << 16);
        start -= n;
        let mut chunk = vec![0; n as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut chunk)?;
        if let Some(at) = chunk.iter().rposition(|byte| *byte == b'\n') {
            tail.splice(0..0, chunk.drain(at + 1..));
            return Ok(tail);
        }
        tail.splice(0..0, chunk);
    }
    Ok(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_of_ours_goes_and_a_foreign_end_is_refused() {
        let path = std::env::temp_dir().join(format!("plimsoll-append-{}", std::process::id()));
        let whole = "{\"eventTime\":\"a\"}\n";
        let after = |before: &str| {
            std::fs::write(&path, before).expect("writable");
            append(&path, whole.as_bytes()).map(|()| std::fs::read_to_string(&path).expect("readable"))
        };
        assert_eq!(after("").as_deref(), Ok(whole));
        assert_eq!(after(whole), Ok(whole.repeat(2)));
        for cut in 1..whole.len() {
            assert_eq!(after(&format!("{whole}{}", &whole[..cut])), Ok(whole.repeat(2)), "{cut}");
        }
        let long = format!("{whole}{{\"eventTime\":{}", "x".repeat(200_000));
        assert_eq!(after(&long), Ok(whole.repeat(2)));
        let error = after("a report").expect_err("no events");
        assert!(error.fault().problem.starts_with("does not end as a file of events does"));
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), "a report");
        std::fs::remove_file(&path).expect("just made");
    }
}
