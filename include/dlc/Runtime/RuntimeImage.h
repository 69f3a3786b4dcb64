// The runtime as the compiler carries it: the bytes of relocatable ELF objects to link beside
// generated code. Nothing of the runtime runs inside of the compiler.
#ifndef DLC_RUNTIME_RUNTIMEIMAGE_H
#define DLC_RUNTIME_RUNTIMEIMAGE_H

#include <string_view>

namespace dlc {

/// The object that every artifact is linked with (lib/Runtime). Undefined in it: dlc_model, and
/// names of libc and pthreads.
std::string_view runtimeObject();

/// The object that executables are linked with besides (lib/Runtime/Main): `_start`, and a main
/// that runs the model on files.
std::string_view runtimeMainObject();

} // namespace dlc

#endif // DLC_RUNTIME_RUNTIMEIMAGE_H
