"""Exits 1 unless a trained ONNX file is the original with the weights of the state.

    compare_weights.py ORIGINAL.onnx TRAINED.onnx STATE.npz
"""
import sys

import numpy as np
import onnx
from onnx import numpy_helper

original, trained = onnx.load(sys.argv[1]), onnx.load(sys.argv[2])
state = np.load(sys.argv[3])
onnx.checker.check_model(trained)
for tensor, before in zip(trained.graph.initializer, original.graph.initializer, strict=True):
    value = numpy_helper.to_array(tensor)
    assert tensor.name == before.name
    if value.ndim == 0:  # the rate of the dropout
        continue
    assert np.array_equal(value, state[tensor.name]), tensor.name
    assert not np.array_equal(value, numpy_helper.to_array(before)), tensor.name
    tensor.CopyFrom(before)
assert trained == original
