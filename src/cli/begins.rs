//! What `run --lineage` hears of a run: the moment at which it is known what is read.

use std::path::Path;
use std::sync::OnceLock;

use super::progress::Talk;
use crate::error::Result;
use crate::manifest::Inputs;
use crate::night::{Begun, LineageLog};
use crate::run::Progress;
use crate::source::Tables;
use crate::spec::Spec;
use crate::walk::Step;

/// Shows how a run gets on, and writes its START.
pub(super) struct Begins<'a> {
    pub(super) talk: &'a Talk,
    pub(super) root: &'a Path,
    pub(super) spec: &'a Spec,
    pub(super) log: Option<&'a LineageLog>,
    /// Set once START is written.
    pub(super) begun: &'a OnceLock<Begun>,
}

impl Progress for Begins<'_> {
    fn begins(&self, inputs: &Inputs, tables: &Tables) -> Result<()> {
        if let Some(log) = self.log {
            let begun = log.begin(self.root, self.spec, inputs, tables)?;
            assert!(self.begun.set(begun).is_ok(), "a run begins once");
        }
        Ok(())
    }

    fn stage(&self, stage: &'static str) {
        self.talk.stage(stage);
    }

    fn planned(&self, n_steps: usize) {
        self.talk.planned(n_steps);
    }

    fn step(&self, step: &Step) {
        self.talk.step(step);
    }
}
