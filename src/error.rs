//! One error type; its variants say who must act.

use std::fmt;

/// What went wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// File, and key, column or line where it helps.
    pub place: String,
    /// The problem and the offending value; lower case, no full stop.
    pub problem: String,
    /// The remedy, when the problem does not already name it.
    pub hint: Option<String>,
}

/// A failure the user can fix, by who can fix it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The author of the spec.
    Spec(Fault),
    /// The owner of the data.
    Data(Fault),
    /// The author of the SQL.
    Sql(Fault),
    /// The modeller: a window or a model that cannot be fitted.
    Model(Fault),
    /// The author of the template.
    Template(Fault),
    /// The operator of the machine: disks, permissions, locks.
    Machine(Fault),
    /// Nobody yet: inputs that have not come.
    Awaited(Fault),
}

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

fn fault(place: impl fmt::Display, problem: impl fmt::Display) -> Fault {
    Fault { place: place.to_string(), problem: problem.to_string(), hint: None }
}

impl Error {
    /// An error in the spec: `place` is the file and the key.
    pub fn spec(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::Spec(fault(place, problem))
    }
    /// An error in the data: `place` is the file and the column.
    pub fn data(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::Data(fault(place, problem))
    }
    /// An error in SQL: `place` is the file and the line.
    pub fn sql(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::Sql(fault(place, problem))
    }
    /// A model that cannot be fitted: `place` is the model and the window.
    pub fn model(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::Model(fault(place, problem))
    }
    /// An error in a template: `place` is the file and the line.
    pub fn template(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::Template(fault(place, problem))
    }
    /// A machine that refuses: `place` is the path.
    pub fn machine(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::Machine(fault(place, problem))
    }
    /// Inputs that are not there yet: `place` is the file.
    pub fn awaited(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::Awaited(fault(place, problem))
    }

    /// Adds the remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.fault_mut().hint = Some(hint.to_string());
        self
    }

    /// Puts the spec before a place that is in it: a key, a window, a model. Paths of the machine and the data stand as they are.
    #[must_use]
    pub fn within(mut self, spec: impl fmt::Display) -> Self {
        if let Self::Spec(fault) | Self::Model(fault) = &mut self {
            fault.place = format!("{spec}: {}", fault.place);
        }
        self
    }

    /// The same, of another place.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.fault_mut().place = place.to_string();
        self
    }

    /// The place, the problem and the remedy.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        match self {
            Self::Spec(f) | Self::Data(f) | Self::Sql(f) | Self::Model(f) | Self::Template(f) | Self::Machine(f) | Self::Awaited(f) => f,
        }
    }

    fn fault_mut(&mut self) -> &mut Fault {
        match self {
            Self::Spec(f) | Self::Data(f) | Self::Sql(f) | Self::Model(f) | Self::Template(f) | Self::Machine(f) | Self::Awaited(f) => f,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { place, problem, hint } = self.fault();
        write!(f, "{place}: {problem}")?;
        if let Some(hint) = hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
