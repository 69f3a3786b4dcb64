"""Writes one small `.keras` file for a test: write_model.py NAME FILE."""
import json
import os
import sys
import zipfile

os.environ["KERAS_BACKEND"] = "numpy"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402


def cnn() -> keras.Model:
    """What the importer makes of images, with nothing known of the batch."""
    x = keras.Input((7, 9, 3), name="image")
    y = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="conv")(x)
    y = layers.BatchNormalization(scale=False, name="norm")(y)
    y = layers.MaxPooling2D(name="pool")(y)
    y = layers.Dropout(0.25, name="drop")(y)
    y = layers.Flatten(name="flat")(y)
    y = layers.Dense(1, name="head")(y)
    return keras.Model(x, y)


def lstm() -> keras.Model:
    return keras.Sequential([keras.Input((None, 5), name="steps"),
                             layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both")])


def frozen() -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="first"), layers.Dense(1, name="second")])
    model.layers[0].trainable = False
    return model


def regularized() -> keras.Model:
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_regularizer="l2", name="heavy")])


def compiled() -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, activation="softmax", name="head")])
    model.compile(keras.optimizers.SGD(0.25, momentum=0.5), "categorical_crossentropy", metrics=["accuracy"])
    return model


def clipped() -> keras.Model:
    model = compiled()
    model.compile(keras.optimizers.Adam(clipnorm=1.0), "mse")
    return model


def unsupported() -> keras.Model:
    """What dlc lacks; one of them hides behind another."""
    x = keras.Input((4, 6), name="x")
    y = layers.GaussianNoise(0.1)(x)
    y = layers.LSTM(3, stateful=False, return_sequences=True, activation="gelu", name="odd_gates")(y)
    y = layers.Discretization(bin_boundaries=[0.0, 1.0], name="bins")(y)
    z = layers.MultiHeadAttention(2, 3, use_gate=True, name="gated")(x, x)
    return keras.Model(x, [y, z, x[:, 1:3], keras.ops.add(x, np.ones(6, np.float32)), x @ keras.ops.transpose(x, (0, 2, 1))])


def course(reshape: bool = False) -> keras.Model:
    """The net of the course text: with `reshape` as it is meant."""
    between = [layers.Reshape((111, 3552), name="rows")] if reshape else []
    return keras.Sequential([
        keras.Input((224, 224, 3), name="picture"), layers.Conv2D(32, 3, activation="relu", name="conv2d"),
        layers.MaxPooling2D(2, name="max_pooling2d"), *between, layers.LSTM(64, return_sequences=True, name="lstm"),
        layers.LSTM(32, name="lstm_1"), layers.Dense(10, activation="softmax", name="dense")])


def course_mended() -> keras.Model:
    return course(reshape=True)


def without_input(path: str) -> None:
    """As older versions of Keras write a Sequential that was built by a shape: no InputLayer."""
    rewrite(compiled(), path, "InputLayer")


def course_as_written(path: str) -> None:
    """Keras does not build it, so the Reshape is taken out of one that it does."""
    rewrite(course(reshape=True), path, "Reshape")


def rewrite(model: keras.Model, path: str, left_out: str) -> None:
    """Saves `model` without its layers of class `left_out`."""
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config["config"]["layers"] = [layer for layer in config["config"]["layers"]
                                  if layer["class_name"] != left_out]
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


if __name__ == "__main__":
    made = globals()[sys.argv[1]]
    if made.__code__.co_varnames[:1] == ("path",):
        made(sys.argv[2])
    else:
        made().save(sys.argv[2])
