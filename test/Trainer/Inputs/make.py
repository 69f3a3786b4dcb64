"""Writes a small perceptron and data sets for it, good ones and bad ones, into a folder.

    make.py FOLDER
"""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FEATURES, HIDDEN, CLASSES, EXAMPLES = 7, 11, 5, 50


def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {"w": rng.normal(0, 0.5, (FEATURES, HIDDEN)), "b": rng.normal(0, 0.1, HIDDEN),
            "v": rng.normal(0, 0.5, (HIDDEN, CLASSES)), "c": rng.normal(0, 0.1, CLASSES)}


def write_model(path: Path, dropout: float = 0.0) -> None:
    """x of an open number of rows to class probabilities."""
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["h"]), helper.make_node("Relu", ["h"], ["r"]),
             helper.make_node("Dropout", ["r", "rate"], ["d"]), helper.make_node("Gemm", ["d", "v", "c"], ["z"]),
             helper.make_node("Softmax", ["z"], ["y"])]
    constants = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights().items()]
    constants.append(numpy_helper.from_array(np.float32(dropout), "rate"))
    graph = helper.make_graph(nodes, "perceptron",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", FEATURES])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", CLASSES])], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)


def data() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    return {"x": rng.normal(0, 1, (EXAMPLES, FEATURES)), "y": rng.integers(0, CLASSES, EXAMPLES)}


def main(folder: Path) -> None:
    write_model(folder / "net.onnx")
    write_model(folder / "dropout.onnx", 0.5)
    good = data()
    np.savez(folder / "data.npz", **good)
    np.savez(folder / "split.npz", x_train=good["x"][:40], y_train=good["y"][:40, None], x_test=good["x"][40:],
             y_test=good["y"][40:].astype(np.uint8))
    np.savez(folder / "keys.npz", a=good["x"], b=good["y"])
    np.savez(folder / "no-y.npz", x=good["x"])
    np.savez(folder / "rows.npz", x=good["x"], y=good["y"][:-1])
    np.savez(folder / "width.npz", x=good["x"][:, :-1], y=good["y"])
    np.savez(folder / "classes.npz", x=good["x"], y=good["y"] + 1)
    np.savez(folder / "fractions.npz", x=good["x"], y=good["y"] + 0.5)
    np.savez(folder / "text.npz", x=good["x"], y=np.array(["a"] * EXAMPLES))
    np.savez(folder / "empty.npz", x=good["x"][:0], y=good["y"][:0])
    np.savez(folder / "nan.npz", x=good["x"], y=np.full((EXAMPLES, CLASSES), np.nan))
    np.savez(folder / "one-hot.npz", x=good["x"], y=np.eye(CLASSES)[good["y"]])
    (folder / "damaged.npz").write_bytes((folder / "data.npz").read_bytes()[:400])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
