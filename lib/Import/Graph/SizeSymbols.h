// Sizes that a model leaves open: its symbols by name, and what is required of them.
#ifndef DLC_LIB_IMPORT_GRAPH_SIZESYMBOLS_H
#define DLC_LIB_IMPORT_GRAPH_SIZESYMBOLS_H

#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Support/Error.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Value.h"

#include <map>
#include <string>
#include <vector>

namespace dlc::importer {

/// Values of open sizes, by name.
using OpenSizeValues = std::map<std::string, int64_t, std::less<>>;

/// The symbols of one model, numbered as they are first seen. Equal names are one symbol.
class SizeSymbols {
public:
  explicit SizeSymbols(mlir::MLIRContext *context) : context(context) {}

  /// The symbol called `name`; `estimate` is a likely value.
  mlir::AffineExpr symbol(llvm::StringRef name, int64_t estimate);
  /// A new symbol that only data decides, called `name` where that is free; `estimate` as above.
  mlir::AffineExpr dataSymbol(llvm::StringRef name, int64_t estimate);
  /// A likely value of `expr`.
  int64_t estimateOf(mlir::AffineExpr expr) const { return dl::evaluateDim(expr, estimates); }
  /// The model is right only where `atLeastZero` is not negative.
  void require(mlir::AffineExpr atLeastZero);
  /// The same of `length`, a number of elements, which isAtLeast may take for at least 1.
  void requireLength(mlir::AffineExpr length);
  /// The model is right only where `a` is `b`: the simpler of the two stands for both from here on.
  /// False where that was known, or where no sizes are such.
  bool requireEqual(mlir::AffineExpr a, mlir::AffineExpr b);
  /// Whether `expr` is at least `least` for all values of symbols that meet what is required. False
  /// where that is not plain to see. Where it takes a symbol or a length that is at least 1, that
  /// is required from here on; others may be 0.
  bool isAtLeast(mlir::AffineExpr expr, int64_t least);
  /// Whether what is required says so, or the expressions alone.
  bool areEqual(mlir::AffineExpr a, mlir::AffineExpr b) const {
    return dl::mustBeEqual(a, b, bounds);
  }
  /// `dims` with what is required of them.
  dl::Dims settled(llvm::ArrayRef<mlir::AffineExpr> dims) const;
  /// Writes the table into the module's attributes.
  void record(mlir::ModuleOp module) const;
  llvm::ArrayRef<std::string> allNames() const { return names; }
  /// The values of symbols, by name, that the model is right with alone.
  OpenSizeValues concluded() const;
  /// Whether only data decides a size that `expr` is made of: such may be 0.
  bool isDecidedByData(mlir::AffineExpr expr) const;
  /// Refuses what cannot be done with such sizes yet: an Error that says what, and where, for the
  /// first op of `function`. A kernel over such a size does not run where it is 0, so that its
  /// results must be empty then, and bounds on it would be checked before it is known.
  Status checkDataSizes(mlir::func::FuncOp function) const;

private:
  /// Whether what is required, and the symbols outside of `fromZero` being at least 1, say so.
  bool follows(mlir::AffineExpr expr, int64_t least, const llvm::SmallBitVector &fromZero) const;
  /// Requires that the fewest symbols are at least 1 with which that follows, as it does with all.
  void takeSymbols(mlir::AffineExpr expr, int64_t least);
  /// Requires that a length is at least 1 where that says so; false where none does.
  bool takeLength(mlir::AffineExpr expr, int64_t least);

  mlir::MLIRContext *context;
  std::vector<std::string> names;
  llvm::SmallBitVector mayBeZero; ///< the symbols that nothing so far took for at least 1
  llvm::SmallVector<int64_t> estimates;
  llvm::SmallVector<int64_t> decidedByData;
  dl::Dims bounds;
  dl::Dims lengths; ///< that may be 0
  llvm::SmallVector<std::pair<mlir::AffineExpr, mlir::AffineExpr>> equal;
};

} // namespace dlc::importer

#endif // DLC_LIB_IMPORT_GRAPH_SIZESYMBOLS_H
