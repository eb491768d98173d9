//! The end of a process that does not come by itself: a signal, or memory that does not fit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use super::args::Args;
use super::under_way;
use crate::error::Error;
use crate::folder;
use crate::leftover;

/// Held by whoever writes a line, and for ever by whoever ends the process: nothing is said after its sentence, and the exit code is its.
static LINE: Mutex<()> = Mutex::new(());
static HAS_BEGUN: AtomicBool = AtomicBool::new(false);

/// To be held while a line is written, and before the process ends by itself.
pub(super) fn line() -> MutexGuard<'static, ()> {
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process: waits until a report that is being put in its place is there, removes what is half-made, says why in the words made
/// by `words` (they are told which reports were published), and exits.
fn end(code: i32, words: impl FnOnce(&leftover::Published) -> Error, tell: impl FnOnce(&Error)) -> ! {
    if HAS_BEGUN.swap(true, Ordering::SeqCst) {
        // Somebody else is at it: what came first is told.
        loop {
            std::thread::park();
        }
    }
    let published = leftover::publishing();
    // A reader of stdout that has stopped reading must not keep the process alive.
    let mut line = None;
    for _ in 0..100 {
        match LINE.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            found => {
                line = found.ok();
                break;
            }
        }
    }
    leftover::remove_all();
    folder::remove_empty();
    tell(&words(&published));
    std::mem::forget(line);
    std::process::exit(code)
}

/// Ends the process after a signal: 128 and its number is the code that shells know.
pub(super) fn interrupted(args: &Args, signal: i32, name: &str) -> ! {
    if HAS_BEGUN.load(Ordering::SeqCst) {
        // A second signal does not wait for what the first one waits for.
        std::process::exit(128 + signal);
    }
    let words = |published: &leftover::Published| {
        let now = under_way::now();
        let what = match &now.report {
            Some(report) if published.reports.contains(report) => format!("interrupted by {name} after {report} was published"),
            Some(report) => format!("interrupted by {name}; nothing of {report} was published, and a second run resumes"),
            None => format!("interrupted by {name}; nothing was published"),
        };
        Error::machine(now.place(), what)
    };
    end(128 + signal, words, |error| super::print(args, error))
}

/// Ends the process for memory that does not fit.
pub(super) fn does_not_fit(args: &Args, error: Error) -> ! {
    end(super::Exit::Fixable.code().into(), |_| error, |error| super::print(args, error))
}
