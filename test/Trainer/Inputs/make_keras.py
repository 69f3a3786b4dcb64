"""Writes small Keras models, compiled for training, into a folder.

    make_keras.py FOLDER
"""
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
import keras  # noqa: E402
from keras import layers  # noqa: E402


def model(**compiled) -> keras.Model:
    net = keras.Sequential([layers.Input((7,)), layers.Dense(5, activation="relu"), layers.Dropout(0.25),
                            layers.Dense(3, activation="softmax")])
    if compiled:
        net.compile(**compiled)
    return net


folder = Path(sys.argv[1])
model(optimizer=keras.optimizers.RMSprop(0.02), loss="sparse_categorical_crossentropy",
      metrics=["accuracy"]).save(folder / "net.keras")
model().save(folder / "plain.keras")
model(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="mse").save(folder / "clipped.keras")
