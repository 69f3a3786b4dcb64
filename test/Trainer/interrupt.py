"""Ctrl-C in the middle of a training: the step ends, the checkpoint is whole, and the program ends by the signal.

    interrupt.py --dlc build/bin/dlc
"""
import argparse
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent / "Inputs"))
import make  # noqa: E402


def interrupt(command: list[str], folder: Path) -> None:
    """Fails where what is left of an interrupted training does not fit together."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        assert first.startswith("Epoch 1/"), first
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        status = process.wait(timeout=60)
    assert status == -signal.SIGINT, status
    history = json.loads((folder / "h.json").read_text())
    state = np.load(folder / "out.npz")
    steps = -(-make.EXAMPLES // 16)
    assert len(history["loss"]) >= 1
    # Steps of the epoch that was interrupted count, but not as an epoch, unless they are all of its steps.
    assert 0 <= state["iteration"] - steps * len(history["loss"]) < steps, (state["iteration"], history)
    left = [path.name for path in folder.iterdir() if path.name.startswith("out.npz") and path.name != "out.npz"]
    assert not left, left


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dlc-interrupt-") as name:
        folder = Path(name)
        make.main(folder)
        command = [arguments.dlc, "train", str(folder / "net.onnx"), "--data", str(folder / "data.npz"),
                   "--loss=sparse_categorical_crossentropy", "--epochs=1000000000", "--batch-size=16",
                   "--history", str(folder / "h.json"), "-o", str(folder / "out.npz")]
        for _ in range(8):  # in some step of an epoch each time
            interrupt(command, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
