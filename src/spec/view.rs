//! Columns of the last SQL view that have a meaning of their own.

/// A column, and what it means.
#[derive(Debug)]
pub(super) struct Reserved {
    /// Its name; one that ends in `*` stands for all that begin so.
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
}

pub(super) const RESERVED: [Reserved; 6] = [
    Reserved { name: "entity", meaning: "Whose row it is. (required, text or a number)" },
    Reserved {
        name: "as_of",
        meaning: "Every feature is a fact known strictly before this day: a row made from data up to and with day d has d + 1. (required, a date)",
    },
    Reserved { name: "known_on", meaning: "The day on which the target is known, whatever it turns out to be. (required where target is, a date)" },
    Reserved { name: "target", meaning: "What is forecast; NULL where it is not known yet. (required, a number)" },
    Reserved { name: "weight", meaning: "How much a row counts in training, 0 or more; statistics do not use it. (optional; without it, 1)" },
    Reserved { name: "benchmark_*", meaning: "A forecast from elsewhere, for kind = \"column\"; no feature. (optional, a number)" },
];

/// Whether the view passes the column on by itself.
pub(super) fn is_reserved(column: &str) -> bool {
    RESERVED.iter().any(|reserved| column == reserved.name)
}
