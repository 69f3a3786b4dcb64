// A model in memory as MLIR, with the context that it lives in: what the phases work on.
#ifndef DLC_LIB_DRIVER_LOADEDMODEL_H
#define DLC_LIB_DRIVER_LOADEDMODEL_H

#include "dlc/Driver/Compiler.h"
#include "dlc/Import/Keras/ImportKeras.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>
#include <optional>
#include <string>

namespace dlc::driver {

/// Turns the errors that MLIR reports on `context` into one line while it lives.
class DiagnosticCollector {
public:
  DiagnosticCollector(mlir::MLIRContext *context, const CompileOptions &options);

  /// The first error, prefixed with `file`, or an internal error that says `fallback`.
  Error error(const std::string &file, ExitCode code, const std::string &fallback) const;

private:
  std::string message;
  mlir::ScopedDiagnosticHandler handler;
};

/// A model of some phase.
struct LoadedModel {
  explicit LoadedModel(std::string path);

  /// The function that a run calls: `main`, or null.
  mlir::func::FuncOp main() const;

  std::string path;
  /// Declared before the module: it must outlive it.
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Reads `path`: an `.onnx` or `.keras` file is imported with the options' shapes and constants; an
/// `.mlir` file is parsed and verified.
Expected<std::unique_ptr<LoadedModel>> loadModel(const std::string &path,
                                                 const CompileOptions &options);

/// What of `options` concerns the import of the `.keras` file `path`.
Expected<keras::ImportOptions> kerasOptions(const std::string &path, const CompileOptions &options);

/// Refuses a model with open sizes: names the first, and asks for the shape of its input.
Status askForSizes(LoadedModel &model);

/// The module as text, with its locations and the bytes of its constants: a dump that can be read
/// back.
std::string printModule(mlir::ModuleOp module);

/// The name that input or output `index` of `function` has in the model.
std::string inputName(mlir::func::FuncOp function, unsigned index);
std::string outputName(mlir::func::FuncOp function, unsigned index);

/// The node that an op stands for, from its location; the op's own name where there is none.
std::string nodeName(mlir::Operation *op);

/// `float32[1,64,112,112]`; open sizes by the names of the module's symbols.
std::string typeText(mlir::Type type, llvm::ArrayRef<std::string> symbols = {});

} // namespace dlc::driver

#endif // DLC_LIB_DRIVER_LOADEDMODEL_H
