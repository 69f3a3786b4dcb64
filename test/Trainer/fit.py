"""What `dlc train` reports and leaves, against the same epochs written out in NumPy.

Batches in the order of the file, with a smaller one at the end, weights of examples, and validation: every entry of
the history and every weight must agree.

    fit.py --dlc build/bin/dlc
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent / "Inputs"))
import make  # noqa: E402

EPOCHS, BATCH, RATE, TOLERANCE = 4, 16, 0.3, 1e-4


def forward(p, x):
    h = x @ p["w"] + p["b"]
    r = np.maximum(h, 0)
    z = r @ p["v"] + p["c"]
    e = np.exp(z - z.max(1, keepdims=True))
    return h, r, e / e.sum(1, keepdims=True)


def measure(p, x, y, weights):
    """The loss of a batch, and which of its examples are right."""
    _, _, prediction = forward(p, x)
    return np.mean(-np.log(prediction[np.arange(len(y)), y]) * weights), prediction.argmax(1) == y


def train_batch(p, x, y, weights):
    h, r, prediction = forward(p, x)
    dz = (prediction - np.eye(make.CLASSES)[y]) * weights[:, None] / len(y)
    dh = (dz @ p["v"].T) * (h > 0)
    for name, gradient in {"w": x.T @ dh, "b": dh.sum(0), "v": r.T @ dz, "c": dz.sum(0)}.items():
        p[name] = p[name] - RATE * gradient


def epoch(p, data, train):
    """The mean loss, weighted with the sizes of the batches, and the share that is right."""
    losses, right = [], []
    x, y, weights = data
    for begin in range(0, len(y), BATCH):
        batch = tuple(part[begin:begin + BATCH] for part in (x, y, weights))
        loss, hits = measure(p, *batch)
        losses.append(loss * len(batch[1]))
        right.append(hits)
        if train:
            train_batch(p, *batch)
    return np.sum(losses) / len(y), np.mean(np.concatenate(right))


def compare(dlc: str, folder: Path, weighted: bool) -> float:
    data = make.data()
    make.write_model(folder / "net.onnx")
    rng = np.random.default_rng(4)
    weights = rng.uniform(0, 2, make.EXAMPLES) if weighted else np.ones(make.EXAMPLES)
    np.savez(folder / "train.npz", **data, **({"sample_weight": weights} if weighted else {}))
    x, y = rng.normal(0, 1, (19, make.FEATURES)), rng.integers(0, make.CLASSES, 19)
    np.savez(folder / "validation.npz", x=x, y=y)
    subprocess.run([dlc, "train", str(folder / "net.onnx"), "--data", str(folder / "train.npz"), "--validation-data",
                    str(folder / "validation.npz"), "--loss=sparse_categorical_crossentropy", "--metrics=accuracy",
                    f"--learning-rate={RATE}", f"--epochs={EPOCHS}", f"--batch-size={BATCH}", "--no-shuffle",
                    "--history", str(folder / "history.json"), "-o", str(folder / "state.npz"), "--quiet"],
                   check=True, timeout=300)
    history = json.loads((folder / "history.json").read_text())
    state = np.load(folder / "state.npz")
    p, expected = make.weights(), {key: [] for key in ("loss", "accuracy", "val_loss", "val_accuracy")}
    for _ in range(EPOCHS):
        loss, accuracy = epoch(p, (data["x"], data["y"], weights), train=True)
        val_loss, val_accuracy = epoch(p, (x, y, np.ones(19)), train=False)
        for key, value in zip(expected, (loss, accuracy, val_loss, val_accuracy), strict=True):
            expected[key].append(value)
    assert list(history) == list(expected), list(history)
    worst = max(np.abs(np.array(history[key]) / expected[key] - 1).max() for key in expected)
    return max([worst] + [np.abs(state[name] - value).max() / np.abs(value).max() for name, value in p.items()])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    arguments = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="dlc-fit-") as folder:
        for weighted in (False, True):
            worst = compare(arguments.dlc, Path(folder), weighted)
            failures += not worst <= TOLERANCE
            print(f"{'ok  ' if worst <= TOLERANCE else 'FAIL'} {'weighted' if weighted else 'plain'} {worst:.1e}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
