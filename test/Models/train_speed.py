"""Times training steps of dlc and of PyTorch, Keras on JAX and Keras on TensorFlow beside each other.

Every side is a process of its own (train_side.py), with its framework's threads set before it starts, and runs the
same net (train_cases.py) on the same batch; blocks of the sides alternate, one at a time, so that a change of the
machine's speed meets all. Ratios are dlc over the fastest other: below 1 dlc is faster. Times are medians, of processor
time on one thread, in which other processes count less, and of wall time on more.

    tools/setup/peers.sh && .venv-peers/bin/python3 test/Models/train_speed.py --dlc build/bin/dlc [CASE...]
"""
import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from train_side import SIDES

CASES = ["course", "lstm", "gru", "resnet18", "separable"]
NEEDS = {"torch": ["torch", "torchvision"], "torch-compile": ["torch", "torchvision"], "keras-jax": ["keras", "jax"],
         "keras-tf": ["keras", "tensorflow"], "keras-tf-xla": ["keras", "tensorflow"]}
QUANTITIES = ("wall", "cpu")


def available(side: str) -> bool:
    return all(importlib.util.find_spec(package) for package in NEEDS.get(side, []))


class Side:
    """One process. It sleeps but for the block that it is asked for."""

    def __init__(self, side: str, case: str, arguments, log: Path):
        self.name, self.log = side, log
        command = [sys.executable, str(Path(__file__).with_name("train_side.py")), side, case,
                   f"--threads={arguments.threads}", f"--dlc={arguments.dlc}", f"--cpu={arguments.cpu}"]
        with log.open("w") as stream:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stream,
                                            text=True)
        self.times = {quantity: [] for quantity in QUANTITIES}

    def ready(self) -> bool:
        if self.process.stdout.readline().strip() == "ready":
            return True
        last = self.log.read_text().strip().splitlines()[-1:] or ["no message"]
        print(f"note: {self.name} does not run this net: {last[0]}", file=sys.stderr, flush=True)
        return False

    def block(self, seconds: float) -> None:
        print(seconds, file=self.process.stdin, flush=True)
        for quantity, values in json.loads(self.process.stdout.readline()).items():
            self.times[quantity] += values

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def measure(case: str, arguments, folder: Path) -> dict:
    sides = []
    for name in arguments.sides:  # one after the other: compiling takes every core
        side = Side(name, case, arguments, folder / f"{case}-{name}.log")
        if side.ready():
            sides.append(side)
    load = os.getloadavg()[0]
    for _ in range(arguments.blocks):
        for side in sides:
            side.block(arguments.seconds)
    for side in sides:
        side.close()
    row = {"case": case, "threads": arguments.threads, "load": load}
    for quantity in QUANTITIES:
        row[quantity] = {side.name: statistics.median(side.times[quantity]) for side in sides}
        row[f"{quantity}_min"] = {side.name: min(side.times[quantity]) for side in sides}
    return row


def report(row: dict, quantity: str) -> str:
    times = row[quantity]
    others = {side: value for side, value in times.items() if side != "dlc"}
    text = ", ".join(f"{side} {value:.2f}" for side, value in times.items())
    line = f"{row['case']}, {row['threads']} thread(s), {quantity} ms: {text}"
    if others and "dlc" in times:
        best = min(others, key=others.get)
        least = row[f"{quantity}_min"]
        line += (f"; ratio to {best} {times['dlc'] / others[best]:.2f}, of least times "
                 f"{least['dlc'] / min(value for side, value in least.items() if side != 'dlc'):.2f}")
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to compile with")
    parser.add_argument("--cpu", default="native", help="the CPU that dlc compiles for")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--blocks", type=int, default=6, help="alternations")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a block")
    parser.add_argument("--sides", nargs="+", default=list(SIDES), choices=list(SIDES))
    parser.add_argument("--json", action="store_true", help="everything measured, as JSON")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all without")
    arguments = parser.parse_args()
    if unknown := set(arguments.cases) - set(CASES):
        parser.error(f"unknown cases {sorted(unknown)}; expected {', '.join(CASES)}")
    arguments.dlc = str(Path(arguments.dlc).resolve()) if "/" in arguments.dlc else arguments.dlc
    arguments.sides = [side for side in arguments.sides if available(side)]
    rows = []
    with tempfile.TemporaryDirectory(prefix="dlc-train-speed-") as folder:
        for case in arguments.cases or CASES:
            rows.append(measure(case, arguments, Path(folder)))
            if not arguments.json:
                print(report(rows[-1], "cpu" if arguments.threads == 1 else "wall"), f"(load {rows[-1]['load']:.1f})",
                      flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
