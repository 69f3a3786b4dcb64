"""Real models on a device, compared with the same models on the CPU, at the smallest of the shapes in cases.py.
One line a model:

    ok   minilm on opencl input_ids=3x17 ...  1.2e-06

What the CPU's results are worth is compare.py's affair. Exits 77 where there is no device.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import cases
import compare


def missing_device(dlc: str, name: str) -> str:
    """Why nothing that is compiled for the target `name` can run here; empty where it can."""
    listed = json.loads(subprocess.run([dlc, "targets", "--json"], check=True, capture_output=True).stdout)
    found = next(target for target in listed["targets"] if target["name"] == name)
    return "" if found["devices"] else found["missing"]


def outputs(dlc: str, target: str, model: Path, shape: dict, feeds: cases.Feeds, folder: Path) -> dict[str, np.ndarray]:
    folder = folder / target
    folder.mkdir()
    artifact = folder / "model.so"
    flags = [flag for name, dims in shape.items() for flag in ("--shape", f"{name}={compare.shape_text(dims)}")]
    compare.run([dlc, "compile", str(model), "-o", str(artifact), f"--target={target}", *flags])
    return compare.run_artifact(dlc, artifact, feeds, 1, folder)


def smallest(case: cases.Case) -> dict[str, tuple[int, ...]]:
    return min(case.shapes, key=lambda shape: sum(int(np.prod(dims)) for dims in shape.values()))


def check(dlc: str, target: str, case: cases.Case, folder: Path) -> bool:
    model = folder / "model.onnx"
    case.write(model)
    shape = smallest(case)
    feeds = case.feeds(shape)
    label = f"{case.name} on {target} " + " ".join(f"{name}={compare.shape_text(dims)}" for name, dims in shape.items())
    try:
        expected = outputs(dlc, "cpu", model, shape, feeds, folder)
        actual = outputs(dlc, target, model, shape, feeds, folder)
        worst = max(compare.difference(actual[name], value) for name, value in expected.items())
        if not worst <= compare.TOLERANCE:
            raise compare.Failure(f"{worst:.1e}, expected at most {compare.TOLERANCE:.0e}")
        print(f"ok   {label}  {worst:.1e}", flush=True)
        return True
    except (compare.Failure, subprocess.TimeoutExpired) as failure:
        print(f"FAIL {label}  {failure}", flush=True)
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    parser.add_argument("--target", default="opencl", help="what models are compiled for")
    parser.add_argument("models", nargs="+", help="names as cases.py prints them")
    arguments = parser.parse_args()
    if missing := missing_device(arguments.dlc, arguments.target):
        print(f"skipped: {missing}")
        return 77
    known = cases.all_cases()
    passed = True
    for name in arguments.models:
        with tempfile.TemporaryDirectory() as folder:
            passed &= check(arguments.dlc, arguments.target, known[name], Path(folder))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
