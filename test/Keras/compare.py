"""Compares dlc with Keras: every family of models.py, every output, compiled or interpreted."""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import models
import numpy as np

# Of the largest magnitude of an output.
TOLERANCE = 1e-5


def run(dlc: str, model: Path, inputs: dict[str, np.ndarray], folder: Path, extra: list[str]) -> dict[str, np.ndarray]:
    """The outputs of `dlc run`, by name."""
    command = [dlc, "run", str(model), "--output", str(folder / "out"), "--quiet", *extra]
    for name, value in inputs.items():
        path = folder / f"{name}.npy"
        np.save(path, value)
        command += ["--input", f"{name}={path}", "--shape", f"{name}={'x'.join(map(str, value.shape))}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")
    return {path.stem: np.load(path) for path in (folder / "out").glob("*.npy")}


def difference(found: np.ndarray | None, expected: np.ndarray) -> str:
    """What is wrong with `found`; empty where nothing."""
    if found is None:
        return "no such output"
    if found.shape != expected.shape:
        return f"shape {found.shape}, expected {expected.shape}"
    largest, scale = np.abs(found - expected).max(initial=0), np.abs(expected).max(initial=0)
    return "" if largest <= TOLERANCE * max(scale, 1) else f"differs by {largest:.3g} of {scale:.3g}"


def check(dlc: str, name: str, folder: Path, extra: list[str]) -> list[str]:
    case = models.FAMILIES[name]()
    path = folder / f"{name}.keras"
    case.model.save(path)
    inputs = list(case.inputs.values())
    if isinstance(case.model, models.keras.Sequential):
        names, expected = [case.model.layers[-1].name], [case.model(*inputs)]
    else:
        names, expected = case.model.output_names, models.keras.tree.flatten(case.model(inputs))
    try:
        found = run(dlc, path, case.inputs, folder, extra)
    except RuntimeError as failure:
        return [f"FAIL {name}: {failure}"]
    if len(names) != len(found):
        return [f"FAIL {name}: {len(found)} outputs, expected {len(names)}"]
    problems = [(output, difference(found.get(output), np.asarray(value))) for output, value in zip(names, expected)]
    return [f"FAIL {name}: {output}: {problem}" for output, problem in problems if problem]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dlc", default="dlc")
    parser.add_argument("--interpret", action="store_true", help="judge the reference interpreter")
    parser.add_argument("--without", action="append", default=[], help="a family that is left out")
    parser.add_argument("families", nargs="*", help="all without")
    arguments = parser.parse_args()
    extra = ["--interpret"] if arguments.interpret else []
    failed = 0
    for name in arguments.families or models.FAMILIES:
        if name in arguments.without:
            continue
        with tempfile.TemporaryDirectory(prefix="dlc-keras-") as folder:
            problems = check(arguments.dlc, name, Path(folder), extra)
        failed += bool(problems)
        print(*problems or [f"ok {name}"], sep="\n", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
