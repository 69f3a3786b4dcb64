"""Compiles random graphs with dlc and compares every output with ONNX Runtime's.

A failure prints the seed; `check.py --seed N --keep model.onnx` writes the graph for a closer look. With --open
sizes of the inputs are left open: one artifact runs at those that the graph was drawn with and at others, as far as
ONNX Runtime takes the graph there.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

import graphs

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
import compare  # noqa: E402

TOLERANCE = 1e-4
UNSUPPORTED = 3


def feeds_of(graph: graphs.RandomGraph, seed: int, sizes: dict[int, int] | None = None) -> dict[str, np.ndarray]:
    """Values of the inputs; `sizes` says what stands for sizes that are open."""
    rng = np.random.default_rng(seed + 1)
    resized = {name: [(sizes or {}).get(dim, dim) for dim in shape] for name, shape in graph.inputs.items()}
    return {name: rng.standard_normal(shape).astype(np.float32) for name, shape in resized.items()}


def compare_outputs(dlc: str, artifact: Path, feeds: dict, expected: dict, folder: Path) -> None:
    """Raises compare.Failure where the artifact gives anything but `expected`."""
    actual = compare.run_artifact(dlc, artifact, feeds, 2, folder)
    for name, value in expected.items():
        if name not in actual:
            raise compare.Failure(f"expected an output '{name}', found {sorted(actual)}")
        worst = compare.difference(actual[name], value)
        if not worst <= TOLERANCE:
            raise compare.Failure(f"output {name} differs by {worst:.1e}, expected at most {TOLERANCE:.0e}")


def check(dlc: str, seed: int, size: int, folder: Path) -> None:
    """Raises compare.Failure where dlc and ONNX Runtime disagree."""
    graph = graphs.RandomGraph(seed)
    model, artifact = folder / "model.onnx", folder / "model.so"
    onnx.save(graph.build(size), model)
    feeds = feeds_of(graph, seed)
    compare.run([dlc, "compile", str(model), "-o", str(artifact)])
    compare_outputs(dlc, artifact, feeds, compare.reference(model, feeds), folder)


def check_open(dlc: str, seed: int, size: int, folder: Path) -> int:
    """The number of sizes at which one artifact agrees; 0 where dlc asks for fixed sizes. Raises compare.Failure."""
    graph = graphs.RandomGraph(seed)
    model, artifact = folder / "model.onnx", folder / "model.so"
    onnx.save(graph.build(size, opened=1), model)
    command = [dlc, "compile", str(model), "-o", str(artifact)]
    compiled = subprocess.run(command, capture_output=True, text=True)
    if compiled.returncode == UNSUPPORTED and "--shape" in compiled.stderr:
        return 0
    if compiled.returncode:
        raise compare.Failure(f"dlc compile exited with {compiled.returncode}: {compiled.stderr.strip()}")
    agreed = 0
    # As drawn, one element, a size larger than any before, one below a vector's width, none.
    for change in (lambda dim: dim, lambda dim: 1, lambda dim: dim + 13, lambda dim: 7, lambda dim: 0):
        feeds = feeds_of(graph, seed, {dim: change(dim) for dim in graph.opened})
        try:
            expected = compare.reference(model, feeds)
        except Exception:  # noqa: BLE001 - ONNX Runtime's own types: the graph is none at these sizes
            continue
        try:
            compare_outputs(dlc, artifact, feeds, expected, folder)
        except compare.Failure as failure:
            # A size that the graph needs as it is drawn: ONNX Runtime broadcasts one element to it.
            if change(2) != 2 and "the model has no result for inputs of these shapes" in str(failure):
                continue
            if change(2) == 1 and ": expected float32 " in str(failure):
                continue
            raise
        agreed += 1
    if not agreed:
        raise compare.Failure("ran at no size, expected at least the one that it was drawn with")
    return agreed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=12, help="how many graphs")
    parser.add_argument("--size", type=int, default=10, help="nodes in a graph")
    parser.add_argument("--open", action="store_true", help="leave sizes open")
    parser.add_argument("--keep", type=Path, help="write the first seed's graph here and stop")
    arguments = parser.parse_args()
    if arguments.keep:
        opened = 1 if arguments.open else 0
        onnx.save(graphs.RandomGraph(arguments.seed).build(arguments.size, opened), arguments.keep)
        return 0
    failed = refused = sizes = 0
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        with tempfile.TemporaryDirectory(prefix="dlc-property-") as folder:
            try:
                if arguments.open:
                    agreed = check_open(arguments.dlc, seed, arguments.size, Path(folder))
                    refused, sizes = refused + (agreed == 0), sizes + agreed
                else:
                    check(arguments.dlc, seed, arguments.size, Path(folder))
            except compare.Failure as failure:
                print(f"FAIL seed {seed} size {arguments.size}: {failure}", flush=True)
                failed += 1
    print(f"{arguments.count - failed - refused} of {arguments.count} random graphs agree"
          + (f", at {sizes} sizes; {refused} need fixed ones" if arguments.open else ""))
    # Most must have been open: else this tests nothing.
    return 1 if failed or 2 * refused > arguments.count else 0


if __name__ == "__main__":
    sys.exit(main())
