// Layers of several inputs.
#include "Families.h"

#include "../LayerContext.h"

using namespace mlir;

namespace dlc::keras {

/// All inputs joined by a binary op, from the left. Inputs of lower rank get axes of size 1 after
/// the batch.
template <typename OpTy>
static Value importMerge(LayerContext &c) {
  int64_t rank = 0;
  for (Value value : c.allInputs())
    rank = std::max(rank, LayerContext::rankOf(value));
  auto raised = [&](Value value) {
    dl::Dims dims = LayerContext::dimsOf(value);
    if (!dims.empty())
      dims.insert(dims.begin() + 1, rank - dims.size(), c.dim(1));
    return c.reshape(value, dims);
  };
  Value result = raised(c.input());
  for (Value value : c.allInputs().drop_front())
    result = c.create<OpTy>(result, raised(value));
  return result;
}

static Value importAverage(LayerContext &c) {
  Value sum = importMerge<dl::AddOp>(c);
  return c.failed() ? Value() : c.create<dl::MulOp>(sum, c.scalar(sum, 1.0 / c.allInputs().size()));
}

static Value importConcatenate(LayerContext &c) {
  int64_t axis = c.normalizedAxis(c.intSetting("axis", -1), LayerContext::rankOf(c.input()));
  return c.create<dl::ConcatOp>(ValueRange(c.allInputs()), c.i64(axis));
}

/// The sum of products along one axis of each, for inputs whose first axis is the batch.
static Value importDot(LayerContext &c) {
  Ints axes = c.listSetting("axes");
  bool normalize = c.flagSetting("normalize", false);
  int64_t rank = LayerContext::rankOf(c.input(0));
  if (axes.size() == 1)
    axes.push_back(axes.front());
  if (rank != LayerContext::rankOf(c.input(1)) || rank < 2 || rank > 3 || axes.size() != 2)
    c.unsupported("expected two inputs of rank 2 or 3 and one axis of each");
  if (normalize)
    c.unsupported("setting 'normalize' is not supported");
  if (c.failed())
    return {};
  int64_t left = c.normalizedAxis(axes[0], rank), right = c.normalizedAxis(axes[1], rank);
  if (left == 0 || right == 0)
    c.unsupported("setting 'axes': the batch cannot be summed over");
  if (rank == 3)
    return c.create<dl::MatmulOp>(c.input(0), c.input(1), c.flag(left == 1), c.flag(right == 2),
                                  c.i64(0), c.i64(0));
  Value product = c.create<dl::MulOp>(c.input(0), c.input(1));
  return c.create<dl::ReduceOp>(
      product, dl::ReduceKindAttr::get(c.builder().getContext(), dl::ReduceKind::Sum), c.i64s({1}),
      c.flag(true));
}

void registerMergingLayers(LayerTable &table) {
  auto add = [&](StringRef className, ImportFunction import, unsigned least = 2) {
    table.add(
        {.className = className, .import = import, .minInputs = least, .maxInputs = anyNumber});
  };
  add("Add", importMerge<dl::AddOp>);
  add("Average", importAverage);
  add("Concatenate", importConcatenate, 1);
  add("ops.Concatenate", importConcatenate, 1);
  add("Maximum", importMerge<dl::MaxOp>);
  add("Minimum", importMerge<dl::MinOp>);
  add("Multiply", importMerge<dl::MulOp>);
  table.add({.className = "Dot",
             .import = importDot,
             .minInputs = 2,
             .maxInputs = 2,
             .limits = "inputs of rank 2 or 3; no normalize"});
  table.add(
      {.className = "Subtract", .import = importMerge<dl::SubOp>, .minInputs = 2, .maxInputs = 2});
}

} // namespace dlc::keras
