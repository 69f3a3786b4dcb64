// Recurrent layers and their gradients, one step of one row of the batch at a time.
#include "Evaluation.h"

#include <cmath>
#include <vector>

using namespace mlir;

namespace dlc {
using namespace dl;

namespace {

using Row = std::vector<double>;

double activate(RecurrentActivation activation, double x) {
  switch (activation) {
  case RecurrentActivation::Linear:
    return x;
  case RecurrentActivation::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case RecurrentActivation::Tanh:
    return std::tanh(x);
  case RecurrentActivation::Relu:
    return x > 0 ? x : 0;
  case RecurrentActivation::HardSigmoid:
    return std::fmin(std::fmax(x / 6 + 0.5, 0), 1);
  }
  llvm_unreachable("unknown activation");
}

/// The derivative where the activation gave `y`.
double slope(RecurrentActivation activation, double y) {
  switch (activation) {
  case RecurrentActivation::Linear:
    return 1;
  case RecurrentActivation::Sigmoid:
    return y * (1 - y);
  case RecurrentActivation::Tanh:
    return 1 - y * y;
  case RecurrentActivation::Relu:
    return y > 0 ? 1 : 0;
  case RecurrentActivation::HardSigmoid:
    return y > 0 && y < 1 ? 1.0 / 6 : 0;
  }
  llvm_unreachable("unknown activation");
}

/// A tensor in double, empty where the operand is absent.
Tensor optional(const Tensor &operand) { return operand ? toDouble(operand) : Tensor(); }

/// The sizes of a layer's pass, and the order in which it takes its steps.
struct Pass {
  int64_t steps, batch, units;
  bool backwards;

  /// The step taken at turn `turn`.
  int64_t step(int64_t turn) const { return backwards ? steps - 1 - turn : turn; }
  /// Elements before row `row` of step `step` in a tensor with `columns` columns.
  int64_t at(int64_t step, int64_t row, int64_t columns) const {
    return (step * batch + row) * columns;
  }
};

/// Whether row `row` takes no step `step`.
bool isLeftOut(const Tensor &mask, const Pass &pass, int64_t step, int64_t row) {
  return mask && mask.asInt(step * pass.batch + row) == 0;
}

/// A matrix that is multiplied from the right. It may be packed, as dl.lstm says of `recurrent`.
struct Matrix {
  Tensor values;
  int64_t rows = 0, gates = 1, units = 0, packedUnits = 0;

  double at(int64_t row, int64_t gate, int64_t unit) const {
    const auto *data = values.data<double>();
    if (packedUnits == 0)
      return data[(row * gates + gate) * units + unit];
    int64_t panel = unit / packedUnits, lane = unit % packedUnits;
    return data[((panel * rows + row) * gates + gate) * packedUnits + lane];
  }
  /// sums[gate][unit] += row * matrix.
  void accumulate(const double *row, MutableArrayRef<double> sums, int64_t firstGate,
                  int64_t lastGate) const {
    for (int64_t k = 0; k < rows; ++k)
      for (int64_t gate = firstGate; gate < lastGate; ++gate)
        for (int64_t unit = 0; unit < units; ++unit)
          sums[gate * units + unit] += row[k] * at(k, gate, unit);
  }
};

/// What all layers have: the sums that the input gives, the recurrent matrix, states, mask.
struct Layer {
  Pass pass;
  int64_t gates;
  Tensor input, bias, initial, mask;
  Matrix weights, recurrent;

  /// The sums of step `step` for `row`, without what the state adds.
  Row sums(int64_t step, int64_t row) const {
    int64_t columns = gates * pass.units;
    if (!weights.values) {
      const double *given = input.data<double>() + pass.at(step, row, columns);
      return Row(given, given + columns);
    }
    Row result(columns, 0);
    if (bias)
      result.assign(bias.data<double>(), bias.data<double>() + columns);
    weights.accumulate(input.data<double>() + pass.at(step, row, weights.rows), result, 0, gates);
    return result;
  }
  Row initialState(const Tensor &state, int64_t row) const {
    if (!state)
      return Row(pass.units, 0);
    const double *given = state.data<double>() + row * pass.units;
    return Row(given, given + pass.units);
  }
  bool isMasked(int64_t step, int64_t row) const { return isLeftOut(mask, pass, step, row); }
};

/// The tensor that the operand `value` of `op` is evaluated on; empty where `value` is null.
Tensor tensorFor(Operation *op, Value value, ArrayRef<Tensor> operands) {
  // Absent operands have an entry too.
  auto present = llvm::make_filter_range(operands, [](const Tensor &tensor) { return !!tensor; });
  for (auto [operand, tensor] : llvm::zip(op->getOperands(), present))
    if (value && operand == value)
      return tensor;
  return Tensor();
}

template <typename Op>
Layer layerOf(Op op, ArrayRef<Tensor> operands, const Tensor &sequence) {
  auto get = [&](Value value) { return tensorFor(op, value, operands); };
  const Shape &shape = sequence.shape();
  Layer layer;
  layer.pass = {shape[0], shape[1], shape[2], op.getReverse()};
  layer.gates = Op::gateCount;
  layer.input = toDouble(get(op.getInput()));
  layer.bias = optional(get(op.getBias()));
  layer.initial = optional(get(op.getInitialHidden()));
  layer.mask = get(op.getMask());
  if (op.getWeights())
    layer.weights = {toDouble(get(op.getWeights())), layer.input.shape()[2], layer.gates, shape[2]};
  layer.recurrent = {toDouble(get(op.getRecurrent())), shape[2], layer.gates, shape[2],
                     static_cast<int64_t>(op.getPackedUnits())};
  return layer;
}

/// Results in double while they are computed.
class WideResults {
public:
  explicit WideResults(MutableArrayRef<Tensor> results) : results(results) {
    for (Tensor &result : results)
      wide.emplace_back(DType::F64, result.shape());
  }
  ~WideResults() {
    for (auto [from, to] : llvm::zip(wide, results))
      narrow(from, to);
  }
  void put(unsigned result, int64_t at, ArrayRef<double> row) {
    llvm::copy(row, wide[result].data<double>() + at);
  }

private:
  MutableArrayRef<Tensor> results;
  std::vector<Tensor> wide;
};

//===-- Layers -----------------------------------------------------------------------------===//

LogicalResult evaluateLstm(LstmOp op, ArrayRef<Tensor> operands, MutableArrayRef<Tensor> results) {
  enum Result { Sequence, Hidden, Cell, Cells, Gates };
  Layer layer = layerOf(op, operands, results[Sequence]);
  const Pass &pass = layer.pass;
  Tensor initialCell = optional(tensorFor(op, op.getInitialCell(), operands)),
         peepholes = optional(tensorFor(op, op.getPeephole(), operands));
  int64_t units = pass.units;
  auto peephole = [&](int64_t gate, int64_t unit) {
    return peepholes ? peepholes.data<double>()[gate * units + unit] : 0;
  };
  WideResults out(results);
  for (int64_t row = 0; row < pass.batch; ++row) {
    Row hidden = layer.initialState(layer.initial, row),
        cell = layer.initialState(initialCell, row);
    for (int64_t turn = 0; turn < pass.steps; ++turn) {
      int64_t step = pass.step(turn);
      Row gates = layer.sums(step, row);
      layer.recurrent.accumulate(hidden.data(), gates, 0, layer.gates);
      bool masked = layer.isMasked(step, row);
      for (int64_t u = 0; u < units; ++u) {
        double &i = gates[u], &f = gates[units + u], &g = gates[2 * units + u],
               &o = gates[3 * units + u];
        i = activate(op.getGateActivation(), i + peephole(0, u) * cell[u]);
        f = activate(op.getGateActivation(), f + peephole(1, u) * cell[u]);
        g = activate(op.getCellActivation(), g);
        double next = f * cell[u] + i * g;
        o = activate(op.getGateActivation(), o + peephole(2, u) * next);
        if (masked)
          continue;
        cell[u] = next;
        hidden[u] = o * activate(op.getHiddenActivation(), next);
      }
      out.put(Sequence, pass.at(step, row, units), hidden);
      out.put(Cells, pass.at(step, row, units), cell);
      out.put(Gates, pass.at(step, row, layer.gates * units), gates);
    }
    out.put(Hidden, row * units, hidden);
    out.put(Cell, row * units, cell);
  }
  return success();
}

/// What the state adds to the candidate of a GRU: `gates` holds z, r and gets the fourth entry.
void addToCandidate(GruOp op, const Layer &layer, const Tensor &recurrentBias, const Row &hidden,
                    const Row &product, Row &gates) {
  int64_t units = layer.pass.units;
  auto bias = [&](int64_t u) {
    return recurrentBias ? recurrentBias.data<double>()[2 * units + u] : 0;
  };
  if (op.getResetAfter()) {
    for (int64_t u = 0; u < units; ++u) {
      gates[3 * units + u] = product[2 * units + u] + bias(u);
      gates[2 * units + u] += gates[units + u] * gates[3 * units + u];
    }
    return;
  }
  Row reset(units), sums(layer.gates * units, 0);
  for (int64_t u = 0; u < units; ++u)
    reset[u] = gates[3 * units + u] = gates[units + u] * hidden[u];
  layer.recurrent.accumulate(reset.data(), sums, 2, 3);
  for (int64_t u = 0; u < units; ++u)
    gates[2 * units + u] += sums[2 * units + u] + bias(u);
}

LogicalResult evaluateGru(GruOp op, ArrayRef<Tensor> operands, MutableArrayRef<Tensor> results) {
  enum Result { Sequence, Hidden, Gates };
  Layer layer = layerOf(op, operands, results[Sequence]);
  const Pass &pass = layer.pass;
  Tensor recurrentBias = optional(tensorFor(op, op.getRecurrentBias(), operands));
  int64_t units = pass.units;
  WideResults out(results);
  for (int64_t row = 0; row < pass.batch; ++row) {
    Row hidden = layer.initialState(layer.initial, row);
    for (int64_t turn = 0; turn < pass.steps; ++turn) {
      int64_t step = pass.step(turn);
      Row gates = layer.sums(step, row), product(layer.gates * units, 0);
      gates.resize((layer.gates + 1) * units);
      layer.recurrent.accumulate(hidden.data(), product, 0, op.getResetAfter() ? 3 : 2);
      for (int64_t at = 0; at < 2 * units; ++at) {
        double bias = recurrentBias ? recurrentBias.data<double>()[at] : 0;
        gates[at] = activate(op.getGateActivation(), gates[at] + product[at] + bias);
      }
      addToCandidate(op, layer, recurrentBias, hidden, product, gates);
      bool masked = layer.isMasked(step, row);
      for (int64_t u = 0; u < units; ++u) {
        double &candidate = gates[2 * units + u], update = gates[u];
        candidate = activate(op.getCellActivation(), candidate);
        if (!masked)
          hidden[u] = update * hidden[u] + (1 - update) * candidate;
      }
      out.put(Sequence, pass.at(step, row, units), hidden);
      out.put(Gates, pass.at(step, row, 4 * units), gates);
    }
    out.put(Hidden, row * units, hidden);
  }
  return success();
}

LogicalResult evaluateSimpleRnn(SimpleRnnOp op, ArrayRef<Tensor> operands,
                                MutableArrayRef<Tensor> results) {
  enum Result { Sequence, Hidden };
  Layer layer = layerOf(op, operands, results[Sequence]);
  const Pass &pass = layer.pass;
  WideResults out(results);
  for (int64_t row = 0; row < pass.batch; ++row) {
    Row hidden = layer.initialState(layer.initial, row);
    for (int64_t turn = 0; turn < pass.steps; ++turn) {
      int64_t step = pass.step(turn);
      Row sums = layer.sums(step, row);
      layer.recurrent.accumulate(hidden.data(), sums, 0, 1);
      if (!layer.isMasked(step, row))
        for (int64_t u = 0; u < pass.units; ++u)
          hidden[u] = activate(op.getActivation(), sums[u]);
      out.put(Sequence, pass.at(step, row, pass.units), hidden);
    }
    out.put(Hidden, row * pass.units, hidden);
  }
  return success();
}

//===-- Gradients --------------------------------------------------------------------------===//

/// The recurrent matrix of a layer, transposed: cotangents of sums to those of the state before.
struct TransposedMatrix {
  Tensor values;
  int64_t units, columns, packedUnits;

  double at(int64_t unit, int64_t column) const {
    const auto *data = values.data<double>();
    if (packedUnits == 0)
      return data[unit * columns + column];
    return data[(unit / packedUnits * columns + column) * packedUnits + unit % packedUnits];
  }
  Row times(const Row &sums) const { return times(sums, 0, columns); }
  /// Of columns [first, last) only.
  Row times(const Row &sums, int64_t first, int64_t last) const {
    Row result(units, 0);
    for (int64_t unit = 0; unit < units; ++unit)
      for (int64_t column = first; column < last; ++column)
        result[unit] += sums[column] * at(unit, column);
    return result;
  }
};

/// A row of a tensor with `units` columns, zeros where the tensor is absent.
Row rowOf(const Tensor &tensor, int64_t at, int64_t units) {
  if (!tensor)
    return Row(units, 0);
  const double *data = tensor.data<double>() + at;
  return Row(data, data + units);
}

Row plus(Row a, const Row &b) {
  for (auto [x, y] : llvm::zip_equal(a, b))
    x += y;
  return a;
}

LogicalResult evaluateLstmGradient(LstmGradientOp op, ArrayRef<Tensor> operands,
                                   MutableArrayRef<Tensor> results) {
  enum Result { Sums, Cell, Hidden };
  auto get = [&](Value value) { return optional(tensorFor(op, value, operands)); };
  Tensor cells = get(op.getCells()), gates = get(op.getGates()),
         initialCell = get(op.getInitialCell()), ofSequence = get(op.getSequenceCotangent()),
         ofHidden = get(op.getHiddenCotangent()), ofCell = get(op.getCellCotangent()),
         mask = tensorFor(op, op.getMask(), operands), peepholes = get(op.getPeephole());
  const Shape &shape = cells.shape();
  Pass pass{shape[0], shape[1], shape[2], op.runsBackwards()};
  int64_t units = pass.units, columns = op.gateCount * units;
  TransposedMatrix recurrent{get(op.getRecurrent()), units, columns,
                             static_cast<int64_t>(op.getPackedUnits())};
  RecurrentActivation gate = op.getGateActivation();
  auto peephole = [&](int64_t gate, int64_t unit) {
    return peepholes ? peepholes.data<double>()[gate * units + unit] : 0;
  };
  WideResults out(results);
  for (int64_t row = 0; row < pass.batch; ++row) {
    Row sums(columns, 0), cell = rowOf(ofCell, row * units, units),
                          hidden = rowOf(ofHidden, row * units, units), past(units, 0);
    for (int64_t turn = 0; turn < pass.steps; ++turn) {
      int64_t step = pass.step(turn), at = pass.at(step, row, units);
      if (isLeftOut(mask, pass, step, row)) {
        past = plus(hidden, rowOf(ofSequence, at, units));
        hidden = past;
        out.put(Sums, pass.at(step, row, columns), Row(columns, 0));
        continue;
      }
      const double *act = gates.data<double>() + pass.at(step, row, columns);
      Row outer = rowOf(ofSequence, at, units);
      Row before = turn + 1 < pass.steps
                       ? rowOf(cells, pass.at(pass.step(turn + 1), row, units), units)
                       : rowOf(initialCell, row * units, units);
      for (int64_t u = 0; u < units; ++u) {
        double i = act[u], f = act[units + u], g = act[2 * units + u], o = act[3 * units + u];
        double squashed = activate(op.getHiddenActivation(), cells.data<double>()[at + u]);
        double dh = hidden[u] + outer[u];
        sums[3 * units + u] = dh * squashed * slope(gate, o);
        double dc = cell[u] + dh * o * slope(op.getHiddenActivation(), squashed) +
                    peephole(2, u) * sums[3 * units + u];
        sums[u] = dc * g * slope(gate, i);
        sums[units + u] = dc * before[u] * slope(gate, f);
        sums[2 * units + u] = dc * i * slope(op.getCellActivation(), g);
        cell[u] = dc * f + peephole(0, u) * sums[u] + peephole(1, u) * sums[units + u];
      }
      out.put(Sums, pass.at(step, row, columns), sums);
      hidden = recurrent.times(sums);
      past.assign(units, 0);
    }
    out.put(Cell, row * units, cell);
    out.put(Hidden, row * units, past);
  }
  return success();
}

/// One step of one row of dl.gru_gradient.
struct GruStepBack {
  GruGradientOp op;
  const TransposedMatrix &recurrent;
  /// What is known of the step: activated gates (4 * units) and the state before it.
  const double *gates;
  const Row &before;
  /// Cotangents: of the sums, of what the state adds to them, and of the state before the step as
  /// far as it does not flow through them.
  Row sums, stateSums, past;

  /// From the cotangent of the state after the step. Returns that of the state before it.
  Row take(const Row &hidden) {
    int64_t units = recurrent.units;
    sums.assign(3 * units, 0);
    past.assign(units, 0);
    for (int64_t u = 0; u < units; ++u) {
      double z = gates[u], g = gates[2 * units + u];
      sums[u] = hidden[u] * (before[u] - g) * slope(op.getGateActivation(), z);
      sums[2 * units + u] = hidden[u] * (1 - z) * slope(op.getCellActivation(), g);
      past[u] = hidden[u] * z;
    }
    Row result = op.getResetAfter() ? throughReset() : throughResetState();
    for (int64_t u = 0; u < units; ++u)
      result[u] += past[u];
    return result;
  }

private:
  double slopeOfReset(int64_t u) {
    return slope(op.getGateActivation(), gates[recurrent.units + u]);
  }
  /// The candidate is that of r * (h * recurrent + bias).
  Row throughReset() {
    int64_t units = recurrent.units;
    stateSums = sums;
    for (int64_t u = 0; u < units; ++u) {
      double ofCandidate = sums[2 * units + u], r = gates[units + u], s = gates[3 * units + u];
      sums[units + u] = stateSums[units + u] = ofCandidate * s * slopeOfReset(u);
      stateSums[2 * units + u] = ofCandidate * r;
    }
    return recurrent.times(stateSums);
  }
  /// The candidate is that of (r * h) * recurrent.
  Row throughResetState() {
    int64_t units = recurrent.units;
    Row reset = recurrent.times(sums, 2 * units, 3 * units);
    for (int64_t u = 0; u < units; ++u) {
      sums[units + u] = reset[u] * before[u] * slopeOfReset(u);
      past[u] += reset[u] * gates[units + u];
    }
    stateSums = sums;
    return recurrent.times(sums, 0, 2 * units);
  }
};

LogicalResult evaluateGruGradient(GruGradientOp op, ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  enum Result { Sums, StateSums, Hidden };
  auto get = [&](Value value) { return optional(tensorFor(op, value, operands)); };
  Tensor sequence = get(op.getSequence()), gates = get(op.getGates()),
         initial = get(op.getInitialHidden()), ofSequence = get(op.getSequenceCotangent()),
         ofHidden = get(op.getHiddenCotangent()), mask = tensorFor(op, op.getMask(), operands);
  const Shape &shape = sequence.shape();
  Pass pass{shape[0], shape[1], shape[2], op.runsBackwards()};
  int64_t units = pass.units, columns = op.gateCount * units;
  TransposedMatrix recurrent{get(op.getRecurrent()), units, columns,
                             static_cast<int64_t>(op.getPackedUnits())};
  WideResults out(results);
  for (int64_t row = 0; row < pass.batch; ++row) {
    Row hidden = rowOf(ofHidden, row * units, units), past;
    for (int64_t turn = 0; turn < pass.steps; ++turn) {
      int64_t step = pass.step(turn);
      Row outer = rowOf(ofSequence, pass.at(step, row, units), units);
      Row before = turn + 1 < pass.steps
                       ? rowOf(sequence, pass.at(pass.step(turn + 1), row, units), units)
                       : rowOf(initial, row * units, units);
      hidden = plus(hidden, outer);
      if (isLeftOut(mask, pass, step, row)) {
        past = hidden;
        for (Result sums : {Sums, StateSums})
          out.put(sums, pass.at(step, row, columns), Row(columns, 0));
        continue;
      }
      GruStepBack back{
          op, recurrent, gates.data<double>() + pass.at(step, row, 4 * units), before, {}, {}, {}};
      hidden = back.take(hidden);
      out.put(Sums, pass.at(step, row, columns), back.sums);
      out.put(StateSums, pass.at(step, row, columns), back.stateSums);
      past = back.past;
    }
    out.put(Hidden, row * units, past);
  }
  return success();
}

LogicalResult evaluateSimpleRnnGradient(SimpleRnnGradientOp op, ArrayRef<Tensor> operands,
                                        MutableArrayRef<Tensor> results) {
  auto get = [&](Value value) { return optional(tensorFor(op, value, operands)); };
  enum Result { Sums, Hidden };
  Tensor sequence = get(op.getSequence()), ofSequence = get(op.getSequenceCotangent()),
         ofHidden = get(op.getHiddenCotangent()), mask = tensorFor(op, op.getMask(), operands);
  const Shape &shape = sequence.shape();
  Pass pass{shape[0], shape[1], shape[2], op.runsBackwards()};
  int64_t units = pass.units;
  TransposedMatrix recurrent{get(op.getRecurrent()), units, units,
                             static_cast<int64_t>(op.getPackedUnits())};
  WideResults out(results);
  for (int64_t row = 0; row < pass.batch; ++row) {
    Row hidden = rowOf(ofHidden, row * units, units), past;
    for (int64_t turn = 0; turn < pass.steps; ++turn) {
      int64_t step = pass.step(turn), at = pass.at(step, row, units);
      Row sums(units, 0);
      past.assign(units, 0);
      hidden = plus(hidden, rowOf(ofSequence, at, units));
      if (isLeftOut(mask, pass, step, row)) {
        past = hidden;
      } else {
        for (int64_t u = 0; u < units; ++u)
          sums[u] = hidden[u] * slope(op.getActivation(), sequence.data<double>()[at + u]);
        hidden = recurrent.times(sums);
      }
      out.put(Sums, at, sums);
    }
    out.put(Hidden, row * units, past);
  }
  return success();
}

} // namespace

void attachRecurrentReference(MLIRContext *context) {
  attachReference<LstmOp, evaluateLstm>(context);
  attachReference<GruOp, evaluateGru>(context);
  attachReference<SimpleRnnOp, evaluateSimpleRnn>(context);
  attachReference<LstmGradientOp, evaluateLstmGradient>(context);
  attachReference<GruGradientOp, evaluateGruGradient>(context);
  attachReference<SimpleRnnGradientOp, evaluateSimpleRnnGradient>(context);
}

} // namespace dlc
