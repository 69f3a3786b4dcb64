// Softmax and the normalisations. Those over trailing axes keep a row in L1 through all their
// stages (row_reduce); statistics of images, and softmax along another axis, are plain reductions.
#include "Rows.h"
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/Templates/Math.h"

using namespace mlir;
using dlc::templates::ReductionKind;
using dlc::templates::Size;
using Halide::Expr;

namespace dlc::codegen {
namespace {

/// 1 / count in the type of `like`.
Expr inverseOf(Expr like, const Size &count) {
  if (count.isConstant())
    return math::constant(like, 1.0 / static_cast<double>(count.constant()));
  return Halide::cast(like.type(), Halide::cast<double>(1) / Halide::cast<double>(count.expr()));
}

std::vector<Expr> reversed(const Coords &coords) { return {coords.rbegin(), coords.rend()}; }

//===-- Along one axis ---------------------------------------------------------------------===//

/// Folds along one axis of `operand`: Funcs over all axes but that one.
class LineFolds {
public:
  LineFolds(KernelEmitter &emitter, Value operand, int64_t axis)
      : emitter(emitter), operand(operand), axis(axis),
        domain(0, emitter.sizesOf(operand)[axis].expr(), "r") {
    for (size_t i = 0; i < shapeOf(operand).size(); ++i)
      vars.emplace_back("axis" + std::to_string(i));
  }

  Expr element(const Coords &place) { return KernelEmitter::compute(emitter.at(operand, place)); }

  /// `map(x, line)`: `line` is the place without the axis, innermost first.
  Halide::Func fold(const char *name, ReductionKind kind,
                    const std::function<Expr(Expr, const std::vector<Expr> &)> &map) {
    Coords place(vars.begin(), vars.end());
    place[axis] = Expr(domain.x);
    std::vector<Halide::Var> args(vars.rbegin(), vars.rend());
    args.erase(args.end() - 1 - axis);
    Expr term = map(element(place), line(place));
    Halide::Func folded(name);
    folded(args) = templates::reductionIdentity(kind, term.type());
    folded(args) = templates::combine(kind, folded(args), term);
    return folded;
  }

  std::vector<Expr> line(const Coords &place) const {
    Coords kept(place);
    kept.erase(kept.begin() + axis);
    return reversed(kept);
  }

private:
  KernelEmitter &emitter;
  Value operand;
  int64_t axis;
  Halide::RDom domain;
  std::vector<Halide::Var> vars;
};

/// Defines `op`'s result as `element(place)` of a plain kernel.
template <typename OpTy>
void definePlain(OpTy op, KernelEmitter &emitter, std::function<Expr(const Coords &)> element) {
  Halide::Type type = KernelEmitter::exprType(op.getResult().getType());
  emitter.define(op.getResult(),
                 [=](const Coords &place) { return Halide::cast(type, element(place)); });
  emitter.scheduleGenerically();
}

struct SoftmaxModel : AnchorEmissionOpInterface::ExternalModel<SoftmaxModel, dl::SoftmaxOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::SoftmaxOp>(operation);
    if (isByRows(emitter)) {
      emitRowwise(emitter, op.getOperand(), op.getResult(), op.getAxis(), {}, [](RowBuilder &row) {
        Expr largest = row.reduce("largest", ReductionKind::MaxNumber,
                                  [&](Expr at) { return row.element(at); });
        auto [sum, raised] = row.reduceKept("sum", ReductionKind::Sum, [&](Expr at) {
          return math::expNonPositive(row.element(at) - largest);
        });
        return raised * row.once("inverse", math::constant(sum, 1) / sum);
      });
      return;
    }
    auto lines = std::make_shared<LineFolds>(emitter, op.getOperand(), op.getAxis());
    Halide::Func largest =
        lines->fold("largest", ReductionKind::MaxNumber, [](Expr x, const auto &) { return x; });
    auto raised = [=](Expr x, const std::vector<Expr> &line) {
      return math::expNonPositive(x - largest(line));
    };
    Halide::Func sum = lines->fold("sum", ReductionKind::Sum, raised);
    definePlain(op, emitter, [=](const Coords &place) {
      std::vector<Expr> line = lines->line(place);
      return raised(lines->element(place), line) / sum(line);
    });
  }
};

struct LogSoftmaxModel
    : AnchorEmissionOpInterface::ExternalModel<LogSoftmaxModel, dl::LogSoftmaxOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::LogSoftmaxOp>(operation);
    if (isByRows(emitter)) {
      emitRowwise(emitter, op.getOperand(), op.getResult(), op.getAxis(), {}, [](RowBuilder &row) {
        auto element = [&](Expr at) { return row.element(at); };
        Expr largest = row.reduce("largest", ReductionKind::MaxNumber, element);
        Expr sum = row.reduce("sum", ReductionKind::Sum, [&](Expr at) {
          return math::expNonPositive(row.element(at) - largest);
        });
        return row.element(row.columnVar()) - largest - math::log(sum);
      });
      return;
    }
    auto lines = std::make_shared<LineFolds>(emitter, op.getOperand(), op.getAxis());
    Halide::Func largest =
        lines->fold("largest", ReductionKind::MaxNumber, [](Expr x, const auto &) { return x; });
    Halide::Func sum =
        lines->fold("sum", ReductionKind::Sum, [=](Expr x, const std::vector<Expr> &line) {
          return math::expNonPositive(x - largest(line));
        });
    definePlain(op, emitter, [=](const Coords &place) {
      std::vector<Expr> line = lines->line(place);
      return lines->element(place) - largest(line) - math::log(sum(line));
    });
  }
};

struct LpNormalizeModel
    : AnchorEmissionOpInterface::ExternalModel<LpNormalizeModel, dl::LpNormalizeOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::LpNormalizeOp>(operation);
    bool squares = op.getP() == 2;
    auto term = [=](Expr x) { return squares ? x * x : Halide::abs(x); };
    auto scaled = [=](Expr x, Expr sum) {
      Expr norm = squares ? Halide::sqrt(sum) : sum;
      return Halide::select(norm == 0, math::constant(x, 0), x / norm);
    };
    if (isByRows(emitter)) {
      emitRowwise(emitter, op.getOperand(), op.getResult(), op.getAxis(), {}, [=](RowBuilder &row) {
        Expr sum =
            row.reduce("sum", ReductionKind::Sum, [&](Expr at) { return term(row.element(at)); });
        return scaled(row.element(row.columnVar()), sum);
      });
      return;
    }
    auto lines = std::make_shared<LineFolds>(emitter, op.getOperand(), op.getAxis());
    Halide::Func sum =
        lines->fold("sum", ReductionKind::Sum, [=](Expr x, const auto &) { return term(x); });
    definePlain(op, emitter, [=](const Coords &place) {
      return scaled(lines->element(place), sum(lines->line(place)));
    });
  }
};

//===-- Over the trailing axes -------------------------------------------------------------===//

/// 1 / sqrt(sum / count + epsilon).
Expr inverseDeviation(Expr sum, const Size &count, double epsilon) {
  Expr variance = sum * inverseOf(sum, count);
  return math::constant(sum, 1) / Halide::sqrt(variance + math::constant(sum, epsilon));
}

struct LayerNormModel : AnchorEmissionOpInterface::ExternalModel<LayerNormModel, dl::LayerNormOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::LayerNormOp>(operation);
    SmallVector<Value> others{op.getScale()};
    if (op.getBias())
      others.push_back(op.getBias());
    emitRowwise(emitter, op.getInput(), op.getResult(), op.getAxis(), others, [&](RowBuilder &row) {
      auto [element, elementAgain] = row.elements();
      Expr sum = row.reduce("sum", ReductionKind::Sum, element);
      Expr mean = sum * inverseOf(sum, row.columnCount());
      Expr squares = row.reduce("squares", ReductionKind::SumOfSquares,
                                [&](Expr at) { return elementAgain(at) - mean; });
      Expr factor = inverseDeviation(squares, row.columnCount(), op.getEpsilon().convertToDouble());
      Halide::Var at = row.columnVar();
      Expr scaled = (elementAgain(at) - mean) * factor * row.broadcast(op.getScale(), at);
      return op.getBias() ? scaled + row.broadcast(op.getBias(), at) : scaled;
    });
  }
};

struct RmsNormModel : AnchorEmissionOpInterface::ExternalModel<RmsNormModel, dl::RmsNormOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::RmsNormOp>(operation);
    emitRowwise(emitter, op.getInput(), op.getResult(), op.getAxis(), {op.getScale()},
                [&](RowBuilder &row) {
                  auto [element, elementAgain] = row.elements();
                  Expr squares = row.reduce("squares", ReductionKind::SumOfSquares, element);
                  Expr factor = inverseDeviation(squares, row.columnCount(),
                                                 op.getEpsilon().convertToDouble());
                  Halide::Var at = row.columnVar();
                  return elementAgain(at) * factor * row.broadcast(op.getScale(), at);
                });
  }
};

//===-- Of images --------------------------------------------------------------------------===//

struct BatchNormModel : ElementEmissionOpInterface::ExternalModel<BatchNormModel, dl::BatchNormOp> {
  Expr emitElement(Operation *operation, KernelEmitter &emitter, unsigned,
                   const Coords &coords) const {
    auto op = cast<dl::BatchNormOp>(operation);
    Expr x = KernelEmitter::compute(emitter.at(op.getInput(), coords));
    int64_t axis = op.getChannelAxis();
    auto perChannel = [&](Value value) {
      Expr channel = axis < 0 ? Expr(0) : coords[axis];
      return Halide::cast(x.type(), emitter.at(value, {channel}));
    };
    Expr variance =
        perChannel(op.getVariance()) + math::constant(x, op.getEpsilon().convertToDouble());
    Expr factor = perChannel(op.getScale()) / Halide::sqrt(variance);
    return (x - perChannel(op.getMean())) * factor + perChannel(op.getBias());
  }
};

/// Statistics of each image and run of `channels / groups` channels.
template <typename OpTy>
void emitGrouped(OpTy op, const Size &groups, KernelEmitter &emitter) {
  Value input = op.getInput();
  templates::Sizes shape = emitter.sizesOf(input);
  int64_t axis = op.getChannelAxis();
  Size count = shape[axis] / groups;
  Expr run = count.expr();
  std::vector<Halide::Range> ranges{{0, run}};
  for (auto [index, size] : llvm::enumerate(shape)) {
    if (index == 0 || static_cast<int64_t>(index) == axis)
      continue;
    ranges.emplace_back(0, size.expr());
    count = count * size;
  }
  Halide::RDom domain(ranges, "r");
  Halide::Var group("group"), image("image");
  Coords place;
  unsigned next = 1;
  for (size_t index = 0; index < shape.size(); ++index)
    place.push_back(index == 0                            ? Expr(image)
                    : static_cast<int64_t>(index) == axis ? group * run + domain[0]
                                                          : Expr(domain[next++]));
  Expr x = KernelEmitter::compute(emitter.at(input, place));
  Halide::Func sum("sum"), squares("squares");
  sum(group, image) = Halide::Internal::make_zero(x.type());
  sum(group, image) += x;
  Expr inverse = inverseOf(x, count);
  Expr centred = x - sum(group, image) * inverse;
  squares(group, image) = Halide::Internal::make_zero(x.type());
  squares(group, image) += centred * centred;
  double epsilon = op.getEpsilon().convertToDouble();
  definePlain(op, emitter, [=, &emitter](const Coords &at) mutable {
    Expr channel = at[axis], set = channel / run;
    Expr factor = inverseDeviation(squares(set, at[0]), count, epsilon);
    Expr scale = Halide::cast(x.type(), emitter.at(op.getScale(), {channel}));
    Expr bias = Halide::cast(x.type(), emitter.at(op.getBias(), {channel}));
    Expr value = KernelEmitter::compute(emitter.at(op.getInput(), at));
    return (value - sum(set, at[0]) * inverse) * factor * scale + bias;
  });
}

struct InstanceNormModel
    : AnchorEmissionOpInterface::ExternalModel<InstanceNormModel, dl::InstanceNormOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::InstanceNormOp>(operation);
    emitGrouped(op, emitter.sizesOf(op.getInput())[op.getChannelAxis()], emitter);
  }
};

struct GroupNormModel : AnchorEmissionOpInterface::ExternalModel<GroupNormModel, dl::GroupNormOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::GroupNormOp>(operation);
    emitGrouped(op, op.getGroups(), emitter);
  }
};

struct LrnModel : AnchorEmissionOpInterface::ExternalModel<LrnModel, dl::LrnOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::LrnOp>(operation);
    templates::Sizes shape = emitter.sizesOf(op.getInput());
    int64_t axis = op.getChannelAxis(), size = op.getSize();
    Expr channels = shape[axis].expr();
    std::vector<Halide::Var> vars;
    for (size_t i = 0; i < shape.size(); ++i)
      vars.emplace_back("axis" + std::to_string(i));
    Halide::RDom window(0, static_cast<int>(size), "r");
    Coords place(vars.begin(), vars.end());
    Expr channel = vars[axis] + window - static_cast<int>((size - 1) / 2);
    place[axis] = Halide::clamp(channel, 0, channels - 1);
    Expr x = KernelEmitter::compute(emitter.at(op.getInput(), place));
    Halide::Func squares("squares");
    std::vector<Halide::Var> args(vars.rbegin(), vars.rend());
    squares(args) = Halide::Internal::make_zero(x.type());
    squares(args) += Halide::select(channel >= 0 && channel < channels, x * x,
                                    Halide::Internal::make_zero(x.type()));
    double alpha = op.getAlpha().convertToDouble() / static_cast<double>(size);
    double beta = op.getBeta().convertToDouble(), offset = op.getOffset().convertToDouble();
    definePlain(op, emitter, [=, &emitter](const Coords &at) mutable {
      Expr value = KernelEmitter::compute(emitter.at(op.getInput(), at));
      Expr sum = squares(reversed(at));
      Expr base = math::constant(value, offset) + math::constant(value, alpha) * sum;
      return value / math::power(base, math::constant(value, beta));
    });
  }
};

} // namespace

void attachNormalizationEmission(MLIRContext *context) {
  dl::SoftmaxOp::attachInterface<SoftmaxModel>(*context);
  dl::LogSoftmaxOp::attachInterface<LogSoftmaxModel>(*context);
  dl::LpNormalizeOp::attachInterface<LpNormalizeModel>(*context);
  dl::LayerNormOp::attachInterface<LayerNormModel>(*context);
  dl::RmsNormOp::attachInterface<RmsNormModel>(*context);
  dl::BatchNormOp::attachInterface<BatchNormModel>(*context);
  dl::InstanceNormOp::attachInterface<InstanceNormModel>(*context);
  dl::GroupNormOp::attachInterface<GroupNormModel>(*context);
  dl::LrnOp::attachInterface<LrnModel>(*context);
}

} // namespace dlc::codegen
