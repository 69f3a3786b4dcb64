"""Compiles random graphs with dlc and compares every output with ONNX Runtime's.

A failure prints the seed; `check.py --seed N --keep model.onnx` writes the graph for a closer look.
"""
import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

import graphs

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
import compare  # noqa: E402

TOLERANCE = 1e-4


def feeds_of(graph: graphs.RandomGraph, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed + 1)
    return {name: rng.standard_normal(shape).astype(np.float32) for name, shape in graph.inputs.items()}


def check(dlc: str, seed: int, size: int, folder: Path) -> None:
    """Raises compare.Failure where dlc and ONNX Runtime disagree."""
    graph = graphs.RandomGraph(seed)
    model, artifact = folder / "model.onnx", folder / "model.so"
    onnx.save(graph.build(size), model)
    feeds = feeds_of(graph, seed)
    compare.run([dlc, "compile", str(model), "-o", str(artifact)])
    actual = compare.run_artifact(dlc, artifact, feeds, 2, folder)
    for name, expected in compare.reference(model, feeds).items():
        if name not in actual:
            raise compare.Failure(f"expected an output '{name}', found {sorted(actual)}")
        worst = compare.difference(actual[name], expected)
        if not worst <= TOLERANCE:
            raise compare.Failure(f"output {name} differs by {worst:.1e}, expected at most {TOLERANCE:.0e}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=12, help="how many graphs")
    parser.add_argument("--size", type=int, default=10, help="nodes in a graph")
    parser.add_argument("--keep", type=Path, help="write the first seed's graph here and stop")
    arguments = parser.parse_args()
    if arguments.keep:
        onnx.save(graphs.RandomGraph(arguments.seed).build(arguments.size), arguments.keep)
        return 0
    failed = 0
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        with tempfile.TemporaryDirectory(prefix="dlc-property-") as folder:
            try:
                check(arguments.dlc, seed, arguments.size, Path(folder))
            except compare.Failure as failure:
                print(f"FAIL seed {seed} size {arguments.size}: {failure}", flush=True)
                failed += 1
    print(f"{arguments.count - failed} of {arguments.count} random graphs agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
