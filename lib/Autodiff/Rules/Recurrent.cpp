// Gradients of recurrent layers. One op walks the steps backwards and gives the cotangents of the
// sums of all steps; everything else is a product over all steps at once.
#include "Rules/Rules.h"

using namespace mlir;

namespace dlc::autodiff {

namespace {

/// transpose(lhs) * rhs.
Term transposedProduct(Term lhs, Term rhs) {
  return lhs.make<dl::MatmulOp>(rhs.get(), /*transpose_lhs=*/true, /*transpose_rhs=*/false);
}

/// lhs * transpose(rhs).
Term productTransposed(Term lhs, Term rhs) {
  return lhs.make<dl::MatmulOp>(rhs.get(), /*transpose_lhs=*/false, /*transpose_rhs=*/true);
}

/// Entry `step` of axis 0, without the axis.
Term entryOf(Term x, int64_t step) {
  return reshape(slice(x, 0, step, 1), x.type().getShape().drop_front());
}

/// What follows for the operands of `op` from the cotangents of its sums, all products over all
/// steps at once.
template <typename Op>
class LayerGradient {
public:
  LayerGradient(Op op, GradientBuilder &g)
      : op(op), g(g), steps(op.getSequence().getType().getDimSize(0)) {}

  /// For input, weights and bias, from `sums` (steps, batch, gates * units).
  void addSums(Term sums) {
    addInput(sums);
    addBias(op.getBiasMutable(), sums);
  }

  /// For the recurrent matrix and the initial state, from the cotangents of what the states add to
  /// the sums. `sums` may have the first gates only.
  void addStateSums(Term sums) {
    if (wants(op.getRecurrentMutable()))
      addRecurrent(sums);
    if (!wants(op.getInitialHiddenMutable()))
      return;
    int64_t columns = sums.type().getDimSize(2);
    Term recurrent = g.term(op.getRecurrent());
    if (columns != recurrent.type().getDimSize(1))
      recurrent = slice(recurrent, 1, 0, columns);
    add(op.getInitialHiddenMutable(), productTransposed(entryOf(sums, first()), recurrent));
  }

  /// For the initial hidden state, from what flows past steps that the mask leaves out.
  void addPast(Value past) {
    if (op.getMask() && wants(op.getInitialHiddenMutable()))
      add(op.getInitialHiddenMutable(), g.term(past));
  }

  /// The step taken first.
  int64_t first() { return op.getReverse() ? steps - 1 : 0; }
  /// Entries of all steps but the one taken last.
  Term beforeLast(Term x) { return slice(x, 0, op.getReverse() ? 1 : 0, steps - 1); }
  /// Entries of all steps but the first, so that each is beside what went before it.
  Term afterFirst(Term x) { return slice(x, 0, op.getReverse() ? 0 : 1, steps - 1); }

  /// For columns from `start` on of the recurrent matrix.
  void addRecurrentColumns(Term product, int64_t start) {
    int64_t columns = product.type().getDimSize(1),
            all = g.term(op.getRecurrent()).type().getDimSize(1);
    if (columns != all)
      product = pad(product, {0, start}, {0, all - columns - start});
    add(op.getRecurrentMutable(), product);
  }

  void addBias(MutableOperandRange bias, Term sums) {
    if (wants(bias))
      add(bias, reshape(sum(sums, {0, 1}), {sums.type().getDimSize(2)}));
  }

  bool wants(MutableOperandRange operand) const {
    return !operand.empty() && g.wants(operand[0].getOperandNumber());
  }
  bool wants(OpOperand &operand) const { return g.wants(operand.getOperandNumber()); }
  void add(MutableOperandRange operand, Term cotangent) {
    g.add(operand[0].getOperandNumber(), cotangent);
  }
  void add(OpOperand &operand, Term cotangent) { g.add(operand.getOperandNumber(), cotangent); }

private:
  void addInput(Term sums) {
    if (!op.getWeights()) {
      if (wants(op.getInputMutable()))
        add(op.getInputMutable(), sums);
      return;
    }
    if (wants(op.getInputMutable()))
      add(op.getInputMutable(), productTransposed(sums, g.term(op.getWeights())));
    if (wants(op.getWeightsMutable()))
      add(op.getWeightsMutable(),
          transposedProduct(asMatrix(g.term(op.getInput())), asMatrix(sums)));
  }

  /// Each step but the first multiplies the entry of the step taken before it.
  void addRecurrent(Term sums) {
    Term states = g.term(op.getSequence());
    if (steps > 1)
      addRecurrentColumns(
          transposedProduct(asMatrix(beforeLast(states)), asMatrix(afterFirst(sums))), 0);
    if (op.getInitialHidden())
      addRecurrentColumns(transposedProduct(g.term(op.getInitialHidden()), entryOf(sums, first())),
                          0);
  }

  Op op;
  GradientBuilder &g;
  int64_t steps;
};

/// A cotangent, or null for zero.
Value cotangentOrNull(GradientBuilder &g, unsigned result) {
  return g.hasCotangent(result) ? g.cotangent(result).get() : Value();
}

/// Refuses what the rules do not cover.
template <typename Op>
LogicalResult checkLayer(Op op) {
  if (op.getPackedUnits() > 0)
    return op.emitOpError("has no gradient once its weights are packed");
  return success();
}

/// p_i and p_f multiply the cell state before a step, p_o that after it.
void addPeepholes(dl::LstmOp op, GradientBuilder &g, LayerGradient<dl::LstmOp> &layer, Term sums) {
  if (!layer.wants(op.getPeepholeMutable()))
    return;
  enum Gate : int64_t { Input, Forget, Candidate, Output };
  Term cells = g.term(op.getCells());
  int64_t units = cells.type().getDimSize(2);
  auto addTo = [&](int64_t place, Gate gate, Term gateSums, Term states) {
    Term product = slice(gateSums, gateSums.rank() - 1, gate * units, units) * states;
    Term total =
        reshape(sum(product, llvm::to_vector(llvm::seq<int64_t>(0, product.rank() - 1))), {units});
    layer.add(op.getPeepholeMutable(), pad(total, {place * units}, {(2 - place) * units}));
  };
  for (Gate gate : {Input, Forget}) {
    if (cells.type().getDimSize(0) > 1)
      addTo(gate, gate, layer.afterFirst(sums), layer.beforeLast(cells));
    if (op.getInitialCell())
      addTo(gate, gate, entryOf(sums, layer.first()), g.term(op.getInitialCell()));
  }
  addTo(2, Output, sums, cells);
}

LogicalResult lstmGradient(dl::LstmOp op, GradientBuilder &g) {
  enum Result : unsigned { Sequence, Hidden, Cell, Cells, Gates };
  if (failed(checkLayer(op)))
    return failure();
  if (g.hasCotangent(Cells) || g.hasCotangent(Gates))
    return op.emitOpError("has no gradient through its saved cells and gates: expected uses of "
                          "its sequence and its last states only");
  auto walk = dl::LstmGradientOp::create(
      g.getBuilder(), g.getLoc(), op.getRecurrent(), op.getCells(), op.getGates(),
      op.getInitialCell(), op.getPeephole(), op.getMask(), cotangentOrNull(g, Sequence),
      cotangentOrNull(g, Hidden), cotangentOrNull(g, Cell), op.getReverse(), op.getGateActivation(),
      op.getCellActivation(), op.getHiddenActivation(), /*packed_units=*/0);
  LayerGradient<dl::LstmOp> layer(op, g);
  layer.addSums(g.term(walk.getSums()));
  layer.addStateSums(g.term(walk.getSums()));
  layer.addPast(walk.getHidden());
  addPeepholes(op, g, layer, g.term(walk.getSums()));
  if (layer.wants(op.getInitialCellMutable()))
    layer.add(op.getInitialCellMutable(), g.term(walk.getCell()));
  return success();
}

LogicalResult gruGradient(dl::GruOp op, GradientBuilder &g) {
  enum Result : unsigned { Sequence, Hidden, Gates };
  if (failed(checkLayer(op)))
    return failure();
  if (g.hasCotangent(Gates))
    return op.emitOpError("has no gradient through its saved gates: expected uses of its sequence "
                          "and its last state only");
  bool resetAfter = op.getResetAfter();
  auto walk = dl::GruGradientOp::create(
      g.getBuilder(), g.getLoc(), op.getRecurrent(), op.getSequence(), op.getGates(),
      op.getInitialHidden(), op.getMask(), cotangentOrNull(g, Sequence), cotangentOrNull(g, Hidden),
      op.getReverse(), resetAfter, op.getGateActivation(), op.getCellActivation(),
      /*packed_units=*/0);
  LayerGradient<dl::GruOp> layer(op, g);
  Term stateSums = g.term(walk.getStateSums());
  Term sums = resetAfter ? g.term(walk.getSums()) : stateSums;
  layer.addSums(sums);
  layer.addBias(op.getRecurrentBiasMutable(), stateSums);
  if (layer.wants(op.getInitialHiddenMutable()))
    layer.add(op.getInitialHiddenMutable(), g.term(walk.getHidden()));
  if (resetAfter) {
    layer.addStateSums(stateSums);
    return success();
  }
  // The candidate's columns multiply the state once it is reset, which is the fourth of the gates.
  int64_t units = op.getSequence().getType().getDimSize(2);
  layer.addStateSums(slice(stateSums, 2, 0, 2 * units));
  if (layer.wants(op.getRecurrentMutable()))
    layer.addRecurrentColumns(
        transposedProduct(asMatrix(slice(g.term(op.getGates()), 2, 3 * units, units)),
                          asMatrix(slice(stateSums, 2, 2 * units, units))),
        2 * units);
  return success();
}

LogicalResult simpleRnnGradient(dl::SimpleRnnOp op, GradientBuilder &g) {
  enum Result : unsigned { Sequence, Hidden };
  if (failed(checkLayer(op)))
    return failure();
  auto walk = dl::SimpleRnnGradientOp::create(
      g.getBuilder(), g.getLoc(), op.getRecurrent(), op.getSequence(), op.getMask(),
      cotangentOrNull(g, Sequence), cotangentOrNull(g, Hidden), op.getReverse(), op.getActivation(),
      /*packed_units=*/0);
  LayerGradient<dl::SimpleRnnOp> layer(op, g);
  layer.addSums(g.term(walk.getSums()));
  layer.addStateSums(g.term(walk.getSums()));
  layer.addPast(walk.getHidden());
  return success();
}

} // namespace

void attachRecurrentRules(MLIRContext *context) {
  rule<dl::LstmOp>(context, [](auto op, GradientBuilder &g) { return lstmGradient(op, g); });
  rule<dl::GruOp>(context, [](auto op, GradientBuilder &g) { return gruGradient(op, g); });
  rule<dl::SimpleRnnOp>(context,
                        [](auto op, GradientBuilder &g) { return simpleRnnGradient(op, g); });
}

} // namespace dlc::autodiff
