//! Refuses calls whose `over (..)` would mislead: no order, an order against time, or a frame that would be ignored.

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{Expr, LogicalPlan, WindowFrameBound, WindowFunctionDefinition};
use datafusion::optimizer::AnalyzerRule;

use super::definition::Order;
use super::udwf::WholePartition;

/// Looks at every call of our functions in a plan.
#[derive(Debug)]
pub(super) struct OverGuard;

impl AnalyzerRule for OverGuard {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.apply_with_subqueries(|node| {
            node.apply_expressions(|expression| {
                expression.apply(|part| {
                    if let Expr::WindowFunction(call) = part {
                        check(call)?;
                    }
                    Ok(TreeNodeRecursion::Continue)
                })
            })
        })?;
        Ok(plan)
    }

    fn name(&self) -> &'static str {
        "over_guard"
    }
}

fn check(call: &WindowFunction) -> Result<()> {
    let WindowFunctionDefinition::WindowUDF(definition) = &call.fun else { return Ok(()) };
    let Some(ours) = definition.inner().downcast_ref::<WholePartition>() else { return Ok(()) };
    let (name, over) = (definition.name(), &call.params);
    if ours.order() == Order::Time {
        match over.order_by.first() {
            None => return plan_err!("{name}: `over` must order the rows by time, such as over (partition by entity order by date)"),
            Some(first) if !first.asc => {
                return plan_err!("{name}: `over` must order the rows ascending: descending, the window would hold the future");
            }
            Some(_) => {}
        }
    }
    // What SQL puts in when no frame is written, with and without an order.
    let frame = &over.window_frame;
    let is_default = frame.start_bound.is_unbounded() && (frame.end_bound.is_unbounded() || matches!(frame.end_bound, WindowFrameBound::CurrentRow));
    if !is_default {
        return plan_err!("{name}: `over` takes no frame: the window's length is an argument");
    }
    if over.filter.is_some() || over.null_treatment.is_some() || over.distinct {
        return plan_err!("{name}: takes no filter, no distinct and no null treatment: missing values are skipped as its rules say");
    }
    Ok(())
}
