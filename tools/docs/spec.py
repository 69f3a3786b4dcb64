#!/usr/bin/env python3
"""Prints the specification of one family of dl ops: docs/Spec/<Family>.md.

What MLIR's documentation generator says of each op, and the constraints that its verifier checks,
with the codes that the source and the negative tests know them by.

    spec.py Contraction [--tblgen mlir-tblgen]
"""
import argparse
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IR = Path("dlc/Dialect/DL/IR")
CONSTRAINT = re.compile(r"^\s*// ([a-z][a-z0-9_]*)_c(\d+)$")
MESSAGE = re.compile(r'emitOpError\(([^;]*);')
GOT = re.compile(r",? (got|found) .*$")
CALL = re.compile(r"\b(verify[A-Z]\w*)\(")
SECTION = re.compile(r"^### `dl\.([a-z0-9_]+)`", re.MULTILINE)
REACH = 12  # lines between a code and what it checks


def message_in(lines: list[str]) -> str | None:
    """The text of the first diagnostic in `lines`, values as an ellipsis, without what was found."""
    found = MESSAGE.search("\n".join(lines))
    if not found:
        return None
    joined = re.sub(r'"\s*\)?\s*<<\s*"', "", found[1])
    literals = re.findall(r'"([^"]*)"', joined)
    ends_in_value = not joined.rstrip(" )").endswith('"')
    text = "\u2026".join(literals) + ("\u2026" if ends_in_value else "")
    return GOT.sub("", text + " ").strip(" ,")


def arguments_of(text: str) -> list[str]:
    """What stands between the commas of the parentheses that `text` follows."""
    parts, depth = [""], 1
    for character in text:
        depth += (character in "({[") - (character in ")}]")
        if depth == 0:
            break
        if character == "," and depth == 1:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def function_body(lines: list[str], name: str, arguments: list[str]) -> list[str]:
    """The lines of the function `name` with the strings among `arguments` for its parameters."""
    for index, line in enumerate(lines):
        if not re.search(rf"\bLogicalResult {name}\(", line):
            continue
        end = next(i for i in range(index, len(lines)) if lines[i] == "}")
        signature, body = "\n".join(lines[index:end]).split("{\n", 1)
        for parameter, argument in zip(arguments_of(signature.split(name + "(", 1)[1]), arguments):
            if argument.startswith('"'):
                body = re.sub(rf"<< {parameter.split()[-1]}\b", f"<< {argument}", body)
        return body.splitlines()
    return []


def constraint_in(region: list[str], lines: list[str]) -> str | None:
    """The text of the first diagnostic in `region`, or in the function of `lines` that it calls for it."""
    text = "\n".join(region)
    call = CALL.search(text)
    own = text.find("emitOpError")
    if call and (own < 0 or call.start() < own):
        body = function_body(lines, call[1], arguments_of(text[call.end():]))
        return constraint_in(body, lines) or message_in(region)
    return message_in(region)


def constraints() -> dict[str, list[tuple[int, str]]]:
    """Op name to (number, text) of each constraint."""
    found: dict[str, list[tuple[int, str]]] = {}
    folder = ROOT / "lib/Dialect/DL/IR"
    shared = (folder / "OperandShapes.cpp").read_text().splitlines()
    for path in sorted(folder.glob("*.cpp")):
        lines = path.read_text().splitlines()
        for index, line in enumerate(lines):
            code = CONSTRAINT.match(line)
            if not code:
                continue
            # Up to the next code.
            reach = index + 1
            while reach < min(len(lines), index + REACH) and not CONSTRAINT.match(lines[reach]):
                reach += 1
            text = constraint_in(lines[index + 1:reach], lines + shared)
            found.setdefault(code[1], []).append((int(code[2]), text or "see the verifier"))
    return found


def page(family: str, tblgen: str) -> str:
    """The generator's text with the constraints at the end of each op."""
    includes = [f"-I{ROOT / 'include'}", f"-I{Path(tblgen).resolve().parents[1] / 'include'}"]
    source = ROOT / "include" / IR / f"DL{family}Ops.td"
    text = subprocess.run([tblgen, "-gen-op-doc", *includes, str(source)], check=True,
                          capture_output=True, text=True).stdout
    text = text.split("-->", 1)[-1].strip()
    starts = [match.start() for match in SECTION.finditer(text)] + [len(text)]
    known = constraints()
    names = set(SECTION.findall(text))
    parts = []
    for begin, end in zip(starts, starts[1:]):
        section = text[begin:end].strip()
        name = SECTION.match(section)[1]
        # `pool_c1` is of every op that ends in `_pool`.
        codes = [(prefix, *entry) for prefix, entries in known.items() for entry in entries
                 if name == prefix or (prefix not in names and name.endswith(f"_{prefix}"))]
        if codes:
            section += "\n\n#### Constraints:\n\n| Code | The verifier |\n| :--: | ----------- |\n"
            section += "\n".join(f"| `{prefix}_c{number}` | {text_} |" for prefix, number, text_ in sorted(codes))
        parts.append(section)
    return (f"<!-- Generated by tools/docs/spec.py {family}; do not edit -->\n"
            f"# dl ops: {family.lower()}\n\n" + "\n\n".join(parts) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family")
    parser.add_argument("--tblgen", default="/usr/lib/llvm-22/bin/mlir-tblgen")
    arguments = parser.parse_args()
    print(page(arguments.family, arguments.tblgen), end="")


if __name__ == "__main__":
    main()
