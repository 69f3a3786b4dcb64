#!/usr/bin/env bash
# Makes a Python environment with PyTorch, TensorFlow, JAX and Keras, to time training steps beside
# (test/Models/train_speed.py) and to compare them with (test/Training/torch_resnet18.py). About 8 GB; not needed to
# build or to test dlc.
#
#   tools/setup/peers.sh [FOLDER]      .venv-peers without
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tools/setup/peers.env
source tools/setup/peers.env
folder=${1:-.venv-peers}

[ -x "$folder/bin/python3" ] || /usr/bin/python3 -m venv "$folder"
# The list is complete: nothing is resolved, so that every machine times the same.
# shellcheck disable=SC2086
"$folder/bin/python3" -m pip install --quiet --disable-pip-version-check --no-deps ${PEER_PACKAGES//=/==}
printf '[peers] %s\n' "$folder/bin/python3 is ready"
