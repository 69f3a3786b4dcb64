"""Training that goes on: so many epochs and as many from the file that they left are twice as many at once, bit for bit.

For each optimizer a `.keras` file goes from dlc to dlc, from dlc to Keras and from Keras to dlc: what follows is what
Keras's own training does, to 1e-4, with its optimizer's variables where they were. The weights of the model are no
list of layers in a row, and one layer is frozen. An ONNX model goes on from the state, dropouts included.

    resume.py --dlc build/bin/dlc [OPTIMIZER]...
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent / "Inputs"))
import make  # noqa: E402

EPOCHS, BATCH, EXAMPLES, TOLERANCE = 2, 8, 19, 1e-4

OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.05),
    "momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda: keras.optimizers.Adam(0.01),
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.01),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01),
    "centered": lambda: keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
}


def build(optimizer, dropout: float = 0.0) -> keras.Model:
    """Two branches, the deeper one named last; a batch norm, whose averages no optimizer knows; a frozen layer."""
    x = layers.Input((5,))
    frozen = layers.Dense(6, activation="tanh", trainable=False)(x)
    shallow = layers.Dense(7, activation="tanh")(frozen)
    deep = layers.BatchNormalization()(layers.Dense(4, use_bias=False)(frozen))
    deep = layers.Dense(7, activation="tanh")(layers.Dropout(dropout)(deep))
    model = keras.Model(x, layers.Dense(3, activation="softmax")(layers.Add()([shallow, deep])))
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy",
                  metrics=["acc", keras.metrics.SparseCategoricalAccuracy(name="right")])
    return model


def train(dlc: str, model: Path, output: Path, epochs: int, *options: str) -> tuple[dict, str]:
    """The history, and what was said on stderr."""
    history = output.with_suffix(".json")
    done = subprocess.run([dlc, "train", str(model), "--data", str(output.parent / "data.npz"), f"--epochs={epochs}",
                           f"--batch-size={BATCH}", "--no-shuffle", "--history", str(history), "-o", str(output),
                           *options], check=True, timeout=600, capture_output=True, text=True)
    return json.loads(history.read_text()), done.stderr


def load(path: Path) -> keras.Model:
    """The model, every variable of its optimizer with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return keras.models.load_model(path)


def variables(path: Path) -> list[np.ndarray]:
    model = load(path)
    return [np.asarray(each) for each in model.weights + model.optimizer.variables]


def goes_on(model: keras.Model, history: dict, data) -> float:
    """How far `history` is from what Keras does with `model`, relative; its keys are Keras's."""
    expected = model.fit(*data, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0).history
    assert sorted(expected) == sorted(history) == ["acc", "loss", "right"], (expected, history)
    return max(np.abs(np.array(history[key]) / expected[key] - 1).max() for key in expected)


def check_keras(dlc: str, name: str, folder: Path) -> float:
    rng = np.random.default_rng(2)
    data = rng.normal(0, 1, (EXAMPLES, 5)).astype(np.float32), rng.integers(0, 3, EXAMPLES)
    np.savez(folder / "data.npz", x=data[0], y=data[1])
    model = build(OPTIMIZERS[name]())
    model.save(folder / "model.keras")
    train(dlc, folder / "model.keras", folder / "half.keras", EPOCHS)
    history, said = train(dlc, folder / "half.keras", folder / "whole.keras", EPOCHS)
    assert not said, said
    train(dlc, folder / "model.keras", folder / "once.keras", 2 * EPOCHS)
    for found, expected in zip(variables(folder / "whole.keras"), variables(folder / "once.keras"), strict=True):
        assert np.array_equal(found, expected)
    iterations = int(load(folder / "half.keras").optimizer.iterations)
    assert iterations == EPOCHS * -(-EXAMPLES // BATCH), iterations
    worst = goes_on(load(folder / "half.keras"), history, data)
    model.optimizer.learning_rate = 0.02
    model.fit(*data, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
    model.save(folder / "by-keras.keras")
    history, said = train(dlc, folder / "by-keras.keras", folder / "on.keras", EPOCHS)
    assert not said, said
    return max(worst, goes_on(model, history, data))


def check_anew(dlc: str, folder: Path) -> None:
    """Another optimizer begins at zero, in Keras and here, and says so; a learning rate of one's own does not."""
    data = np.load(folder / "data.npz")
    model = build(OPTIMIZERS["adam"]())
    model.fit(data["x"], data["y"], batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
    model.save(folder / "adam.keras")
    history, said = train(dlc, folder / "adam.keras", folder / "sgd.keras", EPOCHS, "--optimizer=sgd", "--momentum=0.5")
    # A sanitized dlc says something of its own before.
    assert said.endswith(f"dlc: note: {folder}/adam.keras: was trained with adam before; sgd begins anew\n"), said
    again = load(folder / "adam.keras")
    again.compile(optimizer=keras.optimizers.SGD(momentum=0.5), loss=model.loss,
                  metrics=["acc", keras.metrics.SparseCategoricalAccuracy(name="right")])
    assert goes_on(again, history, (data["x"], data["y"])) <= TOLERANCE
    history, said = train(dlc, folder / "adam.keras", folder / "slow.keras", EPOCHS, "--learning-rate=0.002")
    assert not said, said
    model.optimizer.learning_rate = 0.002
    assert goes_on(model, history, (data["x"], data["y"])) <= TOLERANCE
    # With a momentum it has more variables than the file.
    build(keras.optimizers.SGD()).save(folder / "new.keras")
    train(dlc, folder / "new.keras", folder / "plain.keras", 1)
    _, said = train(dlc, folder / "plain.keras", folder / "moved.keras", 1, "--momentum=0.9")
    assert "plain.keras: it holds 2 variables of its optimizer, expected 11; sgd begins anew" in said, said
    train(dlc, folder / "moved.keras", folder / "moved-on.keras", 1)
    assert abs(load(folder / "moved-on.keras").optimizer.momentum - 0.9) < 1e-9


def check_dropouts(dlc: str, folder: Path) -> None:
    build(OPTIMIZERS["adam"](), dropout=0.5).save(folder / "dropout.keras")
    train(dlc, folder / "dropout.keras", folder / "half.keras", EPOCHS, "--seed=3")
    train(dlc, folder / "half.keras", folder / "whole.keras", EPOCHS, "--seed=3")
    train(dlc, folder / "dropout.keras", folder / "once.keras", 2 * EPOCHS, "--seed=3")
    for found, expected in zip(variables(folder / "whole.keras"), variables(folder / "once.keras"), strict=True):
        assert np.array_equal(found, expected)


def check_state(dlc: str, folder: Path) -> None:
    make.write_model(folder / "net.onnx", dropout=0.5)
    np.savez(folder / "data.npz", **make.data())
    options = ("--loss=sparse_categorical_crossentropy", "--optimizer=adam", "--metrics=acc")
    train(dlc, folder / "net.onnx", folder / "half.npz", EPOCHS, *options)
    train(dlc, folder / "net.onnx", folder / "whole.npz", EPOCHS, f"--state={folder}/half.npz", *options)
    train(dlc, folder / "net.onnx", folder / "once.npz", 2 * EPOCHS, *options)
    found, expected = np.load(folder / "whole.npz"), np.load(folder / "once.npz")
    assert sorted(found) == sorted(expected)
    for name in expected:
        assert np.array_equal(found[name], expected[name]), name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("optimizers", nargs="*", metavar="OPTIMIZER", help=f"of {', '.join(OPTIMIZERS)}; all by default")
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    arguments = parser.parse_args()
    keras.utils.set_random_seed(5)
    failures = 0
    with tempfile.TemporaryDirectory(prefix="dlc-resume-") as name:
        folder = Path(name)
        for optimizer in arguments.optimizers or OPTIMIZERS:
            worst = check_keras(arguments.dlc, optimizer, folder)
            failures += not worst <= TOLERANCE
            print(f"{'ok  ' if worst <= TOLERANCE else 'FAIL'} {optimizer} {worst:.1e}", flush=True)
        check_anew(arguments.dlc, folder)
        check_dropouts(arguments.dlc, folder)
        check_state(arguments.dlc, folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
