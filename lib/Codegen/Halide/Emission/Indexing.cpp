// Ops that read or write at computed places. Indices outside an axis read or write its nearest
// element: a kernel never leaves its buffers.
#include "Axes.h"
#include "Sampling.h"
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/Templates/Math.h"
#include "dlc/Codegen/Halide/Templates/RowReduce.h"

using namespace mlir;
using dlc::templates::Size;
using dlc::templates::Sizes;
using Halide::Expr;

namespace dlc::codegen {
namespace {

/// An index from data: counted from the end where negative, kept inside an axis of `size`.
Expr wrapIndex(Expr index, const Size &size) {
  // Narrowed only after it surely fits; clamped last, where bounds inference looks.
  Halide::Type type = index.type();
  Expr last = (size - 1).expr();
  index = Halide::cast<int32_t>(
      Halide::clamp(index, Halide::cast(type, (0 - size).expr()), Halide::cast(type, last)));
  return Halide::clamp(Halide::select(index < 0, index + size.expr(), index), 0, last);
}

Expr zeroOf(Value value) {
  return Halide::Internal::make_zero(KernelEmitter::exprType(value.getType()));
}

//===-- Gathers ----------------------------------------------------------------------------===//

struct GatherModel : AnchorEmissionOpInterface::ExternalModel<GatherModel, dl::GatherOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::GatherOp>(operation);
    int64_t axis = op.getAxis(), count = shapeOf(op.getIndices()).size();
    Size size = emitter.sizesOf(op.getOperand())[axis];
    emitter.define(op.getResult(), [=, &emitter](const Coords &coords) mutable {
      if (size.is(0))
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
    int64_t axis = op.getAxis();
    Size size = emitter.sizesOf(op.getOperand())[axis];
    emitter.define(op.getResult(), [=, &emitter](const Coords &coords) mutable {
      if (size.is(0))
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
    Sizes operand = emitter.sizesOf(op.getOperand());
    ArrayRef<int64_t> indices = shapeOf(op.getIndices());
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
    return math::maximum(old, update);
  case dl::ScatterKind::Min:
    return math::minimum(old, update);
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
  Sizes shape = emitter.sizesOf(updates);
  bool empty = llvm::any_of(shape, [](const Size &size) { return size.is(0); });
  if (!empty) {
    std::vector<Halide::Range> ranges;
    for (const Size &size : llvm::reverse(shape))
      ranges.emplace_back(0, size.expr());
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

/// Two passes in row-major order: how many places lie before each element, then each place where it
/// belongs.
struct NonZeroModel : AnchorEmissionOpInterface::ExternalModel<NonZeroModel, dl::NonZeroOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::NonZeroOp>(operation);
    dl::Dims shape = dl::dimsOf(op.getOperand().getType());
    Size elements = templates::productOf(emitter.sizesOf(shape));
    Size places = emitter.sizesOf(op.getResult()).back();
    auto coordsOf = [=, &emitter](Expr element) {
      return emitter.splitLinear(element, shape, 0, shape.size(), /*linearizable=*/false);
    };
    Value operand = op.getOperand();
    auto isChosen = [=, &emitter](Expr element) {
      Expr value = KernelEmitter::compute(emitter.at(operand, coordsOf(element)));
      return value.type().is_bool() ? value : value != Halide::Internal::make_zero(value.type());
    };
    Halide::Var i("i"), j("j");
    Halide::Func before("before"), chosen("chosen");
    before(i) = 0;
    Halide::RDom k(1, (elements - 1).expr(), "k");
    before(k) = before(k - 1) + Halide::cast<int>(isChosen(k - 1));
    chosen(j) = 0;
    Halide::RDom r(0, elements.expr(), "r");
    r.where(isChosen(r));
    chosen(Halide::unsafe_promise_clamped(before(r), 0, (places - 1).expr())) = r;
    for (Halide::Func func : {before, chosen}) {
      func.compute_root();
      func.update().unscheduled();
    }
    emitter.define(op.getResult(), [=](const Coords &at) {
      Coords place = coordsOf(chosen(at[1]));
      Expr result = place.back();
      for (int axis = static_cast<int>(place.size()) - 1; axis-- > 0;)
        result = Halide::select(at[0] == axis, place[static_cast<size_t>(axis)], result);
      return Halide::cast<int64_t>(result);
    });
    emitter.scheduleGenerically();
  }
};

struct ScatterElementsModel
    : AnchorEmissionOpInterface::ExternalModel<ScatterElementsModel, dl::ScatterElementsOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::ScatterElementsOp>(operation);
    int64_t axis = op.getAxis();
    Size size = emitter.sizesOf(op.getOperand())[axis];
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
    Sizes operand = emitter.sizesOf(op.getOperand());
    ArrayRef<int64_t> indices = shapeOf(op.getIndices());
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
Expr padSource(dl::PadMode mode, Expr at, const Size &size) {
  switch (mode) {
  case dl::PadMode::Constant:
  case dl::PadMode::Edge:
    return Halide::clamp(at, 0, (size - 1).expr());
  case dl::PadMode::Wrap:
    return at % size.expr();
  case dl::PadMode::Reflect: {
    if (size.is(1))
      return 0;
    // Halide's % is never negative for a positive divisor; one element is its own reflection.
    Size period = larger(2 * (size - 1), 1);
    Expr phase = at % period.expr();
    return Halide::min(phase, (2 * (size - 1)).expr() - phase);
  }
  }
  llvm_unreachable("unknown pad mode");
}

struct PadModel : ElementEmissionOpInterface::ExternalModel<PadModel, dl::PadOp> {
  Expr emitElement(Operation *operation, KernelEmitter &emitter, unsigned,
                   const Coords &coords) const {
    auto op = cast<dl::PadOp>(operation);
    Sizes operand = emitter.sizesOf(op.getOperand());
    Expr fill = op.getValue() ? emitter.at(op.getValue(), {}) : zeroOf(op.getResult());
    if (llvm::any_of(operand, [](const Size &size) { return size.is(0); }))
      return fill;
    Coords place = coords;
    Expr inside = Halide::Internal::const_true();
    for (auto [axis, size] : llvm::enumerate(operand)) {
      int64_t low = op.getLow()[axis], high = op.getHigh()[axis];
      if (low == 0 && high == 0)
        continue;
      Expr at = coords[axis] - toInt(low);
      inside = inside && at >= 0 && at < size.expr();
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
    Size size = emitter.sizesOf(op.getOperand())[axis];
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

//===-- Grid sample ------------------------------------------------------------------------===//

/// The place along an axis of `size` that the grid's number `at`, in f32 or f64, stands for.
Expr gridPlace(dl::GridSampleOp op, const Expr &at, const Size &size) {
  Expr one = math::constant(at, 1), half = math::constant(at, 0.5);
  Expr length = Halide::cast(at.type(), size.expr());
  return op.getAlignCorners() ? (at + one) * half * (length - one)
                              : ((at + one) * length - one) * half;
}

/// The weighted sum over the taps of `axes` and those before them, whose places are in `place`.
Expr sumTaps(KernelEmitter &emitter, dl::GridSampleOp op, ArrayRef<SampledAxis> axes, Coords place,
             Expr inside) {
  if (axes.empty()) {
    Expr element = KernelEmitter::compute(emitter.at(op.getOperand(), place));
    return Halide::select(inside, element, math::constant(element, 0));
  }
  Expr sum;
  place.emplace_back();
  for (int tap = axes.front().first(); tap <= axes.front().last(); ++tap) {
    Expr within = inside;
    place.back() = axes.front().index(tap, within);
    Expr rest = sumTaps(emitter, op, axes.drop_front(), place, within);
    Expr term = Halide::cast(rest.type(), axes.front().weight(tap)) * rest;
    sum = sum.defined() ? sum + term : term;
  }
  return sum;
}

struct GridSampleModel
    : AnchorEmissionOpInterface::ExternalModel<GridSampleModel, dl::GridSampleOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::GridSampleOp>(operation);
    Sizes sizes = emitter.sizesOf(op.getOperand());
    sizes.erase(sizes.begin(), sizes.begin() + 2);
    emitter.define(op.getResult(), [=, &emitter](const Coords &coords) mutable {
      Coords at(coords.begin() + 2, coords.end());
      at.insert(at.begin(), coords[0]);
      std::vector<SampledAxis> axes;
      for (size_t axis = 0; axis < sizes.size(); ++axis) {
        at.push_back(toInt(static_cast<int64_t>(sizes.size() - 1 - axis)));
        Expr number = KernelEmitter::compute(emitter.at(op.getGrid(), at));
        axes.emplace_back(gridPlace(op, number, sizes[axis]), sizes[axis], op.getMode(),
                          op.getPadding(), op.getAlignCorners());
        at.pop_back();
      }
      return sumTaps(emitter, op, axes, {coords[0], coords[1]}, Halide::Internal::const_true());
    });
    emitter.scheduleGenerically();
  }
};

} // namespace

void attachIndexingEmission(MLIRContext *context) {
  dl::GatherOp::attachInterface<GatherModel>(*context);
  dl::GatherElementsOp::attachInterface<GatherElementsModel>(*context);
  dl::GatherNDOp::attachInterface<GatherNDModel>(*context);
  dl::NonZeroOp::attachInterface<NonZeroModel>(*context);
  dl::ScatterElementsOp::attachInterface<ScatterElementsModel>(*context);
  dl::ScatterNDOp::attachInterface<ScatterNDModel>(*context);
  dl::PadOp::attachInterface<PadModel>(*context);
  dl::ResampleOp::attachInterface<ResampleModel>(*context);
  dl::GridSampleOp::attachInterface<GridSampleModel>(*context);
}

} // namespace dlc::codegen
