//! An operator of DataFusion in all but its execution.

use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{OrderingRequirements, PhysicalExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, PlanProperties, ReplaceChildrenOptions,
};

/// Another way to execute an operator; its rows are those of the operator, as many as came in.
pub(super) trait Way: Debug + Send + Sync + 'static {
    /// Name of the operator that stands in.
    const NAME: &'static str;

    /// Whether this way is one for the operator.
    fn is_for(operator: &dyn ExecutionPlan) -> bool;

    /// Executes a partition of an operator that this way is for.
    fn execute(operator: &Arc<dyn ExecutionPlan>, at: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream>;
}

/// Puts stand-ins in the place of all operators that a way is for.
#[derive(Debug)]
pub(super) struct StandIns<W>(PhantomData<W>);

impl<W> StandIns<W> {
    pub(super) const RULE: Self = Self(PhantomData);
}

impl<W: Way> PhysicalOptimizerRule for StandIns<W> {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let changed =
            plan.transform_up(|node| Ok(if W::is_for(node.as_ref()) { Transformed::yes(StandIn::<W>::of(node)) } else { Transformed::no(node) }));
        changed.map(|changed| changed.data)
    }

    fn name(&self) -> &str {
        W::NAME
    }

    fn schema_check(&self) -> bool {
        true
    }
}

struct StandIn<W> {
    operator: Arc<dyn ExecutionPlan>,
    way: PhantomData<W>,
}

impl<W: Way> Debug for StandIn<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(W::NAME).field(&self.operator).finish()
    }
}

impl<W: Way> StandIn<W> {
    fn of(operator: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        Arc::new(Self { operator, way: PhantomData })
    }
}

impl<W: Way> DisplayAs for StandIn<W> {
    fn fmt_as(&self, kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parallel")?;
        self.operator.fmt_as(kind, f)
    }
}

impl<W: Way> ExecutionPlan for StandIn<W> {
    fn name(&self) -> &str {
        W::NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.operator.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.operator.children()
    }

    fn apply_expressions(&self, f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>) -> Result<TreeNodeRecursion> {
        self.operator.apply_expressions(f)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        self.operator.maintains_input_order()
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        self.operator.required_input_ordering()
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        self.operator.input_distribution_requirements()
    }

    fn replace_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>, options: ReplaceChildrenOptions) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Self::of(Arc::clone(&self.operator).replace_children(children, options)?))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        self.operator.child_stats_requests(partition)
    }

    fn statistics_from_inputs(&self, input: &[Arc<Statistics>], args: &StatisticsArgs) -> Result<Arc<Statistics>> {
        self.operator.statistics_from_inputs(input, args)
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        self.operator.cardinality_effect()
    }

    fn execute(&self, at: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        W::execute(&self.operator, at, context)
    }
}
