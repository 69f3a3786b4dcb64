# The lit suite: file checks and scripts that run the built tools.
import json
import os
import subprocess

import lit.formats

config.name = "dlc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Cases", "Inputs", "Unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.dlc_test_dir

config.environment["PATH"] = os.pathsep.join(
    [config.dlc_tools_dir, config.llvm_tools_dir, config.environment["PATH"]])
# Tests neither read nor fill the user's kernel cache.
config.environment["DLC_CACHE_DIR"] = os.path.join(config.dlc_test_dir, "cache")

config.substitutions += [
    ("%python", config.dlc_python),
    ("%dlc_source", config.dlc_source_dir),
    ("%dlc_build", config.dlc_build_dir),
    ("%inputs", os.path.join(config.test_source_root, "Inputs")),
    ("%llvm_tools", config.llvm_tools_dir),
]
# AddressSanitizer's red zones, and the freed blocks that it keeps, take memory of their own.
config.substitutions.append(("%memory_factor", "4" if config.dlc_sanitize else "1"))
# The drivers' own caches of compiled kernels, likewise.
config.environment["POCL_CACHE_DIR"] = os.path.join(config.dlc_test_dir, "pocl")
config.environment["MESA_SHADER_CACHE_DIR"] = os.path.join(config.dlc_test_dir, "mesa")
for tool in ("dlc", "dlc-opt"):
    if os.path.exists(os.path.join(config.dlc_tools_dir, tool)):
        config.available_features.add(tool)
if "dlc" in config.available_features:
    listed = subprocess.run([os.path.join(config.dlc_tools_dir, "dlc"), "targets", "--json"],
                            capture_output=True, check=True).stdout
    config.available_features.update(
        target["name"] for target in json.loads(listed)["targets"] if target["devices"])
if "dlc-opt" not in config.available_features:
    config.suffixes.remove(".mlir")
