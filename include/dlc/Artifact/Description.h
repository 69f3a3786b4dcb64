// What an artifact says of its model, as the compiler holds it: Codegen/Host turns it into the
// constant `dlc_model`, the generated header prints it, and a loaded artifact gives it back.
#ifndef DLC_ARTIFACT_DESCRIPTION_H
#define DLC_ARTIFACT_DESCRIPTION_H

#include "dlc/Support/Tensor.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dlc {

/// An extent that is known only once the function has run (DLC_DIM_UNKNOWN).
constexpr int64_t unknownDim = INT64_MIN;
/// How symbolic dimension `index` is written among extents.
constexpr int64_t symbolicDim(uint32_t index) { return -1 - static_cast<int64_t>(index); }
constexpr bool isSymbolicDim(int64_t dim) { return dim < 0 && dim != unknownDim; }
constexpr uint32_t symbolOfDim(int64_t dim) { return static_cast<uint32_t>(-1 - dim); }

/// An input or output. `dims` holds extents, symbolicDim(k), or unknownDim.
struct TensorDescription {
  std::string name;
  DType dtype = DType::F32;
  Shape dims;
};

/// A function: exported as `<prefix>_<name>`.
struct FunctionDescription {
  std::string name = "run";
  std::vector<TensorDescription> inputs;
  std::vector<TensorDescription> outputs;
  /// Scratch memory of a run as planned; 0 where it depends on the inputs.
  uint64_t arenaBytes = 0;
};

/// A kernel, for profiles. `flops` and `bytes` a call; 0 where its sizes decide, but for a profile,
/// which has those of the last call.
struct KernelDescription {
  std::string name;
  std::string kind;
  double flops = 0;
  double bytes = 0;

  /// Not where the call decides the sizes: what is known touches bytes.
  bool isCostKnown() const { return bytes > 0; }
};

/// A part of the state, `offset` bytes from its start. All extents are fixed.
struct SlotDescription {
  TensorDescription tensor;
  uint64_t offset = 0;
  bool ofModel = false; ///< a value of the model, which `predict` reads; else of training
};

struct ModelDescription {
  std::string name;
  std::string version; ///< of the compiler
  std::vector<FunctionDescription> functions;
  std::vector<std::string> symbols; ///< names of the symbolic dimensions
  std::vector<KernelDescription> kernels;
  uint64_t stateBytes = 0;
  std::vector<SlotDescription> slots; ///< what the state holds
  uint64_t constantBytes = 0;
};

/// The prefix of a model's exported names: `[A-Za-z0-9_]`, at most 64 characters, no digit first,
/// no keyword of C or C++, and apart from the names of the ABI (`dlc...`, `halide...`). `model` for
/// a name without a letter or digit.
std::string symbolPrefix(std::string_view modelName);

/// The suffix of a function's exported name, likewise; names of the ABI's own wrappers (`describe`,
/// `state`, ...) get `_` appended.
std::string functionSuffix(std::string_view functionName);

/// Every name that an artifact exports beside `dlc_artifact`, in the order of the header.
std::vector<std::string> exportedNames(const ModelDescription &model);

/// The linker version script that exports those and `dlc_artifact`, and hides the rest.
std::string versionScript(const ModelDescription &model);

/// `float32[N,3,224,224]`; `?` for an unknown extent.
std::string typeString(const TensorDescription &tensor, const std::vector<std::string> &symbols);

} // namespace dlc

#endif // DLC_ARTIFACT_DESCRIPTION_H
