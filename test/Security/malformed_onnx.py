"""Hostile ONNX files, made on the spot: each is one function that writes into a folder.

A function's name is its case's name and its docstring says what the file tries. `CASES` holds what
must come of it: the exit codes that are right and a pattern that the one line of error must contain.
"""
import os
from pathlib import Path

import numpy as np
import onnx
from case import BAD_INPUT, UNSUPPORTED, Case
from onnx import AttributeProto, TensorProto, helper, numpy_helper

FILE = "model.onnx"
HUGE = 1 << 40

CASES: list[Case] = []


def hostile(pattern: str = "", exit_codes: tuple[int, ...] = (BAD_INPUT,), valid: bool = False):
    """Registers a function that returns a ModelProto or bytes, or writes into the folder itself."""
    def register(function):
        def write(folder: Path) -> None:
            result = function(folder) if function.__code__.co_argcount else function()
            if isinstance(result, onnx.ModelProto):
                result = result.SerializeToString()
            (folder / FILE).write_bytes(result)
        CASES.append(Case(function.__name__, write, exit_codes, pattern, valid))
        return function
    return register


def value(name: str, shape=(2, 3), kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def model(nodes, initializers=(), inputs=None, outputs=None, opset: int = 17, **arguments) -> onnx.ModelProto:
    """x (2x3) to y unless told otherwise; nothing is checked."""
    inputs = [value("x")] if inputs is None else inputs
    outputs = [value("y", None)] if outputs is None else outputs
    graph = helper.make_graph(list(nodes), "g", inputs, outputs, list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, **arguments)


def node(kind: str, inputs: str, outputs: str = "y", **attributes) -> onnx.NodeProto:
    return helper.make_node(kind, inputs.split(), outputs.split(), name=f"the_{kind}", **attributes)


def ints(name: str, *values: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, np.int64), name)


def floats(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ones(shape, np.float32), name)


def raw_tensor(name: str, kind: int, dims, data: bytes) -> onnx.TensorProto:
    return TensorProto(name=name, data_type=kind, dims=dims, raw_data=data)


def valid() -> onnx.ModelProto:
    """What the hostile ones are measured against."""
    return model([node("Add", "x w")], [floats("w", 2, 3)])


# --- files ----------------------------------------------------------------------------------------


@hostile()
def empty_file() -> bytes:
    return b""


@hostile()
def not_protobuf() -> bytes:
    return b"\x00\xff" * 300


@hostile()
def text_file() -> bytes:
    return b"this is not a model\n" * 20


@hostile()
def truncated() -> bytes:
    content = valid().SerializeToString()
    return content[:len(content) // 2]


@hostile()
def truncated_by_one() -> bytes:
    return valid().SerializeToString()[:-1]


@hostile()
def no_graph() -> onnx.ModelProto:
    broken = valid()
    broken.ClearField("graph")
    return broken


@hostile()
def deep_nesting() -> bytes:
    """Groups of If inside If, past what protobuf's parser allows, written by hand."""
    def field(number: int, content: bytes) -> bytes:
        size, prefix = len(content), bytearray([number << 3 | 2])
        while size >= 128:
            prefix.append(size & 127 | 128)
            size >>= 7
        return bytes(prefix) + bytes([size]) + content
    graph = b""
    for _ in range(5000):
        graph = field(1, field(5, field(6, graph)))  # graph.node, node.attribute, attribute.g
    return field(7, graph)


# --- opsets and operators -------------------------------------------------------------------------


@hostile("999", (BAD_INPUT, UNSUPPORTED))
def opset_from_the_future() -> onnx.ModelProto:
    return model([node("Relu", "x")], opset=999)


@hostile("", (BAD_INPUT, UNSUPPORTED))
def opset_negative() -> onnx.ModelProto:
    return model([node("Relu", "x")], opset=-1)


@hostile("", (BAD_INPUT, UNSUPPORTED))
def opset_missing() -> onnx.ModelProto:
    broken = valid()
    del broken.opset_import[:]
    return broken


@hostile("Frobnicate", (UNSUPPORTED,))
def unknown_operator() -> onnx.ModelProto:
    return model([node("Frobnicate", "x")])


@hostile("Relu", (BAD_INPUT, UNSUPPORTED))
def unknown_domain() -> onnx.ModelProto:
    return model([node("Relu", "x", domain="com.example")])


@hostile("Relu")
def too_many_inputs() -> onnx.ModelProto:
    return model([node("Relu", "x x x")])


@hostile("Add")
def too_few_inputs() -> onnx.ModelProto:
    return model([node("Add", "x")])


@hostile("kernel_shape")
def attribute_of_wrong_type() -> onnx.ModelProto:
    return model([node("MaxPool", "x", kernel_shape="three")], inputs=[value("x", (1, 1, 8, 8))])


@hostile("MaxPool")
def attribute_missing() -> onnx.ModelProto:
    return model([node("MaxPool", "x")], inputs=[value("x", (1, 1, 8, 8))])


@hostile("", (BAD_INPUT, UNSUPPORTED))
def attribute_refers_outside_a_function() -> onnx.ModelProto:
    broken = model([node("Softmax", "x", axis=1)])
    broken.graph.node[0].attribute[0].ref_attr_name = "somewhere"
    return broken


# --- graph structure ------------------------------------------------------------------------------


@hostile("")
def cyclic_graph() -> onnx.ModelProto:
    return model([node("Add", "x b", "a"), node("Relu", "a", "b"), node("Relu", "b")])


@hostile("")
def self_cycle() -> onnx.ModelProto:
    return model([node("Add", "x y")])


@hostile("the_Max .*input 1 is missing")
def input_left_out_of_many() -> onnx.ModelProto:
    """Operators of any number of inputs have no optional ones."""
    return model([helper.make_node("Max", ["x", "", "x"], ["y"], name="the_Max")])


@hostile("the_Add .*one element type, got 'f32' and 'i64'")
def operands_of_two_types() -> onnx.ModelProto:
    return model([node("Add", "x n")], [ints("n", 1, 2, 3)])


@hostile("the_Gather .*operand #1", exit_codes=(BAD_INPUT,))
def indices_of_floats() -> onnx.ModelProto:
    return model([node("Gather", "x f")], [floats("f", 2)])


@hostile("the_ReduceSum .*'keepdims' is 7, expected 0 or 1")
def flag_neither_0_nor_1() -> onnx.ModelProto:
    return model([node("ReduceSum", "x", keepdims=7)])


@hostile("the_Trilu .*table of shape 2147483648x5", exit_codes=(UNSUPPORTED,), valid=True)
def triangle_bomb() -> onnx.ModelProto:
    """A mask of 10 GiB for a file of 100 bytes."""
    return model([node("Trilu", "x")], inputs=[value("x", (1 << 31, 5))])


@hostile("the_Range .*table of shape 900000000", exit_codes=(UNSUPPORTED,), valid=True)
def range_bomb() -> onnx.ModelProto:
    bounds = [numpy_helper.from_array(np.array(v, np.int64), n) for n, v in zip("abc", (0, 900000000, 1))]
    return model([node("Range", "a b c")], bounds)


@hostile("the_AveragePool .*'kernel_shape' holds 2147483647, expected 1 to")
def window_beyond_32_bits() -> onnx.ModelProto:
    return model([node("AveragePool", "x", auto_pad="SAME_LOWER", kernel_shape=[2, (1 << 31) - 1])],
                 inputs=[value("x", (1, 3, 32, 32))])


@hostile("missing")
def missing_input() -> onnx.ModelProto:
    return model([node("Add", "x missing")])


@hostile("y")
def missing_output() -> onnx.ModelProto:
    return model([node("Relu", "x", "z")])


@hostile("")
def no_outputs() -> onnx.ModelProto:
    return model([node("Relu", "x")], outputs=[])


@hostile("y")
def duplicate_definition() -> onnx.ModelProto:
    return model([node("Relu", "x"), node("Neg", "x")])


@hostile("w")
def duplicate_initializer() -> onnx.ModelProto:
    return model([node("Add", "x w")], [floats("w", 2, 3), floats("w", 3)])


@hostile("x")
def duplicate_input() -> onnx.ModelProto:
    return model([node("Relu", "x")], inputs=[value("x"), value("x")])


@hostile("x")
def node_redefines_input() -> onnx.ModelProto:
    return model([node("Relu", "x", "x"), node("Relu", "x")])


@hostile("")
def names_with_control_characters() -> onnx.ModelProto:
    """The error stays one line and sends nothing to the terminal."""
    return model([node("Relu", "a\x1b[31mb", "y")], inputs=[value("x")])


@hostile("", (BAD_INPUT, UNSUPPORTED))
def type_missing() -> onnx.ModelProto:
    return model([node("Relu", "x")], inputs=[onnx.ValueInfoProto(name="x")])


@hostile("", (BAD_INPUT, UNSUPPORTED))
def type_unknown() -> onnx.ModelProto:
    return model([node("Relu", "x")], inputs=[value("x", kind=99)])


@hostile("", (UNSUPPORTED,))
def string_input() -> onnx.ModelProto:
    return model([node("Identity", "x")], inputs=[value("x", kind=TensorProto.STRING)])


# --- functions ------------------------------------------------------------------------------------


def with_functions(calls: dict[str, list[str]], start: str) -> onnx.ModelProto:
    """A model calling `start`; each function chains calls to those that it names."""
    functions = []
    for name, callees in calls.items():
        names = ["a", *(f"t{i}" for i in range(len(callees) - 1)), "b"]
        body = [helper.make_node(callee, [names[i]], [names[i + 1]], domain="f" if callee in calls else "")
                for i, callee in enumerate(callees)]
        functions.append(helper.make_function("f", name, ["a"], ["b"], body, [helper.make_opsetid("", 17),
                                                                             helper.make_opsetid("f", 1)]))
    broken = model([node(start, "x", domain="f")], functions=functions)
    broken.opset_import.append(helper.make_opsetid("f", 1))
    return broken


@hostile("")
def function_calls_itself() -> onnx.ModelProto:
    return with_functions({"F": ["F"]}, "F")


@hostile("")
def functions_call_each_other() -> onnx.ModelProto:
    return with_functions({"F": ["G"], "G": ["F"]}, "F")


@hostile("", (BAD_INPUT, UNSUPPORTED))
def function_bomb() -> onnx.ModelProto:
    """Forty functions, each calling the next twice: 2^40 nodes when inlined."""
    calls = {f"F{i}": [f"F{i + 1}"] * 2 for i in range(40)}
    return with_functions({**calls, "F40": ["Relu"]}, "F0")


@hostile("")
def function_defined_twice() -> onnx.ModelProto:
    broken = with_functions({"F": ["Relu"]}, "F")
    broken.functions.append(broken.functions[0])
    return broken


# --- tensors --------------------------------------------------------------------------------------


@hostile("w")
def raw_data_too_short() -> onnx.ModelProto:
    return model([node("Add", "x w")], [raw_tensor("w", TensorProto.FLOAT, [2, 3], b"\0" * 23)])


@hostile("w")
def raw_data_too_long() -> onnx.ModelProto:
    return model([node("Add", "x w")], [raw_tensor("w", TensorProto.FLOAT, [2, 3], b"\0" * 25)])


@hostile("w")
def raw_data_missing() -> onnx.ModelProto:
    return model([node("Add", "x w")], [TensorProto(name="w", data_type=1, dims=[2, 3])])


@hostile("w")
def float_data_too_short() -> onnx.ModelProto:
    return model([node("Add", "x w")], [TensorProto(name="w", data_type=1, dims=[2, 3], float_data=[1.0] * 5)])


@hostile("w", (BAD_INPUT, UNSUPPORTED))
def int4_too_short() -> onnx.ModelProto:
    return model([node("Cast", "w", to=1)], [raw_tensor("w", TensorProto.INT4, [5], b"\0\0")], opset=21)


@hostile("w")
def initializer_overflows() -> onnx.ModelProto:
    return model([node("Add", "x w")], [raw_tensor("w", TensorProto.FLOAT, [HUGE, HUGE], b"")])


@hostile("w")
def initializer_wraps_to_zero() -> onnx.ModelProto:
    """2^32 * 2^32 is 0 in 64 bits, as many elements as there is data."""
    return model([node("Add", "x w")], [raw_tensor("w", TensorProto.FLOAT, [1 << 32, 1 << 32], b"")])


@hostile("w")
def initializer_is_huge() -> onnx.ModelProto:
    return model([node("Add", "x w")], [raw_tensor("w", TensorProto.FLOAT, [1 << 33], b"\0" * 8)])


@hostile("w")
def initializer_has_negative_dim() -> onnx.ModelProto:
    return model([node("Add", "x w")], [raw_tensor("w", TensorProto.FLOAT, [-2, -3], b"\0" * 24)])


@hostile("w", (BAD_INPUT, UNSUPPORTED))
def initializer_of_huge_rank() -> onnx.ModelProto:
    return model([node("Add", "x w")], [raw_tensor("w", TensorProto.FLOAT, [1] * 5000, b"\0" * 4)])


@hostile("w", (BAD_INPUT, UNSUPPORTED))
def initializer_of_unknown_type() -> onnx.ModelProto:
    return model([node("Add", "x w")], [raw_tensor("w", 999, [2, 3], b"\0" * 24)])


@hostile("", (BAD_INPUT, UNSUPPORTED))
def input_overflows() -> onnx.ModelProto:
    return model([node("Relu", "x")], inputs=[value("x", (HUGE, HUGE))])


@hostile("", (BAD_INPUT, UNSUPPORTED))
def input_of_huge_rank() -> onnx.ModelProto:
    return model([node("Relu", "x")], inputs=[value("x", [1] * 5000)])


@hostile("", (BAD_INPUT, UNSUPPORTED))
def sparse_index_out_of_range() -> onnx.ModelProto:
    broken = model([node("Add", "x w")])
    sparse = helper.make_sparse_tensor(numpy_helper.from_array(np.ones(1, np.float32), "w"), ints("i", HUGE), [2, 3])
    broken.graph.sparse_initializer.append(sparse)
    return broken


# --- operators: sizes that explode or make no sense -----------------------------------------------


@hostile("Conv")
def conv_weight_of_wrong_rank() -> onnx.ModelProto:
    return model([node("Conv", "x w")], [floats("w", 4, 3)], [value("x", (1, 3, 8, 8))])


@hostile("Conv")
def conv_channels_disagree() -> onnx.ModelProto:
    return model([node("Conv", "x w")], [floats("w", 4, 5, 3, 3)], [value("x", (1, 3, 8, 8))])


@hostile("Conv")
def conv_zero_groups() -> onnx.ModelProto:
    return model([node("Conv", "x w", group=0)], [floats("w", 4, 3, 3, 3)], [value("x", (1, 3, 8, 8))])


@hostile("Conv")
def conv_zero_strides() -> onnx.ModelProto:
    return model([node("Conv", "x w", strides=[0, 0])], [floats("w", 4, 3, 3, 3)], [value("x", (1, 3, 8, 8))])


@hostile("Conv")
def conv_pads_overflow() -> onnx.ModelProto:
    return model([node("Conv", "x w", pads=[(1 << 63) - 1] * 4)], [floats("w", 4, 3, 3, 3)],
                 [value("x", (1, 3, 8, 8))])


@hostile("Conv")
def conv_kernel_larger_than_input() -> onnx.ModelProto:
    return model([node("Conv", "x w")], [floats("w", 1, 1, 9, 9)], [value("x", (1, 1, 4, 4))])


@hostile("MaxPool")
def pool_negative_kernel() -> onnx.ModelProto:
    return model([node("MaxPool", "x", kernel_shape=[-3, 3])], inputs=[value("x", (1, 1, 8, 8))])


@hostile("Reshape")
def reshape_count_disagrees() -> onnx.ModelProto:
    return model([node("Reshape", "x s")], [ints("s", 4, 2)])


@hostile("Reshape")
def reshape_two_unknowns() -> onnx.ModelProto:
    return model([node("Reshape", "x s")], [ints("s", -1, -1)])


@hostile("Reshape")
def reshape_wraps() -> onnx.ModelProto:
    return model([node("Reshape", "x s")], [ints("s", (1 << 62) + 3, 2)])


@hostile("Transpose")
def transpose_repeats_an_axis() -> onnx.ModelProto:
    return model([node("Transpose", "x", perm=[0, 0])])


@hostile("Concat")
def concat_axis_out_of_range() -> onnx.ModelProto:
    return model([node("Concat", "x x", axis=7)])


@hostile("Add")
def shapes_do_not_broadcast() -> onnx.ModelProto:
    return model([node("Add", "x w")], [floats("w", 2, 4)])


@hostile("MatMul")
def matmul_inner_disagrees() -> onnx.ModelProto:
    return model([node("MatMul", "x w")], [floats("w", 4, 5)])


@hostile("Split", (BAD_INPUT, UNSUPPORTED))
def split_into_zero() -> onnx.ModelProto:
    return model([node("Split", "x", num_outputs=0, axis=1)], opset=18)


@hostile("Split")
def split_sizes_disagree() -> onnx.ModelProto:
    return model([node("Split", "x s", "y z", axis=1)], [ints("s", -1, 4)])


@hostile("", (BAD_INPUT, UNSUPPORTED), valid=True)
def constant_of_shape_bomb() -> onnx.ModelProto:
    return model([node("ConstantOfShape", "s")], [ints("s", HUGE)], [])


@hostile("", (BAD_INPUT, UNSUPPORTED), valid=True)
def folding_bomb() -> onnx.ModelProto:
    """A terabyte that constant folding would like to make; only its shape is used."""
    return model([node("ConstantOfShape", "s", "c"), node("Add", "c c", "d"), node("ReduceSum", "d", "y")],
                 [ints("s", 1 << 20, 1 << 20)], [])


@hostile("", (BAD_INPUT, UNSUPPORTED), valid=True)
def expand_bomb() -> onnx.ModelProto:
    return model([node("Expand", "w s")], [floats("w", 1), ints("s", 1 << 31, 1 << 31)], [])


@hostile("", (BAD_INPUT, UNSUPPORTED), valid=True)
def tile_bomb() -> onnx.ModelProto:
    return model([node("Tile", "x s")], [ints("s", 1 << 40, 1 << 40)])


@hostile("", (BAD_INPUT, UNSUPPORTED), valid=True)
def pad_bomb() -> onnx.ModelProto:
    return model([node("Pad", "x s")], [ints("s", 1 << 40, 1 << 40, 0, 0)])


@hostile("", (BAD_INPUT, UNSUPPORTED), valid=True)
def one_hot_bomb() -> onnx.ModelProto:
    return model([node("OneHot", "i d v")], [ints("i", 1, 2), ints("d", 1 << 60), floats("v", 2)], [])


@hostile("", (BAD_INPUT, UNSUPPORTED))
def resize_not_a_number() -> onnx.ModelProto:
    scales = numpy_helper.from_array(np.array([1, 1, np.nan, np.inf], np.float32), "s")
    return model([helper.make_node("Resize", ["x", "", "s"], ["y"], name="the_Resize")], [scales],
                 [value("x", (1, 1, 4, 4))])


@hostile("", (BAD_INPUT, UNSUPPORTED))
def cast_to_unknown_type() -> onnx.ModelProto:
    return model([node("Cast", "x", to=999)])


# --- external data --------------------------------------------------------------------------------

SECRET = np.ones(6, np.float32).tobytes()


def external(name: str = "w", **entries: str) -> onnx.TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[2, 3], data_location=TensorProto.EXTERNAL)
    for key, content in entries.items():
        tensor.external_data.add(key=key, value=content)
    return tensor


def reads(*tensors: onnx.TensorProto) -> onnx.ModelProto:
    return model([node("Add", "x w")], tensors)


def outside(folder: Path) -> Path:
    """A file beside the model's folder that no model may read."""
    path = folder.parent / f"{folder.name}-secret.bin"
    path.write_bytes(SECRET)
    return path


@hostile("secret")
def external_parent_folder(folder: Path) -> onnx.ModelProto:
    return reads(external(location=f"../{outside(folder).name}"))


@hostile("secret")
def external_absolute_path(folder: Path) -> onnx.ModelProto:
    return reads(external(location=str(outside(folder))))


@hostile("secret")
def external_dots_in_the_middle(folder: Path) -> onnx.ModelProto:
    (folder / "a").mkdir()
    return reads(external(location=f"a/../../{outside(folder).name}"))


@hostile("link")
def external_symbolic_link(folder: Path) -> onnx.ModelProto:
    os.symlink(outside(folder), folder / "link.bin")
    return reads(external(location="link.bin"))


@hostile("secret")
def external_linked_folder(folder: Path) -> onnx.ModelProto:
    os.symlink(folder.parent, folder / "sub")
    return reads(external(location=f"sub/{outside(folder).name}"))


@hostile("link")
def external_hard_link(folder: Path) -> onnx.ModelProto:
    os.link(outside(folder), folder / "link.bin")
    return reads(external(location="link.bin"))


@hostile("pipe")
def external_named_pipe(folder: Path) -> onnx.ModelProto:
    """Opening it for reading would wait for ever."""
    os.mkfifo(folder / "pipe.bin")
    return reads(external(location="pipe.bin"))


@hostile("w.bin")
def external_past_the_end(folder: Path) -> onnx.ModelProto:
    (folder / "w.bin").write_bytes(SECRET)
    return reads(external(location="w.bin", offset="8", length="24"))


@hostile("w")
def external_offset_wraps(folder: Path) -> onnx.ModelProto:
    (folder / "w.bin").write_bytes(SECRET)
    return reads(external(location="w.bin", offset=str((1 << 64) - 24), length="24"))


@hostile("w")
def external_negative_offset(folder: Path) -> onnx.ModelProto:
    (folder / "w.bin").write_bytes(SECRET)
    return reads(external(location="w.bin", offset="-24", length="24"))


@hostile("w")
def external_offset_not_a_number(folder: Path) -> onnx.ModelProto:
    (folder / "w.bin").write_bytes(SECRET)
    return reads(external(location="w.bin", offset="0x0", length="24"))


@hostile("w")
def external_length_disagrees(folder: Path) -> onnx.ModelProto:
    (folder / "w.bin").write_bytes(SECRET)
    return reads(external(location="w.bin", length="20"))


@hostile("w")
def external_unknown_key(folder: Path) -> onnx.ModelProto:
    (folder / "w.bin").write_bytes(SECRET)
    return reads(external(location="w.bin", command="rm"))


@hostile("w")
def external_no_location() -> onnx.ModelProto:
    return reads(external())


@hostile("absent")
def external_file_absent() -> onnx.ModelProto:
    return reads(external(location="absent.bin"))


@hostile("secret", (BAD_INPUT, UNSUPPORTED))
def external_in_a_constant(folder: Path) -> onnx.ModelProto:
    return model([node("Constant", "", "w", value=external(location=f"../{outside(folder).name}")),
                  node("Add", "x w")])


def sparse_external(folder: Path) -> onnx.SparseTensorProto:
    sparse = onnx.SparseTensorProto(dims=[2, 3])
    sparse.values.CopyFrom(external(location=f"../{outside(folder).name}"))
    sparse.indices.CopyFrom(ints("i", 0, 1, 2, 3, 4, 5))
    return sparse


@hostile("", (BAD_INPUT, UNSUPPORTED))
def external_in_a_sparse_initializer(folder: Path) -> onnx.ModelProto:
    broken = model([node("Add", "x w")])
    broken.graph.sparse_initializer.append(sparse_external(folder))
    return broken


@hostile("", (BAD_INPUT, UNSUPPORTED))
def external_in_a_sparse_constant(folder: Path) -> onnx.ModelProto:
    constant = helper.make_node("Constant", [], ["w"])
    constant.attribute.append(AttributeProto(name="sparse_value", type=AttributeProto.SPARSE_TENSOR,
                                             sparse_tensor=sparse_external(folder)))
    return model([constant, node("Add", "x w")])


def write_valid(path: Path) -> None:
    path.write_bytes(valid().SerializeToString())
