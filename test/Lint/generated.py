"""Generated pages are what their generators write now.

One entry a page: the file, then the command that prints it. {bin} is the folder of the built tools,
{build} the build folder, {llvm} the folder of LLVM's. An entry whose tool is not built is skipped.
With --update the pages are written instead of compared.
"""
import difflib
import subprocess
import sys
from pathlib import Path

CASES = sorted((Path(__file__).resolve().parents[1] / "Gradients" / "Cases").glob("*.mlir"))
PAGES: dict[str, list[str]] = {
    "docs/CLI.md": ["{bin}/dlc", "--help-markdown"],
    "docs/KerasLayers.md": ["{bin}/dlc", "--keras-layers-markdown"],
    "docs/Gradients.md": ["{bin}/dlc-gradient-check", "--markdown", *map(str, CASES)],
}
# One page a family of ops.
FAMILIES = "include/dlc/Dialect/DL/IR/DL*Ops.td"


def pages(root: Path) -> dict[str, list[str]]:
    families = sorted(path.stem.removeprefix("DL").removesuffix("Ops") for path in root.glob(FAMILIES))
    return PAGES | {f"docs/Spec/{family}.md": [sys.executable, "tools/docs/spec.py", family,
                                               "--tblgen", "{llvm}/mlir-tblgen"] for family in families}


def main(root: Path, build: Path, llvm: Path, update: bool) -> int:
    status = 0
    for page, command in pages(root).items():
        command = [word.format(bin=build / "bin", build=build, llvm=llvm, root=root) for word in command]
        if not Path(command[0]).exists():
            print(f"note: {page}: {command[0]} is not built")
            continue
        run = subprocess.run(command, capture_output=True, text=True, cwd=root)
        if run.returncode:
            print(f"{page}: its generator failed: {' '.join(command)}\n{run.stderr}")
            status = 1
            continue
        path = root / page
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(run.stdout)
            continue
        old = path.read_text() if path.exists() else ""
        if old != run.stdout:
            diff = difflib.unified_diff(old.splitlines(), run.stdout.splitlines(), "committed", "now", n=0)
            print(f"{page}: stale: run test/Lint/generated.py --update", *list(diff)[:20], sep="\n")
            status = 1
    return status


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    root = Path(__file__).resolve().parents[2]
    build = Path(arguments[0]) if arguments else root / "build"
    llvm = Path(arguments[1]) if len(arguments) > 1 else Path("/usr/lib/llvm-22/bin")
    sys.exit(main(root, build.resolve(), llvm, "--update" in sys.argv))
