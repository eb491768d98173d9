#!/usr/bin/env bash
# The program as it is handed on: stripped, and without the paths of the machine that built it (panic messages name crates' files).
#
#     tools/release.sh        # target/ship/release/plimsoll, its SHA-256, and sbom.cdx.json beside it
#
# Other flags build every dependency again, in a folder of their own: the README's two commands keep their build.
set -euo pipefail
cd "$(dirname "$0")/.."
registry="${CARGO_HOME:-$HOME/.cargo}/registry/src"
export RUSTFLAGS="--remap-path-prefix=$registry=crates --remap-path-prefix=$PWD=plimsoll -C strip=symbols"
cargo build --release --locked --target-dir target/ship "$@"
program=target/ship/release/plimsoll
if [ -f "$program" ]; then
  if grep -aqF "$registry" "$program"; then echo "$program holds $registry" >&2; exit 1; fi
  tools/sbom.py > target/ship/release/sbom.cdx.json
  sha256sum "$program"
fi
