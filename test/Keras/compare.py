"""Compares dlc with Keras: every family of models.py, every output, compiled or interpreted.

With --open-batch each family is one artifact that serves several batch sizes.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import models
import numpy as np

# Of the largest magnitude of an output.
TOLERANCE = 1e-5


def call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")


def run(dlc: str, model: Path, inputs: dict[str, np.ndarray], folder: Path, extra: list[str]) -> dict[str, np.ndarray]:
    """The outputs of `dlc run`, by name."""
    command = [dlc, "run", str(model), "--output", str(folder / "out"), "--quiet", *extra]
    for name, value in inputs.items():
        path = folder / f"{name}.npy"
        np.save(path, value)
        command += ["--input", f"{name}={path}"]
        if model.suffix == ".keras":
            command += ["--shape", f"{name}={'x'.join(map(str, value.shape))}"]
    call(command)
    return {path.stem: np.load(path) for path in (folder / "out").glob("*.npy")}


def difference(found: np.ndarray | None, expected: np.ndarray) -> str:
    """What is wrong with `found`; empty where nothing."""
    if found is None:
        return "no such output"
    if found.shape != expected.shape:
        return f"shape {found.shape}, expected {expected.shape}"
    largest, scale = np.abs(found - expected).max(initial=0), np.abs(expected).max(initial=0)
    return "" if largest <= TOLERANCE * max(scale, 1) else f"differs by {largest:.3g} of {scale:.3g}"


def predictions(model: models.keras.Model, inputs: list[np.ndarray]) -> dict[str, np.ndarray]:
    """What Keras says, by the names that dlc gives the outputs."""
    if isinstance(model, models.keras.Sequential):
        return {model.layers[-1].name: np.asarray(model(*inputs))}
    return dict(zip(model.output_names, map(np.asarray, models.keras.tree.flatten(model(inputs))), strict=True))


def check(arguments: argparse.Namespace, name: str, folder: Path) -> list[str]:
    case = models.FAMILIES[name]()
    path, problems = folder / f"{name}.keras", []
    case.model.save(path)
    extra = ["--interpret"] if arguments.interpret else []
    batches = [case.inputs]
    if arguments.open_batch:
        # One that all have, a prime, one element.
        batches += [{key: np.resize(value, (size, *value.shape[1:])) for key, value in case.inputs.items()}
                    for size in (7, 1)]
    try:
        if arguments.open_batch:
            call([arguments.dlc, "compile", str(path), "-o", str(folder / "model.so"), "--quiet"])
            path = folder / "model.so"
        for inputs in batches:
            found = run(arguments.dlc, path, inputs, folder, extra)
            expected = predictions(case.model, list(inputs.values()))
            wrong = {output: difference(found.get(output), value) for output, value in expected.items()}
            wrong |= {output: "expected no such output" for output in found.keys() - expected.keys()}
            problems += [f"FAIL {name}: {output}: {problem}" for output, problem in wrong.items() if problem]
    except RuntimeError as failure:
        problems.append(f"FAIL {name}: {failure}")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dlc", default="dlc")
    parser.add_argument("--interpret", action="store_true", help="judge the reference interpreter")
    parser.add_argument("--open-batch", action="store_true", help="leave the batch open, and run several")
    parser.add_argument("families", nargs="*", help="all without")
    arguments = parser.parse_args()
    failed = 0
    for name in arguments.families or models.FAMILIES:
        with tempfile.TemporaryDirectory(prefix="dlc-keras-") as folder:
            problems = check(arguments, name, Path(folder))
        failed += bool(problems)
        print(*problems or [f"ok {name}"], sep="\n", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
