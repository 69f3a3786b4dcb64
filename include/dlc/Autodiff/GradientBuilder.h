// What a gradient rule works with: the op, the cotangents of its results, and a place for those of
// its operands.
#ifndef DLC_AUTODIFF_GRADIENTBUILDER_H
#define DLC_AUTODIFF_GRADIENTBUILDER_H

#include "dlc/Autodiff/Term.h"

namespace dlc::autodiff {

class GradientBuilder {
public:
  /// `cotangents`: one a result, null for zero. `wanted`: one an operand.
  GradientBuilder(mlir::Operation *op, mlir::OpBuilder &builder,
                  llvm::ArrayRef<mlir::Value> cotangents, llvm::ArrayRef<bool> wanted)
      : op(op), builder(builder), cotangents(cotangents), wanted(wanted),
        contributions(op->getNumOperands()) {}

  mlir::OpBuilder &getBuilder() const { return builder; }
  mlir::Location getLoc() const { return op->getLoc(); }

  /// A value of the forward program as a term.
  Term term(mlir::Value value) const { return {builder, op->getLoc(), value}; }
  Term operand(unsigned index) const { return term(op->getOperand(index)); }
  Term result(unsigned index = 0) const { return term(op->getResult(index)); }
  /// The cotangent of a result; only where hasCotangent.
  Term cotangent(unsigned result = 0) const { return term(cotangents[result]); }
  bool hasCotangent(unsigned result) const { return cotangents[result] != nullptr; }

  /// Whether the cotangent of this operand is asked for: work for any other is wasted.
  bool wants(unsigned operand) const { return wanted[operand]; }
  /// Sets the cotangent of `operand`. Its shape is the operand's, or one that the operand
  /// broadcasts to (it is summed down), or one that broadcasts to the operand (it is expanded).
  void add(unsigned operand, Term cotangent);

  /// What was added, one an operand; null for zero.
  llvm::ArrayRef<mlir::Value> getContributions() const { return contributions; }

private:
  mlir::Operation *op;
  mlir::OpBuilder &builder;
  llvm::ArrayRef<mlir::Value> cotangents;
  llvm::ArrayRef<bool> wanted;
  llvm::SmallVector<mlir::Value> contributions;
};

} // namespace dlc::autodiff

#include "dlc/Autodiff/GradientInterfaces.h.inc"

#endif // DLC_AUTODIFF_GRADIENTBUILDER_H
