//! The bill of materials is that of the lock file, and licences are there.

use std::collections::BTreeSet;
use std::fs;

use crate::fixture::repository;

#[test]
fn the_bill_of_materials_names_every_crate_of_the_lock_file() {
    let read = |name: &str| fs::read_to_string(repository().join(name)).unwrap_or_else(|cause| panic!("{name}: {cause}"));
    let lock: toml::Table = read("Cargo.lock").parse().expect("TOML");
    let field = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let locked: BTreeSet<[String; 3]> = lock["package"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| ["name", "version", "checksum"].map(|key| field(package, key)))
        .filter(|[name, ..]| name != "plimsoll")
        .collect();
    let bill: serde_json::Value = serde_json::from_str(&read("sbom.cdx.json")).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let listed: BTreeSet<[String; 3]> = bill["components"]
        .as_array()
        .expect("components")
        .iter()
        .map(|one| [text(&one["name"]), text(&one["version"]), text(&one["hashes"][0]["content"])])
        .collect();
    assert_eq!(listed, locked, "make it again: tools/sbom.py > sbom.cdx.json");
    assert!(read("LICENSE").contains("Apache License") && read("NOTICE").contains("Apache Arrow"));
}
