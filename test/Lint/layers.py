"""A layer includes only itself and the layers before it (docs/Architecture.md)."""
import re
import sys
from pathlib import Path

import sources

LAYERS = ["Support", "Interfaces", "Dialect/DL/IR", "Dialect/DL/Transforms", "Reference", "Import",
          "Autodiff", "Fusion", "Schedule", "Codegen/Halide", "Artifact", "Codegen/Host", "Pipelines",
          "Driver",
          "Trainer", "Serve", "Commands"]
# Stands apart: includes nothing of the compiler. Its headers are the ABI that generated code and
# the programs that load artifacts agree on.
RUNTIME = "Runtime"
RUNTIME_USERS = {"Codegen/Halide", "Artifact", "Codegen/Host", "Pipelines", "Driver", "Trainer", "Serve", "Commands"}
# Third-party headers that belong to one layer only.
OWNED = {r"Halide(Runtime)?\.h": {"Codegen/Halide"}}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of(path: str) -> str | None:
    """The layer that a path below include/dlc or lib lies in."""
    for layer in [*LAYERS, RUNTIME]:
        if path.startswith(layer + "/"):
            return layer
    return None


def problem_with(layer: str, header: str) -> str | None:
    """Why `layer` may not include `header`, or None."""
    for pattern, owners in OWNED.items():
        if re.fullmatch(pattern, header) and layer not in owners:
            return f"only {', '.join(sorted(owners))} may"
    if layer == RUNTIME and header.startswith(("llvm/", "mlir/")):
        return "the runtime uses the C++ standard library at most"
    if not header.startswith("dlc/"):
        return None
    target = layer_of(header.removeprefix("dlc/"))
    if target is None:
        return "it is in no layer; add the layer to test/Lint/layers.py and docs/Architecture.md"
    if target == layer:
        return None
    if RUNTIME in (layer, target):
        return None if layer in RUNTIME_USERS else f"{layer} and {target} share nothing"
    if LAYERS.index(target) > LAYERS.index(layer):
        return f"{target} comes after {layer}"
    return None


def main(root: Path) -> int:
    problems = []
    for path in sources.tracked(root):
        if path.suffix not in sources.CPP_SUFFIXES:
            continue
        name = path.as_posix()
        for prefix in ("include/dlc/", "lib/"):
            if not name.startswith(prefix):
                continue
            layer = layer_of(name.removeprefix(prefix))
            if layer is None:
                problems.append(f"{name}: in no layer of test/Lint/layers.py")
                continue
            for _, header in INCLUDE.findall(sources.text(root / path) or ""):
                reason = problem_with(layer, header)
                if reason:
                    problems.append(f"{name}: may not include {header}: {reason}")
    return sources.report(problems)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
