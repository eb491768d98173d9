//! Watches the process from beside it: signals, and the memory that it holds.

use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::args::Args;
use super::{ending, under_way};
use crate::bound::{self, REMEDY};
use crate::error::{Error, Result};

/// How often the memory is looked at: at what a machine writes in it, a process passes its bound by some ten MB before it is ended.
const INTERVAL: Duration = Duration::from_millis(25);

/// Starts the watches; they live as long as the process.
pub(super) fn start(args: &Args) -> Result<()> {
    let refuse = |cause: std::io::Error| Error::machine("signals", format!("cannot be watched: {cause}"));
    let signals = Signals::new([SIGINT, SIGTERM]).map_err(refuse)?;
    let own = args.clone();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || hear(&own, signals)).map_err(refuse)?;
    let own = args.clone();
    std::thread::Builder::new().name("memory".to_owned()).spawn(move || look(&own)).map_err(refuse)?;
    Ok(())
}

fn hear(args: &Args, mut signals: Signals) {
    for signal in signals.forever() {
        let name = if signal == SIGINT { "SIGINT" } else { "SIGTERM" };
        let args = args.clone();
        // A thread of its own, so that a second signal is heard.
        std::thread::spawn(move || ending::interrupted(&args, signal, name));
    }
}

fn look(args: &Args) {
    let bound = bound::bytes();
    while let Some(held) = bound::resident() {
        if bound < held {
            let error = Error::machine(under_way::now().place(), format!("holds {held} of memory, beyond the bound of {bound}"));
            ending::does_not_fit(args, error.hint(REMEDY));
        }
        std::thread::sleep(INTERVAL);
    }
}
