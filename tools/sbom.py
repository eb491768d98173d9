#!/usr/bin/env python3
"""The software bill of materials: every crate the program is built from, as CycloneDX 1.6 JSON.

    tools/sbom.py > sbom.cdx.json

Reads `cargo metadata` and Cargo.lock; the same lock file gives the same bytes. `tests/supply.rs` fails where it is out of date.
"""
import json
import pathlib
import subprocess
import tomllib

root = pathlib.Path(__file__).resolve().parent.parent
metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--locked"], cwd=root))
licences = {(package["name"], package["version"]): package["license"] for package in metadata["packages"]}
components = []
for package in tomllib.loads((root / "Cargo.lock").read_text())["package"]:
    name, version = package["name"], package["version"]
    if name == "plimsoll":
        continue
    component = {"type": "library", "bom-ref": f"pkg:cargo/{name}@{version}", "name": name, "version": version}
    if licences.get((name, version)):
        component["licenses"] = [{"expression": licences[name, version].replace("/", " OR ")}]
    if "checksum" in package:
        component["hashes"] = [{"alg": "SHA-256", "content": package["checksum"]}]
        component["purl"] = f"pkg:cargo/{name}@{version}"
    components.append(component)
bom = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "metadata": {"component": {"type": "application", "bom-ref": "plimsoll", "name": "plimsoll", "version": "0.1.0", "licenses": [{"expression": "Apache-2.0"}]}},
    "components": components,
}
print(json.dumps(bom, indent=1))
