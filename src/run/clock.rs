//! Clock: stage times for the manifest.

use std::collections::BTreeMap;

use super::Progress;
use crate::manifest::{Machine, peak_memory_bytes};

/// Stage times for the manifest.
pub(super) struct Clock<'a> {
    pub(super) progress: &'a dyn Progress,
    started: String,
    begun: std::time::Instant,
    stage: Option<(&'static str, std::time::Instant)>,
    seconds: BTreeMap<String, f64>,
}

#[expect(clippy::disallowed_methods, reason = "the clock of the manifest, and of nothing else")]
impl<'a> Clock<'a> {
    pub(super) fn start(progress: &'a dyn Progress) -> Self {
        let started = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self { progress, started, begun: std::time::Instant::now(), stage: None, seconds: BTreeMap::new() }
    }

    pub(super) fn stage(&mut self, name: &'static str) {
        self.close();
        self.progress.stage(name);
        self.stage = Some((name, std::time::Instant::now()));
    }

    fn close(&mut self) {
        if let Some((name, begun)) = self.stage.take() {
            *self.seconds.entry(name.to_owned()).or_default() += begun.elapsed().as_secs_f64();
        }
    }

    pub(super) fn stop(mut self, n_trained: usize, n_known: usize) -> Machine {
        self.close();
        Machine {
            platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            threads: rayon::current_num_threads(),
            started: self.started,
            seconds: self.seconds.into_iter().map(|(stage, seconds)| (stage, to_milliseconds(seconds))).collect(),
            seconds_total: to_milliseconds(self.begun.elapsed().as_secs_f64()),
            peak_memory_bytes: peak_memory_bytes(),
            n_trained,
            n_known,
        }
    }
}

/// Three decimals come back from JSON as they were; the last digit of sixteen may not, and a manifest must read as it was written.
fn to_milliseconds(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}
