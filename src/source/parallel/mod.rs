//! Operators of DataFusion on all cores, with the same bytes whatever the number of threads.

mod ahead;
mod key;
mod queue;
mod sort;
mod stand_in;
mod window;

use std::sync::Arc;

use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;

use ahead::Ahead;
use sort::ByPackedKeys;
use stand_in::StandIns;
use window::ByPartition;

/// The session with windows computed partition by partition, and rows sorted, on all cores, and files, joins and groups ahead of what reads them.
pub(super) fn on_all_cores(context: &SessionContext) -> SessionContext {
    let state = SessionStateBuilder::new_from_existing(context.state())
        .with_physical_optimizer_rule(Arc::new(StandIns::<ByPartition>::RULE))
        .with_physical_optimizer_rule(Arc::new(StandIns::<ByPackedKeys>::RULE))
        .with_physical_optimizer_rule(Arc::new(StandIns::<Ahead>::RULE))
        .build();
    SessionContext::new_with_state(state)
}
