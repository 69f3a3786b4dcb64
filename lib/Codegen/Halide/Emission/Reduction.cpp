// Reductions, arg max and min, top k. Folds of trailing axes go through the row_reduce
// template, those of leading axes through that of columns; all others are plain reductions, correct
// for any axes.
#include "Rows.h"
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/Templates/ColumnReduce.h"
#include "dlc/Codegen/Halide/Templates/Math.h"
#include "dlc/Schedule/ScheduleAttributes.h"

#include <numeric>

using namespace mlir;
using dlc::templates::ReductionKind;
using dlc::templates::Size;
using Halide::Expr;

namespace dlc::codegen {
namespace {

//===-- Reduce -----------------------------------------------------------------------------===//

/// A reduction as a fold of `map(x)` by `kind` and `finish` of the folded value.
struct Fold {
  ReductionKind kind = ReductionKind::Sum;
  std::function<Expr(Expr)> map = [](Expr x) { return x; };
  std::function<Expr(Expr)> finish = [](Expr x) { return x; };
};

/// `function` on a real; integers go through double and truncate.
Expr throughReal(Expr x, const std::function<Expr(Expr)> &function) {
  if (x.type().is_float())
    return function(x);
  return Halide::cast(x.type(), Halide::trunc(function(Halide::cast<double>(x))));
}

/// `size` in the type of `like`.
Expr realOf(Expr like, const Size &size) {
  return size.isConstant() ? math::constant(like, static_cast<double>(size.constant()))
                           : Halide::cast(like.type(), size.expr());
}

/// All but log_sum_exp, which needs two folds. `count` is the number of elements of a set.
Fold foldOf(dl::ReduceKind kind, const Size &count) {
  auto absolute = [](Expr x) { return x.type().is_uint() ? x : Halide::select(x < 0, -x, x); };
  auto divide = [count](Expr x) { return x / realOf(x, count); };
  switch (kind) {
  case dl::ReduceKind::Mean:
    return {.finish = [divide](Expr x) { return throughReal(x, divide); }};
  case dl::ReduceKind::Max:
    return {.kind = ReductionKind::Max};
  case dl::ReduceKind::Min:
    return {.kind = ReductionKind::Min};
  case dl::ReduceKind::Prod:
    return {.kind = ReductionKind::Product};
  case dl::ReduceKind::L1:
    return {.map = absolute};
  case dl::ReduceKind::L2:
    return {.kind = ReductionKind::SumOfSquares, .finish = [](Expr x) {
              return throughReal(x, [](Expr y) { return Halide::sqrt(y); });
            }};
  case dl::ReduceKind::LogSum:
    return {.finish = [](Expr x) { return throughReal(x, math::log); }};
  case dl::ReduceKind::SumSquare:
    return {.kind = ReductionKind::SumOfSquares};
  case dl::ReduceKind::Sum:
  case dl::ReduceKind::LogSumExp:
    return {};
  }
  llvm_unreachable("unknown reduction");
}

/// bool is folded as u8.
Expr countable(Expr x) { return x.type().is_bool() ? Halide::cast<uint8_t>(x) : x; }

/// A largest element to take out of exponents: 0 where it is infinite or NaN.
Expr finiteShift(Expr largest) {
  return Halide::select(Halide::is_finite(largest), largest, math::constant(largest, 0));
}

/// A plain reduction of `operand` over `axes` (in increasing order) as a Func over the kept axes,
/// innermost first.
class PlainFold {
public:
  PlainFold(KernelEmitter &emitter, Value operand, ArrayRef<int64_t> axes)
      : emitter(emitter), operand(operand) {
    templates::Sizes shape = emitter.sizesOf(operand);
    std::vector<Halide::Range> ranges;
    for (int64_t axis : axes)
      ranges.emplace_back(0, shape[axis].expr());
    if (!ranges.empty())
      domain = Halide::RDom(ranges, "r");
    unsigned next = 0;
    for (unsigned axis = 0; axis < shape.size(); ++axis) {
      if (llvm::is_contained(axes, static_cast<int64_t>(axis))) {
        coords.push_back(Expr(domain[next++]));
        continue;
      }
      Halide::Var var("axis" + std::to_string(axis));
      vars.insert(vars.begin(), var);
      coords.push_back(var);
      keptAxes.push_back(axis);
    }
  }

  /// `map` is given the element and the place of its set in the kept axes.
  Halide::Func fold(const char *name, ReductionKind kind,
                    const std::function<Expr(Expr, const std::vector<Expr> &)> &map) {
    std::vector<Expr> set(vars.begin(), vars.end());
    Expr term = map(countable(KernelEmitter::compute(emitter.at(operand, coords))), set);
    Halide::Func folded(name);
    folded(vars) = templates::reductionIdentity(kind, term.type());
    folded(vars) = templates::accumulate(kind, folded(vars), term);
    return folded;
  }

  /// The place in the kept axes, innermost first, of a place in the result.
  std::vector<Expr> setOf(const Coords &place, bool keepDims) const {
    std::vector<Expr> set;
    for (auto [index, axis] : llvm::enumerate(keptAxes))
      set.insert(set.begin(), place[keepDims ? axis : index]);
    return set;
  }

private:
  KernelEmitter &emitter;
  Value operand;
  Halide::RDom domain;
  std::vector<Halide::Var> vars;
  std::vector<unsigned> keptAxes;
  Coords coords;
};

struct ReduceModel : AnchorEmissionOpInterface::ExternalModel<ReduceModel, dl::ReduceOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::ReduceOp>(operation);
    ArrayRef<int64_t> axes = op.getAxes();
    templates::Sizes shape = emitter.sizesOf(op.getOperand());
    Size count = 1;
    for (int64_t axis : axes)
      count = count * shape[axis];
    bool trailing = !axes.empty() && axes.back() == static_cast<int64_t>(shape.size()) - 1;
    if (isByRows(emitter) && trailing)
      emitTrailing(op, emitter, shape.size() - axes.size(), count);
    else if (isByRows(emitter))
      emitLeading(op, emitter, count.constant());
    else
      emitPlain(op, emitter, count);
  }

private:
  /// Leading axes, not all of them.
  static void emitLeading(dl::ReduceOp op, KernelEmitter &emitter, int64_t count) {
    dl::Dims shape = dl::dimsOf(op.getOperand().getType()),
             result = dl::dimsOf(op.getResult().getType());
    unsigned first = op.getAxes().size(), rank = shape.size();
    Fold fold = foldOf(op.getKind(), count);
    auto linear = [&](unsigned from, unsigned to) {
      return emitter.isLinearizable(op.getOperand(), shape, from, to);
    };
    bool linearRows = linear(0, first), linearColumns = linear(first, rank);
    auto place = [&](Expr column, Expr row) {
      Coords coords = emitter.splitLinear(row, shape, 0, first, linearRows);
      Coords inner = emitter.splitLinear(column, shape, first, rank, linearColumns);
      coords.insert(coords.end(), inner.begin(), inner.end());
      return coords;
    };
    templates::ColumnReduction reduction;
    reduction.kind = fold.kind;
    reduction.columns =
        templates::productOf(emitter.sizesOf(ArrayRef(shape).drop_front(first))).constant();
    reduction.rows = count;
    reduction.value = [&](Expr column, Expr row) {
      return fold.map(
          countable(KernelEmitter::compute(emitter.at(op.getOperand(), place(column, row)))));
    };
    reduction.type = reduction.value(Expr(0), Expr(0)).type();
    schedule::RowReduceParams params =
        schedule::paramsOf(emitter.getSchedule<dl::RowReduceScheduleAttr>());
    templates::ColumnFold built =
        templates::buildColumnReduction(reduction, params, emitter.getFacts());

    Halide::Var column("column");
    IterationSpace space;
    space.vars = {column};
    space.extents = {reduction.columns};
    space.axes = {{0, static_cast<unsigned>(result.size())}};
    Halide::Type type = KernelEmitter::exprType(op.getResult().getType());
    emitter.define(op.getResult(), [=](const Coords &) {
      return Halide::cast(type, fold.finish(built.result(column)));
    });
    space.coords = emitter.splitLinear(column, result, 0, result.size(),
                                       emitter.outputsAreLinearizable(result, 0, result.size()));
    emitter.setIterationSpace(space);
    emitter.setSchedule([built, &emitter](Halide::Func output) {
      templates::scheduleColumnReduce(output, built, emitter.getFacts());
    });
  }

  static void emitTrailing(dl::ReduceOp op, KernelEmitter &emitter, unsigned firstColumn,
                           const Size &count) {
    bool logSumExp = op.getKind() == dl::ReduceKind::LogSumExp;
    Fold fold = foldOf(op.getKind(), count);
    emitRowFold(emitter, op.getOperand(), op.getResult(), firstColumn, [=](RowBuilder &row) {
      auto element = [&row](Expr at) { return countable(row.element(at)); };
      if (!logSumExp)
        return fold.finish(
            row.reduce("fold", fold.kind, [=](Expr at) { return fold.map(element(at)); }));
      Expr shift = finiteShift(row.reduce("largest", ReductionKind::MaxNumber, element));
      return shift + math::log(row.reduce("sum", ReductionKind::Sum,
                                          [=](Expr at) { return math::exp(element(at) - shift); }));
    });
  }

  static void emitPlain(dl::ReduceOp op, KernelEmitter &emitter, const Size &count) {
    Fold fold = foldOf(op.getKind(), count);
    auto plain = std::make_shared<PlainFold>(emitter, op.getOperand(), op.getAxes());
    Halide::Type type = KernelEmitter::exprType(op.getResult().getType());
    bool keepDims = op.getKeepDims();
    if (op.getKind() != dl::ReduceKind::LogSumExp) {
      Halide::Func folded =
          plain->fold("fold", fold.kind, [&](Expr x, const auto &) { return fold.map(x); });
      emitter.define(op.getResult(), [=](const Coords &place) {
        return Halide::cast(type, fold.finish(folded(plain->setOf(place, keepDims))));
      });
    } else {
      Halide::Func largest =
          plain->fold("largest", ReductionKind::MaxNumber, [](Expr x, const auto &) { return x; });
      Halide::Func sum =
          plain->fold("sum", ReductionKind::Sum, [&](Expr x, const std::vector<Expr> &set) {
            return math::exp(x - finiteShift(largest(set)));
          });
      emitter.define(op.getResult(), [=](const Coords &place) {
        std::vector<Expr> set = plain->setOf(place, keepDims);
        return Halide::cast(type, finiteShift(largest(set)) + math::log(sum(set)));
      });
    }
    emitter.scheduleGenerically();
  }
};

//===-- Orders -----------------------------------------------------------------------------===//

Expr isNaN(Expr x) {
  return x.type().is_float() ? Halide::is_nan(x) : Halide::Internal::const_false();
}

/// Whether `a` stands before `b` in an order where NaN is ahead of every number.
Expr ahead(Expr a, Expr b, bool largest) {
  return (isNaN(a) && !isNaN(b)) || (!isNaN(b) && (largest ? a > b : a < b));
}

template <typename OpTy, bool largest>
struct ArgReduceModel
    : AnchorEmissionOpInterface::ExternalModel<ArgReduceModel<OpTy, largest>, OpTy> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<OpTy>(operation);
    templates::Sizes shape = emitter.sizesOf(op.getOperand());
    int64_t axis = op.getAxis();
    Size size = shape[axis];
    std::vector<Halide::Var> vars = axisVars(shape.size());
    vars.erase(vars.begin() + axis);
    auto element = [&](Expr at) {
      Coords coords(vars.begin(), vars.end());
      coords.insert(coords.begin() + axis, at);
      return KernelEmitter::compute(emitter.at(op.getOperand(), coords));
    };
    std::vector<Halide::Var> args(vars.rbegin(), vars.rend());
    Halide::Func best("best");
    best(args) = Halide::Tuple(Expr(0), element(0));
    if (size.constantOr(2) > 1) {
      Halide::RDom r(1, (size - 1).expr(), "r");
      Expr index = best(args)[0], value = best(args)[1], candidate = element(r);
      Expr take = op.getSelectLastIndex() ? !ahead(value, candidate, largest)
                                          : ahead(candidate, value, largest);
      best(args) =
          Halide::Tuple(Halide::select(take, r, index), Halide::select(take, candidate, value));
    }
    bool keepDims = op.getKeepDims();
    emitter.define(op.getResult(), [=](const Coords &place) {
      Coords kept(place);
      if (keepDims)
        kept.erase(kept.begin() + axis);
      return Halide::cast<int64_t>(best(std::vector<Expr>(kept.rbegin(), kept.rend()))[0]);
    });
    emitter.scheduleGenerically();
  }
};

struct TopKModel : AnchorEmissionOpInterface::ExternalModel<TopKModel, dl::TopKOp> {
  /// Places are filled one after the other: each takes the best of the elements behind the place
  /// before.
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::TopKOp>(operation);
    templates::Sizes shape = emitter.sizesOf(op.getOperand());
    int64_t axis = op.getAxis();
    bool largest = op.getLargest();
    std::vector<Halide::Var> vars = axisVars(shape.size());
    Halide::RDom r(0, shape[axis].expr(), 0, static_cast<int>(op.getK()), "r");
    auto at = [&](Expr along) {
      Coords coords(vars.begin(), vars.end());
      coords[axis] = along;
      return coords;
    };
    Halide::Func chosen("chosen");
    Expr element = KernelEmitter::compute(emitter.at(op.getOperand(), at(r.x)));
    chosen(std::vector<Halide::Var>(vars.rbegin(), vars.rend())) =
        Halide::Tuple(Halide::Internal::make_zero(element.type()), Expr(-1));
    auto entry = [&](Expr along) {
      Coords coords = at(along);
      return chosen(std::vector<Expr>(coords.rbegin(), coords.rend()));
    };
    auto precedes = [&](Expr a, Expr aIndex, Expr b, Expr bIndex) {
      Expr before = largest ? ahead(a, b, true) : ahead(b, a, true);
      Expr after = largest ? ahead(b, a, true) : ahead(a, b, true);
      return before || (!after && aIndex < bIndex);
    };
    Expr last = Halide::max(r.y - 1, 0);
    Expr free = r.y == 0 || precedes(entry(last)[0], entry(last)[1], element, r.x);
    Expr take = free && (entry(r.y)[1] < 0 || precedes(element, r.x, entry(r.y)[0], entry(r.y)[1]));
    entry(r.y) = Halide::Tuple(Halide::select(take, element, entry(r.y)[0]),
                               Halide::select(take, r.x, entry(r.y)[1]));
    Halide::Type type = KernelEmitter::exprType(op.getValues().getType());
    emitter.define(op.getValues(), [=](const Coords &place) {
      return Halide::cast(type, chosen(std::vector<Expr>(place.rbegin(), place.rend()))[0]);
    });
    emitter.define(op.getIndices(), [=](const Coords &place) {
      return Halide::cast<int64_t>(chosen(std::vector<Expr>(place.rbegin(), place.rend()))[1]);
    });
    emitter.scheduleGenerically();
  }
};

} // namespace

void attachReductionEmission(MLIRContext *context) {
  dl::ReduceOp::attachInterface<ReduceModel>(*context);
  dl::ArgMaxOp::attachInterface<ArgReduceModel<dl::ArgMaxOp, true>>(*context);
  dl::ArgMinOp::attachInterface<ArgReduceModel<dl::ArgMinOp, false>>(*context);
  dl::TopKOp::attachInterface<TopKModel>(*context);
}

} // namespace dlc::codegen
