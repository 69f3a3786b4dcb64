// What Halide's LLVM must be told once a process, before it compiles its first kernel.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_CODEGENOPTIONS_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_CODEGENOPTIONS_H

namespace dlc::templates {

/// Turns LLVM's SLP vectoriser off in Halide's copy of LLVM, unless HL_LLVM_ARGS is already set. It
/// packs the address arithmetic of a register tile into vectors and takes them apart again in the
/// innermost loop: direct convolutions lose a third of their speed. Halide reads the variable when
/// it first makes code, so call this at the start of the process, before any thread.
void configureHalideCodegen();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_CODEGENOPTIONS_H
