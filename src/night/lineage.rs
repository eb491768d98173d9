//! `lineage.ndjson`: what each run read and wrote, as OpenLineage events (RunEvent 2-0-2), a line an event.
//!
//! Source: OpenLineage specification, `spec/OpenLineage.json` and the facets below `spec/facets`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::append::append;
use super::clock::Moment;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::evidence::Kept;
use crate::feature::{self, How, Influence, Lineage, Source};
use crate::folder::PREDICTIONS;
use crate::manifest::{Inputs, VERSION};
use crate::source::{SourceFile, Tables};
use crate::spec::Spec;
use crate::stat::Standing;

const EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/// Of jobs, and of datasets that lie in no file.
const NAMESPACE: &str = "plimsoll";

/// Of datasets that are files.
const FILE: &str = "file";

/// The file of events.
#[derive(Debug, Clone)]
pub struct LineageLog {
    path: PathBuf,
}

/// A run whose START is written.
#[derive(Debug, Clone)]
pub struct Begun {
    run: String,
    as_of: String,
    title: String,
    inputs: Vec<Value>,
    /// The dataset of each table.
    datasets: BTreeMap<String, String>,
    view: String,
    lineage: Lineage,
}

impl LineageLog {
    /// The file at `path`, which need not be there yet.
    ///
    /// Errors where its folder is missing.
    pub fn at(path: &Path) -> Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(
                Error::machine(path.display(), "the folder of the events does not exist").hint("make it, or name a file elsewhere (--lineage)")
            );
        }
        Ok(Self { path: path.to_owned() })
    }

    /// Writes START: the run, and what it reads, by hash. The run's id is made of the report, its as-of and the hash over its inputs, so that
    /// a run that is made again, or resumed, has the same.
    pub fn begin(&self, root: &Path, spec: &Spec, inputs: &Inputs, tables: &Tables) -> Result<Begun> {
        let lineage = feature::lineage(root, spec, tables)?;
        let (mut read, mut datasets) = (Vec::new(), BTreeMap::new());
        for (table, files, _) in tables.iter() {
            let name = tables.shown_path(table).to_owned();
            let facets = json!({ "schema": schema(&lineage.tables[&table.name]), "version": version(&sha256_of(files)) });
            read.push(json!({ "namespace": FILE, "name": name, "facets": facets }));
            datasets.insert(table.name.clone(), name);
        }
        let view = spec.features.sql.last().map_or("", String::as_str);
        let view = Path::new(view).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let run = uuid(&[&spec.name, &inputs.as_of, &inputs.sha256()]);
        let begun = Begun { run, as_of: inputs.as_of.clone(), title: spec.title.clone(), inputs: read, datasets, view, lineage };
        self.write(&[begun.event("START", &spec.name, &[], &[])])?;
        Ok(begun)
    }

    /// Writes COMPLETE: what the run in `folder` wrote, from which columns, and whether the limits hold.
    pub fn complete(&self, begun: &Begun, report: &str, kept: &Kept, folder: &Path) -> Result<()> {
        self.write(&[begun.event("COMPLETE", report, &begun.outputs(report, kept, folder), &[])])
    }

    /// Writes FAIL, of a run that had begun.
    pub fn fail(&self, begun: &Begun, report: &str, error: &Error) -> Result<()> {
        self.write(&[begun.event("FAIL", report, &[], &[("errorMessage", error_message(error))])])
    }

    /// Writes START and FAIL of a run that ended before its inputs were known; its id is of this attempt alone.
    pub fn never_began(&self, report: &str, error: &Error) -> Result<()> {
        let run = uuid(&[report, &Moment::now().iso(), &error.to_string()]);
        let event = |kind: &str, facets: Value| {
            json!({
                "eventType": kind,
                "eventTime": Moment::now().iso(),
                "producer": producer(),
                "schemaURL": EVENT,
                "run": { "runId": run, "facets": facets },
                "job": { "namespace": NAMESPACE, "name": report, "facets": { "jobType": job_type() } },
                "inputs": [],
                "outputs": [],
            })
        };
        self.write(&[
            event("START", json!({ "processing_engine": engine() })),
            event("FAIL", json!({ "processing_engine": engine(), "errorMessage": error_message(error) })),
        ])
    }

    fn write(&self, events: &[Value]) -> Result<()> {
        let lines: Vec<u8> = events.iter().flat_map(|event| event.to_string().into_bytes().into_iter().chain([b'\n'])).collect();
        append(&self.path, &lines)
    }
}

impl Begun {
    fn event(&self, kind: &str, report: &str, outputs: &[Value], more: &[(&str, Value)]) -> Value {
        let mut facets = Map::new();
        facets.insert("processing_engine".to_owned(), engine());
        facets.insert(
            "nominalTime".to_owned(),
            facet("1-0-1", "NominalTimeRunFacet", json!({ "nominalStartTime": format!("{}T00:00:00Z", self.as_of) })),
        );
        facets.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let documentation = facet("1-0-1", "DocumentationJobFacet", json!({ "description": self.title }));
        json!({
            "eventType": kind,
            "eventTime": Moment::now().iso(),
            "producer": producer(),
            "schemaURL": EVENT,
            "run": { "runId": self.run, "facets": facets },
            "job": { "namespace": NAMESPACE, "name": report, "facets": { "jobType": job_type(), "documentation": documentation } },
            "inputs": self.inputs,
            "outputs": outputs,
        })
    }

    /// The feature view, the files of the run folder but the models' cards, and the forecasts as one table. A file's name has no day in it: each run is a version of it.
    fn outputs(&self, report: &str, kept: &Kept, folder: &Path) -> Vec<Value> {
        let columns: Vec<(String, String)> = self.lineage.columns.iter().map(|column| (column.name.clone(), column.kind.clone())).collect();
        let same: Vec<(&str, &str)> = self.lineage.columns.iter().map(|column| (column.name.as_str(), column.name.as_str())).collect();
        let features = json!({
            "namespace": NAMESPACE,
            "name": format!("{report}/{}", self.view),
            "facets": { "schema": schema(&columns), "version": version(&kept.manifest.inputs_sha256), "columnLineage": self.column_lineage(&same) },
        });
        let file = |(name, sha256): (&str, &str)| {
            let mut facets = Map::new();
            let place = folder.join(name);
            facets.insert("version".to_owned(), version(sha256));
            let description = json!({ "description": format!("the run as of {}: {}", self.as_of, shown(&place)) });
            facets.insert("documentation".to_owned(), facet("1-0-1", "DocumentationDatasetFacet", description));
            if name == PREDICTIONS {
                let told = [("entity", "entity"), ("as_of", "as_of"), ("known_on", "known_on"), ("realized", "target")];
                facets.insert("columnLineage".to_owned(), self.column_lineage(&told));
                facets.insert("dataQualityAssertions".to_owned(), assertions(kept));
            }
            json!({ "namespace": FILE, "name": shown(&folder.with_file_name(name)), "facets": facets })
        };
        let outputs = || kept.manifest.outputs.iter().map(|(name, sha256)| (name.as_str(), sha256.as_str()));
        let folder_of = |name: &str| name.split_once('/').map(|(folder, _)| folder.to_owned());
        let flat = outputs().filter(|(name, _)| folder_of(name).is_none());
        // One table, whatever files it stands in.
        let parts = outputs().filter(|(name, _)| folder_of(name).is_some_and(|folder| folder == PREDICTIONS));
        let table = parts.fold(Digest::new(), |digest, (name, sha256)| digest.part(name.as_bytes()).part(sha256.as_bytes())).hex();
        std::iter::once(features).chain(flat.chain([(PREDICTIONS, table.as_str())]).map(file)).collect()
    }

    /// The facet, for columns of an output by the columns of the last view that they hold.
    fn column_lineage(&self, columns: &[(&str, &str)]) -> Value {
        let mut fields = Map::new();
        for (name, of) in columns {
            let Some(column) = self.lineage.columns.iter().find(|column| column.name == *of) else { continue };
            let from = column.from.iter().map(|(source, how)| {
                let subtype = match how {
                    How::Identity => "IDENTITY",
                    How::Transformation => "TRANSFORMATION",
                    How::Aggregation => "AGGREGATION",
                };
                self.input_field(source, &[("DIRECT", subtype)])
            });
            fields.insert((*name).to_owned(), json!({ "inputFields": from.collect::<Vec<_>>() }));
        }
        let rows = self.lineage.rows.iter().map(|(source, influences)| {
            let subtype = |influence: &Influence| match influence {
                Influence::Filter => "FILTER",
                Influence::Join => "JOIN",
                Influence::GroupBy => "GROUP_BY",
                Influence::Sort => "SORT",
                Influence::Window => "WINDOW",
            };
            let kinds: Vec<(&str, &str)> = influences.iter().map(|influence| ("INDIRECT", subtype(influence))).collect();
            self.input_field(source, &kinds)
        });
        facet("1-2-0", "ColumnLineageDatasetFacet", json!({ "fields": fields, "dataset": rows.collect::<Vec<_>>() }))
    }

    fn input_field(&self, source: &Source, kinds: &[(&str, &str)]) -> Value {
        let kinds: Vec<Value> =
            kinds.iter().map(|(kind, subtype)| json!({ "type": kind, "subtype": subtype, "description": "", "masking": false })).collect();
        let name = self.datasets.get(&source.table).unwrap_or(&source.table);
        json!({ "namespace": FILE, "name": name, "field": source.column, "transformations": kinds })
    }
}

/// The limits as assertions: one that is breached or could not be judged does not hold.
fn assertions(kept: &Kept) -> Value {
    let assertion = |limit: &crate::evidence::LimitState| {
        let bound = |sign: &str, bound: Option<f64>| bound.map(|bound| format!("{} {sign} {bound}", limit.metric));
        let words: Vec<String> = [bound(">=", limit.min), bound("<=", limit.max)].into_iter().flatten().collect();
        let success = match limit.standing {
            Standing::Kept => true,
            Standing::Breached | Standing::NotJudged => false,
        };
        json!({ "assertion": words.join(" and "), "success": success })
    };
    facet("1-0-1", "DataQualityAssertionsDatasetFacet", json!({ "assertions": kept.limits.iter().map(assertion).collect::<Vec<_>>() }))
}

fn schema(columns: &[(String, String)]) -> Value {
    let fields: Vec<Value> = columns.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
    facet("1-1-1", "SchemaDatasetFacet", json!({ "fields": fields }))
}

fn version(version: &str) -> Value {
    facet("1-0-1", "DatasetVersionDatasetFacet", json!({ "datasetVersion": version }))
}

fn error_message(error: &Error) -> Value {
    facet("1-0-1", "ErrorMessageRunFacet", json!({ "message": error.to_string(), "programmingLanguage": "RUST" }))
}

fn engine() -> Value {
    facet("1-1-1", "ProcessingEngineRunFacet", json!({ "name": "Plimsoll", "version": VERSION }))
}

fn job_type() -> Value {
    facet("2-0-3", "JobTypeJobFacet", json!({ "processingType": "BATCH", "integration": "PLIMSOLL", "jobType": "JOB" }))
}

fn facet(version: &str, name: &str, mut content: Value) -> Value {
    let fields = content.as_object_mut().expect("a facet is an object");
    fields.insert("_producer".to_owned(), producer().into());
    fields.insert("_schemaURL".to_owned(), format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}").into());
    content
}

fn producer() -> String {
    format!("urn:plimsoll:{VERSION}")
}

/// The hash of a table: of its file, or over the hashes of its files.
fn sha256_of(files: &[SourceFile]) -> String {
    match files {
        [file] => file.sha256.clone(),
        files => files.iter().fold(Digest::new(), |digest, file| digest.part(file.path.as_bytes()).part(file.sha256.as_bytes())).hex(),
    }
}

fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    path.strip_prefix("./").map(ToOwned::to_owned).unwrap_or(path)
}

/// A UUID of version 8 (RFC 9562) from the first digits of a SHA-256 over `parts`.
fn uuid(parts: &[&str]) -> String {
    let hex = parts.iter().fold(Digest::new(), |digest, part| digest.part(part.as_bytes())).hex();
    // Four bits say the version, two the variant.
    let variant = ["8", "9", "a", "b"][usize::from_str_radix(&hex[16..17], 16).expect("a digit") % 4];
    format!("{}-{}-8{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
