"""One model with an output for each operator that has to know sizes: which it reads, computes with or makes places of.

All of its inputs share the symbols b, n, h and w.
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

INPUTS = {"x": ["b", 4, "n"], "image": ["b", 8, "h", "w"], "small": ["b", 3, 7, 9], "matrix": ["n", 5],
          "square": ["b", "n", "n"], "rows": ["b", "n", 16], "heads": ["b", 2, "n", 8], "ids": ["b", "n"]}
SIZES = [(1, 1, 2, 4), (3, 17, 5, 6), (2, 7, 3, 2), (1, 128, 8, 9), (5, 61, 1, 2), (1, 2, 2, 2)]


class Graph:
    """Nodes, constants and outputs as they are added."""

    def __init__(self):
        self.nodes, self.constants, self.outputs = [], [], []

    def constant(self, value) -> str:
        array = np.asarray(value, np.int64 if np.asarray(value).dtype.kind == "i" else np.float32)
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, operator: str, *inputs, output: str = "", **attributes) -> str:
        """Its result; inputs that are no names are constants."""
        names = [each if isinstance(each, str) else self.constant(each) for each in inputs]
        result = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, names, [result], **attributes))
        return result

    def result(self, name: str, operator: str, *inputs, dtype=TensorProto.FLOAT, **attributes) -> None:
        self.node(operator, *inputs, output=name, **attributes)
        self.outputs.append(helper.make_tensor_value_info(name, dtype, None))

    def size(self, of: str, axis: int) -> str:
        """A size as a list of one."""
        return self.node("Gather", self.node("Shape", of), [axis])


def add_arithmetic(g: Graph) -> None:
    """Sizes as data, and what Range and triangles make of them."""
    length = g.size("matrix", 0)
    g.result("shape", "Shape", "image", dtype=TensorProto.INT64)
    g.result("size", "Size", "image", dtype=TensorProto.INT64)
    g.result("divided", "Div", "matrix", g.node("Cast", length, to=TensorProto.FLOAT))
    root = g.node("Sqrt", g.node("Cast", g.node("ReduceProd", g.node("Shape", "x"), keepdims=0), to=TensorProto.FLOAT))
    g.result("scaled", "Mul", "x", root)
    limit = g.node("Squeeze", length, [0])
    places = g.node("Cast", g.node("Range", 0, limit, 1), to=TensorProto.FLOAT)
    g.result("range", "Add", "x", places)
    g.result("range_steps", "Range", 3, g.node("Add", g.node("Mul", limit, 4), 3), 3, dtype=TensorProto.INT64)
    g.result("range_down", "Range", limit, -1, -2, dtype=TensorProto.INT64)
    ones = g.node("ConstantOfShape", length, value=numpy_helper.from_array(np.ones(1, np.float32)))
    g.result("range_of_ones", "NonZero", ones, dtype=TensorProto.INT64)
    width = g.node("Cast", limit, to=TensorProto.FLOAT)
    g.result("range_floats", "Range", 0.0, width, 1.0)
    g.result("range_floats_steps", "Range", -2.0, width, 3.0)
    g.result("triangle_low", "Trilu", "square", upper=0)
    g.result("triangle_high", "Trilu", "square", -2, upper=1)
    g.result("triangle_from_a_size", "Trilu", "square", g.node("Sub", limit, 3), upper=0)
    g.result("eye", "EyeLike", "matrix", k=1)


def add_movements(g: Graph) -> None:
    g.result("padded", "Pad", "x", [0, 1, 2, 0, 0, 1])
    g.result("padded_edge", "Pad", "x", [1, 0, 0, 2, 0, 3], mode="edge")
    g.result("tiled", "Tile", "matrix", [2, 3])
    g.result("tiled_by_size", "Tile", [[1.0, 2, 3]], g.node("Concat", g.size("x", 2), [2], axis=0))
    add_pads(g)
    add_slices(g)
    add_squeezes(g)
    g.result("depth_to_space", "DepthToSpace", "image", blocksize=2)
    g.result("depth_to_space_crd", "DepthToSpace", "image", blocksize=2, mode="CRD")
    g.result("space_to_depth", "SpaceToDepth", g.node("DepthToSpace", "image", blocksize=2), blocksize=2)
    g.result("reversed", "ReverseSequence", "rows", g.node("ReduceMax", g.node("Add", "ids", 1), [1], keepdims=0),
             batch_axis=0, time_axis=1)
    g.result("one_hot", "OneHot", "ids", 7, [-1.0, 2.0])
    g.result("linear", "Resize", "small", "", [1.0, 1, 2, 1.5], mode="linear")
    to = g.node("Concat", g.node("Shape", "small", start=0, end=2), [11, 6], axis=0)
    g.result("cubic", "Resize", "small", "", "", to, mode="cubic")
    g.result("nearest", "Resize", "small", "", [1.0, 1, 0.5, 0.6], mode="nearest")


def add_pads(g: Graph) -> None:
    """By what is missing to a multiple of 4, half of it on either side, by as much as there is, and down to another's size."""
    def pads(*low_and_high):
        return g.node("Concat", *low_and_high, axis=0)

    length = g.size("x", 2)
    missing = g.node("Mod", g.node("Sub", [4], g.node("Mod", length, [4])), [4])
    g.result("padded_to_multiple", "Pad", "x", pads([0, 0], [0], [0, 0], missing), 0.5)
    columns = g.node("Mod", g.node("Neg", g.size("image", 3)), [8])
    half = g.node("Div", columns, [2])
    g.result("padded_on_both_sides", "Pad", "image", pads([0, 0, 1], half, [0, -1, 0], g.node("Sub", columns, half)))
    g.result("padded_edges", "Pad", "image", pads(half, columns), "", [3], mode="edge")
    others = g.node("Sub", length, [1])
    g.result("padded_mirrored", "Pad", "x", pads(others, g.node("Div", others, [2])), "", [-1], mode="reflect")
    g.result("padded_wrapped", "Pad", "x", pads(length, others), "", [2], mode="wrap")
    doubled = g.node("Resize", g.node("MaxPool", "image", kernel_shape=[2, 1], strides=[2, 1], ceil_mode=1), "",
                     [1.0, 1, 2, 1], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    g.result("cut_to_size", "Pad", doubled, pads([0], g.node("Sub", g.size("image", 2), g.size(doubled, 2))), "", [2])


def add_slices(g: Graph) -> None:
    """Ends that are left out are numbers beyond all sizes."""
    beyond = np.iinfo(np.int64).max
    g.result("to_the_end", "Slice", "x", [0], [10**9], [2])
    g.result("last", "Slice", "x", [-1], [beyond], [2])
    g.result("from_the_end", "Slice", "image", [-2], [-1], [3])
    g.result("every_other", "Slice", "x", [0], [beyond], [2], [2])
    g.result("stepped", "Slice", "image", [1, 0, -2], [beyond, beyond, beyond], [1, 2, 3], [3, 4, 1])
    g.result("backwards", "Slice", "x", [beyond], [-beyond], [2], [-1])
    g.result("down_to", "Slice", "image", [-1, -1], [0, -beyond], [3, 2], [-2, -3])
    middle = g.node("Sub", [200], g.size("matrix", 0))
    g.result("around_a_place", "Slice", np.arange(400), middle, g.node("Add", g.size("matrix", 0), [200]), [0],
             dtype=TensorProto.INT64)
    last = g.node("Sub", g.size("matrix", 0), 1)
    g.result("from_a_size", "Slice", "x", last, [beyond], [2])


def add_squeezes(g: Graph) -> None:
    """Of axes of open size that have one element at all of SIZES: as they are, and if they do, as PyTorch writes it."""
    lines = g.node("MaxPool", "image", kernel_shape=[1, 1], strides=[16, 1])
    g.result("squeezed", "Squeeze", lines, [2])
    columns = g.node("MaxPool", "image", kernel_shape=[1, 1], strides=[1, 16])
    squeeze = helper.make_node("Squeeze", [columns, g.constant([3])], ["narrow"])
    same = helper.make_node("Identity", [columns], ["wide"])
    branches = [helper.make_graph([node], node.op_type, [],
                                  [helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, None)])
                for node in (squeeze, same)]
    g.result("squeezed_if", "If", g.node("Equal", g.node("Squeeze", g.size(columns, 3), [0]), 1),
             then_branch=branches[0], else_branch=branches[1])


def add_resizes(g: Graph) -> None:
    """Along axes whose sizes are open, by scales and to the sizes of another tensor. ONNX Runtime takes corners of sizes that
    were rounded, and copies where the size stays: no such sizes here."""
    for mode, scale in (("half_pixel", 1.5), ("pytorch_half_pixel", 1.5), ("asymmetric", 1.5), ("align_corners", 3)):
        g.result(f"linear_{mode}", "Resize", "image", "", [1.0, 1, 2, scale], mode="linear",
                 coordinate_transformation_mode=mode)
    for operator in ("MaxPool", "AveragePool"):
        g.result(f"same_{operator}", operator, "image", kernel_shape=[2, 3], strides=[2, 1], auto_pad="SAME_UPPER")
    channels = g.node("Concat", [1, 4], g.size("image", 1), [6], axis=0)
    table = np.random.default_rng(5).normal(size=(1, 4, 5, 3))
    g.result("cubic_table", "Resize", table, "", "", channels, mode="cubic")
    g.result("linear_table", "Resize", table, "", "", g.node("Concat", [1, 4], g.size("image", 2), [7], axis=0),
             mode="linear")
    smaller = g.node("MaxPool", "image", kernel_shape=[2, 1], strides=[2, 1], ceil_mode=1)
    for mode in ("half_pixel", "align_corners"):
        g.result(f"linear_to_{mode}", "Resize", smaller, "", "", g.node("Shape", "image"), mode="linear",
                 coordinate_transformation_mode=mode)
    for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        g.result(f"nearest_{rounding}", "Resize", "image", "", [1.0, 1, 2.5, 0.5], nearest_mode=rounding,
                 coordinate_transformation_mode="half_pixel")
        g.result(f"nearest_asymmetric_{rounding}", "Resize", "image", "", [1.0, 1, 1, 1.75], nearest_mode=rounding,
                 coordinate_transformation_mode="asymmetric")
    g.result("nearest_repeated", "Resize", "image", "", [1.0, 1, 2, 3], mode="nearest",
             coordinate_transformation_mode="asymmetric", nearest_mode="floor")


def add_layers(g: Graph) -> None:
    rng = np.random.default_rng(4)
    table, filters = rng.normal(size=(2, 150, 4)), rng.normal(size=(3, 2, 3, 3))
    g.result("hardmax", "Hardmax", "x", axis=2)
    g.result("einsum", "Einsum", "heads", "heads", equation="bhid,bhjd->bhij")
    g.result("einsum_diagonal", "Einsum", "square", equation="bii->bi")
    g.result("transposed", "ConvTranspose", "small", filters, auto_pad="SAME_UPPER", strides=[2, 2])
    quantized = g.node("QuantizeLinear", "x", [0.1, 0.2, 0.3, 0.4], axis=1)
    g.result("quantized", "DequantizeLinear", quantized, [0.1, 0.2, 0.3, 0.4], axis=1)
    g.result("group_norm", "GroupNormalization", "image", np.linspace(0.5, 1, 8), np.linspace(-1, 1, 8), num_groups=4)
    g.result("attention", "Attention", "heads", "heads", "heads")
    g.result("attention_causal", "Attention", "rows", "rows", "rows", is_causal=1, q_num_heads=4, kv_num_heads=4)
    g.result("rotary", "RotaryEmbedding", "heads", table[0], table[1], g.node("Min", "ids", 149))
    g.result("rotary_pairs", "RotaryEmbedding", "heads", table[0], table[1], g.node("Min", "ids", 149), interleaved=1)


def write(target: Path) -> None:
    g = Graph()
    add_arithmetic(g)
    add_movements(g)
    add_resizes(g)
    add_layers(g)
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64 if name == "ids" else TensorProto.FLOAT, shape)
              for name, shape in INPUTS.items()]
    graph = helper.make_graph(g.nodes, "operators", inputs, g.outputs, g.constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10), target)


def shapes() -> list[dict[str, tuple[int, ...]]]:
    return [{name: tuple(dict(zip("bnhw", sizes)).get(size, size) for size in shape) for name, shape in INPUTS.items()}
            for sizes in SIZES]


def feeds(shape: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(9)
    return {name: rng.integers(0, size[1], size) if name == "ids" else rng.normal(size=size).astype(np.float32)
            for name, size in shape.items()}
