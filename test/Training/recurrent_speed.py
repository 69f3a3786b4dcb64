"""Times the training step of an LSTM layer: dlc, and Keras on JAX where it is installed, on one thread.

The layer of docs/Rationale/Recurrence.md: a batch of 32, 50 steps, 64 features, 128 units, a softmax over 10
classes of its last state; SGD. Both run in alternating blocks and are timed by the CPU time of the process, in which
other processes do not count.

    recurrent_speed.py [--dlc build/bin/dlc] [--cpu NAME] [--blocks 8]
"""
import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
from artifact import Artifact  # noqa: E402

STEPS, BATCH, FEATURES, UNITS, CLASSES = 50, 32, 64, 128, 10
# Products only: the layer's forwards, and backwards without the gradient of the input.
FLOPS = 2 * STEPS * BATCH * 4 * UNITS * ((FEATURES + UNITS) + UNITS + (FEATURES + UNITS))


def write_model(path: Path) -> None:
    rng = np.random.default_rng(1)
    shapes = {"w": (1, 4 * UNITS, FEATURES), "r": (1, 4 * UNITS, UNITS), "b": (1, 8 * UNITS), "v": (UNITS, CLASSES)}
    weights = [numpy_helper.from_array(rng.normal(0, 0.1, s).astype(np.float32), name) for name, s in shapes.items()]
    weights.append(numpy_helper.from_array(np.array([BATCH, UNITS]), "rows"))
    nodes = [helper.make_node("LSTM", ["x", "w", "r", "b"], ["", "h"], hidden_size=UNITS),
             helper.make_node("Reshape", ["h", "rows"], ["s"]), helper.make_node("MatMul", ["s", "v"], ["z"]),
             helper.make_node("Softmax", ["z"], ["y"])]
    graph = helper.make_graph(
        nodes, "layer", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [STEPS, BATCH, FEATURES])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [BATCH, CLASSES])], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def compiled_step(arguments, folder: Path):
    write_model(folder / "layer.onnx")
    subprocess.run([arguments.dlc, "compile", str(folder / "layer.onnx"), "--train", "--loss=categorical_crossentropy",
                    "--optimizer=sgd", f"--cpu={arguments.cpu}", "--quiet", "-o", str(folder / "layer.so")], check=True)
    rng = np.random.default_rng(2)
    x = rng.normal(size=(STEPS, BATCH, FEATURES)).astype(np.float32)
    artifact = Artifact(folder / "layer.so", 1)
    artifact("init")
    return artifact.prepare("train_step", [x, np.eye(CLASSES, dtype=np.float32)[rng.integers(CLASSES, size=BATCH)]])


def keras_step():
    """A jitted step of the same net; None without Keras and JAX."""
    if not all(importlib.util.find_spec(name) for name in ("keras", "jax")):
        return None
    import jax
    import keras
    net = keras.Sequential([keras.Input((STEPS, FEATURES)), keras.layers.LSTM(UNITS),
                            keras.layers.Dense(CLASSES, activation="softmax")])
    optimizer = keras.optimizers.SGD(0.01)
    optimizer.build(net.trainable_variables)
    rng = np.random.default_rng(2)
    x = rng.normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
    target = np.eye(CLASSES, dtype=np.float32)[rng.integers(CLASSES, size=BATCH)]

    def loss(trainable, others):
        y, others = net.stateless_call(trainable, others, x, training=True)
        return keras.ops.mean(keras.losses.categorical_crossentropy(target, y)), others

    def step(trainable, others, state):
        (value, others), gradients = jax.value_and_grad(loss, has_aux=True)(trainable, others)
        trainable, state = optimizer.stateless_apply(state, gradients, trainable)
        return value, trainable, others, state
    step = jax.jit(step, donate_argnums=(0, 2))
    held = [[v.value for v in variables] for variables in
            (net.trainable_variables, net.non_trainable_variables, optimizer.variables)]

    def call() -> None:
        value, held[0], held[1], held[2] = step(*held)
        value.block_until_ready()
    return call


def block(call, seconds: float = 0.5) -> list[float]:
    call()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.process_time()
        call()
        times.append((time.process_time() - start) * 1e3)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc")
    parser.add_argument("--cpu", default="native")
    parser.add_argument("--blocks", type=int, default=8)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(prefix="dlc-speed-") as text:
        calls = {"dlc": compiled_step(arguments, Path(text)), "keras-jax": keras_step()}
        times = {name: [] for name, call in calls.items() if call}
        for _ in range(arguments.blocks):
            for name in times:
                times[name] += block(calls[name])
    for name, all_of in times.items():
        print(f"{name:10} median {statistics.median(all_of):7.2f} ms  min {min(all_of):7.2f} ms  "
              f"{FLOPS / min(all_of) / 1e6:6.1f} GFLOP/s")
    if len(times) > 1:
        print(f"ratio of minima {min(times['dlc']) / min(times['keras-jax']):.2f}")


if __name__ == "__main__":
    main()
