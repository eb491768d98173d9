//! `lineage.ndjson` holds OpenLineage events that a catalogue takes, and the columns that the SQL says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use plimsoll::feature::How::{self, Aggregation, Identity, Transformation};
use plimsoll::feature::{Influence, Lineage, Source, lineage};
use plimsoll::{source, spec};
use serde_json::Value;

use crate::fixture::{Project, repository};
use crate::night::{ended, project};

/// What OpenLineage requires of an event: `spec/OpenLineage.json` (RunEvent, Run, Job, Dataset, BaseFacet) and the facets' own schemas below
/// `spec/facets`, by the names under which they stand.
const FACETS: [(&str, &[&str]); 9] = [
    ("schema", &["fields"]),
    ("version", &["datasetVersion"]),
    ("columnLineage", &["fields"]),
    ("dataQualityAssertions", &["assertions"]),
    ("documentation", &["description"]),
    ("errorMessage", &["message", "programmingLanguage"]),
    ("jobType", &["processingType", "integration"]),
    ("nominalTime", &["nominalStartTime"]),
    ("processing_engine", &["version"]),
];

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("`{key}` is no text: {value}"))
}

fn check_facets(facets: &Value) {
    for (name, facet) in facets.as_object().expect("facets are an object") {
        let (_, required) = FACETS.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("a facet `{name}`"));
        assert!(text(facet, "_producer").starts_with("urn:") && text(facet, "_schemaURL").starts_with("https://openlineage.io/spec/facets/"));
        for key in *required {
            assert!(!facet[key].is_null(), "{name} has no `{key}`");
        }
        match name.as_str() {
            "schema" => facet["fields"]
                .as_array()
                .expect("a list")
                .iter()
                .for_each(|field| assert!(!text(field, "name").is_empty() && !text(field, "type").is_empty())),
            "dataQualityAssertions" => {
                facet["assertions"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .for_each(|one| assert!(!text(one, "assertion").is_empty() && one["success"].is_boolean()));
            }
            "columnLineage" => {
                let inputs =
                    facet["fields"].as_object().expect("fields").values().flat_map(|field| field["inputFields"].as_array().expect("required"));
                for input in inputs.chain(facet["dataset"].as_array().expect("a list")) {
                    assert!(["namespace", "name", "field"].iter().all(|key| !text(input, key).is_empty()));
                    input["transformations"]
                        .as_array()
                        .expect("a list")
                        .iter()
                        .for_each(|one| assert!(["DIRECT", "INDIRECT"].contains(&text(one, "type"))));
                }
            }
            _ => {}
        }
    }
}

fn check(event: &Value) {
    assert!(["START", "COMPLETE", "FAIL"].contains(&text(event, "eventType")));
    assert!(chrono::DateTime::parse_from_rfc3339(text(event, "eventTime")).is_ok());
    assert!(text(event, "producer").starts_with("urn:") && text(event, "schemaURL").ends_with("#/$defs/RunEvent"));
    let id = text(&event["run"], "runId");
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    assert!(groups == [8, 4, 4, 4, 12] && id.chars().all(|c| c == '-' || c.is_ascii_hexdigit()), "{id}");
    assert!(&id[14..15] == "8" && matches!(&id[19..20], "8" | "9" | "a" | "b"), "version 8 of RFC 9562: {id}");
    assert!(!text(&event["job"], "namespace").is_empty() && !text(&event["job"], "name").is_empty());
    check_facets(&event["run"]["facets"]);
    check_facets(&event["job"]["facets"]);
    for key in ["inputs", "outputs"] {
        let mut names = BTreeSet::new();
        for dataset in event[key].as_array().expect("a list") {
            assert!(names.insert((text(dataset, "namespace"), text(dataset, "name"))), "{dataset}");
            check_facets(&dataset["facets"]);
        }
    }
}

fn events(project: &Project) -> Vec<Value> {
    let lines = fs::read_to_string(project.root.join("lineage.ndjson")).expect("written");
    assert!(lines.ends_with('\n'));
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect();
    events.iter().for_each(check);
    events
}

fn output<'a>(event: &'a Value, ends: &str) -> &'a Value {
    event["outputs"].as_array().expect("a list").iter().find(|one| text(one, "name").ends_with(ends)).unwrap_or_else(|| panic!("no {ends}"))
}

#[test]
fn a_run_starts_and_completes_and_names_what_it_read_and_wrote_by_hash() {
    let project = project("lineage");
    for _ in 0..2 {
        assert_eq!(ended(&project, &["run", "breached.toml", "--lineage", "lineage.ndjson", "--quiet"]).0, Some(3));
    }
    let events = events(&project);
    let kinds: Vec<&str> = events.iter().map(|event| text(event, "eventType")).collect();
    assert_eq!(kinds, ["START", "COMPLETE", "START", "COMPLETE"]);
    let ids: BTreeSet<&str> = events.iter().map(|event| text(&event["run"], "runId")).collect();
    assert_eq!(ids.len(), 1, "the same inputs are the same run");
    let complete = &events[1];
    let data = fs::read(project.root.join("data/bars.parquet")).expect("readable");
    let input = &complete["inputs"][0];
    assert_eq!((text(input, "namespace"), text(input, "name")), ("file", "data/bars.parquet"));
    assert_eq!(text(&input["facets"]["version"], "datasetVersion"), plimsoll::digest::sha256(&data));
    let run = project.root.join("reports/breached/2018-12-29");
    for name in ["report.html", "summary.json"] {
        let sha256 = plimsoll::digest::sha256(&fs::read(run.join(name)).expect("a whole run"));
        assert_eq!(text(&output(complete, name)["facets"]["version"], "datasetVersion"), sha256, "{name}");
    }
    // The forecasts are one table of several files, whose version is over the hashes of all.
    let predictions = &output(complete, "breached/predictions")["facets"];
    let digest = crate::fixture::predictions(&run).iter().fold(plimsoll::digest::Digest::new(), |digest, path| {
        let name = format!("predictions/{}", path.file_name().expect("a name").display());
        digest.part(name.as_bytes()).part(plimsoll::digest::sha256(&fs::read(path).expect("readable")).as_bytes())
    });
    assert_eq!(text(&predictions["version"], "datasetVersion"), digest.hex());
    let limit = &predictions["dataQualityAssertions"]["assertions"][0];
    assert_eq!((text(limit, "assertion"), limit["success"].as_bool()), ("data.entities >= 1000", Some(false)));
    let from = &output(complete, "breached/features")["facets"]["columnLineage"]["fields"]["move"]["inputFields"];
    assert_eq!(from.as_array().map(Vec::len), Some(1), "{from}");
    assert_eq!((text(&from[0], "name"), text(&from[0], "field")), ("data/bars.parquet", "close"));
    assert_eq!(text(&from[0]["transformations"][0], "subtype"), "TRANSFORMATION");
    assert_eq!(text(&predictions["columnLineage"]["fields"]["entity"]["inputFields"][0]["transformations"][0], "subtype"), "IDENTITY");
}

#[test]
fn a_run_that_fails_says_why_and_one_that_waits_says_nothing() {
    let project = project("lineage-fails");
    assert_eq!(ended(&project, &["run", "absent.toml", "--lineage", "lineage.ndjson"]).0, Some(1));
    assert!(!project.root.join("lineage.ndjson").exists());
    project.write("sql/features.sql", "-- grain: entity, as_of\nselect nothing as entity from bars");
    assert_eq!(ended(&project, &["run", "kept.toml", "nothing.toml", "--lineage", "lineage.ndjson"]).0, Some(1));
    let events = events(&project);
    let told: Vec<(&str, &str)> = events.iter().map(|event| (text(event, "eventType"), text(&event["job"], "name"))).collect();
    assert_eq!(told, [("START", "kept"), ("FAIL", "kept"), ("START", "nothing"), ("FAIL", "nothing")]);
    assert!(text(&events[1]["run"]["facets"]["errorMessage"], "message").starts_with("sql/features.sql"), "{}", events[1]);
    // What a killed run tore is cut off; a file of somebody else is left alone.
    let path = project.root.join("lineage.ndjson");
    let whole = fs::read_to_string(&path).expect("readable");
    fs::write(&path, format!("{whole}{{\"eventTime\":\"2026-")).expect("writable");
    assert_eq!(ended(&project, &["run", "nothing.toml", "--lineage", "lineage.ndjson"]).0, Some(1));
    assert_eq!(fs::read_to_string(&path).expect("readable").lines().count(), 6);
    fs::write(&path, "a report").expect("writable");
    let (_, _, stderr) = ended(&project, &["run", "nothing.toml", "--lineage", "lineage.ndjson"]);
    assert!(stderr.contains("lineage.ndjson: does not end as a file of events does"), "{stderr}");
    assert_eq!(fs::read_to_string(&path).expect("readable"), "a report");
}

fn traced(project: &Project, sql: &[(&str, &str)]) -> Lineage {
    let files: Vec<String> = sql.iter().map(|(name, _)| format!("\"sql/{name}.sql\"")).collect();
    for (name, text) in sql {
        project.write(&format!("sql/{name}.sql"), &format!("-- grain: entity, as_of\n{text}"));
    }
    let text = fs::read_to_string(project.root.join("kept.toml")).expect("readable").replace("\"sql/features.sql\"", &files.join(", "));
    project.write("traced.toml", &text);
    let spec = spec::load(&project.root, Path::new("traced.toml")).expect("a spec");
    let tables = source::open(&project.root, &spec).expect("tables");
    lineage(&project.root, &spec, &tables).expect("the SQL is planned")
}

fn from(lineage: &Lineage, column: &str) -> BTreeMap<String, How> {
    let column = lineage.columns.iter().find(|one| one.name == column).unwrap_or_else(|| panic!("no {column}"));
    column.from.iter().map(|(source, how)| (format!("{}.{}", source.table, source.column), *how)).collect()
}

fn is(pairs: &[(&str, How)]) -> BTreeMap<String, How> {
    pairs.iter().map(|(name, how)| ((*name).to_owned(), *how)).collect()
}

#[test]
fn columns_are_followed_through_views_joins_unions_aggregates_windows_and_subqueries() {
    let project = project("traced");
    let found = traced(
        &project,
        &[
            ("days", "select date as as_of, 'x' as entity, avg(close) as level, count(*) as n from bars where note = 'n/a' group by date"),
            ("both", "select ticker as entity, date as as_of, close as price from bars union all select note, date, volume * 1.0 from bars"),
            (
                "last",
                "with b as (select entity, as_of, price as p from both)
                select b.entity, b.as_of, b.p / d.level as ratio, b.p as same, lag(b.p) over w as before, ts_mean(b.p, 5) over w as mean,
                    case when d.n > 3 then 1.0 else 0.0 end as many, (select max(volume) from bars) as most, rank() over (order by b.p) as place, 1 as one
                from b join days d on b.as_of = d.as_of
                where exists (select 1 from bars where bars.date = b.as_of and bars.ticker < 'B')
                window w as (partition by b.entity order by b.as_of)",
            ),
        ],
    );
    assert_eq!(from(&found, "entity"), is(&[("bars.ticker", Identity), ("bars.note", Identity)]));
    assert_eq!(from(&found, "same"), is(&[("bars.close", Identity), ("bars.volume", Transformation)]));
    assert_eq!(from(&found, "ratio"), is(&[("bars.close", Aggregation), ("bars.volume", Transformation)]));
    assert_eq!(from(&found, "before"), is(&[("bars.close", Transformation), ("bars.volume", Transformation)]));
    assert_eq!(from(&found, "mean"), is(&[("bars.close", Aggregation), ("bars.volume", Aggregation)]));
    assert_eq!(from(&found, "most"), is(&[("bars.volume", Aggregation)]));
    assert_eq!(from(&found, "place"), is(&[("bars.close", Aggregation), ("bars.volume", Aggregation)]));
    assert!(from(&found, "one").is_empty());
    let decides = |column: &str| found.rows.get(&Source { table: "bars".to_owned(), column: column.to_owned() }).cloned().unwrap_or_default();
    assert!(
        decides("date").is_superset(&BTreeSet::from([Influence::Join, Influence::GroupBy, Influence::Window, Influence::Filter])),
        "{:?}",
        found.rows
    );
    assert_eq!(decides("note"), BTreeSet::from([Influence::Filter, Influence::Window]));
    assert_eq!((decides("volume"), decides("close")), (BTreeSet::from([Influence::Window]), BTreeSet::from([Influence::Window])), "of the rank");
}

#[test]
fn every_column_of_the_shipped_sql_comes_from_somewhere() {
    for (report, expected) in [("equity_var", ("target", "daily.close")), ("loan_default", ("entity", "loans.loan_id"))] {
        let root = repository();
        let spec = spec::load(root, Path::new(&format!("reports/{report}.toml"))).expect("a spec");
        let tables = source::open(root, &spec).expect("tables");
        let found = lineage(root, &spec, &tables).expect("planned");
        // The equity SQL writes its weight, 1 or 0, itself.
        let nowhere: Vec<&str> =
            found.columns.iter().filter(|column| column.from.is_empty() && column.name != "weight").map(|column| column.name.as_str()).collect();
        assert!(nowhere.is_empty(), "{report}: {nowhere:?}");
        let (column, source) = expected;
        assert!(from(&found, column).contains_key(source), "{report}.{column}: {:?}", from(&found, column));
    }
}
