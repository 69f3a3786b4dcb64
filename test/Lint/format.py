"""Every C and C++ file is as clang-format of our version leaves it."""
import os
import subprocess
import sys
from pathlib import Path

import sources


def main(root: Path) -> int:
    files = [str(path) for path in sources.tracked(root) if path.suffix in {".h", ".cpp", ".c"}]
    half = (len(files) + 1) // 2
    runs = [subprocess.Popen(["clang-format-22", "--dry-run", "-Werror", *part], cwd=root,
                             stderr=subprocess.PIPE, text=True)
            for part in (files[:half], files[half:]) if part]
    failed = False
    for run in runs:
        _, errors = run.communicate()
        failed |= run.returncode != 0
        names = sorted({line.split(":")[0] for line in errors.splitlines() if ": error:" in line})
        for name in names:
            print(f"{name}: not formatted: run clang-format-22 -i {name}")
        if run.returncode and not names:
            print(errors)
    return int(failed)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    sys.exit(main(Path(sys.argv[1])))
