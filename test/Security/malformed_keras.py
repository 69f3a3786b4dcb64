"""Hostile Keras files, made on the spot without Keras: each is one function that changes a good one.

A function gets a Model to change; its name is its case's name and its docstring says what the file tries. `CASES`
holds what must come of it: the exit codes that are right and a pattern that the one line of error must contain.
"""
import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
from case import BAD_INPUT, UNSUPPORTED, Case

FILE = "model.keras"
CASES: list[Case] = []


def layer(class_name: str, name: str, **config) -> dict:
    return {"module": "keras.layers", "class_name": class_name, "registered_name": None,
            "config": {"name": name, "trainable": True, "dtype": "float32", **config}}


def source(*shape) -> dict:
    return layer("InputLayer", "x", batch_shape=[1, *shape])


def dense(name: str = "dense", units: int = 2, **config) -> dict:
    return layer("Dense", name, units=units, activation="linear", use_bias=True, **config)


@dataclass
class Model:
    """What a `.keras` file is made of."""
    layers: list = field(default_factory=lambda: [source(3), dense()])
    variables: dict = field(default_factory=lambda: {"layers/dense/vars/0": np.ones((3, 2), np.float32),
                                                     "layers/dense/vars/1": np.ones(2, np.float32)})
    config: dict | None = None
    # More to be done to the HDF5 file, or its bytes.
    edit: Callable[[h5py.File, Path], None] | None = None
    weights: bytes | None = None
    config_text: bytes | None = None
    more: dict[str, bytes] = field(default_factory=dict)
    compression: int = zipfile.ZIP_STORED

    def configuration(self) -> dict:
        return self.config or {"module": "keras", "class_name": "Sequential", "registered_name": None,
                               "config": {"name": "net", "trainable": True, "layers": self.layers}}

    def weight_bytes(self, folder: Path) -> bytes:
        if self.weights is not None:
            return self.weights
        stream = io.BytesIO()
        with h5py.File(stream, "w") as file:
            for path, value in self.variables.items():
                file[path] = value
            if self.edit:
                self.edit(file, folder)
        return stream.getvalue()

    def write(self, path: Path) -> None:
        text = self.config_text if self.config_text is not None else json.dumps(self.configuration()).encode()
        with zipfile.ZipFile(path, "w", self.compression) as archive:
            archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
            archive.writestr("config.json", text)
            archive.writestr("model.weights.h5", self.weight_bytes(path.parent))
            for name, content in self.more.items():
                archive.writestr(name, content)


def write_valid(path: Path) -> None:
    Model().write(path)


def hostile(pattern: str = "", exit_codes: tuple[int, ...] = (BAD_INPUT,), valid: bool = False):
    """Registers a function that changes a good Model, or returns the file's bytes."""
    def register(function):
        def write(folder: Path) -> None:
            model = Model()
            content = function(model)
            if isinstance(content, bytes):
                (folder / FILE).write_bytes(content)
            else:
                model.write(folder / FILE)
        CASES.append(Case(function.__name__, write, exit_codes, pattern, valid))
        return function
    return register


def functional(layers: list, inputs: list, outputs: list) -> dict:
    return {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional",
            "config": {"name": "net", "trainable": True, "layers": layers, "input_layers": inputs,
                       "output_layers": outputs}}


def called(entry: dict, *inputs: tuple, **arguments) -> dict:
    tensors = [{"class_name": "__keras_tensor__",
                "config": {"shape": [1, 3], "dtype": "float32", "keras_history": list(history)}} for history in inputs]
    calls = [{"args": [tensors[0] if len(tensors) == 1 else tensors], "kwargs": arguments}] if inputs else []
    return {**entry, "name": entry["config"]["name"], "inbound_nodes": calls}


def archive_bytes(model: Model) -> bytearray:
    folder = Path(os.environ.get("TMPDIR", "/tmp"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("config.json", json.dumps(model.configuration()))
        archive.writestr("model.weights.h5", model.weight_bytes(folder))
    return bytearray(stream.getvalue())


def claim_size(content: bytearray, name: bytes, size: int) -> bytes:
    """The directory's entry of `name` says that it holds `size` bytes."""
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(name))
    struct.pack_into("<I", content, at + 24, size)
    return bytes(content)


# --- archives -------------------------------------------------------------------------------------


@hostile("expected a .keras archive")
def empty_file(_) -> bytes:
    return b""


@hostile("expected a .keras archive")
def not_a_zip(_) -> bytes:
    return b"this is not a model\n" * 20


@hostile()
def truncated(model: Model) -> bytes:
    content = archive_bytes(model)
    return bytes(content[:len(content) // 2])


@hostile("config.json")
def no_config(_) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("model.weights.h5", b"")
    return stream.getvalue()


@hostile("model.weights.h5")
def no_weights(model: Model) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("config.json", json.dumps(model.configuration()))
    return stream.getvalue()


@hostile("model.weights.npz", (UNSUPPORTED,))
def other_weights(model: Model) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("config.json", json.dumps(model.configuration()))
        archive.writestr("model.weights.npz", b"")
    return stream.getvalue()


@hostile("checksum|damaged")
def wrong_checksum(model: Model) -> bytes:
    content = archive_bytes(model)
    content[content.index(b"Sequential")] ^= 0x20
    return bytes(content)


@hostile("its name")
def member_outside(model: Model) -> None:
    """CVE-2025-12060's kind: a member that would be unpacked elsewhere."""
    model.more["../outside.txt"] = b"x"


@hostile("its name")
def member_outside_deep(model: Model) -> None:
    model.more["assets/../../outside.txt"] = b"x"


@hostile("its name")
def member_absolute(model: Model) -> None:
    model.more["/tmp/outside.txt"] = b"x"


@hostile("its name")
def member_backslash(model: Model) -> None:
    model.more["..\\outside.txt"] = b"x"


@hostile("two")
def two_configs(model: Model) -> None:
    """Which one is checked, and which one used?"""
    model.more["config.json"] = b"{}"


@hostile("times the")
def bomb(model: Model) -> None:
    """Zeros: a thousand times what is stored."""
    model.compression = zipfile.ZIP_DEFLATED
    model.more["assets/zeros"] = bytes(64 << 20)


@hostile("times the")
def weights_bomb(model: Model) -> None:
    model.compression = zipfile.ZIP_DEFLATED
    model.variables["layers/dense/vars/0"] = np.zeros((4096, 4096), np.float32)


@hostile("times the|at most")
def claims_gigabytes(model: Model) -> bytes:
    return claim_size(archive_bytes(model), b"model.weights.h5", 0xFFFFFFF0)


@hostile("config.json")
def huge_config(model: Model) -> None:
    """More than any model has to say, without repeating itself."""
    model.compression = zipfile.ZIP_DEFLATED
    model.config_text = np.random.default_rng(1).bytes(40 << 20).hex().encode()


# --- config.json ----------------------------------------------------------------------------------


@hostile("JSON")
def not_json(model: Model) -> None:
    model.config_text = b"{"


@hostile("levels")
def deep_json(model: Model) -> None:
    """100,000 nested lists overflow the stack of parsers that recurse."""
    model.config_text = b"[" * 100000
    model.compression = zipfile.ZIP_DEFLATED
    model.more["noise"] = np.random.default_rng(1).bytes(4096)


@hostile("levels")
def deep_objects(model: Model) -> None:
    model.config_text = b'{"a":' * 50000


@hostile("levels", (BAD_INPUT,))
def deep_models(model: Model) -> None:
    """A model in a model in a model."""
    inner = model.configuration()
    for depth in range(150):
        inner = {"module": "keras", "class_name": "Sequential", "registered_name": None,
                 "config": {"name": f"m{depth}", "layers": [source(3), inner]}}
    model.config = inner


@hostile()
def config_is_a_list(model: Model) -> None:
    model.config_text = b"[]"


@hostile()
def config_is_null(model: Model) -> None:
    model.config_text = b"null"


@hostile("JSON")
def config_is_not_utf8(model: Model) -> None:
    model.config_text = b'{"class_name": "\xff\xfe"}'


@hostile("layers")
def layers_are_missing(model: Model) -> None:
    model.config = {"module": "keras", "class_name": "Sequential", "config": {"name": "net"}}


@hostile("class_name")
def layer_without_class(model: Model) -> None:
    del model.layers[1]["class_name"]


@hostile("config")
def layer_without_config(model: Model) -> None:
    model.layers[1]["config"] = 5


@hostile("two")
def equal_names(model: Model) -> None:
    model.layers.append(dense())


@hostile("input shape")
def no_input_shape(model: Model) -> None:
    model.layers = [dense()]


@hostile("batch_shape")
def negative_size(model: Model) -> None:
    model.layers[0] = source(-3)


@hostile("batch_shape")
def size_is_text(model: Model) -> None:
    model.layers[0] = source("3")


@hostile("64 bits")
def overflowing_input(model: Model) -> None:
    model.layers[0] = source(1 << 40, 1 << 40)


@hostile("units|shape")
def negative_units(model: Model) -> None:
    model.layers[1] = dense(units=-2)


@hostile("units")
def units_are_text(model: Model) -> None:
    model.layers[1] = dense(units="2")


@hostile("target_shape|elements|reshape")
def reshape_overflows(model: Model) -> None:
    model.layers.append(layer("Reshape", "r", target_shape=[1 << 40, 1 << 40]))


@hostile("at most 16777216")
def huge_pool(model: Model) -> None:
    model.layers = [source(4, 4, 1), layer("MaxPooling2D", "p", pool_size=[1 << 60, 1 << 60], padding="same",
                                           strides=[1 << 60, 1 << 60])]


@hostile("at least 1|strides")
def zero_strides(model: Model) -> None:
    model.layers = [source(4, 4, 1), layer("MaxPooling2D", "p", pool_size=[2, 2], strides=[0, 0])]


@hostile("pair")
def huge_padding(model: Model) -> None:
    model.layers = [source(4, 4, 1), layer("ZeroPadding2D", "p", padding=[[1 << 62, 1 << 62], [1, 1]])]


@hostile("2 GiB", (UNSUPPORTED,))
def huge_upsampling(model: Model) -> None:
    model.layers = [source(4, 4, 1), layer("UpSampling2D", "u", size=[1 << 24, 1 << 24])]


@hostile("at least 1")
def negative_repeat(model: Model) -> None:
    model.layers = [source(4), layer("RepeatVector", "r", n=-5)]


@hostile("2 GiB", (UNSUPPORTED,))
def huge_input(model: Model) -> None:
    model.layers = [source(1 << 33), layer("Flatten", "f")]


@hostile("groups")
def groups_of_zero(model: Model) -> None:
    model.layers = [source(4, 4, 4), layer("Conv2D", "c", filters=2, kernel_size=[1, 1], groups=0)]


@hostile("depends on itself")
def cycle(model: Model) -> None:
    model.config = functional([called(source(3)), called(dense("a", 3), ("b", 0, 0)), called(dense("b", 3), ("a", 0, 0))],
                              ["x", 0, 0], ["b", 0, 0])


@hostile("not there")
def dangling_reference(model: Model) -> None:
    model.config = functional([called(source(3)), called(dense(), ("absent", 0, 0))], ["x", 0, 0], ["dense", 0, 0])


@hostile("called")
def call_beyond(model: Model) -> None:
    model.config = functional([called(source(3)), called(dense(), ("x", 7, 0))], ["x", 0, 0], ["dense", 0, 0])


@hostile("further result", (UNSUPPORTED,))
def result_beyond(model: Model) -> None:
    model.config = functional([called(source(3)), called(dense(), ("x", 0, 5))], ["x", 0, 0], ["dense", 0, 0])


@hostile()
def many_calls(model: Model) -> None:
    """Every call of a chain doubles what it adds up: more work than a walk that repeats itself could do."""
    layers = [called(source(3))]
    for index in range(60):
        before = layers[-1]["name"]
        layers.append(called(layer("Add", f"a{index}"), (before, 0, 0), (before, 0, 0)))
    layers.append(called(dense(units=5), (layers[-1]["name"], 0, 0)))
    model.config = functional(layers, ["x", 0, 0], ["dense", 0, 0])


# --- code -----------------------------------------------------------------------------------------


@hostile("never executes", (UNSUPPORTED,))
def lambda_layer(model: Model) -> None:
    """CVE-2024-3660, CVE-2025-9905: marshalled bytecode."""
    model.layers.append(layer("Lambda", "l", function={"class_name": "__lambda__", "config": {"code": "4wEAAAA="}}))


@hostile("never executes", (UNSUPPORTED,))
def torch_module(model: Model) -> None:
    """CVE-2025-49655's kind: a pickle in the configuration."""
    model.layers.append(layer("TorchModuleWrapper", "t", module={"class_name": "x", "config": "gASVIgAAAA=="}))


@hostile("os>system", (UNSUPPORTED,))
def custom_class(model: Model) -> None:
    """CVE-2025-1550: module and class name of anything that can be imported."""
    model.layers.append({**layer("system", "s"), "module": "os", "registered_name": "os>system"})


@hostile("subprocess.Popen", (UNSUPPORTED,))
def module_of_a_layer(model: Model) -> None:
    model.layers.append({**layer("Popen", "p"), "module": "subprocess"})


@hostile("builtins", (UNSUPPORTED,))
def disguised_dense(model: Model) -> None:
    """A class of Keras's name from elsewhere."""
    model.layers[1]["module"] = "builtins"


@hostile("builtins", (UNSUPPORTED,))
def model_of_a_custom_class(model: Model) -> None:
    model.config = {**model.configuration(), "module": "builtins", "class_name": "Sequential"}


@hostile("never executed", (UNSUPPORTED,))
def activation_from_a_module(model: Model) -> None:
    """CVE-2025-8747: a function of Keras's own that does harm."""
    model.layers[1]["config"]["activation"] = {"module": "keras.utils", "class_name": "function",
                                               "config": "get_file", "registered_name": "get_file"}


@hostile("never executed", (UNSUPPORTED,))
def activation_is_a_path(model: Model) -> None:
    model.layers[1]["config"]["activation"] = "os.system"


# --- HDF5 -----------------------------------------------------------------------------------------


@hostile("HDF5")
def empty_weights(model: Model) -> None:
    model.weights = b""


@hostile("HDF5")
def weights_are_text(model: Model) -> None:
    model.weights = b"no weights here\n" * 100


@hostile("model.weights.h5")
def truncated_weights(model: Model) -> None:
    content = Model().weight_bytes(Path("."))
    model.weights = content[:len(content) // 2]


def damaged(seed: int) -> Callable[[Model], None]:
    def damage(model: Model) -> None:
        content = bytearray(Model().weight_bytes(Path(".")))
        numbers = np.random.default_rng(seed)
        # Behind the signature, where the structure is.
        for at in numbers.integers(8, min(len(content), 1500), 24):
            content[at] = numbers.integers(256)
        model.weights = bytes(content)
    damage.__name__ = f"damaged_weights_{seed}"
    damage.__doc__ = "Random bytes in the structure."
    return damage


for number in range(12):
    hostile("model.weights.h5", (BAD_INPUT, UNSUPPORTED))(damaged(number))


@hostile("soft link")
def soft_link(model: Model) -> None:
    del model.variables["layers/dense/vars/1"]
    model.edit = lambda file, _: file.__setitem__("layers/dense/vars/1", h5py.SoftLink("/layers/dense/vars/0"))


@hostile("another file")
def external_link(model: Model) -> None:
    """CVE-2026-1669: a variable from a file of the victim's."""
    def edit(file: h5py.File, folder: Path) -> None:
        with h5py.File(folder / "secret.h5", "w") as secret:
            secret["s"] = np.ones(2, np.float32)
        file["layers/dense/vars/1"] = h5py.ExternalLink(str(folder / "secret.h5"), "/s")
    del model.variables["layers/dense/vars/1"]
    model.edit = edit


@hostile("external dataset")
def external_dataset(model: Model) -> None:
    """Raw bytes of any file as a variable."""
    del model.variables["layers/dense/vars/1"]
    model.edit = lambda file, _: file.create_dataset("layers/dense/vars/1", (2,), "f4", external=[("/etc/hostname", 0, 8)])


@hostile("virtual dataset")
def virtual_dataset(model: Model) -> None:
    def edit(file: h5py.File, folder: Path) -> None:
        layout = h5py.VirtualLayout((2,), "f4")
        layout[:] = h5py.VirtualSource(str(folder / "secret.h5"), "s", (2,))
        file.create_virtual_dataset("layers/dense/vars/1", layout)
    del model.variables["layers/dense/vars/1"]
    model.edit = edit


@hostile("stored")
def shape_bomb(model: Model) -> None:
    """CVE-2026-0897: terabytes that are stored nowhere."""
    del model.variables["layers/dense/vars/0"]
    model.edit = lambda file, _: file.create_dataset("layers/dense/vars/0", (1 << 20, 1 << 20), "f4")


@hostile("stored")
def chunked_shape_bomb(model: Model) -> None:
    del model.variables["layers/dense/vars/0"]
    model.edit = lambda file, _: file.create_dataset("layers/dense/vars/0", (1 << 30, 1 << 30), "f4", chunks=(64, 64))


@hostile("stored")
def deflate_bomb(model: Model) -> None:
    """Zeros, compressed a thousandfold within the HDF5 file."""
    del model.variables["layers/dense/vars/0"]
    model.edit = lambda file, _: file.create_dataset("layers/dense/vars/0", data=np.zeros((4096, 4096), np.float32),
                                                     compression="gzip", compression_opts=9)


@hostile("filter")
def other_filter(model: Model) -> None:
    """A filter may be a plugin: code."""
    del model.variables["layers/dense/vars/0"]
    model.edit = lambda file, _: file.create_dataset("layers/dense/vars/0", data=np.ones((64, 64), np.float32),
                                                     compression="lzf")


@hostile("two names")
def hard_link_cycle(model: Model) -> None:
    """A group that holds itself."""
    model.edit = lambda file, _: file["layers"].__setitem__("again", file["layers"])


@hostile("two names")
def shared_dataset(model: Model) -> None:
    model.edit = lambda file, _: file.__setitem__("layers/other", file["layers/dense/vars/0"])


@hostile("nested")
def deep_groups(model: Model) -> None:
    model.edit = lambda file, _: file.create_group("/".join("g" * 200))


@hostile("element type", (UNSUPPORTED,))
def compound_type(model: Model) -> None:
    model.variables["layers/dense/vars/1"] = np.zeros(2, [("a", "f4"), ("b", "i4")])


@hostile("element type", (UNSUPPORTED,))
def texts_as_weights(model: Model) -> None:
    model.variables["layers/dense/vars/1"] = np.array([b"a", b"b"])


@hostile("group or a dataset")
def named_type(model: Model) -> None:
    model.edit = lambda file, _: file.__setitem__("layers/type", np.dtype("f4"))


@hostile("missing")
def missing_variable(model: Model) -> None:
    del model.variables["layers/dense/vars/1"]


@hostile("expected 3x2")
def wrong_shape(model: Model) -> None:
    model.variables["layers/dense/vars/0"] = np.ones((2, 3), np.float32)


@hostile("missing|shape")
def group_for_a_variable(model: Model) -> None:
    del model.variables["layers/dense/vars/1"]
    model.edit = lambda file, _: file.create_group("layers/dense/vars/1")


@hostile("float32", (UNSUPPORTED,))
def integers_as_weights(model: Model) -> None:
    model.variables["layers/dense/vars/1"] = np.ones(2, np.int64)


@hostile("another type", (UNSUPPORTED,))
def marked_type(model: Model) -> None:
    """Integers that claim to be bfloat16."""
    model.edit = lambda file, _: file["layers/dense/vars/1"].attrs.__setitem__("dtype", "bfloat16")


@hostile("element type", (UNSUPPORTED,))
def halves(model: Model) -> None:
    model.variables["layers/dense/vars/1"] = np.ones(2, np.float16)
