#!/usr/bin/env bash
# README's second command: set up, build, pass every test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tools/setup/build.sh
cmake --build --preset release --target dlc-tests
echo "[test] running every test"
ctest --preset release --parallel "$(nproc)"
