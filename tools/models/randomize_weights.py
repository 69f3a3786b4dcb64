#!/usr/bin/env python3
"""Gives a model whose weights are constants (the light models of the onnx package) random ones.

With every weight of a layer equal, swapped channels or a transposed filter go unnoticed; with these
they do not. Scales keep activations near 1: He's for filters, near one for batch norm's scale and
variance. A final softmax is taken off: it would turn logits of this size into zeros and a one. The
weights are a function of the seed alone.

    randomize_weights.py light_resnet50.onnx -o resnet50.onnx [--seed 0]
"""
import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

BATCH_NORM_POSITIVE = (1, 4)  # the operands scale and variance


def positive_values(graph: onnx.GraphProto) -> set[str]:
    """Names of the values that must stay positive."""
    return {node.input[index] for node in graph.node if node.op_type == "BatchNormalization"
            for index in BATCH_NORM_POSITIVE}


def random_weight(rng: np.random.Generator, shape: list[int], positive: bool, wide: bool) -> np.ndarray:
    if positive:
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    if len(shape) < 2:
        return (0.1 * rng.standard_normal(shape)).astype(np.float32)
    fan_in = np.prod(shape) // (shape[1] if wide else shape[0])
    return (rng.standard_normal(shape, np.float32) * np.float32(np.sqrt(2 / fan_in)))


def drop_final_softmax(graph: onnx.GraphProto) -> None:
    """Makes the logits the output, under their own name."""
    last = graph.node[-1]
    if last.op_type != "Softmax" or last.output[0] != graph.output[0].name:
        return
    logits = last.input[0]
    del graph.node[-1]
    graph.output[0].name = logits


def randomize(model: onnx.ModelProto, seed: int = 0) -> onnx.ModelProto:
    """Replaces every ConstantOfShape of a known shape by an initializer. Changes `model`."""
    rng = np.random.default_rng(seed)
    graph = model.graph
    shapes = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    positive = positive_values(graph)
    # Gemm's weight is inputs x outputs unless it is transposed.
    wide = {node.input[1] for node in graph.node if node.op_type in ("Gemm", "MatMul")
            and not any(a.name == "transB" and a.i for a in node.attribute)}
    kept, weights = [], []
    for node in graph.node:
        if node.op_type != "ConstantOfShape" or node.input[0] not in shapes:
            kept.append(node)
            continue
        name = node.output[0]
        value = random_weight(rng, shapes[node.input[0]].tolist(), name in positive, name in wide)
        weights.append(numpy_helper.from_array(value, name))
    del graph.node[:]
    graph.node.extend(kept)
    graph.initializer.extend(weights)
    drop_final_softmax(graph)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    onnx.save(randomize(onnx.load(arguments.model), arguments.seed), arguments.output)


if __name__ == "__main__":
    main()
