#!/usr/bin/env python3
"""Writes MobileNetV2 (width 1.0) as ONNX with random weights, for tests and benchmarks.

No package that dlc's setup installs holds one; its layers (inverted residuals: 1x1, depthwise 3x3,
1x1, all with batch norm) are what depthwise kernels are measured on. Architecture: Sandler et al.,
"MobileNetV2: Inverted Residuals and Linear Bottlenecks", table 2.

    build_mobilenet_v2.py -o mobilenet_v2.onnx [--batch N] [--size 224] [--seed 0]
"""
import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Expansion, output channels, repeats, stride of the first.
STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
          (6, 320, 1, 1)]
CLASSES = 1000


class MobileNetWriter:
    """Builds the graph layer by layer; each method returns the name of its result."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(value.astype(np.float32), name))
        return name

    def op(self, kind: str, name: str, *inputs: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [f"{name}_output"], name=name, **attributes))
        return f"{name}_output"

    def conv(self, x: str, name: str, channels: int, outputs: int, kernel: int, stride: int = 1,
             groups: int = 1, clip: bool = True) -> str:
        """Convolution, batch norm and, with `clip`, ReLU6."""
        fan_in = channels // groups * kernel * kernel
        weight = self.rng.standard_normal((outputs, channels // groups, kernel, kernel)) * np.sqrt(2 / fan_in)
        x = self.op("Conv", f"{name}/conv", x, self.constant(f"{name}.weight", weight),
                    kernel_shape=[kernel, kernel], strides=[stride, stride], group=groups,
                    pads=[kernel // 2] * 4)
        statistics = [self.constant(f"{name}.bn.{part}", value) for part, value in (
            ("scale", self.rng.uniform(0.8, 1.2, outputs)), ("bias", 0.1 * self.rng.standard_normal(outputs)),
            ("mean", 0.1 * self.rng.standard_normal(outputs)), ("variance", self.rng.uniform(0.8, 1.2, outputs)))]
        x = self.op("BatchNormalization", f"{name}/bn", x, *statistics, epsilon=1e-5)
        return self.op("Clip", f"{name}/relu6", x, "zero", "six") if clip else x

    def block(self, x: str, name: str, channels: int, outputs: int, expansion: int, stride: int) -> str:
        shortcut = x
        wide = channels * expansion
        if expansion != 1:
            x = self.conv(x, f"{name}/expand", channels, wide, 1)
        x = self.conv(x, f"{name}/depthwise", wide, wide, 3, stride, groups=wide)
        x = self.conv(x, f"{name}/project", wide, outputs, 1, clip=False)
        if stride == 1 and channels == outputs:
            x = self.op("Add", f"{name}/add", shortcut, x)
        return x

    def build(self, batch: int | str, size: int) -> onnx.ModelProto:
        self.constant("zero", np.float32(0))
        self.constant("six", np.float32(6))
        x, channels = self.conv("image", "stem", 3, 32, 3, stride=2), 32
        for stage, (expansion, outputs, repeats, stride) in enumerate(STAGES):
            for repeat in range(repeats):
                x = self.block(x, f"stage{stage}/block{repeat}", channels, outputs, expansion,
                               stride if repeat == 0 else 1)
                channels = outputs
        x = self.conv(x, "head", channels, 1280, 1)
        x = self.op("GlobalAveragePool", "pool", x)
        x = self.op("Flatten", "flatten", x, axis=1)
        weight = self.constant("classifier.weight", self.rng.standard_normal((CLASSES, 1280)) * 0.03)
        bias = self.constant("classifier.bias", 0.1 * self.rng.standard_normal(CLASSES))
        self.nodes.append(helper.make_node("Gemm", [x, weight, bias], ["logits"], name="classifier", transB=1))
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch, 3, size, size])
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, CLASSES])
        graph = helper.make_graph(self.nodes, "mobilenet_v2", [image], [logits], self.initializers)
        return helper.make_model(graph, producer_name="dlc build_mobilenet_v2", ir_version=8,
                                 opset_imports=[helper.make_opsetid("", 13)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--batch", type=int, help="static batch size; symbolic without it")
    parser.add_argument("--size", type=int, default=224, help="height and width of the image")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    onnx.save(MobileNetWriter(arguments.seed).build(arguments.batch or "batch", arguments.size),
              arguments.output)


if __name__ == "__main__":
    main()
