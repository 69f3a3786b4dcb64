"""A compiled training step against the same step written out in NumPy.

A perceptron of two layers is small enough to differentiate by hand: losses and predictions of 20
steps with each optimizer and loss must agree. Exits 1 where one does not.

    optimizers.py --dlc build/bin/dlc
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
from artifact import Artifact  # noqa: E402

BATCH, FEATURES, HIDDEN, CLASSES, STEPS = 9, 7, 11, 5, 20
TOLERANCE = 1e-4


def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {"w": rng.normal(0, 0.5, (FEATURES, HIDDEN)), "b": rng.normal(0, 0.1, HIDDEN),
            "v": rng.normal(0, 0.5, (HIDDEN, CLASSES)), "c": rng.normal(0, 0.1, CLASSES)}


def write_model(path: Path, softmax: bool) -> None:
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["h"]), helper.make_node("Relu", ["h"], ["r"]),
             helper.make_node("Gemm", ["r", "v", "c"], ["z"]),
             helper.make_node("Softmax" if softmax else "Identity", ["z"], ["y"])]
    graph = helper.make_graph(
        nodes, "perceptron",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [BATCH, FEATURES])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [BATCH, CLASSES])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights().items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)


def forward(p, x, softmax):
    h = x @ p["w"] + p["b"]
    r = np.maximum(h, 0)
    z = r @ p["v"] + p["c"]
    if not softmax:
        return h, r, z
    e = np.exp(z - z.max(1, keepdims=True))
    return h, r, e / e.sum(1, keepdims=True)


def loss_and_gradients(p, x, target, softmax):
    """Cross-entropy of the softmax, or the mean squared error of the plain output."""
    h, r, y = forward(p, x, softmax)
    if softmax:
        loss = -np.mean(np.sum(target * np.log(y), 1))
        dz = (y - target) / BATCH
    else:
        loss = np.mean((y - target) ** 2)
        dz = 2 * (y - target) / y.size
    dh = (dz @ p["v"].T) * (h > 0)
    return loss, y, {"w": x.T @ dh, "b": dh.sum(0), "v": r.T @ dz, "c": dz.sum(0)}


class Sgd:
    """keras/src/optimizers/sgd.py."""

    def __init__(self, momentum=0.0, nesterov=False):
        self.rate, self.momentum, self.nesterov, self.velocity = 0.1, momentum, nesterov, {}

    def update(self, p, gradients):
        for name, g in gradients.items():
            m = self.momentum * self.velocity.get(name, 0.0) - self.rate * g
            self.velocity[name] = m
            p[name] = p[name] + (self.momentum * m - self.rate * g if self.nesterov else m)


class Adam:
    """keras/src/optimizers/adam.py."""

    def __init__(self):
        self.rate, self.step, self.m, self.v = 0.01, 0, {}, {}

    def update(self, p, gradients):
        self.step += 1
        alpha = self.rate * np.sqrt(1 - 0.999 ** self.step) / (1 - 0.9 ** self.step)
        for name, g in gradients.items():
            self.m[name] = self.m.get(name, 0.0) + (g - self.m.get(name, 0.0)) * 0.1
            self.v[name] = self.v.get(name, 0.0) + (g * g - self.v.get(name, 0.0)) * 0.001
            p[name] = p[name] - self.m[name] * alpha / (np.sqrt(self.v[name]) + 1e-7)


CASES = {
    "sgd": (["--optimizer=sgd", "--learning-rate=0.1"], "categorical_crossentropy", Sgd, {}),
    "momentum": (["--optimizer=sgd", "--learning-rate=0.1", "--momentum=0.9"], "categorical_crossentropy", Sgd,
                 {"momentum": 0.9}),
    "nesterov": (["--optimizer=sgd", "--learning-rate=0.1", "--momentum=0.9", "--nesterov"], "mse", Sgd,
                 {"momentum": 0.9, "nesterov": True}),
    "adam": (["--optimizer=adam", "--learning-rate=0.01"], "sparse_categorical_crossentropy", Adam, {}),
    "adam-mse": (["--optimizer=adam", "--learning-rate=0.01"], "mse", Adam, {}),
    "frozen": (["--optimizer=sgd", "--learning-rate=0.1", "--freeze=w", "--freeze=b"], "categorical_crossentropy",
               Sgd, {}),
}


def compare(dlc: str, name: str, folder: Path) -> float:
    """The largest relative difference of any loss or prediction."""
    flags, loss_name, optimizer, arguments = CASES[name]
    softmax = loss_name != "mse"
    write_model(folder / "model.onnx", softmax)
    artifact_path = folder / f"{name}.so"
    subprocess.run([dlc, "compile", str(folder / "model.onnx"), "--train", f"--loss={loss_name}", *flags,
                    "-o", str(artifact_path), "--quiet"], check=True, timeout=300)
    rng = np.random.default_rng(2)
    p, optimizer, worst = weights(), optimizer(**arguments), 0.0
    artifact = Artifact(artifact_path)
    artifact("init")
    for _ in range(STEPS):
        x = rng.normal(0, 1, (BATCH, FEATURES))
        classes = rng.integers(0, CLASSES, BATCH)
        target = np.eye(CLASSES)[classes] if softmax else rng.normal(0, 1, (BATCH, CLASSES))
        given = classes if loss_name.startswith("sparse") else target.astype(np.float32)
        evaluated = artifact("eval_step", x.astype(np.float32), given)
        found = artifact("train_step", x.astype(np.float32), given)
        loss, y, gradients = loss_and_gradients(p, x, target, softmax)
        if name == "frozen":
            gradients = {key: value for key, value in gradients.items() if key in "vc"}
        optimizer.update(p, gradients)
        for pair in (evaluated, found):
            worst = max(worst, abs(pair[0] - loss) / abs(loss), np.abs(pair[1] - y).max() / np.abs(y).max())
    y = forward(p, x, softmax)[2]
    worst = max(worst, np.abs(artifact("predict", x.astype(np.float32))[0] - y).max() / np.abs(y).max())
    artifact.close()
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    arguments = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="dlc-training-") as folder:
        for name in CASES:
            worst = compare(arguments.dlc, name, Path(folder))
            failures += not worst <= TOLERANCE
            print(f"{'ok  ' if worst <= TOLERANCE else 'FAIL'} {name} {worst:.1e}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
