#!/usr/bin/env bash
# README's first command: set up, build, compile a text recogniser and read a picture with it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tools/setup/build.sh

models=$(.venv/bin/python3 -c 'import importlib.util as u; print(u.find_spec("rapidocr_onnxruntime").submodule_search_locations[0])')/models
model=$models/ch_PP-OCRv4_rec_infer.onnx
picture=test/Inputs/line-of-text.png
out=build/demo
rm -rf "$out"
mkdir -p "$out"

step() { printf '[demo] %s\n' "$*"; "$@"; }
step build/bin/dlc compile "$model" --shape x=1x3x48x320 -o "$out/recognise.so"
step build/bin/dlc run "$out/recognise.so" --input "x=$picture" --image ocr-rec --output "$out"
text=$(.venv/bin/python3 tools/setup/read_text.py "$model" "$out"/*.npy)
echo "[demo] $picture says: $text"
