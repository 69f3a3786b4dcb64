"""Each file is short, says why it exists, has a telling name and no path of some one machine."""
import re
import sys
from pathlib import Path

import sources

MAX_LINES = 1000
LONG_LINES = 400
VAGUE = re.compile(r"(^|[^a-z])(Utils?|Misc|Common|Helpers?)\d*([^a-z]|$)")
# Assembled, so that this file does not contain what it looks for.
MACHINE_PATHS = re.compile("|".join(["/" + "work/", "/opt/" + "dlcvenv", "/home/" + r"\w", "/" + "root/"]))
COMMENT = {".h": ("//", "/*"), ".cpp": "//", ".c": "//", ".td": "//", ".py": ('"""', "#", "#!"), ".sh": "#!",
           ".cmake": "#"}


def guard_of(path: Path) -> str:
    """include/dlc/Support/Error.h -> DLC_SUPPORT_ERROR_H"""
    return re.sub(r"[^A-Za-z0-9]", "_", path.relative_to("include").as_posix()).upper()


def problems_of(path: Path, content: str) -> list[str]:
    problems = []
    lines = content.count("\n")
    generated = "docs" in path.parts
    if lines > MAX_LINES and not generated:
        problems.append(f"{lines} lines, expected at most {MAX_LINES}: split it by purpose")
    if VAGUE.search(path.name.split(".")[0]):
        problems.append("a name that says nothing: name what it holds")
    if match := MACHINE_PATHS.search(content):
        problems.append(f"a path of one machine: '{match[0]}'")
    start = COMMENT.get(path.suffix)
    if start and content and not content.startswith(start):
        problems.append("expected a first line that says why the file exists")
    if path.suffix == ".h" and path.parts[0] == "include" and f"#ifndef {guard_of(path)}\n" not in content:
        problems.append(f"expected the include guard {guard_of(path)}")
    if content and not content.endswith("\n"):
        problems.append("expected a newline at the end")
    return problems


def main(root: Path) -> int:
    problems = []
    for path in sources.tracked(root):
        content = sources.text(root / path)
        if content is None:
            continue
        problems += [f"{path}: {problem}" for problem in problems_of(path, content)]
        if path.suffix in sources.CPP_SUFFIXES and content.count("\n") > LONG_LINES:
            print(f"note: {path}: {content.count(chr(10))} lines")
    return sources.report(problems)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
