//! What each feature is: the SQL expression behind its column.

use datafusion::sql::sqlparser::ast::{Expr, Query, SelectItem, SetExpr, Statement, TableFactor};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use serde::Serialize;

use super::sql_file::SqlFile;

/// A feature's SQL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// Column of the last view.
    pub name: String,
    /// File in which the expression stands.
    pub file: String,
    /// The expression; the column's own name where it is read as it is.
    pub sql: String,
}

/// One `expression as name`, in the order written.
struct Named {
    name: String,
    file: String,
    sql: String,
    is_plain: bool,
}

/// The expression behind each feature: its own, or, where it is only passed on, the latest one of that name before it.
pub(super) fn of(files: &[SqlFile], features: &[String]) -> Vec<Definition> {
    let mut named = Vec::new();
    for file in files {
        for statement in Parser::parse_sql(&GenericDialect {}, file.sql()).unwrap_or_default() {
            if let Statement::Query(query) = statement {
                collect(&query, &file.path, &mut named);
            }
        }
    }
    features
        .iter()
        .map(|feature| {
            let of_name = || named.iter().rev().filter(|named| &named.name == feature);
            let found = of_name().find(|named| !named.is_plain).or_else(|| of_name().next_back());
            found.map_or_else(
                || Definition { name: feature.clone(), file: files.last().map_or(String::new(), |file| file.path.clone()), sql: feature.clone() },
                |named| Definition { name: feature.clone(), file: named.file.clone(), sql: named.sql.clone() },
            )
        })
        .collect()
}

fn collect(query: &Query, file: &str, named: &mut Vec<Named>) {
    for table in query.with.iter().flat_map(|with| &with.cte_tables) {
        collect(&table.query, file, named);
    }
    collect_set(&query.body, file, named);
}

fn collect_set(body: &SetExpr, file: &str, named: &mut Vec<Named>) {
    match body {
        SetExpr::Select(select) => {
            for table in select.from.iter().flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation))) {
                if let TableFactor::Derived { subquery, .. } = table {
                    collect(subquery, file, named);
                }
            }
            named.extend(select.projection.iter().filter_map(|item| name(item, file)));
        }
        SetExpr::SetOperation { left, right, .. } => {
            // The first branch names the columns; what it says goes last, so that it is found first.
            collect_set(right, file, named);
            collect_set(left, file, named);
        }
        SetExpr::Query(query) => collect(query, file, named),
        // VALUES, TABLE and the statements that change data define no feature.
        _ => {}
    }
}

fn name(item: &SelectItem, file: &str) -> Option<Named> {
    let (name, expr) = match item {
        SelectItem::ExprWithAlias { expr, alias } => (alias.value.clone(), expr),
        SelectItem::UnnamedExpr(expr) => {
            let name = match expr {
                Expr::Identifier(ident) => ident.value.clone(),
                Expr::CompoundIdentifier(idents) => idents.last()?.value.clone(),
                other => other.to_string(),
            };
            (name, expr)
        }
        _ => return None,
    };
    let is_plain = matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    Some(Named { name, file: file.to_owned(), sql: expr.to_string(), is_plain })
}
