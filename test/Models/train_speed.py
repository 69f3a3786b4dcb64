"""Times compiled training steps and those of frameworks side by side, in one process.

Every side runs the same model on batches of the same shape, in alternating blocks, so that a change of
the machine's speed meets all. Sides: dlc, Keras on JAX, PyTorch; those whose package is not installed
are left out. Ratios are of medians, dlc over the fastest other: below 1 dlc is faster. One thread count
a process, as frameworks fix theirs when they start.

    train_speed.py [--dlc build/bin/dlc] [--threads 1] [--cpu-time] [--blocks 6] [MODEL...]
"""
import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "Training"), str(TESTS.parent / "tools" / "models")]
from artifact import Artifact  # noqa: E402
import build_resnet18  # noqa: E402

BLOCK_SECONDS = 1.0
RATE = 0.01


class Case:
    """A model as ONNX, and the same in each framework. Batches are images or vectors, and classes."""

    def __init__(self, model: onnx.ModelProto, keras_model, torch_model):
        self.model, self.keras_model, self.torch_model = model, keras_model, torch_model
        dims = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
        classes = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
        rng = np.random.default_rng(1)
        self.x = rng.normal(0, 1, dims).astype(np.float32)
        self.y = rng.integers(0, classes, dims[0])


def resnet18() -> Case:
    model = build_resnet18.ResNetWriter(0, 64, 1000).build(16, 64, softmax=True)

    def in_keras():
        import keras_resnet18
        return keras_resnet18.KerasResNet(model).build()

    def in_torch():
        import torchvision
        return torchvision.models.resnet18()

    return Case(model, in_keras, in_torch)


def chain(name: str, dims: list[int], nodes: list, weights: dict[str, np.ndarray], classes: int) -> onnx.ModelProto:
    """A model from "x" to "y"."""
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [dims[0], classes])],
        [numpy_helper.from_array(value.astype(np.float32), key) for key, value in weights.items()])
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


def course_front() -> Case:
    """Convolution and pool of the course net at its full size, closed by a mean and a softmax."""
    rng = np.random.default_rng(0)
    weights = {"w": rng.normal(0, 0.1, (32, 3, 3, 3)), "b": np.zeros(32), "v": rng.normal(0, 0.1, (32, 10)),
               "c": np.zeros(10)}
    nodes = [helper.make_node("Conv", ["x", "w", "b"], ["h"]), helper.make_node("Relu", ["h"], ["r"]),
             helper.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
             helper.make_node("GlobalAveragePool", ["p"], ["g"]), helper.make_node("Flatten", ["g"], ["f"]),
             helper.make_node("Gemm", ["f", "v", "c"], ["z"]), helper.make_node("Softmax", ["z"], ["y"])]

    def in_keras():
        import keras
        from keras import layers
        return keras.Sequential([keras.Input((224, 224, 3)), layers.Conv2D(32, 3, activation="relu"),
                                 layers.MaxPooling2D(2), layers.GlobalAveragePooling2D(),
                                 layers.Dense(10, activation="softmax")])

    def in_torch():
        from torch import nn
        return nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                             nn.Linear(32, 10))

    return Case(chain("course_front", [32, 3, 224, 224], nodes, weights, 10), in_keras, in_torch)


def mlp() -> Case:
    rng = np.random.default_rng(0)
    sizes, weights, nodes, last = [784, 1024, 1024, 10], {}, [], "x"
    for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        weights[f"w{layer}"] = rng.normal(0, inputs ** -0.5, (inputs, outputs))
        weights[f"b{layer}"] = np.zeros(outputs)
        final = outputs == sizes[-1]
        nodes.append(helper.make_node("Gemm", [last, f"w{layer}", f"b{layer}"], [f"h{layer}"]))
        last = "y" if final else f"r{layer}"
        nodes.append(helper.make_node("Softmax" if final else "Relu", [f"h{layer}"], [last]))

    def in_keras():
        import keras
        from keras import layers
        return keras.Sequential([keras.Input((784,)), layers.Dense(1024, activation="relu"),
                                 layers.Dense(1024, activation="relu"), layers.Dense(10, activation="softmax")])

    def in_torch():
        from torch import nn
        return nn.Sequential(nn.Linear(784, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 10))

    return Case(chain("mlp", [64, 784], nodes, weights, 10), in_keras, in_torch)


CASES = {"resnet18": resnet18, "course_front": course_front, "mlp": mlp}


def dlc_step(dlc: str, case: Case, threads: int, folder: Path):
    onnx.save(case.model, folder / "model.onnx")
    subprocess.run([dlc, "compile", str(folder / "model.onnx"), "--train", "--loss=sparse_categorical_crossentropy",
                    "--optimizer=sgd", f"--learning-rate={RATE}", "-o", str(folder / "model.so"), "--quiet"],
                   check=True, timeout=1800)
    # XLA takes as many threads as there are processors, so all sides get as many processors.
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))
    artifact = Artifact(folder / "model.so", threads)
    artifact("init")
    return artifact.prepare("train_step", [case.x, case.y])


def keras_step(case: Case):
    os.environ["KERAS_BACKEND"] = "jax"
    import keras
    model = case.keras_model()
    model.compile(optimizer=keras.optimizers.SGD(RATE), loss="sparse_categorical_crossentropy")
    x = np.ascontiguousarray(case.x.transpose(0, 2, 3, 1)) if case.x.ndim == 4 else case.x
    return lambda: float(model.train_on_batch(x, case.y))


def torch_step(case: Case, threads: int):
    import torch
    torch.set_num_threads(threads)
    x, y = torch.from_numpy(case.x), torch.from_numpy(case.y)
    model = case.torch_model()
    if x.ndim == 4:
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    optimizer, loss = torch.optim.SGD(model.parameters(), RATE), torch.nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        return value.item()

    return step


def block(call, clock) -> list[float]:
    """Milliseconds of each call over about BLOCK_SECONDS, after one that is not counted."""
    call()
    times = []
    end = time.perf_counter() + BLOCK_SECONDS
    while time.perf_counter() < end or len(times) < 3:
        start = clock()
        call()
        times.append((clock() - start) * 1e3)
    return times


def measure(dlc: str, case: Case, threads: int, blocks: int, clock, folder: Path) -> dict:
    sides = {"dlc": dlc_step(dlc, case, threads, folder)}
    if importlib.util.find_spec("keras") and importlib.util.find_spec("jax"):
        sides["keras-jax"] = keras_step(case)
    if importlib.util.find_spec("torch"):
        sides["torch"] = torch_step(case, threads)
    times = {side: [] for side in sides}
    for _ in range(blocks):
        for side, call in sides.items():
            times[side] += block(call, clock)
    row = {side: statistics.median(values) for side, values in times.items()}
    others = [value for side, value in row.items() if side != "dlc"]
    return {"threads": threads, "ms": row, "ratio": row["dlc"] / min(others) if others else None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to compile with")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--blocks", type=int, default=6, help=f"alternations, of {BLOCK_SECONDS} s a side")
    parser.add_argument("--cpu-time", action="store_true",
                        help="processor time in place of wall time, for a machine with other work: one thread only")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("models", nargs="*", help=", ".join(CASES) + "; all without")
    arguments = parser.parse_args()
    if unknown := set(arguments.models) - set(CASES):
        parser.error(f"unknown models {sorted(unknown)}; expected {', '.join(CASES)}")
    if arguments.cpu_time and arguments.threads != 1:
        parser.error("--cpu-time adds up the threads, so it goes with --threads 1 only")
    clock = time.process_time if arguments.cpu_time else time.perf_counter
    rows = []
    for name in arguments.models or CASES:
        with tempfile.TemporaryDirectory(prefix="dlc-train-speed-") as folder:
            row = {"model": name, **measure(arguments.dlc, CASES[name](), arguments.threads, arguments.blocks,
                                            clock, Path(folder))}
        rows.append(row)
        if not arguments.json:
            text = ", ".join(f"{side} {value:.2f} ms" for side, value in row["ms"].items())
            print(f"{name}, {arguments.threads} threads: {text}, ratio {row['ratio'] or float('nan'):.2f}", flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
