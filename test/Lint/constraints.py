"""Every verifier constraint has a test: the comment `// matmul_c1` in lib, `@matmul_c1` below test."""
import re
import sys
from pathlib import Path

import sources

CODE = re.compile(r"^\s*// ([a-z][a-z0-9_]*_c\d+)$", re.MULTILINE)
TEST = re.compile(r"@([a-z][a-z0-9_]*_c\d+)\b")


def main(root: Path) -> int:
    codes: dict[str, Path] = {}
    tested: set[str] = set()
    for path in sources.tracked(root):
        content = sources.text(root / path) or ""
        if path.parts[0] == "lib" and path.suffix == ".cpp":
            codes |= {code: path for code in CODE.findall(content)}
        if path.parts[0] == "test" and path.suffix == ".mlir":
            tested |= set(TEST.findall(content))
    problems = [f"{path}: constraint {code} has no test @{code} in test/"
                for code, path in sorted(codes.items()) if code not in tested]
    return sources.report(problems)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
