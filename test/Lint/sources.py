"""The files that the lint checks look at: what git tracks, else what lies in our folders."""
import subprocess
from pathlib import Path

FOLDERS = ("include", "lib", "tools", "test", "docs", ".ci", "examples", "benchmarks")
CPP_SUFFIXES = {".h", ".cpp", ".c", ".td"}


def tracked(root: Path) -> list[Path]:
    """Paths relative to `root`, sorted. New files that git does not ignore are included."""
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True)
    if listing.returncode == 0:
        names = {Path(name) for name in listing.stdout.decode().split("\0") if name}
    else:
        names = {path.relative_to(root) for folder in FOLDERS
                 for path in (root / folder).rglob("*") if "__pycache__" not in path.parts}
        names |= {path.relative_to(root) for path in root.iterdir()}
    return sorted(name for name in names if (root / name).is_file())


def text(path: Path) -> str | None:
    """The content, or None where it is not UTF-8 text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def report(problems: list[str]) -> int:
    """Prints the problems; the exit status."""
    for problem in problems:
        print(problem)
    return 1 if problems else 0
