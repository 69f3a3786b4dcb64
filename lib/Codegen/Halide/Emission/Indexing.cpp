// Ops that read or write at computed places. Indices outside an axis read or write its nearest
// element: a kernel never leaves its buffers.
#include "Math.h"
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/Templates/RowReduce.h"

using namespace mlir;
using Halide::Expr;

namespace dlc::codegen {
namespace {

ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

Expr toInt(int64_t value) { return static_cast<int>(value); }

/// An index from data: counted from the end where negative, kept inside an axis of `size`.
Expr wrapIndex(Expr index, int64_t size) {
  // Narrowed only after it surely fits; clamped last, where bounds inference looks.
  Halide::Type type = index.type();
  index = Halide::cast<int32_t>(
      Halide::clamp(index, Halide::cast(type, toInt(-size)), Halide::cast(type, toInt(size - 1))));
  return Halide::clamp(Halide::select(index < 0, index + toInt(size), index), 0, toInt(size - 1));
}

Expr zeroOf(Value value) {
  return Halide::Internal::make_zero(KernelEmitter::exprType(value.getType()));
}

//===-- Gathers ----------------------------------------------------------------------------===//

struct GatherModel : AnchorEmissionOpInterface::ExternalModel<GatherModel, dl::GatherOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::GatherOp>(operation);
    int64_t axis = op.getAxis(), count = shapeOf(op.getIndices()).size();
    int64_t size = shapeOf(op.getOperand())[axis];
    emitter.define(op.getResult(), [=, &emitter](const Coords &coords) mutable {
      if (size == 0)
        return zeroOf(op.getResult());
      auto first = coords.begin() + axis;
      Coords place(coords.begin(), first);
      place.push_back(wrapIndex(emitter.at(op.getIndices(), Coords(first, first + count)), size));
      place.insert(place.end(), first + count, coords.end());
      return emitter.at(op.getOperand(), place);
    });
    emitter.scheduleGenerically();
  }
};

struct GatherElementsModel
    : AnchorEmissionOpInterface::ExternalModel<GatherElementsModel, dl::GatherElementsOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::GatherElementsOp>(operation);
    int64_t axis = op.getAxis(), size = shapeOf(op.getOperand())[axis];
    emitter.define(op.getResult(), [=, &emitter](const Coords &coords) mutable {
      if (size == 0)
        return zeroOf(op.getResult());
      Coords place = coords;
      place[axis] = wrapIndex(emitter.at(op.getIndices(), coords), size);
      return emitter.at(op.getOperand(), place);
    });
    emitter.scheduleGenerically();
  }
};

struct GatherNDModel : AnchorEmissionOpInterface::ExternalModel<GatherNDModel, dl::GatherNDOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::GatherNDOp>(operation);
    ArrayRef<int64_t> operand = shapeOf(op.getOperand()), indices = shapeOf(op.getIndices());
    int64_t batch = op.getBatchDims(), depth = indices.back(), rows = indices.size() - 1;
    emitter.define(op.getResult(), [=, &emitter](const Coords &coords) mutable {
      Coords row(coords.begin(), coords.begin() + rows);
      Coords place(coords.begin(), coords.begin() + batch);
      for (int64_t i = 0; i < depth; ++i) {
        Coords at = row;
        at.push_back(toInt(i));
        place.push_back(wrapIndex(emitter.at(op.getIndices(), at), operand[batch + i]));
      }
      place.insert(place.end(), coords.begin() + rows, coords.end());
      return emitter.at(op.getOperand(), place);
    });
    emitter.scheduleGenerically();
  }
};

//===-- Scatters ---------------------------------------------------------------------------===//

Expr combine(dl::ScatterKind kind, Expr old, Expr update) {
  switch (kind) {
  case dl::ScatterKind::Set:
    return update;
  case dl::ScatterKind::Add:
    return old + update;
  case dl::ScatterKind::Mul:
    return old * update;
  case dl::ScatterKind::Max:
    return Halide::max(old, update);
  case dl::ScatterKind::Min:
    return Halide::min(old, update);
  }
  llvm_unreachable("unknown scatter kind");
}

/// A Func that holds the operand and is then changed at `place(r)` for each element r of `updates`.
/// Updates run in row-major order, one after the other: two may meet at one place.
void emitScatter(KernelEmitter &emitter, Value operand, Value updates, Value result,
                 dl::ScatterKind kind, const std::function<Coords(const Coords &)> &place) {
  Halide::Type type = KernelEmitter::exprType(result.getType());
  // Bool lives in memory as a byte; narrow floats are combined in f32.
  Halide::Type kept = type.is_bool()                        ? Halide::UInt(8)
                      : type.is_float() && type.bits() < 32 ? Halide::Float(32)
                                                            : type;
  unsigned rank = shapeOf(result).size();
  std::vector<Halide::Var> vars;
  for (unsigned dim = 0; dim < rank; ++dim)
    vars.emplace_back("axis" + std::to_string(dim));
  Halide::Func scattered("scattered");
  scattered(vars) = Halide::cast(kept, emitter.at(operand, Coords(vars.rbegin(), vars.rend())));
  ArrayRef<int64_t> shape = shapeOf(updates);
  bool empty = llvm::is_contained(shape, 0);
  if (!empty) {
    std::vector<Halide::Range> ranges;
    for (int64_t size : llvm::reverse(shape))
      ranges.emplace_back(0, static_cast<int>(size));
    if (ranges.empty())
      ranges.emplace_back(0, 1);
    Halide::RDom r(ranges, "r");
    Coords from;
    for (unsigned axis = 0; axis < shape.size(); ++axis)
      from.push_back(r[shape.size() - 1 - axis]);
    Coords to = place(from);
    std::vector<Expr> arguments(to.rbegin(), to.rend());
    Expr update = Halide::cast(kept, emitter.at(updates, from));
    scattered(arguments) = combine(kind, scattered(arguments), update);
  }
  // Written whole before it is read: the epilogue reads it at other places than it was changed at.
  scattered.compute_root();
  if (!empty)
    scattered.update().unscheduled();
  emitter.define(result, [=](const Coords &at) {
    return Halide::cast(type, scattered(std::vector<Expr>(at.rbegin(), at.rend())));
  });
  emitter.scheduleGenerically();
}

struct ScatterElementsModel
    : AnchorEmissionOpInterface::ExternalModel<ScatterElementsModel, dl::ScatterElementsOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::ScatterElementsOp>(operation);
    int64_t axis = op.getAxis(), size = shapeOf(op.getOperand())[axis];
    emitScatter(emitter, op.getOperand(), op.getUpdates(), op.getResult(), op.getKind(),
                [=, &emitter](const Coords &from) mutable {
                  Coords to = from;
                  to[axis] = wrapIndex(emitter.at(op.getIndices(), from), size);
                  return to;
                });
  }
};

struct ScatterNDModel : AnchorEmissionOpInterface::ExternalModel<ScatterNDModel, dl::ScatterNDOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::ScatterNDOp>(operation);
    ArrayRef<int64_t> operand = shapeOf(op.getOperand()), indices = shapeOf(op.getIndices());
    int64_t depth = indices.back(), rows = indices.size() - 1;
    emitScatter(emitter, op.getOperand(), op.getUpdates(), op.getResult(), op.getKind(),
                [=, &emitter](const Coords &from) mutable {
                  Coords to;
                  for (int64_t i = 0; i < depth; ++i) {
                    Coords at(from.begin(), from.begin() + rows);
                    at.push_back(toInt(i));
                    to.push_back(wrapIndex(emitter.at(op.getIndices(), at), operand[i]));
                  }
                  to.insert(to.end(), from.begin() + rows, from.end());
                  return to;
                });
  }
};

//===-- Pad, resample ----------------------------------------------------------------------===//

/// The place in an axis of `size` that place `at` (0 is the operand's first) of a padded axis
/// copies.
Expr padSource(dl::PadMode mode, Expr at, int64_t size) {
  switch (mode) {
  case dl::PadMode::Constant:
  case dl::PadMode::Edge:
    return Halide::clamp(at, 0, toInt(size - 1));
  case dl::PadMode::Wrap:
    return at % toInt(size);
  case dl::PadMode::Reflect: {
    if (size == 1)
      return 0;
    // Halide's % is never negative for a positive divisor.
    Expr phase = at % toInt(2 * (size - 1));
    return Halide::min(phase, toInt(2 * (size - 1)) - phase);
  }
  }
  llvm_unreachable("unknown pad mode");
}

struct PadModel : ElementEmissionOpInterface::ExternalModel<PadModel, dl::PadOp> {
  Expr emitElement(Operation *operation, KernelEmitter &emitter, unsigned,
                   const Coords &coords) const {
    auto op = cast<dl::PadOp>(operation);
    ArrayRef<int64_t> operand = shapeOf(op.getOperand());
    Expr fill = op.getValue() ? emitter.at(op.getValue(), {}) : zeroOf(op.getResult());
    if (llvm::is_contained(operand, 0))
      return fill;
    Coords place = coords;
    Expr inside = Halide::Internal::const_true();
    for (auto [axis, size] : llvm::enumerate(operand)) {
      int64_t low = op.getLow()[axis], high = op.getHigh()[axis];
      if (low == 0 && high == 0)
        continue;
      Expr at = coords[axis] - toInt(low);
      inside = inside && at >= 0 && at < toInt(size);
      place[axis] = padSource(op.getMode(), at, size);
    }
    Expr element = emitter.at(op.getOperand(), place);
    return op.getMode() == dl::PadMode::Constant ? Halide::select(inside, element, fill) : element;
  }
};

struct ResampleModel : AnchorEmissionOpInterface::ExternalModel<ResampleModel, dl::ResampleOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::ResampleOp>(operation);
    int64_t axis = op.getAxis(), taps = shapeOf(op.getIndices())[1];
    int64_t size = shapeOf(op.getOperand())[axis];
    // A few taps are written out: the compiler sees that the tables do not depend on inner axes.
    emitter.define(op.getResult(), [=, &emitter](const Coords &coords) mutable {
      Expr sum;
      for (int64_t t = 0; t < taps; ++t) {
        Coords table{coords[axis], toInt(t)}, place = coords;
        place[axis] = wrapIndex(emitter.at(op.getIndices(), table), size);
        Expr weight = KernelEmitter::compute(emitter.at(op.getWeights(), table));
        Expr term = weight * Halide::cast(weight.type(), emitter.at(op.getOperand(), place));
        sum = sum.defined() ? sum + term : term;
      }
      return Halide::cast(KernelEmitter::exprType(op.getResult().getType()), sum);
    });
    emitter.scheduleGenerically();
  }
};

} // namespace

void attachIndexingEmission(MLIRContext *context) {
  dl::GatherOp::attachInterface<GatherModel>(*context);
  dl::GatherElementsOp::attachInterface<GatherElementsModel>(*context);
  dl::GatherNDOp::attachInterface<GatherNDModel>(*context);
  dl::ScatterElementsOp::attachInterface<ScatterElementsModel>(*context);
  dl::ScatterNDOp::attachInterface<ScatterNDModel>(*context);
  dl::PadOp::attachInterface<PadModel>(*context);
  dl::ResampleOp::attachInterface<ResampleModel>(*context);
}

} // namespace dlc::codegen
