// Operands that a rewritten operation names more than once.
#ifndef DLC_LIB_CODEGEN_HALIDE_COMPUTEDONCE_H
#define DLC_LIB_CODEGEN_HALIDE_COMPUTEDONCE_H

#include <Halide.h>

namespace dlc::codegen {

/// `combine(a, b)`, which may name both as often as it likes.
template <typename Combine>
Halide::Expr computedOnce(const Halide::Expr &a, const Halide::Expr &b, Combine combine) {
  using namespace Halide::Internal;
  const std::string first = unique_name("first"), second = unique_name("second");
  Halide::Expr result = combine(Variable::make(a.type(), first), Variable::make(b.type(), second));
  return Let::make(first, a, Let::make(second, b, result));
}

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_COMPUTEDONCE_H
