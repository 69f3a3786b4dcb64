// Pools. Over channels-last images with one or two spatial axes they go through the window
// template; every other form is a plain reduction, correct for any rank and layout.
#include "dlc/Codegen/Halide/Templates/Window.h"
#include "Axes.h"
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/Templates/Math.h"
#include "dlc/Schedule/ScheduleAttributes.h"

using namespace mlir;
using dlc::templates::Size;
using dlc::templates::Sizes;
using Halide::Expr;

namespace dlc::codegen {
namespace {

/// How a pool folds its windows: what goes in, how it is folded, what is made of the result.
struct PoolRule {
  templates::ReductionKind kind = templates::ReductionKind::Sum;
  Halide::Type type = Halide::Float(32);
  std::function<Expr(Expr)> before = [](Expr element) { return element; };
  /// `place` is the place in the result.
  std::function<Expr(Expr, const Coords &)> after = [](Expr folded, const Coords &) {
    return folded;
  };
};

/// The Halide type in which elements of `value` are folded.
Halide::Type foldType(Value value) {
  Halide::Type type = KernelEmitter::exprType(value.getType());
  return type.is_float() && type.bits() < 32 ? Halide::Float(32) : type;
}

template <typename Op>
unsigned firstSpatialAxis(Op op) {
  return op.getLayout() == dl::Layout::ChannelsLast ? 1 : 2;
}

//===-- Rules ------------------------------------------------------------------------------===//

/// Whether the largest element so far, `best`, gives way to `next`: NaN is ahead of all.
Expr isAhead(Expr next, Expr best) {
  return next.type().is_float() ? next > best || Halide::is_nan(next) : next > best;
}

/// The opposite, spelled out: Halide takes `!(a > b)` for `a <= b`, which NaN is not.
Expr isBehind(Expr next, Expr best) {
  return next.type().is_float() ? !Halide::is_nan(next) && (next <= best || Halide::is_nan(best))
                                : next <= best;
}

PoolRule ruleOf(KernelEmitter &, dl::MaxPoolOp op) {
  PoolRule rule;
  rule.kind = templates::ReductionKind::Max;
  rule.type = foldType(op.getResult());
  return rule;
}

/// Elements of the window at `at` along spatial axis `i` that the mean counts.
Expr countAlong(KernelEmitter &emitter, dl::AveragePoolOp op, unsigned i, Expr at) {
  Size size = emitter.sizesOf(op.getInput())[firstSpatialAxis(op) + i];
  int64_t kernel = op.getKernelShape()[i], begin = op.getPadsBegin()[i], end = op.getPadsEnd()[i];
  Expr step = toInt(op.getDilations()[i]);
  Expr start = at * toInt(op.getStrides()[i]) - toInt(begin);
  bool all = op.getCountIncludePad();
  Expr lower = all ? toInt(-begin) : toInt(0), upper = (all ? size + end : size).expr();
  Expr first = Halide::max((lower - start + step - 1) / step, 0);
  Expr last = Halide::min((upper - 1 - start) / step + 1, toInt(kernel));
  return Halide::max(last - first, 0);
}

PoolRule ruleOf(KernelEmitter &emitter, dl::AveragePoolOp op) {
  PoolRule rule;
  rule.type = foldType(op.getResult());
  rule.after = [op, &emitter](Expr sum, const Coords &place) mutable {
    Expr count = 1;
    int64_t taps = 1;
    bool whole = true;
    for (unsigned i = 0; i < op.getKernelShape().size(); ++i) {
      count = count * countAlong(emitter, op, i, place[firstSpatialAxis(op) + i]);
      taps *= op.getKernelShape()[i];
      whole &= !op.getCeilMode() &&
               (op.getCountIncludePad() || (op.getPadsBegin()[i] == 0 && op.getPadsEnd()[i] == 0));
    }
    if (whole)
      return sum * math::constant(sum, 1.0 / static_cast<double>(taps));
    return sum / Halide::cast(sum.type(), count);
  };
  return rule;
}

PoolRule ruleOf(KernelEmitter &, dl::LpPoolOp op) {
  PoolRule rule;
  rule.type = foldType(op.getResult());
  int64_t p = op.getP();
  rule.before = [p](Expr element) {
    if (p == 1)
      return Halide::abs(element);
    if (p == 2)
      return element * element;
    return math::power(Halide::abs(element), math::constant(element, static_cast<double>(p)));
  };
  rule.after = [p](Expr sum, const Coords &) {
    if (p == 1)
      return sum;
    if (p == 2)
      return Halide::sqrt(sum);
    return math::power(sum, math::constant(sum, 1.0 / static_cast<double>(p)));
  };
  return rule;
}

//===-- Through the template ---------------------------------------------------------------===//

/// Entry `vertical` of a list of one or two; with one spatial axis the vertical entry is
/// `otherwise`.
template <typename T>
T entry(ArrayRef<T> list, bool vertical, T otherwise) {
  return list.size() == 2 ? list[vertical ? 0 : 1] : vertical ? otherwise : list[0];
}

int64_t entry(ArrayRef<int64_t> list, bool vertical, int64_t otherwise) {
  return entry<int64_t>(list, vertical, otherwise);
}

template <typename Op>
templates::SlidingWindow slidingWindow(KernelEmitter &emitter, Op op) {
  dl::Dims from = dl::dimsOf(op.getInput().getType()), to = dl::dimsOf(op.getResult().getType());
  SmallVector<int64_t> padsEnd(op.getPadsEnd());
  // What ceil_mode adds is padding too: less than a stride.
  for (size_t i = 0; i < padsEnd.size() && op.getCeilMode(); ++i) {
    int64_t span = (op.getKernelShape()[i] - 1) * op.getDilations()[i] + 1;
    AffineExpr reach = (to[1 + i] - 1) * op.getStrides()[i] + span;
    AffineExpr beyond = reach - from[1 + i] - op.getPadsBegin()[i];
    int64_t most = padsEnd[i] + op.getStrides()[i] - 1;
    padsEnd[i] = std::max(padsEnd[i], dl::constantDim(beyond).value_or(most));
  }
  Sizes sizes = emitter.sizesOf(op.getInput());
  ArrayRef<Size> image = ArrayRef<Size>(sizes).drop_front(1).drop_back(1);
  return {.inputHeight = entry<Size>(image, true, 1),
          .inputWidth = entry<Size>(image, false, 1),
          .kernelHeight = entry(op.getKernelShape(), true, 1),
          .kernelWidth = entry(op.getKernelShape(), false, 1),
          .strideHeight = entry(op.getStrides(), true, 1),
          .strideWidth = entry(op.getStrides(), false, 1),
          .dilationHeight = entry(op.getDilations(), true, 1),
          .dilationWidth = entry(op.getDilations(), false, 1),
          .padTop = entry(op.getPadsBegin(), true, 0),
          .padLeft = entry(op.getPadsBegin(), false, 0),
          .padBottom = entry(padsEnd, true, 0),
          .padRight = entry(padsEnd, false, 0)};
}

template <typename Op>
void emitTemplate(Op op, KernelEmitter &emitter, dl::WindowScheduleAttr attribute) {
  Sizes output = emitter.sizesOf(op.getResult());
  bool oneAxis = output.size() == 3;
  PoolRule rule = ruleOf(emitter, op);
  templates::PoolProblem problem;
  problem.batch = output.front();
  problem.height = oneAxis ? Size(1) : output[1];
  problem.width = output[output.size() - 2];
  problem.channels = output.back();
  problem.window = slidingWindow(emitter, op);
  problem.kind = rule.kind;
  problem.type = rule.type;
  Value image = op.getInput();
  problem.input = [=, &emitter](Expr c, Expr x, Expr y, Expr n) {
    Expr element = emitter.at(image, oneAxis ? Coords{n, x, c} : Coords{n, y, x, c});
    return Halide::cast(rule.type, rule.before(KernelEmitter::compute(element)));
  };
  schedule::WindowParams params = schedule::paramsOf(attribute);
  auto built = std::make_shared<templates::Window>(
      templates::buildPool(problem, params, emitter.getFacts()));

  Halide::Var c("c"), x("x"), y("y"), n("n");
  IterationSpace space;
  space.vars = {c, x, y, n};
  space.extents = {problem.channels, problem.width, problem.height, problem.batch};
  space.axes = imageAxes(oneAxis);
  space.coords = oneAxis ? Coords{n, x, c} : Coords{n, y, x, c};
  Coords own = space.coords;
  emitter.define(op.getResult(),
                 [=](const Coords &) { return rule.after(built->acc(c, x, y, n), own); });
  emitter.setIterationSpace(space);
  emitter.setSchedule([built, params, &emitter](Halide::Func output) {
    templates::scheduleWindow(*built, output, params, emitter.getFacts());
  });
}

//===-- Plainly ----------------------------------------------------------------------------===//

/// The place in the input of tap `k` of the window at `coords`, clamped into the image, and whether
/// it lies in it.
template <typename Op>
std::pair<Coords, Expr> tapPlace(KernelEmitter &emitter, Op op, unsigned firstSpatial,
                                 const Coords &coords, const Halide::RDom &k) {
  Sizes input = emitter.sizesOf(op.getInput());
  Coords place(coords);
  Expr inside = Halide::Internal::const_true();
  unsigned spatial = input.size() - 2;
  for (unsigned i = 0; i < spatial; ++i) {
    // The innermost dimension of the domain is the last axis.
    Expr at = coords[firstSpatial + i] * toInt(op.getStrides()[i]) +
              Expr(k[spatial - 1 - i]) * toInt(op.getDilations()[i]) - toInt(op.getPadsBegin()[i]);
    Size size = input[firstSpatial + i];
    inside = inside && at >= 0 && at < size.expr();
    place[firstSpatial + i] = Halide::clamp(at, 0, (size - 1).expr());
  }
  return {place, inside};
}

Halide::RDom windowDomain(ArrayRef<int64_t> kernel) {
  std::vector<Halide::Range> ranges;
  for (int64_t size : llvm::reverse(kernel))
    ranges.emplace_back(0, static_cast<int>(size));
  return Halide::RDom(ranges, "k");
}

template <typename Op>
void emitPlain(Op op, KernelEmitter &emitter) {
  PoolRule rule = ruleOf(emitter, op);
  std::vector<Halide::Var> vars = axisVars(shapeOf(op.getResult()).size());
  Coords coords(vars.rbegin(), vars.rend());
  Halide::RDom k = windowDomain(op.getKernelShape());
  Expr identity = templates::reductionIdentity(rule.kind, rule.type);
  auto [place, inside] = tapPlace(emitter, op, firstSpatialAxis(op), coords, k);
  Expr element = KernelEmitter::compute(emitter.at(op.getInput(), place));
  Expr value = Halide::select(inside, Halide::cast(rule.type, rule.before(element)), identity);
  Halide::Func acc("pool");
  acc(vars) = identity;
  acc(vars) = templates::combine(rule.kind, acc(vars), value);
  emitter.define(op.getResult(), [acc, rule](const Coords &at) {
    return rule.after(acc(std::vector<Expr>(at.rbegin(), at.rend())), at);
  });
  emitter.scheduleGenerically();
}

template <typename Op>
struct PoolModel : AnchorEmissionOpInterface::ExternalModel<PoolModel<Op>, Op> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<Op>(operation);
    if (auto attribute = emitter.getSchedule<dl::WindowScheduleAttr>())
      emitTemplate(op, emitter, attribute);
    else
      emitPlain(op, emitter);
  }
};

//===-- Indices ----------------------------------------------------------------------------===//

/// The row-major position in the whole input of a place in it; with `columnMajor` the spatial axes
/// count in reverse.
Expr placeOf(const Sizes &input, const Coords &place, bool columnMajor) {
  Expr position = place[0] * input[1].expr() + place[1];
  unsigned rank = input.size();
  for (unsigned i = 2; i < rank; ++i) {
    unsigned axis = columnMajor ? rank + 1 - i : i;
    position = position * input[axis].expr() + place[axis];
  }
  return Halide::cast<int64_t>(position);
}

struct MaxPoolWithIndicesModel
    : AnchorEmissionOpInterface::ExternalModel<MaxPoolWithIndicesModel, dl::MaxPoolWithIndicesOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::MaxPoolWithIndicesOp>(operation);
    Halide::Type type = foldType(op.getResult());
    std::vector<Halide::Var> vars = axisVars(shapeOf(op.getResult()).size());
    Coords coords(vars.rbegin(), vars.rend());
    Halide::RDom k = windowDomain(op.getKernelShape());
    auto [place, inside] = tapPlace(emitter, op, /*firstSpatial=*/2, coords, k);
    Expr value = Halide::cast(type, KernelEmitter::compute(emitter.at(op.getInput(), place)));
    Expr position = placeOf(emitter.sizesOf(op.getInput()), place, op.getColumnMajor());
    Expr none = Halide::cast<int64_t>(-1);
    Halide::Func best("best");
    best(vars) =
        Halide::Tuple(templates::reductionIdentity(templates::ReductionKind::Max, type), none);
    Expr better = inside && (best(vars)[1] == none || isAhead(value, best(vars)[0]));
    best(vars) = Halide::Tuple(Halide::select(better, value, best(vars)[0]),
                               Halide::select(better, position, best(vars)[1]));
    for (unsigned result : {0u, 1u})
      emitter.define(op->getResult(result), [best, result](const Coords &at) {
        return best(std::vector<Expr>(at.rbegin(), at.rend()))[result];
      });
    emitter.scheduleGenerically();
  }
};

//===-- Gradient ---------------------------------------------------------------------------===//

/// Where windows do not overlap, an element looks at the others of its window.
struct PartitionGradientModel
    : ElementEmissionOpInterface::ExternalModel<PartitionGradientModel, dl::MaxPoolGradientOp> {
  Expr emitElement(Operation *operation, KernelEmitter &emitter, unsigned,
                   const Coords &coords) const {
    auto op = cast<dl::MaxPoolGradientOp>(operation);
    unsigned first = firstSpatialAxis(op), spatial = op.getKernelShape().size();
    Halide::Type type = foldType(op.getResult());
    Coords window(coords), place(coords);
    Expr own = 0, inside = Halide::Internal::const_true();
    int64_t taps = 1;
    for (unsigned i = 0; i < spatial; ++i) {
      Expr at = coords[first + i], size = toInt(op.getKernelShape()[i]);
      Size windows = emitter.sizesOf(op.getCotangent())[first + i];
      window[first + i] = at / size;
      Size covered = windows * op.getKernelShape()[i];
      if (!covered.isConstant() ||
          !emitter.sizesOf(op.getInput())[first + i].is(covered.constant())) {
        inside = inside && at / size < windows.expr();
        window[first + i] = Halide::min(at / size, (windows - 1).expr());
      }
      own = own * size + at % size;
      taps *= op.getKernelShape()[i];
    }
    auto element = [&](const Coords &at) {
      return Halide::cast(type, KernelEmitter::compute(emitter.at(op.getInput(), at)));
    };
    Expr value = element(coords), wins = inside;
    for (int64_t tap = 0; tap < taps; ++tap) {
      int64_t rest = tap;
      for (unsigned i = spatial; i-- > 0; rest /= op.getKernelShape()[i])
        place[first + i] = window[first + i] * toInt(op.getKernelShape()[i]) +
                           toInt(rest % op.getKernelShape()[i]);
      // The first of equals wins: an element is ahead of all before it, and none after is of it.
      Expr other = element(place);
      wins = wins && (own == toInt(tap) || Halide::select(toInt(tap) < own, isAhead(value, other),
                                                          isBehind(other, value)));
    }
    Expr flows = Halide::cast(type, KernelEmitter::compute(emitter.at(op.getCotangent(), window)));
    return Halide::select(wins, flows, Halide::Internal::make_zero(type));
  }
};

/// Where windows overlap: first the tap that won each, then for each input element the windows that
/// it won.
struct MaxPoolGradientModel
    : AnchorEmissionOpInterface::ExternalModel<MaxPoolGradientModel, dl::MaxPoolGradientOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    emitOverlapping(cast<dl::MaxPoolGradientOp>(operation), emitter);
  }

private:
  static void emitOverlapping(dl::MaxPoolGradientOp op, KernelEmitter &emitter) {
    unsigned first = firstSpatialAxis(op), spatial = op.getKernelShape().size();
    Halide::Type type = foldType(op.getResult());
    std::vector<Halide::Var> vars = axisVars(shapeOf(op.getResult()).size());
    Coords coords(vars.rbegin(), vars.rend());
    Halide::Func winner = winnerOf(op, emitter);

    Sizes cotangent = emitter.sizesOf(op.getCotangent());
    // Windows that reach the element: the last that begins before it, and those before that.
    Expr sum = Halide::Internal::make_zero(type);
    for (const SmallVector<int64_t> &back : places(reachOf(op))) {
      Coords window(coords);
      Expr reaches = Halide::Internal::const_true(), tap = 0;
      for (unsigned i = 0; i < spatial; ++i) {
        int64_t stride = op.getStrides()[i], dilation = op.getDilations()[i];
        Expr size = cotangent[first + i].expr();
        Expr padded = coords[first + i] + toInt(op.getPadsBegin()[i]);
        Expr at = padded / toInt(stride) - toInt(back[i]);
        Expr distance = padded - at * toInt(stride);
        reaches = reaches && at >= 0 && at < size && distance % toInt(dilation) == 0 &&
                  distance / toInt(dilation) < toInt(op.getKernelShape()[i]);
        window[first + i] = Halide::clamp(at, 0, size - 1);
        tap = tap * toInt(op.getKernelShape()[i]) + distance / toInt(dilation);
      }
      std::vector<Expr> place(window.rbegin(), window.rend());
      Expr flows =
          Halide::cast(type, KernelEmitter::compute(emitter.at(op.getCotangent(), window)));
      sum += Halide::select(reaches && winner(place)[1] == tap, flows,
                            Halide::Internal::make_zero(type));
    }
    Halide::Func gradient("gradient");
    gradient(vars) = sum;
    emitter.define(op.getResult(), [gradient](const Coords &at) {
      return gradient(std::vector<Expr>(at.rbegin(), at.rend()));
    });
    emitter.scheduleGenerically();
  }

  /// How many windows reach an element along each axis at most.
  static SmallVector<int64_t> reachOf(dl::MaxPoolGradientOp op) {
    SmallVector<int64_t> reach;
    for (auto [kernel, stride, dilation] :
         llvm::zip(op.getKernelShape(), op.getStrides(), op.getDilations()))
      reach.push_back(((kernel - 1) * dilation) / stride + 1);
    return reach;
  }

  /// Every place below `sizes`, in row-major order.
  static std::vector<SmallVector<int64_t>> places(ArrayRef<int64_t> sizes) {
    std::vector<SmallVector<int64_t>> all{{}};
    for (int64_t size : sizes) {
      std::vector<SmallVector<int64_t>> next;
      for (const SmallVector<int64_t> &place : all)
        for (int64_t at = 0; at < size; ++at) {
          next.push_back(place);
          next.back().push_back(at);
        }
      all = std::move(next);
    }
    return all;
  }

  /// The row-major number of the tap that won each window, the first of equals.
  static Halide::Func winnerOf(dl::MaxPoolGradientOp op, KernelEmitter &emitter) {
    Halide::Type type = foldType(op.getResult());
    std::vector<Halide::Var> vars = axisVars(shapeOf(op.getResult()).size());
    Coords coords(vars.rbegin(), vars.rend());
    unsigned spatial = op.getKernelShape().size();
    Halide::RDom k = windowDomain(op.getKernelShape());
    auto [place, inside] = tapPlace(emitter, op, firstSpatialAxis(op), coords, k);
    Expr value = Halide::cast(type, KernelEmitter::compute(emitter.at(op.getInput(), place)));
    Expr number = 0;
    for (unsigned i = 0; i < spatial; ++i)
      number = number * toInt(op.getKernelShape()[i]) + Expr(k[spatial - 1 - i]);
    Halide::Func winner("winner");
    winner(vars) =
        Halide::Tuple(templates::reductionIdentity(templates::ReductionKind::Max, type), Expr(-1));
    Expr better = inside && (winner(vars)[1] < 0 || isAhead(value, winner(vars)[0]));
    winner(vars) = Halide::Tuple(Halide::select(better, value, winner(vars)[0]),
                                 Halide::select(better, number, winner(vars)[1]));
    return winner;
  }
};

} // namespace

void attachWindowEmission(MLIRContext *context) {
  dl::MaxPoolOp::attachInterface<PoolModel<dl::MaxPoolOp>>(*context);
  dl::AveragePoolOp::attachInterface<PoolModel<dl::AveragePoolOp>>(*context);
  dl::LpPoolOp::attachInterface<PoolModel<dl::LpPoolOp>>(*context);
  dl::MaxPoolGradientOp::attachInterface<MaxPoolGradientModel, PartitionGradientModel>(*context);
  dl::MaxPoolWithIndicesOp::attachInterface<MaxPoolWithIndicesModel>(*context);
}

} // namespace dlc::codegen
