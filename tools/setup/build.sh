#!/usr/bin/env bash
# Sets the machine up and builds the release preset into build/. The first part of both commands of
# README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tools/setup/setup.sh
echo "[build] configuring (log: build/configure.log)"
mkdir -p build
cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
echo "[build] building"
cmake --build --preset release
