//! The clock of what is told of a night: events have a time, and outputs of a run have none.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::manifest::Machine;

/// A moment, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(DateTime<Utc>);

impl Moment {
    /// Now.
    #[expect(clippy::disallowed_methods, reason = "the time of an event, which no number depends on")]
    pub(super) fn now() -> Self {
        Self(std::time::SystemTime::now().into())
    }

    /// When a run ended, by the clock of its `run.json`; `None` where that is no time.
    pub(super) fn ended(machine: &Machine) -> Option<Self> {
        let started: DateTime<Utc> = machine.started.parse().ok()?;
        Some(Self(started + chrono::TimeDelta::milliseconds((machine.seconds_total * 1e3) as i64)))
    }

    /// Seconds since 1970, to the millisecond.
    pub(super) fn unix_seconds(self) -> f64 {
        self.0.timestamp_millis() as f64 / 1e3
    }

    /// As RFC 3339 writes it.
    pub(super) fn iso(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_its_seconds_after_it_started() {
        let machine = Machine { started: "2026-11-29T07:13:08Z".to_owned(), seconds_total: 11.006, ..Machine::default() };
        let ended = Moment::ended(&machine).expect("a time");
        assert_eq!(ended.iso(), "2026-11-29T07:13:19.006Z");
        // date -u -d 2026-11-29T07:13:19 +%s
        assert_eq!(ended.unix_seconds(), 1_795_936_399.006);
        assert_eq!(Moment::ended(&Machine::default()), None);
    }
}
