"""A compiled library, called through its C ABI with ctypes: for tests and timings."""
import ctypes
from pathlib import Path

import numpy as np

MAX_RANK = 8
DTYPES = ["float32", "float64", "float16", None, "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
          "uint64", "bool"]


class Tensor(ctypes.Structure):
    """dlc_tensor of include/dlc/Runtime/Types.h."""
    _fields_ = [("data", ctypes.c_void_p), ("bytes", ctypes.c_uint64), ("dtype", ctypes.c_int32),
                ("rank", ctypes.c_int32), ("shape", ctypes.c_int64 * MAX_RANK)]


class Options(ctypes.Structure):
    """dlc_options of include/dlc/Runtime/Types.h."""
    _fields_ = [("size", ctypes.c_size_t), ("threads", ctypes.c_int32), ("profile", ctypes.c_int32),
                ("parallel_for", ctypes.c_void_p), ("pool", ctypes.c_void_p), ("state", ctypes.c_void_p),
                ("share", ctypes.c_void_p), ("device", ctypes.c_int32), ("reserved", ctypes.c_int32)]


class FunctionInfo(ctypes.Structure):
    """dlc_function_info of include/dlc/Runtime/Types.h."""
    _fields_ = [("name", ctypes.c_char_p), ("inputs", ctypes.c_void_p), ("outputs", ctypes.c_void_p),
                ("num_inputs", ctypes.c_uint32), ("num_outputs", ctypes.c_uint32)]


class ModelInfo(ctypes.Structure):
    """The head of dlc_model_info of include/dlc/Runtime/Types.h."""
    _fields_ = [("abi_version", ctypes.c_uint32), ("num_functions", ctypes.c_uint32), ("name", ctypes.c_char_p),
                ("version", ctypes.c_char_p), ("functions", ctypes.POINTER(FunctionInfo))]


class Table(ctypes.Structure):
    """The head of dlc_artifact_table of include/dlc/Runtime/ABI.h."""
    _fields_ = [("abi_version", ctypes.c_uint32), ("size", ctypes.c_uint32),
                ("describe", ctypes.CFUNCTYPE(ctypes.POINTER(ModelInfo))),
                ("context_create", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)),
                ("context_destroy", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
                ("run", ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t,
                                         ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32))]


class Artifact:
    """A library and one context of it."""

    def __init__(self, path: Path, threads: int = 1):
        self.library = ctypes.CDLL(str(path))
        self.table = Table.in_dll(self.library, "dlc_artifact")
        info = self.table.describe().contents
        self.functions = {info.functions[i].name.decode(): i for i in range(info.num_functions)}
        self.num_outputs = [info.functions[i].num_outputs for i in range(info.num_functions)]
        options = Options(size=ctypes.sizeof(Options), threads=threads)
        self.context = self.table.context_create(ctypes.addressof(options))

    def prepare(self, function: str, inputs: list[np.ndarray]) -> "Call":
        return Call(self, self.functions[function], inputs)

    def __call__(self, function: str, *inputs: np.ndarray) -> list[np.ndarray]:
        call = self.prepare(function, list(inputs))
        call()
        return call.results()

    def close(self) -> None:
        self.table.context_destroy(self.context)


class Call:
    """A call of one function on fixed inputs, made as often as it is called."""

    def __init__(self, artifact: Artifact, index: int, inputs: list[np.ndarray]):
        self.artifact, self.index = artifact, index
        self.arrays = [np.ascontiguousarray(value) for value in inputs]
        self.inputs = (Tensor * len(self.arrays))(*map(self.describe, self.arrays))
        self.outputs = (Tensor * artifact.num_outputs[index])()

    @staticmethod
    def describe(array: np.ndarray) -> Tensor:
        return Tensor(array.ctypes.data, array.nbytes, DTYPES.index(array.dtype.name), array.ndim,
                      (ctypes.c_int64 * MAX_RANK)(*array.shape))

    def __call__(self) -> None:
        for output in self.outputs:
            output.data, output.bytes = None, 0
        status = self.artifact.table.run(self.artifact.context, self.inputs, len(self.inputs), self.outputs,
                                         len(self.outputs), self.index)
        if status:
            raise RuntimeError(f"the compiled model failed with status {status}")

    def results(self) -> list[np.ndarray]:
        """Copies of what the last call returned."""
        values = []
        for output in self.outputs:
            shape = tuple(output.shape[:output.rank])
            buffer = (ctypes.c_char * output.bytes).from_address(output.data) if output.bytes else b""
            values.append(np.frombuffer(buffer, DTYPES[output.dtype]).reshape(shape).copy())
        return values
