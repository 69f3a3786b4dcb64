// The read-only constants of an artifact: one blob of the distinct tensors that kernels read,
// described by their places so that no byte is copied before the object file is written.
#ifndef DLC_CODEGEN_HOST_CONSTANTPOOL_H
#define DLC_CODEGEN_HOST_CONSTANTPOOL_H

#include "dlc/Support/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"
#include <span>
#include <vector>

namespace dlc::host {

/// Bytes of one constant and where they go in `dlc_constants`.
struct ConstantSegment {
  uint64_t offset = 0;              ///< a multiple of ConstantPool::alignment
  std::span<const std::byte> bytes; ///< of the attribute, or of `expanded`
  Tensor expanded;                  ///< holds the bytes of splats and of bool
};

/// Collects constants, each content once.
class ConstantPool {
public:
  /// The alignment of each constant in bytes.
  static constexpr uint64_t alignment = 64;

  /// The offset of `value` in the blob.
  uint64_t add(mlir::ElementsAttr value);
  /// Size of the blob.
  uint64_t numBytes() const { return end; }
  bool empty() const { return segments.empty(); }

  /// Records the pool on a module of the phase `host`: `dl.constants`, `dl.constant_offsets`.
  void attachTo(mlir::ModuleOp module) const;

private:
  std::vector<ConstantSegment> segments;
  llvm::SmallVector<mlir::Attribute> values;
  llvm::DenseMap<mlir::Attribute, uint64_t> offsetOf;
  /// Hash of size and first bytes -> segments to compare with.
  llvm::DenseMap<uint64_t, llvm::SmallVector<size_t, 1>> candidates;
  uint64_t end = 0;
};

/// The constants of a module of the phase `host`, in the order of their offsets. The bytes live as
/// long as the module's context and the segments themselves.
std::vector<ConstantSegment> constantsOf(mlir::ModuleOp module);
/// Size of `dlc_constants` of such a module.
uint64_t constantBytesOf(mlir::ModuleOp module);

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_CONSTANTPOOL_H
