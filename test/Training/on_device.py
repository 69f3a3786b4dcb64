"""The training step of a small convolutional net on a device against the same step on the CPU: losses,
predictions and metrics of ten steps, and what is predicted after them. What the CPU's are worth is
optimizers.py's affair. With --ptxas, no device is needed: its kernels for CUDA go through NVIDIA's assembler, as
test/Models/ptxas.py says. Exits 77 where the device or the assembler is missing.

    on_device.py --dlc build/bin/dlc [--target NAME]
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
import ptxas  # noqa: E402
from device import missing_device  # noqa: E402

BATCH, SIZE, CLASSES, STEPS = 5, 13, 7, 10
TOLERANCE = 1e-4


def write_model(path: Path) -> None:
    """Two convolutions, the second with a stride, between them a pool; a dense layer on top."""
    rng = np.random.default_rng(1)
    weights = {"w1": rng.normal(0, 0.3, (6, 3, 3, 3)), "b1": rng.normal(0, 0.1, 6),
               "w2": rng.normal(0, 0.2, (11, 6, 3, 3)), "b2": rng.normal(0, 0.1, 11),
               "w3": rng.normal(0, 0.3, (11, CLASSES)), "b3": rng.normal(0, 0.1, CLASSES)}
    nodes = [helper.make_node("Conv", ["x", "w1", "b1"], ["c1"], pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["c1"], ["r1"]),
             helper.make_node("MaxPool", ["r1"], ["p1"], kernel_shape=[2, 2], strides=[2, 2]),
             helper.make_node("Conv", ["p1", "w2", "b2"], ["c2"], strides=[2, 2], pads=[1, 1, 1, 1]),
             helper.make_node("Tanh", ["c2"], ["r2"]),
             helper.make_node("GlobalAveragePool", ["r2"], ["g"]),
             helper.make_node("Flatten", ["g"], ["f"]),
             helper.make_node("Gemm", ["f", "w3", "b3"], ["z"]),
             helper.make_node("Softmax", ["z"], ["y"])]
    graph = helper.make_graph(
        nodes, "convolutional",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [BATCH, 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [BATCH, CLASSES])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)


def compile_step(dlc: str, target: str, emit: str, folder: Path) -> Path:
    path = folder / f"{target}.{emit}"
    subprocess.run([dlc, "compile", str(folder / "model.onnx"), "--train", "--optimizer=adam", "--learning-rate=0.01",
                    "--loss=sparse_categorical_crossentropy", f"--target={target}", f"--emit={emit}", "-o", str(path),
                    "--quiet"], check=True, timeout=1200)
    return path


def train(dlc: str, target: str, folder: Path) -> list[np.ndarray]:
    """All that the functions gave."""
    path = compile_step(dlc, target, "so", folder)
    rng = np.random.default_rng(2)
    artifact = Artifact(path)
    artifact("init")
    results = []
    for _ in range(STEPS):
        x = rng.normal(0, 1, (BATCH, 3, SIZE, SIZE)).astype(np.float32)
        results += artifact("train_step", x, rng.integers(0, CLASSES, BATCH))
    results += artifact("predict", x)
    artifact.close()
    return results


def compare_with_cpu(dlc: str, target: str, folder: Path) -> bool:
    expected = train(dlc, "cpu", folder)
    actual = train(dlc, target, folder)
    worst = max(float(np.abs(have - want).max() / np.abs(want).max())
                for have, want in zip(actual, expected, strict=True))
    print(f"{'ok  ' if worst <= TOLERANCE else 'FAIL'} convolutional net on {target}, {STEPS} steps: {worst:.1e}")
    return worst <= TOLERANCE


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    parser.add_argument("--target", default="opencl", help="what the step is compiled for")
    parser.add_argument("--ptxas", action="store_true", help="assemble its kernels for CUDA")
    arguments = parser.parse_args()
    tool = ptxas.find_ptxas()
    missing = ("" if tool else "no ptxas: run tools/setup/setup.sh") if arguments.ptxas else \
        missing_device(arguments.dlc, arguments.target)
    if missing:
        print(f"skipped: {missing}")
        return 77
    with tempfile.TemporaryDirectory(prefix="dlc-training-") as name:
        folder = Path(name)
        write_model(folder / "model.onnx")
        if arguments.ptxas:
            listing = compile_step(arguments.dlc, "cuda", "asm", folder)
            return 0 if ptxas.check_listing(tool, "training step", listing, folder) else 1
        return 0 if compare_with_cpu(arguments.dlc, arguments.target, folder) else 1


if __name__ == "__main__":
    sys.exit(main())
