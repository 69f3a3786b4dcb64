// Where each value of a function lies while it runs: in the caller's inputs and outputs, among the
// constants, or at an offset of the one arena.
#ifndef DLC_CODEGEN_HOST_ARENAPLAN_H
#define DLC_CODEGEN_HOST_ARENAPLAN_H

#include "dlc/Codegen/Host/ArenaLayout.h"
#include "dlc/Codegen/Host/StateLayout.h"
#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>
#include <string>

namespace llvm {
class raw_ostream;
}

namespace dlc::host {

/// The memory of one value. Sizes and offsets are affine expressions, constant for static shapes.
struct Placement {
  enum class Space {
    Input,    ///< the caller's `index`-th input (arguments that are state do not count)
    Output,   ///< the caller's `index`-th output
    Constant, ///< the bytes of the dl.constant `root`
    Arena,    ///< `offset` bytes into the arena
    State,    ///< `offset` bytes into the model's state
  };
  Space space = Space::Arena;
  unsigned index = 0;
  /// The value that the bytes were made for: the argument, constant, kernel result or concat behind
  /// views.
  mlir::Value root;
  mlir::AffineExpr bytes;  ///< of the value, less what lies between its parts
  mlir::AffineExpr offset; ///< of the root; null outside of arena and state, and where
                           ///< symbols decide it
  unsigned entry = 0;      ///< of the root among the plan's entries, in the arena
  mlir::AffineExpr within; ///< bytes from the root's start to the value's
  dl::Dims strides;        ///< elements between neighbours, one an axis
};

/// A copy at the end of the function: the bytes of `source` into the caller's output `output`, or
/// to `stateOffset` bytes into the state.
struct OutputCopy {
  mlir::Value source;
  unsigned output = 0;
  std::optional<int64_t> stateOffset = {};
};

/// A row of the plan: arena memory and the kernels (counted from 0) that first and last touch it.
/// Where sizes are symbols, `bytes` and `offset` are those at the estimates, and the offset of a
/// call is where the last of the entries `behind` ends, each rounded up to the arena's alignment.
struct ArenaEntry {
  mlir::Value root;
  int64_t bytes = 0;
  int64_t offset = 0;
  unsigned firstUse = 0;
  unsigned lastUse = 0;
  mlir::AffineExpr size;              ///< bytes as an expression
  llvm::SmallVector<unsigned> behind; ///< entries that end at or before this one's start
  std::optional<unsigned> sharesWith; ///< the entry whose bytes it takes over

  /// Where it lies at a call: `at 0`, `behind 2, 5`, `in the place of 3`, by number of entries.
  std::string placeString() const;
};

/// A kernel's result that lies inside of another tensor: where a concat would copy it to.
struct ArenaPart {
  mlir::Value value;
  mlir::Value root;
  mlir::AffineExpr within; ///< bytes from the root's start
};

struct ArenaPlanOptions {
  /// Lets the one result of an elementwise kernel take the place of an operand that dies there,
  /// where the kernel carries `dl.in_place` (its schedule writes no element before reading
  /// it).
  bool inPlace = true;
  /// Of the function's module; needed where the function has state.
  const StateLayout *state = nullptr;
};

/// The plan of one function in the form that the phase `codegen` leaves: one block of dl.constant,
/// views (dlc/Dialect/DL/IR/Storage.h), dl.kernel and func.return. A kernel writes a returned value
/// straight into the caller's output; an input, a constant, or a value that is returned twice is
/// copied there at the end. New state is written in place where nothing still reads the old.
class ArenaPlan {
public:
  /// Fails with a diagnostic on an op of another kind, a dynamic or an element type without bytes,
  /// and sizes that overflow.
  static mlir::FailureOr<ArenaPlan> compute(mlir::func::FuncOp function,
                                            const ArenaPlanOptions &options = {});

  /// Of any value of the function.
  const Placement &placementOf(mlir::Value value) const { return placements.find(value)->second; }
  llvm::ArrayRef<OutputCopy> outputCopies() const { return copies; }
  /// What lies in the arena, in the order of first use.
  llvm::ArrayRef<ArenaEntry> arenaEntries() const { return entries; }
  /// The kernels' results that lie inside of others, in program order.
  llvm::ArrayRef<ArenaPart> arenaParts() const { return parts; }
  /// Whether sizes in the arena, and so offsets, are known only when the function is called.
  bool isSymbolic() const { return symbolic; }
  /// Size of the arena, a multiple of DLCRT_ARENA_ALIGNMENT; at the estimates where it is symbolic.
  int64_t arenaBytes() const { return bytes; }
  /// Most arena bytes in use during one kernel: no plan with these lifetimes is smaller.
  int64_t lowerBound() const { return bound; }

  /// The plan as a table; `symbols` are the names that formulas print.
  void print(llvm::raw_ostream &os, llvm::ArrayRef<std::string> symbols = {}) const;

private:
  friend class ArenaPlanner;

  std::string functionName;
  llvm::DenseMap<mlir::Value, Placement> placements;
  llvm::SmallVector<OutputCopy> copies;
  llvm::SmallVector<ArenaEntry> entries;
  llvm::SmallVector<ArenaPart> parts;
  int64_t bytes = 0;
  int64_t bound = 0;
  bool symbolic = false;
};

/// Bytes of a tensor type; null where a size is unknown, and where it has no byte representation or
/// overflows.
mlir::AffineExpr byteSizeOf(mlir::Type tensor);

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_ARENAPLAN_H
