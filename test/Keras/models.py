"""Small Keras models: each layer that dlc takes, with each of its settings, over odd sizes.

One model a family, with one output a case, so that a family costs one compile. An output has the name of its
last layer, which says what the case is about. All random numbers come from one seed.
"""
import os
from collections.abc import Callable
from dataclasses import dataclass

# NumPy starts at once; JAX would compile each op for each shape.
os.environ.setdefault("KERAS_BACKEND", "numpy")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402


@dataclass
class Family:
    """A model and what to feed it."""
    name: str
    model: keras.Model
    inputs: dict[str, np.ndarray]


FAMILIES: dict[str, Callable[[], Family]] = {}


def family(function):
    FAMILIES[function.__name__] = function
    return function


def randomize(model: keras.Model) -> None:
    """Every variable gets other values than zeros and ones, variances positive ones."""
    numbers = np.random.default_rng(7)
    for variable in model.variables:
        if not variable.dtype.startswith("float"):
            continue
        value = numbers.uniform(-0.5, 0.5, variable.shape)
        variable.assign(np.abs(value) + 0.5 if "variance" in variable.path else value)


def of_cases(name: str, shape: tuple[int, ...], cases: list, batch: int = 2, low: float = -2, high: float = 2) -> Family:
    """One input of `shape`, and each layer of `cases` applied to it."""
    source = keras.Input(shape, name="x")
    return finish(name, [source], [case(source) for case in cases], batch, low, high)


def finish(name: str, sources: list, outputs: list, batch: int = 2, low: float = -2, high: float = 2) -> Family:
    model = keras.Model(sources, outputs)
    randomize(model)
    numbers = np.random.default_rng(11)
    inputs = {}
    for source in sources:
        shape = (batch, *source.shape[1:])
        inputs[source.name] = (numbers.integers(0, 7, shape).astype(source.dtype) if source.dtype.startswith("int")
                               else numbers.uniform(low, high, shape).astype(np.float32))
    return Family(name, model, inputs)


@family
def activations() -> Family:
    names = ["celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish",
             "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu",
             "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid",
             "squareplus", "swish", "tanh", "tanh_shrink"]
    cases = [layers.Activation(name, name=f"function_{name}") for name in names]
    cases += [
        layers.ReLU(name="relu_plain"), layers.ReLU(max_value=1.5, name="relu_max"),
        layers.ReLU(negative_slope=0.1, name="relu_slope"),
        layers.ReLU(max_value=1, negative_slope=0.1, name="relu_max_slope"),
        layers.ReLU(threshold=0.5, name="relu_threshold"),
        layers.LeakyReLU(name="leaky_default"), layers.LeakyReLU(negative_slope=0.05, name="leaky_slope"),
        layers.ELU(alpha=0.7, name="elu_alpha"), layers.PReLU(name="prelu"),
        layers.PReLU(shared_axes=[1], name="prelu_shared"), layers.Softmax(name="softmax_last"),
        layers.Softmax(axis=1, name="softmax_axis"),
    ]
    return of_cases("activations", (5, 17), cases, batch=3, low=-9, high=9)


@family
def glu() -> Family:
    return of_cases("glu", (3, 10), [layers.Activation("glu", name="function_glu")])


@family
def core() -> Family:
    return of_cases("core", (3, 7), [
        layers.Dense(5, name="dense"), layers.Dense(1, name="dense_one"),
        layers.Dense(17, activation="relu", name="dense_relu"), layers.Dense(4, use_bias=False, name="dense_no_bias"),
        layers.Dense(4, activation=layers.LeakyReLU(0.3), name="dense_layer_activation"),
        layers.Identity(name="identity"), layers.TimeDistributed(layers.Dense(3), name="time_distributed"),
        layers.TimeDistributed(layers.Flatten(), name="time_distributed_flatten"),
    ])


def apart(name: str, function) -> Callable:
    """A case of operations, which keep their own names: a layer behind them has the case's."""
    return lambda x: layers.Identity(name=f"case_{name}")(function(x))


@family
def operations() -> Family:
    ops = keras.ops
    return of_cases("operations", (3, 17), [
        apart("add_number", lambda x: x + 3.5), apart("add_tensors", lambda x: x + x * 0.5),
        apart("add_to_number", lambda x: 2 + x), apart("subtract_number", lambda x: x - 1),
        apart("subtract_from_number", lambda x: 1.0 - x), apart("divide_number", lambda x: x / 255.0),
        apart("divide_by_tensor", lambda x: 1.0 / (3.0 + x)), apart("power", lambda x: (x + 3.0) ** 2.5),
        apart("negative", lambda x: -x), apart("absolute", ops.absolute), apart("square", ops.square),
        apart("maximum_number", lambda x: ops.maximum(x, 0.5)), apart("minimum_number", lambda x: ops.minimum(-0.25, x)),
        apart("exp", ops.exp), apart("log_sqrt", lambda x: ops.log(ops.sqrt(x + 3.0))),
        apart("mean_last", lambda x: x - ops.mean(x, axis=-1, keepdims=True)),
        apart("mean_axes", lambda x: ops.mean(x, axis=(1, 2))), apart("sum", lambda x: ops.sum(x, axis=1)),
        apart("max", lambda x: ops.max(x, axis=2)), apart("min", lambda x: ops.min(x, axis=-2, keepdims=True)),
        # Sizes that meet from the last axis on, where a layer would raise the second by an axis behind the batch.
        apart("broadcast", lambda x: x * ops.mean(x, axis=(0, 1))),
        apart("softmax", lambda x: ops.softmax(x, axis=1)), apart("concatenate", lambda x: ops.concatenate([x, x * x], 1)),
        *[apart(f"function_{name}", getattr(ops, name)) for name in
          ["hard_sigmoid", "hard_silu", "relu", "relu6", "selu", "sigmoid", "silu", "softplus", "softsign", "tanh"]],
    ])


@family
def convolutions() -> Family:
    conv = layers.Conv2D
    cases = [conv(4, 3, name="valid"), conv(4, 3, padding="same", activation="relu", name="same"),
             conv(5, (2, 3), padding="same", name="same_even"), conv(3, 4, padding="same", strides=3, name="same_stride"),
             conv(3, 3, strides=(2, 1), use_bias=False, name="stride"), conv(3, 1, name="point"),
             conv(3, 2, dilation_rate=2, name="dilated"), conv(4, 3, dilation_rate=2, padding="same", name="same_dilated"),
             conv(8, 3, groups=2, name="grouped"), conv(4, 3, data_format="channels_first", name="channels_first"),
             layers.DepthwiseConv2D(3, name="depthwise"),
             layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", strides=2, name="depthwise_multiplier"),
             layers.SeparableConv2D(5, 3, depth_multiplier=2, padding="same", activation="tanh", name="separable")]
    transpose = layers.Conv2DTranspose
    cases += [transpose(3, 3, name="transpose"), transpose(3, (2, 3), strides=3, name="transpose_apart"),
              transpose(5, 4, strides=2, padding="same", activation="relu", name="transpose_same"),
              transpose(3, 3, strides=(2, 1), padding="same", use_bias=False, name="transpose_same_odd"),
              transpose(3, 3, strides=2, output_padding=0, name="transpose_unpadded"),
              transpose(3, (2, 3), strides=3, output_padding=(1, 2), name="transpose_padded"),
              transpose(3, 4, strides=2, padding="same", output_padding=0, name="transpose_same_unpadded"),
              transpose(3, (1, 5), strides=3, padding="same", output_padding=(2, 1), name="transpose_same_padded"),
              transpose(2, 3, dilation_rate=2, padding="same", output_padding=0, name="transpose_same_dilated")]
    return of_cases("convolutions", (11, 13, 4), cases)


@family
def convolutions_1d() -> Family:
    conv = layers.Conv1D
    return of_cases("convolutions_1d", (17, 3), [
        conv(4, 3, name="valid"), conv(4, 4, padding="same", strides=2, name="same"),
        conv(4, 3, padding="causal", dilation_rate=2, name="causal"), conv(6, 5, groups=3, name="grouped"),
        layers.DepthwiseConv1D(3, depth_multiplier=2, name="depthwise"),
        layers.SeparableConv1D(5, 3, padding="same", name="separable"),
        layers.Conv1DTranspose(4, 3, strides=2, padding="same", name="transpose"),
        layers.Conv1DTranspose(4, 2, strides=4, output_padding=3, name="transpose_padded"),
        layers.MaxPooling1D(3, name="max_pool"), layers.AveragePooling1D(3, strides=1, padding="same", name="average_pool"),
        layers.GlobalAveragePooling1D(name="global_average"), layers.GlobalMaxPooling1D(keepdims=True, name="global_max"),
        layers.ZeroPadding1D((1, 2), name="pad"), layers.Cropping1D((2, 3), name="crop"),
        layers.UpSampling1D(3, name="up")])


@family
def volumes() -> Family:
    return of_cases("volumes", (5, 6, 7, 2), [
        layers.Conv3D(3, 2, padding="same", name="conv"),
        layers.Conv3DTranspose(3, (2, 3, 1), strides=2, name="transpose"),
        layers.Conv3DTranspose(2, 3, strides=2, padding="same", output_padding=1, name="transpose_padded"),
        layers.MaxPooling3D(2, name="max_pool"),
        layers.AveragePooling3D(2, strides=1, padding="same", name="average_pool"),
        layers.GlobalAveragePooling3D(name="global_average"), layers.ZeroPadding3D(((1, 0), (0, 2), (1, 1)), name="pad"),
        layers.Cropping3D(1, name="crop"), layers.UpSampling3D((1, 2, 1), name="up")])


@family
def pools() -> Family:
    cases = []
    for kind, pool in (("max", layers.MaxPooling2D), ("average", layers.AveragePooling2D)):
        cases += [pool(2, name=f"{kind}_default"), pool(3, strides=2, padding="same", name=f"{kind}_same"),
                  pool((3, 2), strides=(1, 3), name=f"{kind}_stride"), pool(4, padding="same", name=f"{kind}_same_even"),
                  pool(2, data_format="channels_first", name=f"{kind}_channels_first")]
    for kind, pool in (("max", layers.GlobalMaxPooling2D), ("average", layers.GlobalAveragePooling2D)):
        cases += [pool(name=f"global_{kind}"), pool(keepdims=True, name=f"global_{kind}_keep"),
                  pool(data_format="channels_first", name=f"global_{kind}_channels_first")]
    return of_cases("pools", (9, 10, 5), cases)


@family
def normalizations() -> Family:
    norm, layer = layers.BatchNormalization, layers.LayerNormalization
    frozen = norm(name="batch_frozen")
    frozen.trainable = False
    return of_cases("normalizations", (5, 6, 7), [
        norm(name="batch"), norm(scale=False, name="batch_no_scale"), norm(center=False, name="batch_no_center"),
        norm(scale=False, center=False, epsilon=0.1, name="batch_bare"), norm(axis=1, name="batch_axis"), frozen,
        layer(name="layer"), layer(axis=[-2, -1], name="layer_axes"), layer(scale=False, name="layer_no_scale"),
        layer(center=False, epsilon=0.1, name="layer_no_center"),
        layers.Rescaling(1 / 3, offset=-1, name="rescaling"), layers.UnitNormalization(name="unit"),
        layers.RMSNormalization(name="rms"), layers.RMSNormalization(axis=[-2, -1], epsilon=0.1, name="rms_axes"),
        layers.GroupNormalization(7, name="group"), layers.GroupNormalization(1, epsilon=0.1, name="group_one"),
        layers.GroupNormalization(-1, scale=False, name="group_each"),
        layers.GroupNormalization(5, axis=1, center=False, name="group_axis")])


@family
def grouped() -> Family:
    """Groups of several channels, over images and over vectors."""
    x, flat = keras.Input((3, 5, 6), name="x"), keras.Input((6,), name="flat")
    norm = layers.GroupNormalization
    return finish("grouped", [x, flat], [norm(3, name="image")(x), norm(3, axis=1, name="image_axis")(x),
                                         norm(2, name="vector")(flat)])


@family
def reshapes() -> Family:
    return of_cases("reshapes", (4, 6, 3), [
        layers.Flatten(name="flatten"), layers.Flatten(data_format="channels_first", name="flatten_first"),
        layers.Reshape((8, 9), name="reshape"), layers.Reshape((-1, 2), name="reshape_open"),
        layers.Permute((3, 1, 2), name="permute"), layers.ZeroPadding2D(name="pad"),
        layers.ZeroPadding2D(((1, 2), (0, 3)), name="pad_each"), layers.Cropping2D(((1, 0), (2, 1)), name="crop"),
        layers.UpSampling2D((2, 3), name="up"), layers.Dropout(0.5, name="dropout"),
        layers.Dropout(0.1, noise_shape=(None, 1, 6, 3), name="dropout_shared"),
        layers.SpatialDropout2D(0.5, name="spatial_dropout"), layers.GaussianNoise(1.0, name="noise")])


@family
def merges() -> Family:
    a, b = keras.Input((5, 7), name="a"), keras.Input((5, 7), name="b")
    flat = keras.Input((7,), name="flat")
    outputs = [layer([a, b]) for layer in (
        layers.Add(name="add"), layers.Subtract(name="subtract"), layers.Multiply(name="multiply"),
        layers.Average(name="average"), layers.Maximum(name="maximum"), layers.Minimum(name="minimum"),
        layers.Concatenate(name="concatenate"), layers.Concatenate(axis=1, name="concatenate_axis"),
        layers.Dot(axes=2, name="dot"), layers.Dot(axes=(1, 1), name="dot_first"))]
    outputs += [layers.Add(name="add_three")([a, b, a]), layers.RepeatVector(3, name="repeat")(flat)]
    return finish("merges", [a, b, flat], outputs)


@family
def embeddings() -> Family:
    words, numbers = keras.Input((5,), dtype="int32", name="words"), keras.Input((3,), name="numbers")
    outputs = [layers.Embedding(7, 4, name="embedding")(words),
               layers.Embedding(7, 3, name="embedding_of_floats")(layers.ReLU(max_value=6)(numbers))]
    return finish("embeddings", [words, numbers], outputs)


@family
def recurrent() -> Family:
    cases = []
    for kind, layer in (("lstm", layers.LSTM), ("simple_rnn", layers.SimpleRNN), ("gru", layers.GRU)):
        cases += [layer(5, name=kind), layer(4, return_sequences=True, name=f"{kind}_sequence"),
                  layer(3, go_backwards=True, name=f"{kind}_backwards"),
                  layer(3, go_backwards=True, return_sequences=True, name=f"{kind}_backwards_sequence"),
                  layer(9, use_bias=False, activation="relu", name=f"{kind}_relu"),
                  layers.Bidirectional(layer(3), name=f"{kind}_both"),
                  layers.Bidirectional(layer(3, return_sequences=True), name=f"{kind}_both_sequence"),
                  layers.Bidirectional(layer(2, return_sequences=True), merge_mode="sum", name=f"{kind}_both_sum")]
    cases += [layers.GRU(4, reset_after=False, return_sequences=True, name="gru_reset_before"),
              layers.Bidirectional(layers.LSTM(3), merge_mode="ave", name="both_average"),
              layers.Bidirectional(layers.LSTM(3), merge_mode="mul", name="both_product"),
              layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3, activation="linear", go_backwards=True),
                                   name="both_of_two_kinds")]
    return of_cases("recurrent", (7, 5), cases, batch=3)


@family
def attention() -> Family:
    x, memory = keras.Input((8, 6), name="x"), keras.Input((5, 7), name="memory")
    attend = layers.MultiHeadAttention
    outputs = [attend(2, 3, name="itself")(x, x), attend(3, 5, value_dim=4, use_bias=False, name="other")(x, memory),
               attend(1, 4, output_shape=9, name="three")(x, memory, memory)]
    return finish("attention", [x, memory], outputs)


@family
def shared_and_nested() -> Family:
    """A layer used twice, models as layers, and two of a class."""
    x = keras.Input((9, 9, 3), name="x")
    shared = layers.Conv2D(3, 3, padding="same", name="shared")
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3)], name="inner")
    z = keras.Input((3,))
    branch = keras.Model(z, layers.Add()([z, layers.Dense(3)(z)]), name="branch")
    y = shared(shared(x))
    y = layers.Add()([x, layers.BatchNormalization()(y)])
    pooled = layers.GlobalAveragePooling2D()(y)
    once = inner(pooled)
    outputs = [layers.Concatenate(name="all")([once, inner(once), branch(pooled)]), layers.Dense(2, name="last")(pooled)]
    return finish("shared_and_nested", [x], outputs)


@family
def sequential() -> Family:
    model = keras.Sequential([keras.Input((13, 11, 3), name="x"), layers.Conv2D(4, 3, activation="relu"),
                              layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.2),
                              layers.Dense(10, activation="softmax")])
    randomize(model)
    return Family("sequential", model, {"x": np.random.default_rng(3).random((1, 13, 11, 3), np.float32)})
