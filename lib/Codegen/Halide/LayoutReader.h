// Where elements of buffers lie, as the kernel knows it without a look into buffers.
#ifndef DLC_LIB_CODEGEN_HALIDE_LAYOUTREADER_H
#define DLC_LIB_CODEGEN_HALIDE_LAYOUTREADER_H

#include <Halide.h>

#include <map>
#include <string>
#include <utility>

namespace dlc::codegen {

/// Halide takes a stride from the buffer unless it is a constant, and the place of the first
/// element unless its bounds inference sees that nothing before it is asked for (a window that
/// skips lines outside of its image hides that). This puts the stride that the kernel knows, and 0,
/// in their places, so that the host has no loops of kernels to describe: a pass after all of
/// Halide's.
class LayoutReader : public Halide::Internal::IRMutator {
public:
  /// `stride` of dimension `dim` of the buffer called `buffer`.
  void setStride(const std::string &buffer, int dim, Halide::Expr stride) {
    strides[{buffer, dim}] = std::move(stride);
  }

private:
  using IRMutator::visit;
  Halide::Expr visit(const Halide::Internal::Call *call) override;

  std::map<std::pair<std::string, int>, Halide::Expr> strides;
};

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_LAYOUTREADER_H
