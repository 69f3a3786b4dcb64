"""Random ONNX graphs that are valid by construction: a value is drawn, an op that takes it is drawn,
its result joins the values. Odd sizes, ones and reused values are likely on purpose."""
from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
MAX_ELEMENTS = 40_000
UNARY = ["Relu", "Sigmoid", "Tanh", "Exp", "Neg", "Abs", "Erf", "HardSwish", "Softplus", "LeakyRelu",
         "Elu", "HardSigmoid", "Sin", "Identity"]
BINARY = ["Add", "Sub", "Mul", "Max", "Min"]
SIZES = [1, 2, 3, 5, 7, 8, 9, 16, 17, 31, 33]


class RandomGraph:
    """Builds one graph; `shapes` holds every value so far."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.inputs: dict[str, tuple[int, ...]] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}

    # --- drawing ---

    def pick(self, items):
        return items[self.rng.integers(len(items))]

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def draw_shape(self) -> tuple[int, ...]:
        rank = int(self.rng.integers(1, 5))
        while True:
            shape = tuple(int(self.pick(SIZES)) for _ in range(rank))
            if np.prod(shape) <= MAX_ELEMENTS // 4:
                return shape

    def weight(self, *shape: int, scale: float = 1.0) -> str:
        name = f"w{len(self.initializers)}"
        value = (self.rng.standard_normal(shape) * scale).astype(np.float32)
        self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def ints(self, *values: int) -> str:
        name = f"i{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def add_input(self) -> None:
        name = f"x{len(self.inputs)}"
        self.inputs[name] = self.shapes[name] = self.draw_shape()

    def emit(self, kind: str, inputs: list[str], shape: tuple[int, ...], **attributes) -> str:
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=f"{kind}_{len(self.nodes)}", **attributes))
        self.shapes[name] = tuple(int(dim) for dim in shape)
        return name

    # --- one method a family; each returns False where the value does not suit it ---

    def unary(self, x: str) -> bool:
        kind = self.pick(UNARY)
        if kind == "Exp":  # of something bounded, or values explode
            x = self.emit("Tanh", [x], self.shapes[x])
        self.emit(kind, [x], self.shapes[x])
        return True

    def clip(self, x: str) -> bool:
        low, high = self.weight(scale=0.1), self.weight(scale=0.1)
        high = self.emit("Add", [self.emit("Abs", [high], ()), low], ())
        del self.shapes[high], self.shapes[self.nodes[-2].output[0]]
        self.emit("Clip", [x, low, high], self.shapes[x])
        return True

    def binary_same(self, x: str) -> bool:
        others = [name for name, shape in self.shapes.items() if shape == self.shapes[x]]
        operands = [x, self.pick(others)]
        self.rng.shuffle(operands)
        self.emit(self.pick(BINARY), operands, self.shapes[x])
        return True

    def binary_broadcast(self, x: str) -> bool:
        shape = self.shapes[x]
        other = tuple(1 if self.chance(0.4) else dim for dim in shape[int(self.rng.integers(len(shape) + 1)):])
        operands = [x, self.weight(*other)]
        self.rng.shuffle(operands)
        self.emit(self.pick(BINARY), operands, shape)
        return True

    def divide(self, x: str) -> bool:
        positive = self.emit("Softplus", [x], self.shapes[x])
        shifted = self.emit("Add", [positive, self.constant_half()], self.shapes[x])
        self.emit(self.pick(["Sqrt", "Reciprocal", "Log"]), [shifted], self.shapes[x])
        return True

    def constant_half(self) -> str:
        name = f"w{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.float32(0.5), name))
        return name

    def transpose(self, x: str) -> bool:
        order = [int(axis) for axis in self.rng.permutation(len(self.shapes[x]))]
        self.emit("Transpose", [x], [self.shapes[x][axis] for axis in order], perm=order)
        return True

    def reshape(self, x: str) -> bool:
        shape = list(self.shapes[x])
        if self.chance(0.5) and len(shape) > 1:
            axis = int(self.rng.integers(len(shape) - 1))
            shape[axis:axis + 2] = [shape[axis] * shape[axis + 1]]
        elif len(shape) < 5:
            shape.insert(int(self.rng.integers(len(shape) + 1)), 1)
        wanted = list(shape)
        if self.chance(0.5):
            wanted[int(self.rng.integers(len(wanted)))] = -1
        self.emit("Reshape", [x, self.ints(*wanted)], shape)
        return True

    def slice(self, x: str) -> bool:
        shape = list(self.shapes[x])
        axis = int(self.rng.integers(len(shape)))
        if shape[axis] < 2:
            return False
        start = int(self.rng.integers(shape[axis]))
        end = int(self.rng.integers(start + 1, shape[axis] + 1))
        step = int(self.rng.integers(1, 3))
        if self.chance(0.3):
            arguments = (end - 1, start - 1 - shape[axis] if start else -(1 << 40), axis, -step)
        else:
            arguments = (start, end, axis, step)
        shape[axis] = -(-(end - start) // step)
        self.emit("Slice", [x, *(self.ints(value) for value in arguments)], shape)
        return True

    def concat(self, x: str) -> bool:
        shape = self.shapes[x]
        axis = int(self.rng.integers(len(shape)))
        fits = [name for name, other in self.shapes.items() if len(other) == len(shape)
                and all(a == b for i, (a, b) in enumerate(zip(shape, other)) if i != axis)]
        parts = [x, *(self.pick(fits) for _ in range(int(self.rng.integers(1, 3))))]
        total = [*shape]
        total[axis] = sum(self.shapes[part][axis] for part in parts)
        if np.prod(total) > MAX_ELEMENTS:
            return False
        self.emit("Concat", parts, total, axis=axis)
        return True

    def split(self, x: str) -> bool:
        shape = list(self.shapes[x])
        axis = int(self.rng.integers(len(shape)))
        if shape[axis] < 2:
            return False
        first = int(self.rng.integers(1, shape[axis]))
        sizes = [first, shape[axis] - first]
        names = [f"v{len(self.nodes)}a", f"v{len(self.nodes)}b"]
        self.nodes.append(helper.make_node("Split", [x, self.ints(*sizes)], names, axis=axis,
                                           name=f"Split_{len(self.nodes)}"))
        for name, size in zip(names, sizes):
            self.shapes[name] = (*shape[:axis], size, *shape[axis + 1:])
        return True

    def pad(self, x: str) -> bool:
        shape = self.shapes[x]
        before = [int(self.rng.integers(0, 3)) for _ in shape]
        after = [int(self.rng.integers(0, 3)) for _ in shape]
        total = [b + dim + a for b, dim, a in zip(before, shape, after)]
        if np.prod(total) > MAX_ELEMENTS:
            return False
        mode = self.pick(["constant", "edge", "reflect"])
        if mode == "reflect" and min(shape) < 3:
            mode = "edge"
        self.emit("Pad", [x, self.ints(*before, *after)], total, mode=mode)
        return True

    def reduce(self, x: str) -> bool:
        shape = self.shapes[x]
        axes = sorted({int(self.rng.integers(len(shape))) for _ in range(2)})
        keep = self.chance(0.5)
        kind = self.pick(["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2"])
        result = [1 if i in axes else dim for i, dim in enumerate(shape) if keep or i not in axes]
        if not result:
            return False
        self.emit(kind, [x], result, axes=axes, keepdims=int(keep))
        return True

    def softmax(self, x: str) -> bool:
        axis = int(self.rng.integers(-1, len(self.shapes[x])))
        self.emit(self.pick(["Softmax", "LogSoftmax"]), [x], self.shapes[x], axis=axis)
        return True

    def layer_norm(self, x: str) -> bool:
        size = self.shapes[x][-1]
        if size < 2:
            return False
        self.emit("LayerNormalization", [x, self.weight(size), self.weight(size)], self.shapes[x], axis=-1)
        return True

    def batch_norm(self, x: str) -> bool:
        shape = self.shapes[x]
        if len(shape) < 2:
            return False
        variance = self.weight(shape[1])
        self.initializers[-1].CopyFrom(numpy_helper.from_array(
            self.rng.uniform(0.5, 2, shape[1]).astype(np.float32), variance))
        self.emit("BatchNormalization", [x, self.weight(shape[1]), self.weight(shape[1]), self.weight(shape[1]),
                                         variance], shape)
        return True

    def matmul(self, x: str) -> bool:
        shape = self.shapes[x]
        if len(shape) < 2:
            return False
        columns = int(self.pick(SIZES))
        others = [name for name, other in self.shapes.items() if other[:-2] == shape[:-2]
                  and len(other) == len(shape) and other[-2] == shape[-1]]
        if others and self.chance(0.4):
            other = self.pick(others)
            self.emit("MatMul", [x, other], [*shape[:-1], self.shapes[other][-1]])
        else:
            self.emit("MatMul", [x, self.weight(shape[-1], columns, scale=shape[-1] ** -0.5)], [*shape[:-1], columns])
        return True

    def gemm(self, x: str) -> bool:
        if len(self.shapes[x]) != 2:
            return False
        rows, inner = self.shapes[x]
        transposed = self.chance(0.5)
        if transposed:
            rows, inner = inner, rows
        columns = int(self.pick(SIZES))
        bias = self.weight(*self.pick([(columns,), (1,), (rows, columns), (rows, 1)]))
        self.emit("Gemm", [x, self.weight(columns, inner, scale=inner ** -0.5), bias], [rows, columns],
                  transA=int(transposed), transB=1, alpha=0.75, beta=1.25)
        return True

    def conv(self, x: str) -> bool:
        shape = self.shapes[x]
        if len(shape) not in (3, 4) or min(shape[2:]) < 3:
            return False
        channels = shape[1]
        depthwise = self.chance(0.3)
        groups = channels if depthwise else 1
        outputs = channels if depthwise else int(self.pick(SIZES))
        spatial = len(shape) - 2
        kernel = [int(self.rng.integers(1, 4)) for _ in range(spatial)]
        strides = [int(self.rng.integers(1, 3)) for _ in range(spatial)]
        pads = [int(self.rng.integers(0, size)) for size in kernel * 2]
        sizes = [(dim + pads[i] + pads[i + spatial] - kernel[i]) // strides[i] + 1 for i, dim in enumerate(shape[2:])]
        fan_in = channels // groups * np.prod(kernel)
        weight = self.weight(outputs, channels // groups, *kernel, scale=fan_in ** -0.5)
        self.emit("Conv", [x, weight, self.weight(outputs)], [shape[0], outputs, *sizes], kernel_shape=kernel,
                  strides=strides, pads=pads, group=groups)
        return True

    def pool(self, x: str) -> bool:
        shape = self.shapes[x]
        if len(shape) != 4 or min(shape[2:]) < 3:
            return False
        kernel = [int(self.rng.integers(2, 4)) for _ in range(2)]
        strides = [int(self.rng.integers(1, 3)) for _ in range(2)]
        pads = [int(self.rng.integers(0, 2)) for _ in range(4)]
        sizes = [(dim + pads[i] + pads[i + 2] - kernel[i]) // strides[i] + 1 for i, dim in enumerate(shape[2:])]
        attributes = {"kernel_shape": kernel, "strides": strides, "pads": pads}
        if self.chance(0.5):
            self.emit("MaxPool", [x], [*shape[:2], *sizes], **attributes)
        else:
            self.emit("AveragePool", [x], [*shape[:2], *sizes], count_include_pad=int(self.chance(0.5)), **attributes)
        return True

    def global_pool(self, x: str) -> bool:
        shape = self.shapes[x]
        if len(shape) != 4:
            return False
        self.emit(self.pick(["GlobalAveragePool", "GlobalMaxPool"]), [x], [*shape[:2], 1, 1])
        return True

    def gather(self, x: str) -> bool:
        shape = list(self.shapes[x])
        axis = int(self.rng.integers(len(shape)))
        indices = [int(self.rng.integers(-shape[axis], shape[axis])) for _ in range(int(self.rng.integers(1, 6)))]
        self.emit("Gather", [x, self.ints(*indices)], [*shape[:axis], len(indices), *shape[axis + 1:]], axis=axis)
        return True

    def families(self) -> list[Callable[[str], bool]]:
        return [self.unary, self.unary, self.unary, self.clip, self.binary_same, self.binary_same,
                self.binary_broadcast, self.binary_broadcast, self.divide, self.transpose, self.reshape,
                self.slice, self.concat, self.split, self.pad, self.reduce, self.softmax, self.layer_norm,
                self.batch_norm, self.matmul, self.matmul, self.gemm, self.conv, self.conv, self.pool,
                self.global_pool, self.gather]

    def build(self, size: int, opened: int = 0) -> onnx.ModelProto:
        """A model of at least `size` nodes. Values that nothing reads are its outputs. `opened` sizes of its
        inputs, where there are as many, are left open: `self.opened` holds them, and equal ones are one symbol."""
        for _ in range(int(self.rng.integers(1, 3))):
            self.add_input()
        while len(self.nodes) < size:
            recent = list(self.shapes)[-6:]
            self.pick(self.families())(self.pick(recent if self.chance(0.8) else list(self.shapes)))
        read = {name for node in self.nodes for name in node.input}
        outputs = [name for name in self.shapes if name not in read and name not in self.inputs]

        sizes = sorted({dim for shape in self.inputs.values() for dim in shape if dim > 1})
        self.opened = [int(dim) for dim in self.rng.permutation(sizes)[:opened]]

        def value(name: str) -> onnx.ValueInfoProto:
            shape = [f"d{dim}" if dim in self.opened else dim for dim in self.shapes[name]]
            shape = None if self.opened and name not in self.inputs else shape
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, "random", [value(name) for name in self.inputs],
                                  [value(name) for name in outputs], self.initializers)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
