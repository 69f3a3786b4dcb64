// Gradients of recurrent layers. One op walks the steps backwards and gives the cotangents of the
// sums of all steps; everything else is a product over all steps at once.
#include "Rules/Rules.h"

using namespace mlir;

namespace dlc::autodiff {

namespace {

/// (steps, batch, columns) as (steps * batch, columns).
Term asMatrix(Term x) {
  ArrayRef<int64_t> shape = x.type().getShape();
  return reshape(x, {shape[0] * shape[1], shape[2]});
}

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

/// What follows for the operands of `op` from `sums`, the cotangents of its sums (steps, batch,
/// gates * units).
template <typename Op>
class LayerGradient {
public:
  LayerGradient(Op op, GradientBuilder &g, Term sums)
      : op(op), g(g), sums(sums), steps(sums.type().getDimSize(0)) {}

  void add() {
    addInput();
    if (wants(op.getBiasMutable()))
      add(op.getBiasMutable(), reshape(sum(sums, {0, 1}), {sums.type().getDimSize(2)}));
    if (wants(op.getRecurrentMutable()))
      addRecurrent();
    if (wants(op.getInitialHiddenMutable()))
      add(op.getInitialHiddenMutable(),
          productTransposed(entryOf(sums, first()), g.term(op.getRecurrent())));
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
  /// The step taken first.
  int64_t first() { return op.getReverse() ? steps - 1 : 0; }

  void addInput() {
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
  void addRecurrent() {
    Term states = g.term(op.getSequence());
    if (steps > 1) {
      Term before = slice(states, 0, op.getReverse() ? 1 : 0, steps - 1);
      Term own = slice(sums, 0, op.getReverse() ? 0 : 1, steps - 1);
      add(op.getRecurrentMutable(), transposedProduct(asMatrix(before), asMatrix(own)));
    }
    if (op.getInitialHidden())
      add(op.getRecurrentMutable(),
          transposedProduct(g.term(op.getInitialHidden()), entryOf(sums, first())));
  }

  Op op;
  GradientBuilder &g;
  Term sums;
  int64_t steps;
};

/// A cotangent, or null for zero.
Value cotangentOrNull(GradientBuilder &g, unsigned result) {
  return g.hasCotangent(result) ? g.cotangent(result).get() : Value();
}

/// Refuses what the rules do not cover.
template <typename Op>
LogicalResult checkLayer(Op op) {
  if (op.getMask())
    return op.emitOpError("has no gradient with a mask: expected sequences of one length");
  if (op.getPackedUnits() > 0)
    return op.emitOpError("has no gradient once its weights are packed");
  return success();
}

LogicalResult lstmGradient(dl::LstmOp op, GradientBuilder &g) {
  enum Result : unsigned { Sequence, Hidden, Cell, Cells, Gates };
  if (failed(checkLayer(op)))
    return failure();
  if (op.getPeephole())
    return op.emitOpError("has no gradient with peepholes");
  if (g.hasCotangent(Cells) || g.hasCotangent(Gates))
    return op.emitOpError("has no gradient through its saved cells and gates: expected uses of "
                          "its sequence and its last states only");
  auto walk = dl::LstmGradientOp::create(
      g.getBuilder(), g.getLoc(), op.getRecurrent(), op.getCells(), op.getGates(),
      op.getInitialCell(), cotangentOrNull(g, Sequence), cotangentOrNull(g, Hidden),
      cotangentOrNull(g, Cell), op.getReverse(), op.getGateActivation(), op.getCellActivation(),
      op.getHiddenActivation(), /*packed_units=*/0);
  LayerGradient<dl::LstmOp> layer(op, g, g.term(walk.getSums()));
  layer.add();
  if (layer.wants(op.getInitialCellMutable()))
    layer.add(op.getInitialCellMutable(), g.term(walk.getCell()));
  return success();
}

LogicalResult simpleRnnGradient(dl::SimpleRnnOp op, GradientBuilder &g) {
  enum Result : unsigned { Sequence, Hidden };
  if (failed(checkLayer(op)))
    return failure();
  auto walk = dl::SimpleRnnGradientOp::create(
      g.getBuilder(), g.getLoc(), op.getRecurrent(), op.getSequence(), cotangentOrNull(g, Sequence),
      cotangentOrNull(g, Hidden), op.getReverse(), op.getActivation(), /*packed_units=*/0);
  LayerGradient<dl::SimpleRnnOp>(op, g, g.term(walk.getSums())).add();
  return success();
}

} // namespace

void attachRecurrentRules(MLIRContext *context) {
  rule<dl::LstmOp>(context, [](auto op, GradientBuilder &g) { return lstmGradient(op, g); });
  rule<dl::SimpleRnnOp>(context,
                        [](auto op, GradientBuilder &g) { return simpleRnnGradient(op, g); });
}

} // namespace dlc::autodiff
