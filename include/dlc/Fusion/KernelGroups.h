// Which ops of a function share a kernel: the decision apart from the rewriting.
#ifndef DLC_FUSION_KERNELGROUPS_H
#define DLC_FUSION_KERNELGROUPS_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/DenseSet.h"

#include <memory>
#include <string>
#include <vector>

namespace dlc::fusion {

/// Ops that become one kernel, in program order.
struct KernelGroup {
  unsigned index = 0;
  llvm::SmallVector<mlir::Operation *> ops;
  mlir::Operation *anchor = nullptr;
  /// Ops of other groups that this kernel computes again for itself, in program order.
  llvm::SmallVector<mlir::Operation *> recomputed;
  /// Every kernel that needs it computes it for itself: it becomes none.
  bool dissolved = false;
};

/// The groups of a function. Every op that computes or moves data is in exactly one.
class KernelGroups {
public:
  explicit KernelGroups(mlir::func::FuncOp function);

  llvm::ArrayRef<std::unique_ptr<KernelGroup>> getGroups() const { return groups; }
  KernelGroup *groupOf(mlir::Operation *op) const { return member.lookup(op); }
  /// Why `value`, computed by another kernel, is an operand of `group`'s kernel; empty for inputs,
  /// constants and views of them.
  std::string reasonNotFused(const KernelGroup &group, mlir::Value value) const;

private:
  void place(mlir::Operation *op);
  KernelGroup *newGroup(mlir::Operation *op);
  void join(mlir::Operation *op, KernelGroup *group);
  /// Empty where `op`, which uses `value` of `group`, may be computed in `group`; else the reason.
  std::string refusal(mlir::Operation *op, mlir::Value value, const KernelGroup &group) const;
  /// Whether an op reads `op` that is neither of its group nor `anchor`.
  bool isUsedElsewhere(mlir::Operation *op, mlir::Operation *anchor) const;
  /// Makes the ops of `source` the first of `group`.
  void absorb(KernelGroup *source, KernelGroup *group);
  /// Takes in the injective producers of a reduction's operands where that is cheap.
  void absorbPrologue(KernelGroup *group);
  /// Takes in a transpose that is read by `operand` of the anchor alone, where the kernel turns the
  /// operand on the way.
  void absorbTurned(mlir::OpOperand &operand, KernelGroup *group);
  /// Takes in what computes `operand` of the anchor and nothing else, element by element, where the
  /// kernel reads no element of it twice.
  void absorbReadOnce(mlir::OpOperand &operand, KernelGroup *group);
  /// Whether another operand of its op than `operand` needs a result of `source`.
  bool othersDependOn(const KernelGroup &source, const mlir::OpOperand &operand) const;
  /// Dissolves `group` where computing it in each of its consumers costs less than storing it.
  void duplicate(KernelGroup *group);
  /// Whether computing `operand` needs a result of `ancestor`, directly or through others.
  bool operandDependsOn(mlir::Value operand, const KernelGroup &ancestor) const;

  llvm::DenseSet<mlir::Operation *> views; ///< slices and concats outside of kernels
  bool onDevice;                           ///< whether kernels run on a device
  std::vector<std::unique_ptr<KernelGroup>> groups;
  llvm::DenseMap<mlir::Operation *, KernelGroup *> member;
  /// Why an op did not join the group of an operand.
  llvm::DenseMap<std::pair<mlir::Operation *, KernelGroup *>, std::string> refusals;
};

/// Whether an op stands in kernels: not a view, constant, kernel or terminator.
bool belongsInKernel(mlir::Operation *op);
/// Whether `value` is a constant of one repeated element, which kernels hold as an immediate.
bool isImmediate(mlir::Value value);

} // namespace dlc::fusion

#endif // DLC_FUSION_KERNELGROUPS_H
