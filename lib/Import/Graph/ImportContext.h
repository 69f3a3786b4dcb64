// What the importer of a node or of a layer builds with: values and their sizes, the ops that all
// formats need, and one failure.
//
// Failure is sticky: after the first one `create` returns null values and does nothing, so that
// chains of calls need no check between them; whoever looks into a value's type first asks
// `failed()`.
#ifndef DLC_LIB_IMPORT_GRAPH_IMPORTCONTEXT_H
#define DLC_LIB_IMPORT_GRAPH_IMPORTCONTEXT_H

#include "CheckedBuilder.h"
#include "dlc/Support/Error.h"

#include <optional>

namespace dlc::importer {

using Ints = llvm::SmallVector<int64_t>;

class ImportContext {
public:
  explicit ImportContext(CheckedBuilder &ops) : ops(ops) {}
  virtual ~ImportContext() = default;

  mlir::OpBuilder &builder() { return ops.builder(); }

  //===-- Values ---------------------------------------------------------------------------===//

  /// The type of `value`, which is not null.
  static mlir::RankedTensorType typeOf(mlir::Value value) {
    return llvm::cast<mlir::RankedTensorType>(value.getType());
  }
  static mlir::Type elementOf(mlir::Value value) { return typeOf(value).getElementType(); }
  /// 0 for null.
  static int64_t rankOf(mlir::Value value) { return value ? typeOf(value).getRank() : 0; }
  /// The sizes of `value`, constants or not; empty for null.
  static dl::Dims dimsOf(mlir::Value value) {
    return value ? dl::dimsOf(value.getType()) : dl::Dims();
  }
  mlir::AffineExpr dim(int64_t size) {
    return mlir::getAffineConstantExpr(size, builder().getContext());
  }

  //===-- Building -------------------------------------------------------------------------===//

  /// An op with one result, or its folded value; null after a failure.
  template <typename OpTy, typename... Args>
  mlir::Value create(Args &&...args) {
    if (failed())
      return {};
    std::string why;
    mlir::Value value = ops.create<OpTy>(why, std::forward<Args>(args)...);
    if (!value)
      fail(ExitCode::BadInput, why);
    return value;
  }
  /// An op with `count` results; empty after a failure.
  template <typename OpTy, typename... Args>
  llvm::SmallVector<mlir::Value> createMany(unsigned count, Args &&...args) {
    if (failed())
      return {};
    std::string why;
    auto values = ops.createMany<OpTy>(why, count, std::forward<Args>(args)...);
    if (values.empty())
      fail(ExitCode::BadInput, why);
    return values;
  }
  mlir::Value constant(const Tensor &tensor);
  /// A rank-0 constant.
  mlir::Value scalar(mlir::Type element, double value);
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape);
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> dims);
  mlir::Value expand(mlir::Value value, llvm::ArrayRef<int64_t> shape);
  mlir::Value expand(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> dims);
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);
  mlir::Value slice(mlir::Value value, llvm::ArrayRef<int64_t> starts,
                    llvm::ArrayRef<mlir::AffineExpr> sizes, llvm::ArrayRef<int64_t> steps);
  /// `value` without what lies outside [start, start + size) on `axis`.
  mlir::Value sliceAxis(mlir::Value value, int64_t axis, int64_t start, int64_t size);

  mlir::FloatAttr f64(double value) { return builder().getF64FloatAttr(value); }
  mlir::BoolAttr flag(bool value) { return builder().getBoolAttr(value); }
  mlir::IntegerAttr i64(int64_t value) { return builder().getI64IntegerAttr(value); }
  mlir::DenseI64ArrayAttr i64s(llvm::ArrayRef<int64_t> values) {
    return builder().getDenseI64ArrayAttr(values);
  }

  //===-- Failure --------------------------------------------------------------------------===//

  bool failed() const { return failure.has_value(); }
  const Error &error() const { return *failure; }

protected:
  /// What every failure begins with: `FILE: node NAME (OP): `.
  virtual std::string place() const = 0;
  /// The first failure is kept.
  void fail(ExitCode code, const llvm::Twine &message);
  /// Takes the failure of a part, which names its own place.
  void fail(Error error) { failure = std::move(error); }

private:
  CheckedBuilder &ops;
  std::optional<Error> failure;
};

} // namespace dlc::importer

#endif // DLC_LIB_IMPORT_GRAPH_IMPORTCONTEXT_H
