"""Times compiled models and ONNX Runtime side by side, in one process and one thread count at a time.

Both run the same inputs in alternating blocks, so that a change of the machine's speed meets both.
The ratio is of medians: below 1 dlc is faster. Prints a table; --json for a script. With --cpu-time
one thread is timed by its CPU time, in which other processes do not count.

    speed.py [--dlc build/bin/dlc] [--threads 1 2] [--blocks 8] [--shapes 1] [--cpu-time] [--cpu NAME] [MODEL...]
"""
import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import onnxruntime

import cases
from artifact import Artifact
from compare import run, shape_text

BLOCK_SECONDS = 0.25


def session(model: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def block(call, clock) -> list[float]:
    """Milliseconds of each call over about BLOCK_SECONDS, after two that are not counted: worker
    threads of the other side may still spin."""
    call()
    call()
    times = []
    end = time.perf_counter() + BLOCK_SECONDS
    while time.perf_counter() < end or len(times) < 3:
        start = clock()
        call()
        times.append((clock() - start) * 1e3)
    return times


def measure(model: Path, feeds: cases.Feeds, threads: int, blocks: int, clock, folder: Path) -> dict:
    artifact = folder / "model.so"
    peer = session(model, threads)
    compiled = Artifact(artifact, threads)
    call = compiled.prepare("run", list(feeds.values()))
    ours, theirs = [], []
    for _ in range(blocks):
        ours += block(call, clock)
        theirs += block(lambda: peer.run(None, feeds), clock)
    compiled.close()
    return {"threads": threads, "dlc_ms": statistics.median(ours), "dlc_min_ms": min(ours),
            "onnxruntime_ms": statistics.median(theirs), "onnxruntime_min_ms": min(theirs),
            "ratio": statistics.median(ours) / statistics.median(theirs), "min_ratio": min(ours) / min(theirs)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to compile with")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--blocks", type=int, default=8, help=f"alternations, of {BLOCK_SECONDS} s a side")
    parser.add_argument("--shapes", type=int, default=1, help="how many of a model's test shapes")
    parser.add_argument("--cpu-time", action="store_true", help="time one thread by its CPU time")
    parser.add_argument("--cpu", default="native", help="the CPU that dlc compiles for; ONNX Runtime takes this one")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("models", nargs="*", help="names as cases.py prints them; all without")
    arguments = parser.parse_args()
    known = cases.all_cases()
    if unknown := set(arguments.models) - set(known):
        parser.error(f"unknown models {sorted(unknown)}; expected {', '.join(known)}")
    rows = []
    for name in arguments.models or known:
        for shape in known[name].shapes[:arguments.shapes]:
            with tempfile.TemporaryDirectory(prefix="dlc-speed-") as text:
                folder = Path(text)
                known[name].write(folder / "model.onnx")
                flags = [flag for key, dims in shape.items() for flag in ("--shape", f"{key}={shape_text(dims)}")]
                run([arguments.dlc, "compile", str(folder / "model.onnx"), "-o", str(folder / "model.so"),
                     f"--cpu={arguments.cpu}", *flags])
                feeds = known[name].feeds(shape)
                for threads in arguments.threads:
                    clock = time.thread_time if arguments.cpu_time and threads == 1 else time.perf_counter
                    row = measure(folder / "model.onnx", feeds, threads, arguments.blocks, clock, folder)
                    rows.append({"model": name, "shape": {k: list(v) for k, v in shape.items()}, **row})
                    if not arguments.json:
                        print(f"{name:22} {' '.join(map(shape_text, shape.values())):16} threads {threads}: dlc "
                              f"{row['dlc_ms']:8.2f} ms  onnxruntime {row['onnxruntime_ms']:8.2f} ms  ratio "
                              f"{row['ratio']:.2f} (of minima {row['min_ratio']:.2f})", flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
