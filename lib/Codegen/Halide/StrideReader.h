// Strides that are known at the call, without a look into buffers.
#ifndef DLC_LIB_CODEGEN_HALIDE_STRIDEREADER_H
#define DLC_LIB_CODEGEN_HALIDE_STRIDEREADER_H

#include <Halide.h>

#include <map>
#include <string>
#include <utility>

namespace dlc::codegen {

/// Halide takes a stride from the buffer unless it is a constant. This puts the expression there
/// that the kernel knows it by, so that the host has no loops of kernels to describe: a pass after
/// all of Halide's.
class StrideReader : public Halide::Internal::IRMutator {
public:
  /// `stride` of dimension `dim` of the buffer called `buffer`.
  void set(const std::string &buffer, int dim, Halide::Expr stride) {
    strides[{buffer, dim}] = std::move(stride);
  }
  bool empty() const { return strides.empty(); }

private:
  using IRMutator::visit;
  Halide::Expr visit(const Halide::Internal::Call *call) override;

  std::map<std::pair<std::string, int>, Halide::Expr> strides;
};

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_STRIDEREADER_H
