"""Keras loads what dlc writes: equal predictions, optimizer state in place, equal bytes each time."""
import argparse
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

# NumPy does not train.
os.environ["KERAS_BACKEND"] = "jax"
import models  # noqa: E402

keras = models.keras
# Of the largest magnitude of an output.
TOLERANCE = 1e-5


def halve(model: keras.Model) -> None:
    for variable in model.variables:
        if variable.dtype == "float32":
            variable.assign(variable.numpy() / 2)


def compiled_model() -> tuple[keras.Model, np.ndarray]:
    """Trained for one step, so that Adam has state."""
    layers = keras.layers
    model = keras.Sequential([keras.Input((9, 7, 3)), layers.Conv2D(4, 3), layers.BatchNormalization(),
                              layers.ReLU(), layers.Reshape((7, 20)), layers.Bidirectional(layers.LSTM(3)),
                              layers.Dense(1, name="my_head")])
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    numbers = np.random.default_rng(5)
    x, y = numbers.random((6, 9, 7, 3), np.float32), numbers.random((6, 1), np.float32)
    model.fit(x, y, epochs=1, verbose=0)
    return model, x


def expect(condition: bool, text: str) -> list[str]:
    return [] if condition else [f"FAIL {text}"]


def check(rewrite: str, name: str, model: keras.Model, inputs, folder: Path) -> list[str]:
    original, output, again = (folder / f"{name}{suffix}.keras" for suffix in ("", "-new", "-again"))
    model.save(original)
    for path in (output, again):
        done = subprocess.run([rewrite, str(original), str(path)], capture_output=True, text=True)
        if done.returncode:
            return [f"FAIL {name}: {done.stderr.strip()}"]
    loaded = keras.models.load_model(output)
    halve(model)
    problems = []
    ours, theirs = (keras.tree.flatten(each(inputs, training=False)) for each in (loaded, model))
    for index, (found, expected) in enumerate(zip(ours, theirs, strict=True)):
        found, expected = np.asarray(found), np.asarray(expected)
        largest = np.abs(found - expected).max(initial=0)
        problems += expect(largest <= TOLERANCE * max(1, np.abs(expected).max(initial=0)),
                           f"{name}: output {index} differs by {largest:.3g}")
    with zipfile.ZipFile(output) as archive:
        problems += expect(all(member.compress_type == zipfile.ZIP_STORED for member in archive.infolist()),
                           f"{name}: a member is compressed")
    problems += expect(output.read_bytes() == again.read_bytes(), f"{name}: two writes differ")
    problems += expect([path.name for path in folder.iterdir() if "tmp" in path.name] == [], f"{name}: left a temporary")
    if getattr(model, "optimizer", None):
        problems += expect(int(loaded.optimizer.iterations) == 20, f"{name}: iterations {loaded.optimizer.iterations}")
        for found, expected in zip(loaded.optimizer.variables[1:], model.optimizer.variables[1:], strict=True):
            problems += expect(np.allclose(found.numpy(), expected.numpy() / 2, rtol=1e-6),
                               f"{name}: optimizer variable {expected.path}")
        problems += expect(loaded.loss == "mean_squared_error", f"{name}: loss {loaded.loss}")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rewrite", required=True, help="the program dlc-keras-rewrite")
    arguments = parser.parse_args()
    model, x = compiled_model()
    cases = [("compiled", model, x)]
    for name in ("shared_and_nested", "normalizations"):
        case = models.FAMILIES[name]()
        cases.append((name, case.model, list(case.inputs.values())))
    problems = []
    with tempfile.TemporaryDirectory(prefix="dlc-keras-") as folder:
        for name, model, inputs in cases:
            found = check(arguments.rewrite, name, model, inputs, Path(folder))
            problems += found
            print(*found or [f"ok {name}"], sep="\n", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
