// Tensor arithmetic in C++ operators, so that gradient rules read as their formulas.
#ifndef DLC_AUTODIFF_TERM_H
#define DLC_AUTODIFF_TERM_H

#include "dlc/Dialect/DL/IR/DLOps.h"

namespace dlc::autodiff {

/// A tensor value and where ops on it are built. Operators build the dl op of their name; operands
/// broadcast as NumPy arrays do; a number becomes a scalar constant of the other side's element
/// type. A Term never outlives its builder.
class Term {
public:
  Term(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value)
      : builder(&builder), loc(loc), value(value) {}

  mlir::Value get() const { return value; }
  operator mlir::Value() const { return value; }
  mlir::RankedTensorType type() const {
    return llvm::cast<mlir::RankedTensorType>(value.getType());
  }
  int64_t rank() const { return type().getRank(); }

  /// `number` as a scalar of this term's element type.
  Term scalar(double number) const;
  /// Another value, built at the same place.
  Term with(mlir::Value other) const { return {*builder, loc, other}; }

  /// Builds Op on this term and whatever else it takes.
  template <typename Op, typename... Args>
  Term make(Args &&...args) const {
    return with(Op::create(*builder, loc, value, std::forward<Args>(args)...).getResult());
  }

  friend Term operator+(Term a, Term b) { return a.make<dl::AddOp>(b.get()); }
  friend Term operator-(Term a, Term b) { return a.make<dl::SubOp>(b.get()); }
  friend Term operator*(Term a, Term b) { return a.make<dl::MulOp>(b.get()); }
  friend Term operator/(Term a, Term b) { return a.make<dl::DivOp>(b.get()); }
  friend Term operator-(Term a) { return a.make<dl::NegOp>(); }
  friend Term operator>(Term a, Term b) { return a.make<dl::GreaterOp>(b.get()); }
  friend Term operator>=(Term a, Term b) { return a.make<dl::GreaterOrEqualOp>(b.get()); }
  friend Term operator<(Term a, Term b) { return a.make<dl::LessOp>(b.get()); }
  friend Term operator<=(Term a, Term b) { return a.make<dl::LessOrEqualOp>(b.get()); }
  friend Term operator&&(Term a, Term b) { return a.make<dl::AndOp>(b.get()); }

  friend Term operator+(Term a, double b) { return a + a.scalar(b); }
  friend Term operator-(Term a, double b) { return a - a.scalar(b); }
  friend Term operator*(Term a, double b) { return a * a.scalar(b); }
  friend Term operator/(Term a, double b) { return a / a.scalar(b); }
  friend Term operator>(Term a, double b) { return a > a.scalar(b); }
  friend Term operator>=(Term a, double b) { return a >= a.scalar(b); }
  friend Term operator<(Term a, double b) { return a < a.scalar(b); }
  friend Term operator<=(Term a, double b) { return a <= a.scalar(b); }
  friend Term operator+(double a, Term b) { return b.scalar(a) + b; }
  friend Term operator-(double a, Term b) { return b.scalar(a) - b; }
  friend Term operator*(double a, Term b) { return b.scalar(a) * b; }
  friend Term operator/(double a, Term b) { return b.scalar(a) / b; }

private:
  mlir::OpBuilder *builder;
  mlir::Location loc;
  mlir::Value value;
};

Term exp(Term x);
Term log(Term x);
Term sqrt(Term x);
Term rsqrt(Term x);
Term erf(Term x);
Term sin(Term x);
Term cos(Term x);
Term sinh(Term x);
Term cosh(Term x);
Term tanh(Term x);
Term sigmoid(Term x);
Term softplus(Term x);
Term sign(Term x);
Term abs(Term x);
Term floor(Term x);
Term pow(Term base, Term exponent);
/// 1 where a == b.
Term equal(Term a, Term b);
Term where(Term condition, Term onTrue, Term onFalse);
Term where(Term condition, Term onTrue, double onFalse);
Term where(Term condition, double onTrue, Term onFalse);
/// Sum and mean over `axes`, which stay with size 1.
Term sum(Term x, llvm::ArrayRef<int64_t> axes);
Term mean(Term x, llvm::ArrayRef<int64_t> axes);
/// `x` under another shape of the same number of elements.
Term reshape(Term x, llvm::ArrayRef<int64_t> shape);
/// All axes but the last joined: (..., M, N) as (rows, N).
Term asMatrix(Term x);
/// `x` broadcast to `shape`.
Term expand(Term x, llvm::ArrayRef<int64_t> shape);
Term transpose(Term x, llvm::ArrayRef<int64_t> permutation);
/// The elements [start, start + size) of `axis`.
Term slice(Term x, int64_t axis, int64_t start, int64_t size);
/// `x` with zeros around it.
Term pad(Term x, llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high);

/// `x` summed over the axes along which broadcasting stretched `type` to it: the cotangent of a
/// broadcast operand of that type.
Term unbroadcast(Term x, mlir::RankedTensorType type);

} // namespace dlc::autodiff

#endif // DLC_AUTODIFF_TERM_H
