"""A compiled training step against the same step written out in NumPy.

A perceptron of two layers is small enough to differentiate by hand: losses, predictions and metrics of 20
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
from device import missing_device  # noqa: E402

BATCH, FEATURES, HIDDEN, CLASSES, STEPS = 9, 7, 11, 5, 20
TOLERANCE = 1e-4


def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {"w": rng.normal(0, 0.5, (FEATURES, HIDDEN)), "b": rng.normal(0, 0.1, HIDDEN),
            "v": rng.normal(0, 0.5, (HIDDEN, CLASSES)), "c": rng.normal(0, 0.1, CLASSES)}


def write_model(path: Path, activation: str) -> None:
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["h"]), helper.make_node("Relu", ["h"], ["r"]),
             helper.make_node("Gemm", ["r", "v", "c"], ["z"]),
             helper.make_node(activation, ["z"], ["y"])]
    graph = helper.make_graph(
        nodes, "perceptron",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [BATCH, FEATURES])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [BATCH, CLASSES])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights().items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


# Of each loss: the last activation as an ONNX node and in NumPy, the loss of each example, and the gradient by
# the operand of the activation, before the mean over the batch.
LOSSES = {
    "categorical_crossentropy": ("Softmax", softmax, lambda t, y: -np.sum(t * np.log(y), 1), lambda t, y: y - t),
    "binary_crossentropy": ("Sigmoid", lambda z: 1 / (1 + np.exp(-z)),
                            lambda t, y: -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y), 1),
                            lambda t, y: (y - t) / CLASSES),
    "mse": ("Identity", lambda z: z, lambda t, y: np.mean((y - t) ** 2, 1), lambda t, y: 2 * (y - t) / CLASSES),
    "mae": ("Identity", lambda z: z, lambda t, y: np.mean(np.abs(y - t), 1), lambda t, y: np.sign(y - t) / CLASSES),
    "huber": ("Identity", lambda z: z,
              lambda t, y: np.mean(np.where(np.abs(y - t) <= 1, 0.5 * (y - t) ** 2, np.abs(y - t) - 0.5), 1),
              lambda t, y: np.clip(y - t, -1, 1) / CLASSES),
}
LOSSES["sparse_categorical_crossentropy"] = LOSSES["categorical_crossentropy"]

METRICS = {
    "accuracy": lambda t, y: np.argmax(t, 1) == np.argmax(y, 1),
    "binary_accuracy": lambda t, y: t == (y > 0.5),
    "mse": lambda t, y: (t - y) ** 2,
    "rmse": lambda t, y: (t - y) ** 2,
    "mae": lambda t, y: np.abs(t - y),
}


def forward(p, x, activation):
    h = x @ p["w"] + p["b"]
    r = np.maximum(h, 0)
    return h, r, activation(r @ p["v"] + p["c"])


def loss_and_gradients(p, x, target, loss, weights):
    _, activation, each, by_logits = LOSSES[loss]
    h, r, y = forward(p, x, activation)
    value = np.mean(each(target, y) * weights)
    dz = by_logits(target, y) * weights[:, None] / BATCH
    dh = (dz @ p["v"].T) * (h > 0)
    return value, y, {"w": x.T @ dh, "b": dh.sum(0), "v": r.T @ dz, "c": dz.sum(0)}


class Sgd:
    """keras/src/optimizers/sgd.py."""

    def __init__(self, momentum=0.0, nesterov=False, rate=0.1):
        self.rate, self.momentum, self.nesterov, self.velocity = rate, momentum, nesterov, {}

    def update(self, p, gradients):
        for name, g in gradients.items():
            m = self.momentum * self.velocity.get(name, 0.0) - self.rate * g
            self.velocity[name] = m
            p[name] = p[name] + (self.momentum * m - self.rate * g if self.nesterov else m)


class Adam:
    """keras/src/optimizers/adam.py; with a decay, adamw.py."""

    def __init__(self, decay=0.0):
        self.rate, self.decay, self.step, self.m, self.v = 0.01, decay, 0, {}, {}

    def update(self, p, gradients):
        self.step += 1
        for name in gradients:
            p[name] = p[name] - p[name] * self.decay * self.rate
        alpha = self.rate * np.sqrt(1 - 0.999 ** self.step) / (1 - 0.9 ** self.step)
        for name, g in gradients.items():
            self.m[name] = self.m.get(name, 0.0) + (g - self.m.get(name, 0.0)) * 0.1
            self.v[name] = self.v.get(name, 0.0) + (g * g - self.v.get(name, 0.0)) * 0.001
            p[name] = p[name] - self.m[name] * alpha / (np.sqrt(self.v[name]) + 1e-7)


class RmsProp:
    """keras/src/optimizers/rmsprop.py."""

    def __init__(self, momentum=0.0, centered=False):
        self.momentum, self.centered = momentum, centered
        self.square, self.average, self.velocity = {}, {}, {}

    def update(self, p, gradients):
        for name, g in gradients.items():
            self.square[name] = 0.8 * self.square.get(name, 0.0) + 0.2 * g * g
            divisor = self.square[name] + 1e-7
            if self.centered:
                self.average[name] = 0.8 * self.average.get(name, 0.0) + 0.2 * g
                divisor = divisor - self.average[name] ** 2
            self.velocity[name] = self.momentum * self.velocity.get(name, 0.0) + 0.01 * g / np.sqrt(divisor)
            p[name] = p[name] - self.velocity[name]


CASES = {
    "sgd": (["--optimizer=sgd", "--learning-rate=0.1"], "categorical_crossentropy", Sgd, {}),
    "momentum": (["--optimizer=sgd", "--learning-rate=0.1", "--momentum=0.9"], "categorical_crossentropy", Sgd,
                 {"momentum": 0.9}),
    "nesterov": (["--optimizer=sgd", "--learning-rate=0.1", "--momentum=0.9", "--nesterov"], "mse", Sgd,
                 {"momentum": 0.9, "nesterov": True}),
    "adam": (["--optimizer=adam", "--learning-rate=0.01"], "sparse_categorical_crossentropy", Adam, {}),
    "adamw": (["--optimizer=adamw", "--learning-rate=0.01"], "categorical_crossentropy", Adam, {"decay": 0.004}),
    "rmsprop": (["--optimizer=rmsprop", "--learning-rate=0.01", "--rho=0.8"], "categorical_crossentropy", RmsProp, {}),
    "rmsprop-centered": (["--optimizer=rmsprop", "--learning-rate=0.01", "--rho=0.8", "--momentum=0.5", "--centered"],
                         "mse", RmsProp, {"momentum": 0.5, "centered": True}),
    "adam-mse": (["--optimizer=adam", "--learning-rate=0.01"], "mse", Adam, {}),
    "binary": (["--optimizer=sgd", "--learning-rate=0.5"], "binary_crossentropy", Sgd, {"rate": 0.5}),
    "mae": (["--optimizer=sgd", "--learning-rate=0.1"], "mae", Sgd, {}),
    "huber": (["--optimizer=sgd", "--learning-rate=0.1"], "huber", Sgd, {}),
    "weights": (["--optimizer=sgd", "--learning-rate=0.1", "--sample-weight"], "sparse_categorical_crossentropy", Sgd, {}),
    "split": (["--optimizer=sgd", "--learning-rate=0.1", "--momentum=0.9", "--split-step"], "categorical_crossentropy",
              Sgd, {"momentum": 0.9}),
    "frozen": (["--optimizer=sgd", "--learning-rate=0.1", "--freeze=w", "--freeze=b"], "categorical_crossentropy",
               Sgd, {}),
}


def targets(rng, loss):
    """A batch for the loss, and what the compiled step is given for it."""
    if "categorical" in loss:
        classes = rng.integers(0, CLASSES, BATCH)
        one_hot = np.eye(CLASSES)[classes]
        return one_hot, classes if loss.startswith("sparse") else one_hot.astype(np.float32)
    target = rng.integers(0, 2, (BATCH, CLASSES)) if loss.startswith("binary") else rng.normal(0, 1, (BATCH, CLASSES))
    return target.astype(np.float64), target.astype(np.float32)


def train(artifact, name, inputs):
    """One step; with a split one, the mean of two equal gradients."""
    if name != "split":
        return artifact("train_step", *inputs)
    found = artifact("grad_step", *inputs)
    artifact("grad_step", *inputs)
    artifact("apply_step")
    return found


def relative(found, expected) -> float:
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def compare(dlc: str, name: str, target: str, folder: Path) -> float:
    """The largest relative difference of any loss, prediction or metric."""
    flags, loss_name, optimizer, arguments = CASES[name]
    activation_node, activation, _, _ = LOSSES[loss_name]
    write_model(folder / "model.onnx", activation_node)
    artifact_path = folder / f"{name}.so"
    metrics = ["accuracy"] if "categorical" in loss_name else \
        ["binary_accuracy"] if loss_name.startswith("binary") else ["mse", "rmse", "mae"]
    weighted = "--sample-weight" in flags
    subprocess.run([dlc, "compile", str(folder / "model.onnx"), "--train", f"--loss={loss_name}", *flags, f"--target={target}",
                    f"--metrics={','.join(metrics)}", "-o", str(artifact_path), "--quiet"], check=True, timeout=300)
    rng = np.random.default_rng(2)
    p, optimizer, worst = weights(), optimizer(**arguments), 0.0
    losses, values = [], {metric: [] for metric in metrics}
    artifact = Artifact(artifact_path)
    artifact("init")
    for step in range(STEPS):
        if step == 3:  # what was seen before is forgotten
            artifact("reset_metrics")
            losses, values = [], {metric: [] for metric in metrics}
        x = rng.normal(0, 1, (BATCH, FEATURES))
        target, given = targets(rng, loss_name)
        w = rng.uniform(0, 2, BATCH) if weighted else np.ones(BATCH)
        inputs = [x.astype(np.float32), given] + ([w.astype(np.float32)] if weighted else [])
        evaluated = artifact("eval_step", *inputs)
        found = train(artifact, name, inputs)
        loss, y, gradients = loss_and_gradients(p, x, target, loss_name, w)
        seen = 3 if name == "split" else 2
        losses += [loss] * seen
        for metric in metrics:
            values[metric] += [METRICS[metric](target, y)] * seen
        if name == "frozen":
            gradients = {key: value for key, value in gradients.items() if key in "vc"}
        optimizer.update(p, gradients)
        for pair in (evaluated, found):
            worst = max(worst, relative(pair[0], loss), relative(pair[1], y))
    y = forward(p, x, activation)[2]
    worst = max(worst, relative(artifact("predict", x.astype(np.float32))[0], y))
    reported = artifact("metrics")
    expected = [np.mean(losses)] + [np.sqrt(np.mean(values[m])) if m == "rmse" else np.mean(values[m]) for m in metrics]
    worst = max([worst] + [relative(a, b) for a, b in zip(reported, expected, strict=True)])
    artifact.close()
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    parser.add_argument("--target", default="cpu", help="what the step is compiled for")
    parser.add_argument("cases", nargs="*", help="all of them without: " + " ".join(CASES))
    arguments = parser.parse_args()
    if arguments.target != "cpu" and (missing := missing_device(arguments.dlc, arguments.target)):
        print(f"skipped: {missing}")
        return 77
    failures = 0
    with tempfile.TemporaryDirectory(prefix="dlc-training-") as folder:
        for name in arguments.cases or CASES:
            worst = compare(arguments.dlc, name, arguments.target, Path(folder))
            failures += not worst <= TOLERANCE
            print(f"{'ok  ' if worst <= TOLERANCE else 'FAIL'} {name} {worst:.1e}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
