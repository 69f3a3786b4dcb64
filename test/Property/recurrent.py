"""Compiled recurrent layers against ONNX Runtime, over sizes around tiles and vectors.

One model holds a layer of each kind in each direction over its own input, so that a compile serves
many comparisons.

    recurrent.py [--dlc build/bin/dlc] [--cpu NAME]
"""
import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
import compare  # noqa: E402

TOLERANCE = 1e-4
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
# steps, batch, features, units
SIZES = [(1, 1, 1, 1), (2, 3, 5, 7), (5, 7, 3, 8), (3, 13, 9, 17), (4, 1, 16, 16), (7, 6, 2, 33), (3, 32, 31, 65)]


class Model:
    """Layers are added one by one; each output is compared."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], {}, []

    def constant(self, *shape: int) -> str:
        name = f"w{len(self.initializers)}"
        value = self.rng.normal(0, shape[-1] ** -0.5, shape).astype(np.float32)
        self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def input(self, value: np.ndarray) -> str:
        name = f"x{len(self.inputs)}"
        self.inputs[name] = value
        return name

    def normal(self, *shape: int) -> str:
        return self.input(self.rng.normal(size=shape).astype(np.float32))

    def layer(self, kind: str, size: tuple[int, int, int, int], direction: str, states: bool, lengths: bool, **attributes) -> None:
        steps, batch, features, units = size
        ways, columns = 2 if direction == "bidirectional" else 1, GATES[kind] * units
        operands = [self.normal(steps, batch, features), self.constant(ways, columns, features),
                    self.constant(ways, columns, units), self.constant(ways, 2 * columns), "", ""]
        if lengths:
            operands[4] = self.input(self.rng.integers(1, steps + 1, batch).astype(np.int32))
        if states:
            operands[5] = self.normal(ways, batch, units)
            if kind == "LSTM":
                operands += [self.normal(ways, batch, units), self.constant(ways, 3 * units)]
        outputs = [f"y{len(self.outputs) + i}" for i in range(3 if kind == "LSTM" else 2)]
        self.outputs += outputs
        self.nodes.append(helper.make_node(kind, operands, outputs, hidden_size=units, direction=direction, **attributes))

    def write(self, path: Path) -> None:
        kinds = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int32): TensorProto.INT32}
        graph = helper.make_graph(
            self.nodes, "layers",
            [helper.make_tensor_value_info(name, kinds[value.dtype], value.shape) for name, value in self.inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in self.outputs], self.initializers)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8), path)


def model_of(size: tuple[int, int, int, int], seed: int) -> Model:
    model = Model(seed)
    model.layer("LSTM", size, "forward", states=False, lengths=False)
    model.layer("LSTM", size, "bidirectional", states=True, lengths=False)
    model.layer("LSTM", size, "reverse", states=False, lengths=True)
    model.layer("GRU", size, "forward", states=True, lengths=False, linear_before_reset=1)
    model.layer("GRU", size, "bidirectional", states=False, lengths=True, linear_before_reset=0)
    model.layer("RNN", size, "reverse", states=True, lengths=False)
    model.layer("RNN", size, "forward", states=False, lengths=True, activations=["Relu"])
    return model


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc")
    parser.add_argument("--cpu", default="native")
    arguments = parser.parse_args()
    failed = 0
    for seed, size in enumerate(SIZES):
        with tempfile.TemporaryDirectory(prefix="dlc-recurrent-") as text:
            folder = Path(text)
            model = model_of(size, seed)
            model.write(folder / "model.onnx")
            compare.run([arguments.dlc, "compile", str(folder / "model.onnx"), f"--cpu={arguments.cpu}", "-o",
                         str(folder / "model.so")])
            actual = compare.run_artifact(arguments.dlc, folder / "model.so", model.inputs, 2, folder)
            for name, expected in compare.reference(folder / "model.onnx", model.inputs).items():
                worst = compare.difference(actual[name], expected)
                if not worst <= TOLERANCE:
                    print(f"FAIL {size}: output {name} differs by {worst:.1e}, expected at most {TOLERANCE:.0e}", flush=True)
                    failed += 1
    print(f"{len(SIZES)} sizes, {failed} outputs differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
