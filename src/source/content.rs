//! Every value that a pass sees of the tables, as one hash.

use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::DataFusionError;
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionContext;

use super::stream::next;
use super::tables::{Table, Tables};
use crate::day::Day;
use crate::digest::Digest;
use crate::error::Result;

impl Tables {
    /// A hash of the tables as a pass cut at `cut` sees them: names, declared orders, columns and their types, and every value in the order in
    /// which it is read. How rows are cut into batches, files and row groups is not in it. `None` where a table holds values of a kind that has no
    /// order, and no hash here.
    pub fn content(&self, cut: Day) -> Result<Option<String>> {
        // A pass cut on or before the tables' day sees the same whatever that day is: tables as of several days ask once.
        if self.wall.is_some_and(|wall| wall < cut) {
            return self.hashed(cut);
        }
        let known = self.contents.lock().expect("no thread panics while it holds the hashes").get(&cut).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let content = self.hashed(cut)?;
        self.contents.lock().expect("no thread panics while it holds the hashes").insert(cut, content.clone());
        Ok(content)
    }

    fn hashed(&self, cut: Day) -> Result<Option<String>> {
        let context = self.session(Some(cut))?;
        let mut content = Digest::new();
        for Table { spec, .. } in &self.sources {
            content.add(spec.name.as_bytes());
            content.add(format!("{:?}", spec.sorted_by).as_bytes());
            let rows = self.wait(rows(&context, &spec.name)).map_err(|cause| self.refuse(spec, "path", &cause))?;
            let Some(rows) = rows else { return Ok(None) };
            content.add(rows.as_bytes());
        }
        Ok(Some(content.hex()))
    }
}

async fn rows(context: &SessionContext, table: &str) -> Result<Option<String>, DataFusionError> {
    let frame = context.table(table).await?;
    let schema = frame.schema().as_arrow().clone();
    let plan = frame.create_physical_plan().await?;
    let mut digest = Digest::new().part(format!("{:?}", schema.fields()).as_bytes());
    let fields: Vec<SortField> = schema.fields().iter().map(|field| SortField::new(field.data_type().clone())).collect();
    if !RowConverter::supports_fields(&fields) {
        return Ok(None);
    }
    let converter = RowConverter::new(fields)?;
    let mut batches = execute_stream(plan, context.task_ctx())?;
    let mut n_rows = 0_u64;
    while let Some(batch) = next(&mut batches).await {
        let batch = batch?;
        n_rows += batch.num_rows() as u64;
        // Rows say where they end, so that borders of batches need not be in the hash.
        digest.append(converter.convert_columns(batch.columns())?.try_into_binary()?.value_data());
    }
    Ok(Some(digest.part(&n_rows.to_le_bytes()).hex()))
}
