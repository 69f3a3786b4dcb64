#!/usr/bin/env python3
"""Writes ResNet-18 as ONNX with random weights, for tests and benchmarks of training.

Architecture: He et al., "Deep Residual Learning for Image Recognition", table 1, as in torchvision;
batch norms as inference has them (`dlc compile --train` puts them into training mode). The names of the
weights are torchvision's, so that a PyTorch module can take them over.

    build_resnet18.py -o resnet18.onnx [--batch N] [--size 64] [--width 64] [--classes 1000] [--softmax] [--seed 0]
"""
import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BLOCKS = 2  # a stage
STAGES = 4
STATISTICS = ("weight", "bias", "running_mean", "running_var")


class ResNetWriter:
    """Builds the graph layer by layer; each method returns the name of its result."""

    def __init__(self, seed: int, width: int, classes: int):
        self.rng = np.random.default_rng(seed)
        self.width, self.classes = width, classes
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(value.astype(np.float32), name))
        return name

    def op(self, kind: str, name: str, *inputs: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [f"{name}_output"], name=name, **attributes))
        return f"{name}_output"

    def conv_norm(self, x: str, conv: str, norm: str, channels: int, outputs: int, kernel: int, stride: int) -> str:
        """Convolution without bias, and batch norm; fan-out initialisation, as torchvision's."""
        weight = self.rng.standard_normal((outputs, channels, kernel, kernel)) * np.sqrt(2 / (outputs * kernel ** 2))
        x = self.op("Conv", f"{conv}/conv", x, self.constant(f"{conv}.weight", weight), kernel_shape=[kernel, kernel],
                    strides=[stride, stride], pads=[kernel // 2] * 4)
        values = (np.ones(outputs), np.zeros(outputs), np.zeros(outputs), np.ones(outputs))
        statistics = [self.constant(f"{norm}.{part}", value) for part, value in zip(STATISTICS, values)]
        return self.op("BatchNormalization", f"{norm}/norm", x, *statistics, epsilon=1e-5)

    def block(self, x: str, name: str, channels: int, outputs: int, stride: int) -> str:
        y = self.conv_norm(x, f"{name}.conv1", f"{name}.bn1", channels, outputs, 3, stride)
        y = self.op("Relu", f"{name}.relu1", y)
        y = self.conv_norm(y, f"{name}.conv2", f"{name}.bn2", outputs, outputs, 3, 1)
        if stride != 1 or channels != outputs:
            x = self.conv_norm(x, f"{name}.downsample.0", f"{name}.downsample.1", channels, outputs, 1, stride)
        return self.op("Relu", f"{name}.relu2", self.op("Add", f"{name}.add", y, x))

    def build(self, batch: int | str, size: int, softmax: bool) -> onnx.ModelProto:
        channels = self.width
        x = self.conv_norm("image", "conv1", "bn1", 3, channels, 7, 2)
        x = self.op("Relu", "relu", x)
        x = self.op("MaxPool", "maxpool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        for stage in range(STAGES):
            outputs = self.width << stage
            for block in range(BLOCKS):
                x = self.block(x, f"layer{stage + 1}.{block}", channels, outputs, 2 if stage and not block else 1)
                channels = outputs
        x = self.op("Flatten", "flatten", self.op("GlobalAveragePool", "avgpool", x), axis=1)
        weight = self.rng.uniform(-1, 1, (self.classes, channels)) / np.sqrt(channels)
        result = "logits" if not softmax else "scores"
        self.nodes.append(helper.make_node(
            "Gemm", [x, self.constant("fc.weight", weight), self.constant("fc.bias", np.zeros(self.classes))], [result],
            name="fc", transB=1))
        if softmax:
            self.nodes.append(helper.make_node("Softmax", [result], ["probabilities"], name="softmax", axis=-1))
            result = "probabilities"
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch, 3, size, size])
        output = helper.make_tensor_value_info(result, TensorProto.FLOAT, [batch, self.classes])
        graph = helper.make_graph(self.nodes, "resnet18", [image], [output], self.initializers)
        return helper.make_model(graph, producer_name="dlc build_resnet18", ir_version=8,
                                 opset_imports=[helper.make_opsetid("", 13)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--batch", type=int, help="static batch size; symbolic without it")
    parser.add_argument("--size", type=int, default=64, help="height and width of the image")
    parser.add_argument("--width", type=int, default=64, help="channels of the first stage")
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--softmax", action="store_true", help="give probabilities, which a cross-entropy wants")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    writer = ResNetWriter(arguments.seed, arguments.width, arguments.classes)
    onnx.save(writer.build(arguments.batch or "batch", arguments.size, arguments.softmax), arguments.output)


if __name__ == "__main__":
    main()
