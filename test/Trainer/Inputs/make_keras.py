"""Writes small Keras models, compiled for training, into a folder.

    make_keras.py FOLDER
"""
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
import keras  # noqa: E402
import numpy as np  # noqa: E402
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
model(optimizer="nadam", loss="mse").save(folder / "nadam.keras")
model(optimizer="sgd", loss="categorical_crossentropy", metrics=[keras.metrics.Accuracy()]).save(folder / "equal.keras")
model(optimizer="sgd", loss="mse", metrics=["acc", keras.metrics.MeanSquaredError(name="square")]).save(folder / "named.keras")

# Greyscale images have a channel in the model, and as often none in the data; a column of scores likewise.
images = keras.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)])
images.compile(optimizer="sgd", loss="mse")
images.save(folder / "images.keras")
rng = np.random.default_rng(1)
x, y = rng.normal(0, 1, (10, 8, 8)).astype(np.float32), rng.normal(0, 1, (10, 3)).astype(np.float32)
np.savez(folder / "grey.npz", x=x, y=y)
np.savez(folder / "channels.npz", x=x[..., None], y=y)
np.savez(folder / "two-channels.npz", x=x[..., None].repeat(2, -1), y=y)
scores = rng.normal(0, 1, (10, 7, 1)).astype(np.float32)
np.savez(folder / "column.npz", x=scores, y=y)
