//! The columns of a plan, and what decides its rows, traced node by node to the tables.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, DataFusionError};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{Aggregate, Distinct, Expr, Join, JoinType, LogicalPlan, SortExpr, TableScan};

use super::{How, Influence, Source};

/// Window functions that hand on a value of another row; all others make one of many.
const PICKS: [&str; 7] = ["lag", "lead", "first_value", "last_value", "nth_value", "ts_fill", "ts_lag"];

pub(super) type Froms = BTreeMap<Source, How>;
pub(super) type Influences = BTreeMap<Source, BTreeSet<Influence>>;

/// Where the columns of a plan come from, in their order, and what decides its rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace {
    pub(super) columns: Vec<Froms>,
    pub(super) rows: Influences,
}

/// The columns that a name may mean, and those around a subquery.
pub(super) struct Scope<'a> {
    schema: &'a DFSchema,
    columns: &'a [Froms],
    outer: Option<&'a Scope<'a>>,
}

/// Tables, and the views before, by name.
#[derive(Default)]
pub(super) struct Known {
    pub(super) tables: BTreeSet<String>,
    pub(super) views: BTreeMap<String, Trace>,
}

impl Known {
    /// What becomes of columns in a plan; `outer` is what stands around a subquery.
    pub(super) fn trace(&self, plan: &LogicalPlan, outer: Option<&Scope<'_>>) -> Result<Trace, DataFusionError> {
        match plan {
            LogicalPlan::TableScan(scan) => Ok(self.scan(scan)),
            LogicalPlan::Projection(projection) => self.projected(&projection.input, &projection.expr, outer),
            LogicalPlan::Filter(filter) => self.influenced(&filter.input, [(&filter.predicate, Influence::Filter)].into_iter(), outer),
            LogicalPlan::Sort(sort) => self.influenced(&sort.input, sorts(&sort.expr), outer),
            LogicalPlan::Window(window) => {
                let mut trace = self.trace(&window.input, outer)?;
                let more = self.projected_from(&window.input, &trace, &window.window_expr, outer)?;
                trace.columns.extend(more.columns);
                merge(&mut trace.rows, more.rows);
                Ok(trace)
            }
            LogicalPlan::Aggregate(aggregate) => self.aggregated(aggregate, outer),
            LogicalPlan::Join(join) => self.joined(join, outer),
            LogicalPlan::Union(union) => self.together(union.inputs.iter().map(AsRef::as_ref), outer),
            LogicalPlan::RecursiveQuery(query) => self.together([query.static_term.as_ref(), query.recursive_term.as_ref()].into_iter(), outer),
            LogicalPlan::SubqueryAlias(alias) => self.trace(&alias.input, outer),
            LogicalPlan::Subquery(subquery) => self.trace(&subquery.subquery, outer),
            LogicalPlan::Limit(limit) => self.trace(&limit.input, outer),
            LogicalPlan::Repartition(repartition) => self.trace(&repartition.input, outer),
            LogicalPlan::Distinct(Distinct::All(input)) => self.trace(input, outer),
            LogicalPlan::Distinct(Distinct::On(on)) => {
                let mut trace = self.projected(&on.input, &on.select_expr, outer)?;
                let by = on.on_expr.iter().map(|expr| (expr, Influence::GroupBy));
                let by = by.chain(on.sort_expr.iter().flat_map(|exprs| sorts(exprs)));
                merge(&mut trace.rows, self.influenced(&on.input, by, outer)?.rows);
                Ok(trace)
            }
            LogicalPlan::Unnest(unnest) => {
                let trace = self.trace(&unnest.input, outer)?;
                let column = |idx: &usize| trace.columns.get(*idx).map(|from| raised(from, How::Transformation)).unwrap_or_default();
                Ok(Trace { columns: unnest.dependency_indices.iter().map(column).collect(), rows: trace.rows })
            }
            LogicalPlan::EmptyRelation(_)
            | LogicalPlan::Values(_)
            | LogicalPlan::Statement(_)
            | LogicalPlan::Explain(_)
            | LogicalPlan::Analyze(_)
            | LogicalPlan::Extension(_)
            | LogicalPlan::Dml(_)
            | LogicalPlan::Ddl(_)
            | LogicalPlan::Copy(_)
            | LogicalPlan::DescribeTable(_) => self.of_all(plan, outer),
        }
    }

    fn scan(&self, scan: &TableScan) -> Trace {
        let name = scan.table_name.table();
        let fields = scan.source.schema();
        let wanted: Vec<usize> = scan.projection.clone().unwrap_or_else(|| (0..fields.fields().len()).collect());
        if let Some(view) = self.views.get(name) {
            return Trace { columns: wanted.iter().map(|&idx| view.columns[idx].clone()).collect(), rows: view.rows.clone() };
        }
        // What a recursive query reads of itself is told by its first term.
        let is_table = self.tables.contains(name);
        let column = |idx: &usize| {
            let source = Source { table: name.to_owned(), column: fields.field(*idx).name().clone() };
            if is_table { Froms::from([(source, How::Identity)]) } else { Froms::new() }
        };
        Trace { columns: wanted.iter().map(column).collect(), rows: Influences::new() }
    }

    /// Of a plan that is not known here: every column from all that is read.
    fn of_all(&self, plan: &LogicalPlan, outer: Option<&Scope<'_>>) -> Result<Trace, DataFusionError> {
        let (mut all, mut rows) = (Froms::new(), Influences::new());
        for input in plan.inputs() {
            let trace = self.trace(input, outer)?;
            trace.columns.iter().for_each(|from| add(&mut all, raised(from, How::Transformation)));
            merge(&mut rows, trace.rows);
        }
        Ok(Trace { columns: vec![all; plan.schema().fields().len()], rows })
    }

    fn projected(&self, input: &LogicalPlan, exprs: &[Expr], outer: Option<&Scope<'_>>) -> Result<Trace, DataFusionError> {
        let below = self.trace(input, outer)?;
        let mut trace = self.projected_from(input, &below, exprs, outer)?;
        merge(&mut trace.rows, below.rows);
        Ok(trace)
    }

    /// The expressions over what is known of their input; without the influences of the input.
    fn projected_from(&self, input: &LogicalPlan, below: &Trace, exprs: &[Expr], outer: Option<&Scope<'_>>) -> Result<Trace, DataFusionError> {
        let scope = Scope { schema: input.schema(), columns: &below.columns, outer };
        let mut trace = Trace::default();
        for expr in exprs {
            trace.columns.push(self.of(expr, &scope, &mut trace.rows)?);
        }
        Ok(trace)
    }

    /// The columns of the input, and what the expressions decide.
    fn influenced<'e>(
        &self,
        input: &LogicalPlan,
        exprs: impl Iterator<Item = (&'e Expr, Influence)>,
        outer: Option<&Scope<'_>>,
    ) -> Result<Trace, DataFusionError> {
        let mut trace = self.trace(input, outer)?;
        let mut rows = std::mem::take(&mut trace.rows);
        let scope = Scope { schema: input.schema(), columns: &trace.columns, outer };
        for (expr, influence) in exprs {
            self.decides(expr, influence, &scope, &mut rows)?;
        }
        Ok(Trace { rows, ..trace })
    }

    fn aggregated(&self, aggregate: &Aggregate, outer: Option<&Scope<'_>>) -> Result<Trace, DataFusionError> {
        let below = self.trace(&aggregate.input, outer)?;
        let scope = Scope { schema: aggregate.input.schema(), columns: &below.columns, outer };
        let mut trace = Trace { columns: Vec::new(), rows: below.rows.clone() };
        let (groups, has_id) = match &aggregate.group_expr[..] {
            [Expr::GroupingSet(set)] => (set.distinct_expr(), true),
            exprs => (exprs.iter().collect(), false),
        };
        for expr in groups {
            trace.columns.push(self.of(expr, &scope, &mut trace.rows)?);
            self.decides(expr, Influence::GroupBy, &scope, &mut trace.rows)?;
        }
        if has_id {
            trace.columns.push(Froms::new());
        }
        for expr in &aggregate.aggr_expr {
            trace.columns.push(self.of(expr, &scope, &mut trace.rows)?);
        }
        Ok(trace)
    }

    fn joined(&self, join: &Join, outer: Option<&Scope<'_>>) -> Result<Trace, DataFusionError> {
        let (left, right) = (self.trace(&join.left, outer)?, self.trace(&join.right, outer)?);
        let mut rows = left.rows;
        merge(&mut rows, right.rows);
        let of_left = Scope { schema: join.left.schema(), columns: &left.columns, outer };
        let of_right = Scope { schema: join.right.schema(), columns: &right.columns, outer: Some(&of_left) };
        for (on_left, on_right) in &join.on {
            self.decides(on_left, Influence::Join, &of_left, &mut rows)?;
            self.decides(on_right, Influence::Join, &of_right, &mut rows)?;
        }
        // A filter sees both sides: what is not of the right is of the left.
        join.filter.iter().try_for_each(|filter| self.decides(filter, Influence::Join, &of_right, &mut rows))?;
        let columns = match join.join_type {
            JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => [left.columns, right.columns].concat(),
            JoinType::LeftSemi | JoinType::LeftAnti => left.columns,
            JoinType::RightSemi | JoinType::RightAnti => right.columns,
            JoinType::LeftMark => [left.columns, vec![Froms::new()]].concat(),
            JoinType::RightMark => [right.columns, vec![Froms::new()]].concat(),
        };
        Ok(Trace { columns, rows })
    }

    /// Plans whose rows are put under each other.
    fn together<'p>(&self, plans: impl Iterator<Item = &'p LogicalPlan>, outer: Option<&Scope<'_>>) -> Result<Trace, DataFusionError> {
        let mut whole = Trace::default();
        for plan in plans {
            let trace = self.trace(plan, outer)?;
            whole.columns.resize(whole.columns.len().max(trace.columns.len()), Froms::new());
            whole.columns.iter_mut().zip(trace.columns).for_each(|(all, more)| add(all, more));
            merge(&mut whole.rows, trace.rows);
        }
        Ok(whole)
    }

    fn decides(&self, expr: &Expr, influence: Influence, scope: &Scope<'_>, rows: &mut Influences) -> Result<(), DataFusionError> {
        for source in self.of(expr, scope, rows)?.into_keys() {
            rows.entry(source).or_default().insert(influence);
        }
        Ok(())
    }

    /// The columns whose values are in an expression.
    fn of(&self, expr: &Expr, scope: &Scope<'_>, rows: &mut Influences) -> Result<Froms, DataFusionError> {
        match expr {
            Expr::Alias(alias) => self.of(&alias.expr, scope, rows),
            Expr::Column(column) | Expr::OuterReferenceColumn(_, column) => scope.find(column),
            Expr::AggregateFunction(function) => {
                let params = &function.params;
                if let Some(filter) = &params.filter {
                    self.decides(filter, Influence::Filter, scope, rows)?;
                }
                for (by, influence) in sorts(&params.order_by) {
                    self.decides(by, influence, scope, rows)?;
                }
                self.of_each(&params.args, How::Aggregation, scope, rows)
            }
            Expr::WindowFunction(function) => self.of_window(function, scope, rows),
            Expr::ScalarSubquery(subquery) => self.of_subquery(&subquery.subquery, scope, rows),
            Expr::Exists(exists) => self.of_subquery(&exists.subquery.subquery, scope, rows).map(|_| Froms::new()),
            Expr::InSubquery(inside) => {
                let mut from = self.of_subquery(&inside.subquery.subquery, scope, rows)?;
                add(&mut from, raised(&self.of(&inside.expr, scope, rows)?, How::Transformation));
                Ok(from)
            }
            Expr::SetComparison(compared) => {
                let mut from = self.of_subquery(&compared.subquery.subquery, scope, rows)?;
                add(&mut from, raised(&self.of(&compared.expr, scope, rows)?, How::Transformation));
                Ok(from)
            }
            other => {
                let mut from = Froms::new();
                other.apply_children(|child| {
                    add(&mut from, raised(&self.of(child, scope, rows)?, How::Transformation));
                    Ok(TreeNodeRecursion::Continue)
                })?;
                Ok(from)
            }
        }
    }

    fn of_window(&self, function: &WindowFunction, scope: &Scope<'_>, rows: &mut Influences) -> Result<Froms, DataFusionError> {
        let params = &function.params;
        for expr in params.partition_by.iter().chain(params.order_by.iter().map(|by| &by.expr)) {
            self.decides(expr, Influence::Window, scope, rows)?;
        }
        if let Some(filter) = &params.filter {
            self.decides(filter, Influence::Filter, scope, rows)?;
        }
        if params.args.is_empty() {
            // A rank is computed from the order that it is a place in.
            let order: Vec<Expr> = params.order_by.iter().map(|by| by.expr.clone()).collect();
            return self.of_each(&order, How::Aggregation, scope, rows);
        }
        let how = if PICKS.contains(&function.fun.name()) { How::Transformation } else { How::Aggregation };
        self.of_each(&params.args, how, scope, rows)
    }

    fn of_each(&self, exprs: &[Expr], how: How, scope: &Scope<'_>, rows: &mut Influences) -> Result<Froms, DataFusionError> {
        let mut from = Froms::new();
        for expr in exprs {
            add(&mut from, raised(&self.of(expr, scope, rows)?, how));
        }
        Ok(from)
    }

    fn of_subquery(&self, plan: &LogicalPlan, scope: &Scope<'_>, rows: &mut Influences) -> Result<Froms, DataFusionError> {
        let trace = self.trace(plan, Some(scope))?;
        merge(rows, trace.rows);
        Ok(trace.columns.first().map(|from| raised(from, How::Transformation)).unwrap_or_default())
    }
}

impl Scope<'_> {
    /// The column, here or around.
    fn find(&self, column: &Column) -> Result<Froms, DataFusionError> {
        match (self.schema.index_of_column(column), self.outer) {
            (Ok(idx), _) => Ok(self.columns.get(idx).cloned().unwrap_or_default()),
            (Err(_), Some(outer)) => outer.find(column),
            (Err(cause), None) => Err(cause),
        }
    }
}

fn sorts(exprs: &[SortExpr]) -> impl Iterator<Item = (&Expr, Influence)> {
    exprs.iter().map(|by| (&by.expr, Influence::Sort))
}

fn raised(from: &Froms, least: How) -> Froms {
    from.iter().map(|(source, how)| (source.clone(), (*how).max(least))).collect()
}

fn add(all: &mut Froms, more: Froms) {
    for (source, how) in more {
        all.entry(source).and_modify(|known| *known = (*known).max(how)).or_insert(how);
    }
}

fn merge(all: &mut Influences, more: Influences) {
    for (source, influences) in more {
        all.entry(source).or_default().extend(influences);
    }
}
