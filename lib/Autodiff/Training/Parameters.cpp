// autodiff-parameters: weights become state.
#include "dlc/Autodiff/Passes.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/ModelState.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace dlc::autodiff {

using namespace dl;

#define GEN_PASS_DEF_AUTODIFFPARAMETERS
#include "dlc/Autodiff/Passes.h.inc"

namespace {

/// Whether the model says which of its constants are variables.
bool marksVariables(func::FuncOp main) {
  return llvm::any_of(main.getOps<dl::ConstantOp>(),
                      [](dl::ConstantOp constant) { return constant->hasAttr(variableAttribute); });
}

/// A guess where it does not: what is more than a number.
bool looksLikeWeight(dl::ConstantOp constant) {
  RankedTensorType type = constant.getResult().getType();
  return isa<FloatType>(type.getElementType()) && type.getRank() > 0 && type.getNumElements() > 1 &&
         !constant->use_empty();
}

/// Whether the model leaves `constant` as it is.
bool isFixed(dl::ConstantOp constant) {
  auto trainable = constant->getAttrOfType<BoolAttr>(variableAttribute);
  return trainable && !trainable.getValue();
}

/// Mean and variance of a batch norm follow the data, not a gradient.
bool isStatistic(dl::ConstantOp constant) {
  return llvm::any_of(constant->getUses(), [](OpOperand &use) {
    return isa<dl::BatchNormOp>(use.getOwner()) && use.getOperandNumber() >= 3;
  });
}

/// Filters are stored as (kernel..., C/groups, O): what the convolution's kernel and that of its
/// filter's gradient read and write without turning it. Null where an op reads it otherwise.
RankedTensorType storedFilter(dl::ConstantOp constant) {
  RankedTensorType type = constant.getResult().getType();
  for (OpOperand &use : constant->getUses()) {
    auto conv = dyn_cast<dl::ConvOp>(use.getOwner());
    if (!conv || use.getOperandNumber() != 1 || conv.getPackedChannels() > 0 ||
        conv.getOutputLast())
      return {};
  }
  SmallVector<int64_t> shape(type.getShape().drop_front(2));
  shape.append({type.getDimSize(1), type.getDimSize(0)});
  return RankedTensorType::get(shape, type.getElementType());
}

/// `filter`, (O, C/groups, kernel...), as it is stored.
Value outputLast(OpBuilder &builder, Value filter) {
  SmallVector<int64_t> permutation;
  for (int64_t axis = 2; axis < cast<RankedTensorType>(filter.getType()).getRank(); ++axis)
    permutation.push_back(axis);
  permutation.append({1, 0});
  return dl::TransposeOp::create(builder, filter.getLoc(), filter, permutation);
}

/// The model's name for a weight, where its location has one.
std::string nameOf(dl::ConstantOp constant) {
  if (auto named = constant->getLoc()->findInstanceOf<NameLoc>())
    return named.getName().str();
  return "weight";
}

struct ParametersPass : impl::AutodiffParametersBase<ParametersPass> {
  using AutodiffParametersBase::AutodiffParametersBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main) {
      getOperation().emitError("expected a function 'main' to train, found none");
      return signalPassFailure();
    }
    func::FuncOp init = initFunction(getOperation());
    OpBuilder builder(init.getBody().front().getTerminator());
    llvm::StringSet<> taken, frozen;
    for (const std::string &name : freeze)
      frozen.insert(name);
    bool marked = marksVariables(main);
    for (auto constant : llvm::make_early_inc_range(main.getOps<dl::ConstantOp>())) {
      bool isWeight = marked ? constant->hasAttr(variableAttribute) : looksLikeWeight(constant);
      if (!isWeight)
        continue;
      std::string name = nameOf(constant), slot = name;
      for (int suffix = 1; !taken.insert(slot).second; ++suffix)
        slot = name + "_" + std::to_string(suffix);
      bool trainable = !isStatistic(constant) && !isFixed(constant) && !frozen.erase(name);
      RankedTensorType type = constant.getResult().getType(), filter;
      if (!keepLayouts)
        filter = storedFilter(constant);
      BlockArgument argument = addSlotArgument(main, slot, filter ? filter : type, trainable);
      if (filter)
        for (Operation *user : constant->getUsers())
          cast<dl::ConvOp>(user).setOutputLast(true);
      constant.replaceAllUsesWith(argument);
      constant->removeAttr(variableAttribute);
      constant->moveBefore(init.getBody().front().getTerminator());
      addSlotResult(init, slot, filter ? outputLast(builder, constant) : constant.getResult());
    }
    if (!frozen.empty()) {
      main.emitError("has no weight '") << frozen.begin()->getKey() << "' to freeze";
      return signalPassFailure();
    }
  }
};

} // namespace
} // namespace dlc::autodiff
