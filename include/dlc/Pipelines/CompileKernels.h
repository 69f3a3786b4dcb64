// The phase `codegen`: every distinct recipe of a module becomes an object once, in parallel,
// through the cache. What makes the objects is the caller's.
#ifndef DLC_PIPELINES_COMPILEKERNELS_H
#define DLC_PIPELINES_COMPILEKERNELS_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/FileCache.h"
#include "mlir/IR/BuiltinOps.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dlc {

/// The object of one recipe.
struct KernelObject {
  std::string symbol;
  std::string object;
  bool fromCache = false;
};

/// How kernels are compiled.
struct KernelCompilation {
  /// Compiles a kernel to an object that defines the symbol. Called from several threads at once.
  std::function<Expected<std::string>(dl::KernelOp kernel, const std::string &symbol)> compile;
  /// Whatever else the objects depend on: the target, versions of generators, buildIdentity().
  std::string environment;
  FileCache *cache = nullptr; ///< null: none
  unsigned jobs = 0;          ///< threads; 0: one a core
  /// Called from the calling thread after each recipe.
  std::function<void(std::string_view symbol, size_t done, size_t total)> progress;
};

/// Sets `symbol` on every dl.kernel of `module` that has none, from its recipe, and returns one
/// object a symbol, in the order of first use. Also right for a module of the phase `host`, whose
/// kernels have symbols. Fails with the first failure in that order.
Expected<std::vector<KernelObject>> compileKernels(mlir::ModuleOp module,
                                                   const KernelCompilation &compilation);

/// The recipe as text: the region and the schedule, printed the same wherever the kernel stands.
/// Not in it: names, locations, what was not fused.
std::string recipeText(dl::KernelOp kernel);

/// What changes whenever this program is built anew, so that objects of another build are not taken
/// for its own.
std::string buildIdentity();

} // namespace dlc

#endif // DLC_PIPELINES_COMPILEKERNELS_H
