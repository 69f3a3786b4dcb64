"""Gives every hostile file to `dlc check` and `dlc compile`.

Each must end with the right exit code and one printable line that names the file, without a signal,
within a minute, within 64 MB (times --memory-factor) of what a good model takes, and must leave no
file behind.
"""
import argparse
import concurrent.futures
import importlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from case import UNSUPPORTED, Case

EXTRA_MEMORY = 64 << 20
SECONDS = 60


def run(command: list[str], folder: Path) -> tuple[int, str, int]:
    """Exit status (negative: signal), standard error, peak memory in bytes."""
    with open(folder / "stderr.txt", "w+b") as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                process.send_signal(signal.SIGKILL)
            time.sleep(0.005)
        errors.seek(0)
        text = errors.read().decode(errors="replace")
    (folder / "stderr.txt").unlink()
    return os.waitstatus_to_exitcode(status), text, usage.ru_maxrss * 1024


def problems_of(case: Case, file: str, verb: str, result: tuple[int, str, int], limit: int) -> list[str]:
    status, text, peak = result
    if status < 0:
        return [f"killed by {signal.Signals(-status).name}"]
    if verb == "check" and case.valid and status == 0:
        return []
    problems = []
    if status not in case.exit_codes:
        problems.append(f"exit code {status}, expected {' or '.join(map(str, case.exit_codes))}")
    lines = text.splitlines()
    # `check` lists every unsupported item; everything else is one line.
    if not lines or (len(lines) > 1 and not (verb == "check" and status == UNSUPPORTED)):
        problems.append(f"{len(lines)} lines of error, expected one")
    if lines and not all(line.isprintable() for line in lines):
        problems.append("an error that is not printable")
    if lines and file not in text:
        problems.append("an error that does not name the file")
    if lines and not re.search(case.pattern, text):
        problems.append(f"an error without '{case.pattern}'")
    if peak > limit:
        problems.append(f"{peak >> 20} MB, expected at most {limit >> 20}")
    return [f"{problem}: {lines[-1] if lines else ''}" for problem in problems]


def check(dlc: str, file: str, case: Case, folder: Path, limit: int) -> list[str]:
    folder.mkdir()
    case.write(folder)
    before = set(folder.iterdir())
    model, output = str(folder / file), str(folder / "out.so")
    problems = []
    for verb, command in (("check", [dlc, "check", model]), ("compile", [dlc, "compile", model, "-o", output])):
        problems += [f"FAIL {case.name}: {verb}: {problem}"
                     for problem in problems_of(case, file, verb, run(command, folder), limit)]
        if left := set(folder.iterdir()) - before:
            problems.append(f"FAIL {case.name}: {verb}: left {sorted(path.name for path in left)}")
    return problems


def good_model_memory(dlc: str, suite, folder: Path) -> int:
    """Peak memory of checking and of compiling a good tiny model, which must both work."""
    model = folder / suite.FILE
    suite.write_valid(model)
    peaks = []
    for command in ([dlc, "check", str(model)], [dlc, "compile", str(model), "-o", str(folder / "out.so")]):
        status, text, peak = run(command, folder)
        if status:
            sys.exit(f"{' '.join(command[:2])} of a good model exited with {status}: {text}")
        peaks.append(peak)
    return max(peaks)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc")
    parser.add_argument("--memory-factor", type=int, default=1, help="more than 1 where dlc is instrumented")
    parser.add_argument("--suite", default="malformed_onnx", help="the module that makes the files")
    parser.add_argument("cases", nargs="*", help="names; all without")
    arguments = parser.parse_args()
    suite = importlib.import_module(arguments.suite)
    cases = [case for case in suite.CASES if not arguments.cases or case.name in arguments.cases]
    with tempfile.TemporaryDirectory(prefix="dlc-security-") as name:
        folder = Path(name)
        limit = good_model_memory(arguments.dlc, suite, folder) + EXTRA_MEMORY * arguments.memory_factor
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda case: check(arguments.dlc, suite.FILE, case, folder / case.name, limit), cases))
    failed = sum(bool(problems) for problems in results)
    for problems in results:
        print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(cases) - failed} of {len(cases)} hostile files are refused as they should be")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
