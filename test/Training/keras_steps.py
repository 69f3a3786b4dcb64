"""Training of Keras models compiled by dlc, against Keras itself on JAX.

Each model starts from the weights of one `.keras` file in both. First 20 steps on the same batches: the losses agree
to 1e-4, relative, and the predictions after them to 1e-3. Then whole epochs, `fit` against `dlc train`: the histories
agree to 1e-3, and the `.keras` file that dlc leaves gives Keras the predictions of its own training, to 1e-3, also
after Keras has gone on training both.

    keras_steps.py --dlc build/bin/dlc [MODEL]... [--full] [--target NAME]
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
from artifact import Artifact  # noqa: E402

STEPS, LOSS_TOLERANCE, PREDICTION_TOLERANCE, HISTORY_TOLERANCE = 20, 1e-4, 1e-3, 1e-3


def mlp():
    """A regression."""
    return (keras.Sequential([layers.Input((9,)), layers.Dense(16, activation="relu"),
                              layers.Dense(11, activation="tanh"), layers.Dense(3)]),
            keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), "mse", ["mae"], 8)


def cnn():
    """Batch norms between convolutions, which have no bias: its gradient would be rounding, of which Adam makes steps."""
    return (keras.Sequential([layers.Input((13, 11, 3)), layers.Conv2D(8, 3, padding="same", use_bias=False),
                              layers.BatchNormalization(), layers.Activation("relu"), layers.MaxPooling2D(2),
                              layers.Conv2D(6, 3, use_bias=False), layers.BatchNormalization(momentum=0.9), layers.Activation("relu"),
                              layers.GlobalAveragePooling2D(), layers.Dense(5, activation="softmax")]),
            keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"], 8)


def lstm():
    """Two layers."""
    return (keras.Sequential([layers.Input((7, 5)), layers.LSTM(9, return_sequences=True), layers.LSTM(6),
                              layers.Dense(4, activation="softmax")]),
            keras.optimizers.Adam(0.01), "categorical_crossentropy", ["accuracy"], 8)


def gru():
    """The reset gate behind the product and before it, in whole tiles of units and in odd ones, both ways along time."""
    return (keras.Sequential([layers.Input((7, 5)), layers.GRU(32, return_sequences=True),
                              layers.Bidirectional(layers.GRU(7, reset_after=False, return_sequences=True)),
                              layers.GRU(16, reset_after=False, recurrent_activation="hard_sigmoid", return_sequences=True),
                              layers.GRU(9, activation="relu", go_backwards=True), layers.Dense(4, activation="softmax")]),
            keras.optimizers.Adam(0.01), "categorical_crossentropy", ["accuracy"], 8)


def norms():
    """Normalizations that take no statistics of the batch, and a transposed convolution. Something stands between a norm of
    each channel and the mean of each, which would be rounding."""
    return (keras.Sequential([layers.Input((7, 9, 3)), layers.Conv2D(6, 3), layers.GroupNormalization(3),
                              layers.Activation("relu"), layers.Conv2DTranspose(4, 3, strides=2, output_padding=0),
                              layers.RMSNormalization(), layers.GroupNormalization(-1, scale=False), layers.Activation("relu"),
                              layers.GlobalAveragePooling2D(), layers.LayerNormalization(),
                              layers.UnitNormalization(), layers.Dense(3)]),
            keras.optimizers.SGD(0.05, momentum=0.9), "mse", ["mae"], 8)


def separable():
    """A channel a group, with several filters each and a stride; groups of some channels, with a stride; windows that overlap."""
    return (keras.Sequential([layers.Input((9, 11, 4)), layers.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2),
                              layers.Activation("tanh"), layers.DepthwiseConv2D(3, padding="same"), layers.Activation("tanh"),
                              layers.Conv2D(12, 3, groups=4, strides=2, padding="same"), layers.Activation("tanh"),
                              layers.AveragePooling2D(2, strides=1), layers.SeparableConv2D(6, 2), layers.Flatten(),
                              layers.Dense(3)]),
            keras.optimizers.SGD(0.05, momentum=0.9), "mse", ["mae"], 8)


def course(side=24, batch=4):
    """The net of the course text, with the Reshape that it lacks."""
    half = (side - 2) // 2
    return (keras.Sequential([layers.Input((side, side, 3)), layers.Conv2D(32, 3, activation="relu"),
                              layers.MaxPooling2D(2), layers.Reshape((half, half * 32)),
                              layers.LSTM(64, return_sequences=True), layers.LSTM(32),
                              layers.Dense(10, activation="softmax")]),
            keras.optimizers.Adam(), "categorical_crossentropy", ["accuracy"], batch)


def rmsprop():
    """Another optimizer, and a dropout of rate 0, which every seed agrees on."""
    return (keras.Sequential([layers.Input((9,)), layers.Dense(16, activation="relu"), layers.Dropout(0.0),
                              layers.Dense(1, activation="sigmoid")]),
            keras.optimizers.RMSprop(0.01, momentum=0.5), "binary_crossentropy", ["accuracy"], 8)


MODELS = {"mlp": mlp, "rmsprop": rmsprop, "cnn": cnn, "lstm": lstm, "gru": gru, "norms": norms, "separable": separable, "course": course}
# Whose epochs end in a batch of two: each size of batch is a compile of its own, so that the nets of many kernels do
# without.
RESTS = {"mlp", "cnn", "lstm"}


def examples(model, loss, count, rng):
    x = rng.normal(0, 1, (count, *model.input_shape[1:])).astype(np.float32)
    outputs = model.output_shape[-1]
    classes = rng.integers(0, outputs, count)
    if loss.startswith("sparse"):
        return x, classes
    if loss == "categorical_crossentropy":
        return x, np.eye(outputs, dtype=np.float32)[classes]
    if loss == "binary_crossentropy":
        return x, rng.integers(0, 2, (count, outputs)).astype(np.float32)
    return x, rng.normal(0, 1, (count, outputs)).astype(np.float32)


def relative(found, expected) -> float:
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def compare_steps(dlc, target, path, loss, batch, folder) -> tuple[float, float]:
    """The largest relative difference of any loss, and of the predictions at the end."""
    model = keras.models.load_model(path)
    library = folder / "steps.so"
    shape = "x".join(map(str, (batch, *model.input_shape[1:])))
    subprocess.run([dlc, "compile", str(path), "--train", "--shape", shape, f"--target={target}", "-o", str(library),
                    "--quiet"], check=True, timeout=1200)  # the file says what Keras was told
    artifact, rng, worst = Artifact(library), np.random.default_rng(5), 0.0
    artifact("init")
    for _ in range(STEPS):
        x, y = examples(model, loss, batch, rng)
        model.reset_metrics()
        expected = model.train_on_batch(x, y, return_dict=True)["loss"]
        worst = max(worst, relative(artifact("train_step", x, y)[0], expected))
    predictions = relative(artifact("predict", x)[0], model.predict_on_batch(x))
    artifact.close()
    return worst, predictions


def compare_fit(dlc, path, loss, batch, rest, folder) -> tuple[float, float]:
    """The same of a history, and of the predictions of the models that were trained."""
    model = keras.models.load_model(path)
    rng = np.random.default_rng(6)
    x, y = examples(model, loss, 3 * batch + rest, rng)
    x_test, y_test = examples(model, loss, batch + rest, rng)
    np.savez(folder / "data.npz", x_train=x, y_train=y, x_test=x_test, y_test=y_test)
    expected = model.fit(x, y, batch_size=batch, epochs=3, shuffle=False, validation_data=(x_test, y_test),
                         validation_batch_size=batch, verbose=0).history
    subprocess.run([dlc, "train", str(path), "--data", str(folder / "data.npz"), f"--batch-size={batch}", "--epochs=3",
                    "--no-shuffle", "--history", str(folder / "history.json"), "-o", str(folder / "trained.keras"),
                    "--quiet"], check=True, timeout=600)
    history = json.loads((folder / "history.json").read_text())
    assert sorted(history) == sorted(expected), (sorted(history), sorted(expected))
    worst = max(np.abs(np.array(history[key]) - expected[key]).max() / max(np.abs(expected[key]).max(), 1e-6)
                for key in expected)
    trained = keras.models.load_model(folder / "trained.keras")
    difference = relative(trained.predict_on_batch(x_test), model.predict_on_batch(x_test))
    for each in (trained, model):  # the optimizer goes on as well
        each.fit(x, y, batch_size=batch, epochs=1, shuffle=False, verbose=0)
    difference = max(difference, relative(trained.predict_on_batch(x_test), model.predict_on_batch(x_test)))
    return float(worst), difference


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(MODELS)}; all by default")
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    parser.add_argument("--full", action="store_true", help="the course net on 224 x 224, 32 images a step")
    parser.add_argument("--target", default="cpu", help="what steps are compiled for; epochs run on the CPU alone")
    arguments = parser.parse_args()
    if arguments.target != "cpu":
        from device import missing_device
        if missing := missing_device(arguments.dlc, arguments.target):
            print(f"skipped: {missing}")
            return 77
    failures = 0
    for name in arguments.models or MODELS:
        keras.utils.set_random_seed(7)
        full = arguments.full and name == "course"
        model, optimizer, loss, metrics, batch = course(224, 32) if full else MODELS[name]()
        model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
        with tempfile.TemporaryDirectory(prefix="dlc-keras-") as folder:
            path = Path(folder) / "model.keras"
            model.save(path)
            losses, predictions = compare_steps(arguments.dlc, arguments.target, path, loss, batch, Path(folder))
            history, trained = (0.0, 0.0) if arguments.target != "cpu" else \
                compare_fit(arguments.dlc, path, loss, batch, 2 if name in RESTS else 0, Path(folder))
        good = losses <= LOSS_TOLERANCE and predictions <= PREDICTION_TOLERANCE and \
            history <= HISTORY_TOLERANCE and trained <= PREDICTION_TOLERANCE
        failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {name}: losses {losses:.1e}, predictions {predictions:.1e}; "
              f"history {history:.1e}, trained {trained:.1e}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
