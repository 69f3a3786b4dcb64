"""Compiles real models with dlc, runs them, and compares with ONNX Runtime and packaged outputs.

One line a model and shape, with the largest difference relative to the largest magnitude:

    ok   resnet50 gpu_0/data_0=1x3x224x224  threads 1: 1.2e-07 (packaged 9.8e-08)  threads 2: 1.2e-07

Exits 1 where one is beyond the tolerance, has another shape or type, or does not compile.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

import cases

TOLERANCE = 1e-4
THREADS = (1, 2)


class Failure(Exception):
    """Why a case does not pass, in one line."""


def run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, timeout=1200)
    if result.returncode:
        lines = result.stderr.strip().splitlines() or ["no message"]
        raise Failure(f"{' '.join(command[:2])} exited with {result.returncode}: {lines[-1]}")


def shape_text(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def difference(actual: np.ndarray, expected: np.ndarray) -> float:
    """Largest absolute difference over the largest magnitude expected."""
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        raise Failure(f"expected {expected.dtype} {expected.shape}, found {actual.dtype} {actual.shape}")
    if not np.isfinite(actual).all():
        raise Failure("found values that are not finite")
    if not expected.size:
        return 0.0
    return float(np.abs(actual - expected).max() / max(np.abs(expected).max(), 1e-30))


def reference(model: Path, feeds: cases.Feeds) -> dict[str, np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds)))


def run_artifact(dlc: str, artifact: Path, feeds: cases.Feeds, threads: int, folder: Path) -> dict[str, np.ndarray]:
    """Outputs by file name."""
    command = [dlc, "run", str(artifact), "--threads", str(threads), "--output", str(folder / f"out{threads}")]
    for index, (name, value) in enumerate(feeds.items()):
        path = folder / f"in{index}.npy"
        np.save(path, value)
        command += ["--input", f"{name}={path}"]
    run(command)
    return {path.stem: np.load(path) for path in (folder / f"out{threads}").glob("*.npy")}


def file_name(output: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in output)


def compare_shape(dlc: str, case: cases.Case, model: Path, shape: dict, folder: Path) -> str:
    """Raises Failure, or returns the differences as text."""
    feeds = case.feeds(shape)
    artifact = folder / "model.so"
    flags = [flag for name, dims in shape.items() for flag in ("--shape", f"{name}={shape_text(dims)}")]
    run([dlc, "compile", str(model), "-o", str(artifact), *flags])
    expected = reference(model, feeds)
    text = []
    for threads in THREADS:
        actual = run_artifact(dlc, artifact, feeds, threads, folder)
        worst = 0.0
        for name, value in expected.items():
            if file_name(name) not in actual:
                raise Failure(f"expected an output '{name}', found {sorted(actual)}")
            worst = max(worst, difference(actual[file_name(name)], value))
        part = f"threads {threads}: {worst:.1e}"
        if case.packaged:
            tensor = onnx.load_tensor(case.packaged)
            packaged = difference(next(iter(actual.values())), numpy_helper.to_array(tensor))
            worst = max(worst, packaged)
            part += f" (packaged {packaged:.1e})"
        if not worst <= TOLERANCE:
            raise Failure(f"{part}, expected at most {TOLERANCE:.0e}")
        text.append(part)
    return "  ".join(text)


def compare(dlc: str, case: cases.Case, folder: Path) -> bool:
    model = folder / "model.onnx"
    case.write(model)
    passed = True
    for shape in case.shapes:
        label = f"{case.name} " + " ".join(f"{name}={shape_text(dims)}" for name, dims in shape.items())
        try:
            print(f"ok   {label}  {compare_shape(dlc, case, model, shape, folder)}", flush=True)
        except (Failure, subprocess.TimeoutExpired) as failure:
            print(f"FAIL {label}  {failure}", flush=True)
            passed = False
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    parser.add_argument("models", nargs="*", help="names as cases.py prints them; all without")
    arguments = parser.parse_args()
    known = cases.all_cases()
    if unknown := set(arguments.models) - set(known):
        parser.error(f"unknown models {sorted(unknown)}; expected {', '.join(known)}")
    passed = True
    for name in arguments.models or known:
        with tempfile.TemporaryDirectory(prefix="dlc-models-") as folder:
            passed &= compare(arguments.dlc, known[name], Path(folder))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
