// Halide has no target feature for LLVM's SLP vectoriser; its only door is an environment variable.
#include "dlc/Codegen/Halide/Templates/CodegenOptions.h"

#include <cstdlib>

namespace dlc::templates {

void configureHalideCodegen() { setenv("HL_LLVM_ARGS", "-vectorize-slp=false", /*overwrite=*/0); }

} // namespace dlc::templates
