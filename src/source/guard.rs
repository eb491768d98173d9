//! Panics of the crates that read files: where a file is to blame, they are told as its error and not as a bug.
//!
//! A reader may panic on bytes that no writer makes. The message of such a panic is held back until it is known whose fault it was.

use std::any::Any;
use std::cell::RefCell;
use std::io::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, Once, PoisonError};

/// Messages of panics on the threads that share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Held(Arc<Mutex<Vec<String>>>);

/// A panic that was caught before its message was shown.
pub(super) struct Panicked {
    payload: Box<dyn Any + Send>,
    held: Held,
}

thread_local! {
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

impl Held {
    /// Holds the messages of this thread back from now on.
    pub(super) fn listen(&self) {
        install();
        HELD.set(Some(self.clone()));
    }

    /// Shows what was held back, on stderr.
    pub(super) fn show(&self) {
        for message in self.take() {
            // A closed stderr is no reason to fail.
            let _ = writeln!(std::io::stderr(), "{message}");
        }
    }

    /// Forgets what was held back; the messages.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, message: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    }
}

impl Panicked {
    /// What the panic says, in one line.
    pub(super) fn words(&self) -> String {
        let text = self.payload.downcast_ref::<String>().map(String::as_str).or_else(|| self.payload.downcast_ref::<&str>().copied());
        text.and_then(|text| text.lines().next()).unwrap_or("no message").to_owned()
    }

    /// Nobody else is to blame: the panic is shown and goes on as if it had not been caught.
    pub(super) fn go_on(self) -> ! {
        self.held.show();
        panic::resume_unwind(self.payload)
    }
}

/// Does some work; a panic in it is returned, and its message, with those of other threads that share `held`, is not shown yet.
pub(super) fn caught<T>(held: &Held, work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let before = HELD.take();
    held.listen();
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    HELD.set(before);
    done.map_err(|payload| Panicked { payload, held: held.clone() })
}

/// Puts a hook before the one that shows messages, once.
fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let show = panic::take_hook();
        panic::set_hook(Box::new(move |panic| match HELD.try_with(|held| held.borrow().clone()).ok().flatten() {
            Some(held) => held.push(format!("thread '{}' {panic}", std::thread::current().name().unwrap_or("unnamed"))),
            None => show(panic),
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_words_and_its_message_is_held() {
        let held = Held::default();
        let Err(panicked) = caught(&held, || -> () { panic!("offset {} is odd\nand more", 7) }) else { unreachable!("it panics") };
        assert_eq!(panicked.words(), "offset 7 is odd");
        let messages = held.take();
        assert!(messages.len() == 1 && messages[0].contains("offset 7 is odd"), "{messages:?}");
        assert_eq!(caught(&held, || 5).ok(), Some(5));
    }

    #[test]
    fn threads_share_what_they_hold_and_nested_work_holds_its_own() {
        let (outer, inner) = (Held::default(), Held::default());
        let done = caught(&outer, || {
            let nested = caught(&inner, || -> () { panic!("inner") });
            assert!(nested.is_err() && outer.take().is_empty());
            let held = outer.clone();
            let thread = std::thread::spawn(move || {
                held.listen();
                panic!("elsewhere")
            });
            thread.join().is_err()
        });
        assert_eq!(done.ok(), Some(true));
        assert_eq!((outer.take().len(), inner.take().len()), (1, 1));
    }

    #[test]
    #[should_panic(expected = "a bug of ours")]
    fn a_panic_that_is_nobodys_fault_goes_on() {
        let bug = || -> () { panic!("a bug of ours") };
        if let Err(panicked) = caught(&Held::default(), bug) {
            panicked.go_on();
        }
    }
}
