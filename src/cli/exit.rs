//! Exit codes, a promise to schedulers.

use std::process::ExitCode;

/// How a command, or one report of it, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well: 0.
    Good,
    /// The user can fix it: 1.
    Fixable,
    /// Our bug: 2.
    Bug,
    /// The report was made and a limit is breached or could not be judged: 3.
    Breached,
    /// Inputs are not there yet: the code of `--skip-code`.
    NotReady(u8),
}

impl Exit {
    /// The number that the scheduler sees.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Fixable => 1,
            Self::Bug => 2,
            Self::Breached => 3,
            Self::NotReady(code) => code,
        }
    }

    /// The graver of two: what must be mended comes before what must be read, and that before what must be waited for.
    pub(super) fn worse(self, other: Self) -> Self {
        if self.gravity() < other.gravity() { other } else { self }
    }

    fn gravity(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::NotReady(_) => 1,
            Self::Breached => 2,
            Self::Fixable => 3,
            Self::Bug => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_is_not_hidden_by_a_report_that_waits_nor_an_error_by_a_breach() {
        let worst = |exits: &[Exit]| exits.iter().copied().fold(Exit::Good, Exit::worse).code();
        assert_eq!(worst(&[]), 0);
        assert_eq!(worst(&[Exit::Good, Exit::NotReady(99), Exit::Good]), 99);
        assert_eq!(worst(&[Exit::NotReady(99), Exit::Breached, Exit::NotReady(99)]), 3);
        assert_eq!(worst(&[Exit::Breached, Exit::Fixable, Exit::Good]), 1);
    }
}
