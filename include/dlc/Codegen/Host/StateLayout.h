// Where each slot of the model's state lies in the one block of memory that functions share.
#ifndef DLC_CODEGEN_HOST_STATELAYOUT_H
#define DLC_CODEGEN_HOST_STATELAYOUT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include <string>
#include <vector>

namespace dlc::host {

/// Every slot named by an argument or result of a function (dlc/Dialect/DL/IR/ModelState.h), in the
/// order of `init`, then of first mention.
class StateLayout {
public:
  struct Slot {
    std::string name;
    mlir::RankedTensorType type;
    int64_t offset = 0; ///< in bytes, a multiple of 64
  };

  /// Fails with a diagnostic where two functions disagree on a slot's type, or its size is unknown.
  static mlir::FailureOr<StateLayout> compute(mlir::ModuleOp module);

  llvm::ArrayRef<Slot> slots() const { return all; }
  /// Of a slot that a function of the module names.
  const Slot &slot(llvm::StringRef name) const;
  /// Size of the state; 0 where there is none.
  int64_t bytes() const { return size; }

private:
  mlir::LogicalResult add(llvm::StringRef name, mlir::Type type, mlir::Location loc);

  std::vector<Slot> all;
  int64_t size = 0;
};

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_STATELAYOUT_H
