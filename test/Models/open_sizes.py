"""Compiles real models with their sizes left open, runs one artifact at several shapes in one context, and
compares each with ONNX Runtime.

    ok   minilm-open 3x17  threads 1: 3.1e-07  threads 2: 3.1e-07

With --time, also the CPU time of the open artifact over that of one compiled for the shape.
Exits 1 where a result is beyond the tolerance or has another shape or type.
"""
import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

import cases
import open_decoder
import open_operators
from artifact import Artifact
from compare import THREADS, TOLERANCE, Failure, difference, run, shape_text

SECONDS = 1.0  # of timing a shape
Shapes = list[dict[str, tuple[int, ...]]]


def opened(write, axes: dict[int, str]):
    """`write`, with the axes of all inputs that are not initializers open under these names."""
    def write_open(target: Path) -> None:
        write(target)
        model = onnx.load(target)
        weights = {tensor.name for tensor in model.graph.initializer}
        for value in model.graph.input:
            for axis, name in axes.items() if value.name not in weights else ():
                value.type.tensor_type.shape.dim[axis].dim_param = name
        for value in model.graph.output:
            value.type.tensor_type.shape.dim[0].dim_param = axes[0]
        onnx.save(model, target)
    return write_open


def file_bytes(shapes: dict[str, tuple[int, ...]]) -> cases.Feeds:
    """Of files, as numbers; 256 stands for what is behind the end of one."""
    rng = np.random.default_rng(7)
    return {name: rng.integers(0, 257, shape, np.int32) for name, shape in shapes.items()}


def open_cases() -> dict[str, cases.Case]:
    """Shapes grow beyond all before, shrink afterwards, and hold 1 and primes. A page of fewer than 64 lines has no
    text in it, so that there is nothing to compare."""
    known = cases.all_cases()

    def with_shapes(name: str, shapes: Shapes, write=None) -> cases.Case:
        case = known[name]
        return cases.Case(f"{name}-open", write or case.write, shapes, case.feeds)

    def tokens(*sizes: tuple[int, int]) -> Shapes:
        return [dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), size) for size in sizes]
    squeezenet = opened(known["squeezenet-random"].write, {0: "batch"})
    listed = [
        with_shapes("minilm", tokens((1, 1), (3, 17), (2, 7), (1, 128), (5, 61), (1, 2))),
        with_shapes("squeezenet-random", [{"data_0": (n, 3, 224, 224)} for n in (1, 3, 2, 5, 7, 1)], squeezenet),
        with_shapes("ocr-det", [{"x": shape} for shape in ((1, 3, 320, 320), (1, 3, 96, 352), (2, 3, 160, 64),
                                                           (1, 3, 64, 32), (1, 3, 352, 416), (3, 3, 64, 96))]),
        with_shapes("ocr-rec", [{"x": shape} for shape in ((1, 3, 48, 320), (1, 3, 48, 104), (3, 3, 48, 192),
                                                           (1, 3, 48, 331), (2, 3, 48, 97), (1, 3, 48, 16))]),
        # Models that others exported as they are used: a detector of objects, of voices in sound, of what a file is.
        cases.Case("nudenet-open", cases.copy_of(cases.package("nudenet") / "320n.onnx"),
                   [{"images": shape} for shape in ((1, 3, 320, 320), (2, 3, 64, 96), (1, 3, 256, 192))], cases.noise),
        cases.Case("silero-vad-open", cases.copy_of(cases.package("silero_vad") / "data" / "silero_vad_half.onnx"),
                   [{"input": (batch, length), "state": (2, batch, 128)} for batch, length in ((1, 576), (3, 512), (2, 576))],
                   cases.noise),
        cases.Case("magika-open", cases.copy_of(cases.package("magika") / "models" / "standard_v3_3" / "model.onnx"),
                   [{"bytes": (batch, 2048)} for batch in (1, 3, 2)], file_bytes),
        cases.Case("operators-open", open_operators.write, open_operators.shapes(), open_operators.feeds),
        cases.Case("decoder-open", open_decoder.write, open_decoder.shapes(), open_decoder.feeds),
    ]
    return {case.name: case for case in listed}


def input_names(session: onnxruntime.InferenceSession) -> list[str]:
    return [value.name for value in session.get_inputs()]


def best_times(*calls) -> list[float]:
    """CPU seconds of the process in each call, the least of many, in turns: neighbours disturb all alike."""
    best = [float("inf")] * len(calls)
    end, turns = time.monotonic() + SECONDS, 0
    while turns < 7 or time.monotonic() < end:
        turns += 1
        for index, call in enumerate(calls):
            begin = time.process_time()
            call()
            best[index] = min(best[index], time.process_time() - begin)
    return best


def static_artifact(dlc: str, model: Path, shape: dict, folder: Path, threads: int) -> Artifact:
    path = folder / f"static-{'-'.join(shape_text(dims) for dims in shape.values())}.so"
    flags = [flag for name, dims in shape.items() for flag in ("--shape", f"{name}={shape_text(dims)}")]
    run([dlc, "compile", str(model), "-o", str(path), *flags])
    return Artifact(path, threads)


def compare_open(dlc: str, case: cases.Case, folder: Path, timed: bool) -> bool:
    model, library = folder / "model.onnx", folder / "model.so"
    case.write(model)
    try:
        run([dlc, "compile", str(model), "-o", str(library)])
    except Failure as failure:
        print(f"FAIL {case.name}  {failure}", flush=True)
        return False
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    contexts = {threads: Artifact(library, threads) for threads in THREADS}
    passed = True
    for shape in case.shapes:
        feeds = case.feeds(shape)
        inputs = [feeds[name] for name in input_names(session)]
        expected = session.run(None, feeds)
        text = []
        try:
            for threads, artifact in contexts.items():
                actual = artifact("run", *inputs)
                worst = max(difference(a, e) for a, e in zip(actual, expected, strict=True))
                text.append(f"threads {threads}: {worst:.1e}")
                if not worst <= TOLERANCE:
                    raise Failure(f"{text[-1]}, expected at most {TOLERANCE:.0e}")
                if timed:
                    static = static_artifact(dlc, model, shape, folder, threads)
                    pair = best_times(*(each.prepare("run", inputs) for each in (artifact, static)))
                    static.close()
                    text.append(f"open/static {pair[0] / pair[1]:.2f}")
            line = "ok  "
        except (Failure, RuntimeError) as failure:
            line, text, passed = "FAIL", [str(failure)], False
        print(f"{line} {case.name} {shape_text(next(iter(shape.values())))}  {'  '.join(text)}", flush=True)
    for artifact in contexts.values():
        artifact.close()
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    parser.add_argument("--time", action="store_true", help="compare times with artifacts of fixed shapes")
    parser.add_argument("models", nargs="*", help="names of open models; all without")
    arguments = parser.parse_args()
    known = open_cases()
    if unknown := set(arguments.models) - set(known):
        parser.error(f"unknown models {sorted(unknown)}; expected {', '.join(known)}")
    np.seterr(all="ignore")
    passed = True
    for name in arguments.models or known:
        with tempfile.TemporaryDirectory(prefix="dlc-open-") as folder:
            passed &= compare_open(arguments.dlc, known[name], Path(folder), arguments.time)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
