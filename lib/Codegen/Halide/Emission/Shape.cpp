// Ops that move elements: each is a map from places in the result to places in an operand. Beside
// them those whose elements are sizes and places themselves.
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"

using namespace mlir;
using dlc::templates::Size;
using Halide::Expr;

namespace dlc::codegen {
namespace {

struct ReshapeModel : ElementEmissionOpInterface::ExternalModel<ReshapeModel, dl::ReshapeOp> {
  Expr emitElement(Operation *op, KernelEmitter &emitter, unsigned, const Coords &coords) const {
    dl::Dims from = dl::dimsOf(op->getOperand(0).getType());
    Expr linear = 0;
    for (auto [axis, size] : llvm::enumerate(emitter.sizesOf(op->getResult(0))))
      linear = linear * size.expr() + coords[axis];
    return emitter.at(op->getOperand(0),
                      emitter.splitLinear(linear, from, 0, from.size(), /*linearizable=*/false));
  }
};

struct TransposeModel : ElementEmissionOpInterface::ExternalModel<TransposeModel, dl::TransposeOp> {
  Expr emitElement(Operation *op, KernelEmitter &emitter, unsigned, const Coords &coords) const {
    Coords place(coords.size());
    for (auto [axis, from] : llvm::enumerate(cast<dl::TransposeOp>(op).getPermutation()))
      place[from] = coords[axis];
    return emitter.at(op->getOperand(0), place);
  }
};

struct ExpandModel : ElementEmissionOpInterface::ExternalModel<ExpandModel, dl::ExpandOp> {
  Expr emitElement(Operation *op, KernelEmitter &emitter, unsigned, const Coords &coords) const {
    return emitter.broadcastAt(op->getOperand(0), coords);
  }
};

struct ConcatModel : ElementEmissionOpInterface::ExternalModel<ConcatModel, dl::ConcatOp> {
  Expr emitElement(Operation *op, KernelEmitter &emitter, unsigned, const Coords &coords) const {
    int64_t axis = cast<dl::ConcatOp>(op).getAxis();
    Expr result;
    Size end = emitter.sizesOf(op->getResult(0))[axis];
    // From the last operand to the first; each is read inside its own bounds only.
    for (Value operand : llvm::reverse(op->getOperands())) {
      Size size = emitter.sizesOf(operand)[axis], behind = end;
      end = end - size;
      if (size.is(0))
        continue;
      Coords place = coords;
      place[axis] = Halide::clamp(coords[axis] - end.expr(), 0, (size - 1).expr());
      Expr element = emitter.at(operand, place);
      result = result.defined() ? Halide::select(coords[axis] < behind.expr(), element, result)
                                : element;
    }
    return result.defined()
               ? result
               : Halide::Internal::make_zero(KernelEmitter::exprType(op->getResult(0).getType()));
  }
};

struct SliceModel : ElementEmissionOpInterface::ExternalModel<SliceModel, dl::SliceOp> {
  Expr emitElement(Operation *op, KernelEmitter &emitter, unsigned, const Coords &coords) const {
    auto slice = cast<dl::SliceOp>(op);
    Coords place = coords;
    for (auto [axis, start, step] : llvm::enumerate(slice.getStarts(), slice.getSteps()))
      place[axis] = coords[axis] * static_cast<int>(step) + static_cast<int>(start);
    return emitter.at(slice.getOperand(), place);
  }
};

struct SizesModel : ElementEmissionOpInterface::ExternalModel<SizesModel, dl::SizesOp> {
  Expr emitElement(Operation *op, KernelEmitter &emitter, unsigned, const Coords &coords) const {
    Expr result;
    for (auto [index, dim] : llvm::enumerate(cast<dl::SizesOp>(op).getDims().getResults())) {
      Expr size = Halide::cast<int64_t>(emitter.size(dim).expr());
      result = result.defined() ? Halide::select(coords[0] < static_cast<int>(index), result, size)
                                : size;
    }
    return result;
  }
};

struct IotaModel : ElementEmissionOpInterface::ExternalModel<IotaModel, dl::IotaOp> {
  Expr emitElement(Operation *op, KernelEmitter &, unsigned, const Coords &coords) const {
    auto iota = cast<dl::IotaOp>(op);
    return Halide::cast(KernelEmitter::exprType(iota.getResult().getType()),
                        coords[iota.getAxis()]);
  }
};

} // namespace

void attachShapeEmission(MLIRContext *context) {
  dl::ReshapeOp::attachInterface<ReshapeModel>(*context);
  dl::TransposeOp::attachInterface<TransposeModel>(*context);
  dl::ExpandOp::attachInterface<ExpandModel>(*context);
  dl::ConcatOp::attachInterface<ConcatModel>(*context);
  dl::SliceOp::attachInterface<SliceModel>(*context);
  dl::SizesOp::attachInterface<SizesModel>(*context);
  dl::IotaOp::attachInterface<IotaModel>(*context);
}

} // namespace dlc::codegen
