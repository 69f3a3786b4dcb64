"""A decoder of two layers with a cache of keys and values, as exporters write them: the first call has an empty cache,
those behind it one token and what the call before gave.
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from open_operators import Graph

LAYERS, HEADS, SIZE, WORDS = 2, 2, 8, 50
WIDTH = HEADS * SIZE
# Sequences, new tokens, tokens in the cache.
CALLS = [(1, 5, 0), (1, 1, 5), (3, 1, 0), (2, 7, 13), (1, 1, 127), (2, 0, 4)]


def causal_mask(g: Graph, new: str, total: str) -> str:
    """-1e9 where a key stands behind the query, which stands behind the cache, or the caller masks it: [b, 1, n, total]."""
    one = g.node("Squeeze", g.node("Sub", total, new), [0])
    keys = g.node("Range", 0, g.node("Squeeze", total, [0]), 1)
    queries = g.node("Add", g.node("Range", 0, g.node("Squeeze", new, [0]), 1), one)
    behind = g.node("Greater", g.node("Unsqueeze", keys, [0]), g.node("Unsqueeze", queries, [1]))
    causal = g.node("Mul", g.node("Cast", behind, to=TensorProto.FLOAT), -1e9)
    given = g.node("Mul", g.node("Sub", 1.0, g.node("Cast", "mask", to=TensorProto.FLOAT)), -1e9)
    return g.node("Add", g.node("Unsqueeze", given, [1, 2]), causal)


def layer(g: Graph, index: int, x: str, mask: str, rng: np.random.Generator) -> str:
    def weights(rows: int, columns: int) -> np.ndarray:
        return rng.normal(size=(rows, columns)) / np.sqrt(rows)

    def heads(kind: str) -> str:
        projected = g.node("MatMul", normed, weights(WIDTH, WIDTH))
        return g.node("Transpose", g.node("Reshape", projected, [0, 0, HEADS, SIZE]), perm=[0, 2, 1, 3])
    normed = g.node("LayerNormalization", x, np.ones(WIDTH), axis=-1)
    query = heads("query")
    keys, values = (g.node("Concat", f"past_{kind}{index}", heads(kind), output=f"present_{kind}{index}", axis=2)
                    for kind in ("key", "value"))
    g.outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in (keys, values)]
    scores = g.node("MatMul", query, g.node("Transpose", keys, perm=[0, 1, 3, 2]))
    attention = g.node("Softmax", g.node("Add", g.node("Div", scores, float(np.sqrt(SIZE))), mask), axis=-1)
    mixed = g.node("Transpose", g.node("MatMul", attention, values), perm=[0, 2, 1, 3])
    x = g.node("Add", x, g.node("MatMul", g.node("Reshape", mixed, [0, 0, WIDTH]), weights(WIDTH, WIDTH)))
    hidden = g.node("Gelu", g.node("MatMul", x, weights(WIDTH, 37)))
    return g.node("Add", x, g.node("MatMul", hidden, weights(37, WIDTH)))


def write(target: Path) -> None:
    g, rng = Graph(), np.random.default_rng(5)
    x = g.node("Gather", rng.normal(size=(WORDS, WIDTH)), "ids")
    mask = causal_mask(g, g.size("ids", 1), g.size("mask", 1))
    for index in range(LAYERS):
        x = layer(g, index, x, mask, rng)
    g.result("logits", "MatMul", x, rng.normal(size=(WIDTH, WORDS)))
    inputs = {"ids": ["batch", "new"], "mask": ["batch", "total"]}
    for index in range(LAYERS):
        inputs |= {f"past_{kind}{index}": ["batch", HEADS, "past", SIZE] for kind in ("key", "value")}
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT if name.startswith("past") else TensorProto.INT64, dims)
             for name, dims in inputs.items()]
    graph = helper.make_graph(g.nodes, "decoder", infos, g.outputs, g.constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9), target)


def shapes() -> list[dict[str, tuple[int, ...]]]:
    return [{"ids": (batch, new), "mask": (batch, past + new)}
            | {f"past_{kind}{index}": (batch, HEADS, past, SIZE) for index in range(LAYERS) for kind in ("key", "value")}
            for batch, new, past in CALLS]


def feeds(shape: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(9)
    values = {name: rng.normal(size=size).astype(np.float32) for name, size in shape.items()}
    mask = np.ones(shape["mask"], np.int64)
    mask[1:, :2] = 0  # sequences behind the first are padded on the left
    return values | {"ids": rng.integers(0, WORDS, shape["ids"]), "mask": mask}
