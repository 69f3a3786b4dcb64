// Operations on tensors that stand between layers: `x + y`, `x / 255.0`, `keras.ops.relu(x)`. Sizes
// broadcast as in NumPy, from the last axis; numbers are operands like tensors.
#include "Families.h"

#include "../Activations.h"
#include "../ModelFile.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace dlc::keras {

template <typename OpTy>
static Value importUnary(LayerContext &c) {
  return c.create<OpTy>(c.input());
}

template <typename OpTy>
static Value importBinary(LayerContext &c) {
  return c.create<OpTy>(c.input(0), c.input(1));
}

static Value importSquare(LayerContext &c) { return c.create<dl::MulOp>(c.input(), c.input()); }

/// The activation function whose name is the operation's in snake case.
static Value importFunction(LayerContext &c) {
  StringRef className = c.layer().className;
  className.consume_front("ops.");
  return applyActivation(c, c.input(), snakeCase(className.str()));
}

/// Along `axis`: one, several, or (null) all.
template <dl::ReduceKind kind>
static Value importReduction(LayerContext &c) {
  int64_t rank = LayerContext::rankOf(c.input());
  Ints axes = c.listSetting("axis");
  if (!c.setting("axis"))
    llvm::append_range(axes, llvm::seq(rank));
  for (int64_t &axis : axes)
    axis = c.normalizedAxis(axis, rank);
  bool keepDims = c.flagSetting("keepdims", false);
  return c.create<dl::ReduceOp>(c.input(), dl::ReduceKindAttr::get(c.builder().getContext(), kind),
                                c.i64s(axes), c.flag(keepDims));
}

void registerOperations(LayerTable &table) {
  auto add = [&](StringRef className, ImportFunction import, unsigned inputs = 1) {
    table.add({.className = className, .import = import, .minInputs = inputs, .maxInputs = inputs});
  };
  add("ops.Absolute", importUnary<dl::AbsOp>);
  add("ops.Add", importBinary<dl::AddOp>, 2);
  add("ops.Divide", importBinary<dl::DivOp>, 2);
  add("ops.Exp", importUnary<dl::ExpOp>);
  add("ops.Log", importUnary<dl::LogOp>);
  add("ops.Max", importReduction<dl::ReduceKind::Max>);
  add("ops.Maximum", importBinary<dl::MaxOp>, 2);
  add("ops.Mean", importReduction<dl::ReduceKind::Mean>);
  add("ops.Min", importReduction<dl::ReduceKind::Min>);
  add("ops.Minimum", importBinary<dl::MinOp>, 2);
  add("ops.Multiply", importBinary<dl::MulOp>, 2);
  add("ops.Negative", importUnary<dl::NegOp>);
  add("ops.Power", importBinary<dl::PowOp>, 2);
  add("ops.Sqrt", importUnary<dl::SqrtOp>);
  add("ops.Square", importSquare);
  add("ops.Subtract", importBinary<dl::SubOp>, 2);
  add("ops.Sum", importReduction<dl::ReduceKind::Sum>);
  add("ops.TrueDivide", importBinary<dl::DivOp>, 2);
  for (const char *name : {"ops.HardSigmoid", "ops.HardSilu", "ops.Relu", "ops.Relu6", "ops.Selu",
                           "ops.Sigmoid", "ops.Silu", "ops.Softplus", "ops.Softsign", "ops.Tanh"})
    add(name, importFunction);
}

} // namespace dlc::keras
