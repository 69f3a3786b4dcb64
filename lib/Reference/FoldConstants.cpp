// Evaluation of ops at compile time and the pass dl-fold-constants.
#include "dlc/Reference/FoldConstants.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Reference/Interpreter.h"
#include "dlc/Reference/Passes.h"

#define DEBUG_TYPE "dl-fold-constants"

using namespace mlir;

namespace dlc {

#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "dlc/Reference/Passes.h.inc"

/// Ops without operands are constants already, or draw numbers.
static bool isFoldable(Operation *op) {
  return op->getNumOperands() > 0 && op->getNumRegions() == 0 && isa<ReferenceOpInterface>(op) &&
         isPure(op) && llvm::all_of(op->getOperands(), [](Value operand) {
           return operand.getDefiningOp<dl::ConstantOp>() != nullptr;
         });
}

static std::optional<SmallVector<Tensor>> evaluateQuietly(Operation *op,
                                                          ArrayRef<Tensor> operands) {
  ScopedDiagnosticHandler quiet(op->getContext(), [](Diagnostic &) { return success(); });
  SmallVector<Tensor> results;
  if (failed(evaluateOp(op, operands, Precision::Declared, results)))
    return std::nullopt;
  return results;
}

/// Whether an operand or a result takes more memory than a compile may spend on it: a short file
/// can ask for terabytes.
static bool isTooLarge(Operation *op) {
  constexpr int64_t limit = int64_t(1) << 31;
  auto exceeds = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape())
      return false;
    std::optional<int64_t> elements =
        elementCount(Shape(tensor.getShape().begin(), tensor.getShape().end()));
    return !elements || *elements > limit / 8;
  };
  return llvm::any_of(op->getOperandTypes(), exceeds) ||
         llvm::any_of(op->getResultTypes(), exceeds);
}

std::optional<SmallVector<Tensor>> evaluateConstant(Operation *op) {
  if (!isFoldable(op) || isTooLarge(op))
    return std::nullopt;
  SmallVector<Tensor> operands;
  for (Value operand : op->getOperands())
    operands.push_back(*dl::constantTensor(operand));
  return evaluateQuietly(op, operands);
}

/// One element of each splat operand, with all axes of size 1; nullopt where one is not a splat.
static std::optional<SmallVector<Tensor>> splatElements(Operation *op) {
  SmallVector<Tensor> elements;
  for (Value operand : op->getOperands()) {
    auto dense = dyn_cast<DenseElementsAttr>(operand.getDefiningOp<dl::ConstantOp>().getValue());
    if (!dense || !dense.isSplat())
      return std::nullopt;
    SmallVector<int64_t> ones(dense.getType().getRank(), 1);
    elements.push_back(
        dl::tensorOf(dense.resizeSplat(RankedTensorType::get(ones, dense.getElementType()))));
  }
  return elements;
}

/// Whether the results are so much larger than the operands that computing them late is better.
static bool bloats(Operation *op) {
  constexpr int64_t always = 64 << 10, growth = 4;
  auto bytesOf = [](TypeRange types) {
    int64_t bytes = 0;
    for (Type type : types) {
      auto tensor = cast<RankedTensorType>(type);
      bytes += tensor.getNumElements() * ((tensor.getElementTypeBitWidth() + 7) / 8);
    }
    return bytes;
  };
  int64_t results = bytesOf(op->getResultTypes());
  return results > always && results / growth > bytesOf(op->getOperandTypes());
}

std::optional<SmallVector<ElementsAttr>> foldConstant(Operation *op) {
  if (!isFoldable(op))
    return std::nullopt;
  bool fixed = llvm::all_of(op->getResultTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape();
  });
  if (!fixed)
    return std::nullopt;
  bool makesSplat =
      isElementwise(op) && !op->hasTrait<dl::DependsOnPlace>() && op->getNumResults() == 1;
  if (makesSplat)
    if (std::optional<SmallVector<Tensor>> elements = splatElements(op)) {
      std::optional<SmallVector<Tensor>> results = evaluateQuietly(op, *elements);
      if (!results)
        return std::nullopt;
      auto one = cast<DenseElementsAttr>(dl::attributeOf(op->getContext(), results->front()));
      return SmallVector<ElementsAttr>{
          one.resizeSplat(cast<RankedTensorType>(op->getResult(0).getType()))};
    }
  if (bloats(op))
    return std::nullopt;
  std::optional<SmallVector<Tensor>> results = evaluateConstant(op);
  if (!results)
    return std::nullopt;
  SmallVector<ElementsAttr> attributes;
  for (const Tensor &result : *results)
    attributes.push_back(dl::attributeOf(op->getContext(), result));
  return attributes;
}

namespace {

struct FoldConstantsPass : impl::FoldConstantsPassBase<FoldConstantsPass> {
  void runOnOperation() override {
    SmallVector<Operation *> constants;
    // In program order, so that one sweep folds chains.
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<dl::KernelOp>(op))
        return WalkResult::skip();
      if (isa<dl::ConstantOp>(op))
        constants.push_back(op);
      else if (std::optional<SmallVector<ElementsAttr>> values = foldConstant(op))
        replace(op, *values, constants);
      return WalkResult::advance();
    });
    for (Operation *op : llvm::reverse(constants))
      if (op->use_empty())
        op->erase();
  }

  /// Puts constants before `op` and leaves it without uses, for the sweep at the end.
  void replace(Operation *op, ArrayRef<ElementsAttr> values, SmallVectorImpl<Operation *> &dead) {
    OpBuilder builder(op);
    for (auto [result, value] : llvm::zip(op->getResults(), values)) {
      auto constant = dl::ConstantOp::create(builder, op->getLoc(), result.getType(), value);
      dead.push_back(constant);
      result.replaceAllUsesWith(constant);
    }
    dead.push_back(op);
  }
};

} // namespace

} // namespace dlc
