"""Assembles every CUDA kernel of real models with NVIDIA's ptxas and asserts that none of them uses a stack or
spills registers: storage that a schedule places outside of the loops over threads would lie in every thread's
stack, slowly and without a word. Needs no GPU. One line a model and architecture:

    ok   minilm sm_90  41 kernels, at most 96 registers

Takes ptxas from the PyPI package nvidia-cuda-nvcc-cu12, else from PATH; exits 77 where there is none.
"""
import argparse
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cases
import compare
import device

ARCHITECTURES = ("sm_80", "sm_90")
CLEAN = "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads"


def find_ptxas() -> str | None:
    try:
        package = importlib.util.find_spec("nvidia.cuda_nvcc")
    except ModuleNotFoundError:
        package = None
    for folder in package.submodule_search_locations if package else []:
        if (tool := Path(folder) / "bin" / "ptxas").exists():
            return str(tool)
    return shutil.which("ptxas")


def programs(text: str) -> dict[str, str]:
    """PTX by kernel symbol, from what --emit=asm writes."""
    parts = re.split(r"^# (kernel_\w+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def assemble(ptxas: str, architecture: str, symbol: str, program: str, folder: Path) -> list[int]:
    """Registers of each entry point; Failure where one is not clean."""
    source = folder / f"{symbol}.ptx"
    source.write_text(program)
    command = [ptxas, "-v", f"-arch={architecture}", str(source), "-o", str(folder / "out.cubin")]
    done = subprocess.run(command, capture_output=True, text=True)
    report = done.stdout + done.stderr
    if done.returncode:
        raise compare.Failure(f"{symbol}: ptxas: {report.strip().splitlines()[0]}")
    functions = re.findall(r"Function properties for (\S+)\n\s*(.*)", report)
    for name, properties in functions:
        if properties.strip() != CLEAN:
            raise compare.Failure(f"{symbol}: {name}: expected {CLEAN}, found {properties.strip()}")
    registers = [int(count) for count in re.findall(r"Used (\d+) registers", report)]
    if not functions or len(registers) < len(re.findall(r"^\.visible \.entry", program, flags=re.MULTILINE)):
        raise compare.Failure(f"{symbol}: ptxas reports {len(registers)} kernels of those in the program")
    return registers


def check_listing(ptxas: str, label: str, listing: Path, folder: Path) -> bool:
    """Assembles all programs of what --emit=asm wrote; prints a line an architecture."""
    found = programs(listing.read_text())
    try:
        if not found:
            raise compare.Failure("expected programs in PTX, found none")
        for architecture in ARCHITECTURES:
            registers = [count for symbol, program in found.items()
                         for count in assemble(ptxas, architecture, symbol, program, folder)]
            print(f"ok   {label} {architecture}  {len(registers)} kernels, at most {max(registers)} registers",
                  flush=True)
    except compare.Failure as failure:
        print(f"FAIL {label}  {failure}", flush=True)
        return False
    return True


def check(dlc: str, ptxas: str, case: cases.Case, folder: Path) -> bool:
    model = folder / "model.onnx"
    case.write(model)
    flags = [flag for name, dims in device.smallest(case).items()
             for flag in ("--shape", f"{name}={compare.shape_text(dims)}")]
    listing = folder / "model.s"
    compare.run([dlc, "compile", str(model), "--target=cuda", "--emit=asm", "-o", str(listing), *flags])
    return check_listing(ptxas, case.name, listing, folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    parser.add_argument("models", nargs="+", help="names as cases.py prints them")
    arguments = parser.parse_args()
    ptxas = find_ptxas()
    if not ptxas:
        print("skipped: no ptxas: run tools/setup/setup.sh")
        return 77
    known = cases.all_cases()
    passed = True
    for name in arguments.models:
        with tempfile.TemporaryDirectory() as folder:
            passed &= check(arguments.dlc, ptxas, known[name], Path(folder))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
