// Steps of recurrent layers and of their gradients: what the gates make of the sums.
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/StepEmitter.h"
#include "dlc/Codegen/Halide/Templates/Math.h"

using namespace mlir;
using Halide::Expr;

namespace dlc::codegen {
namespace {

Expr activate(dl::RecurrentActivation activation, Expr x) {
  switch (activation) {
  case dl::RecurrentActivation::Linear:
    return x;
  case dl::RecurrentActivation::Sigmoid:
    return math::sigmoid(x);
  case dl::RecurrentActivation::Tanh:
    return math::tanh(x);
  case dl::RecurrentActivation::Relu:
    return math::maximum(x, math::constant(x, 0));
  case dl::RecurrentActivation::HardSigmoid:
    x = x * math::constant(x, 1.0 / 6) + math::constant(x, 0.5);
    return math::minimum(math::maximum(x, math::constant(x, 0)), math::constant(x, 1));
  }
  throw Halide::CompileError("unknown activation");
}

/// The same where an absolute error of 2.3e-7 does: a sigmoid by way of tanh is one quotient of
/// polynomials, less work than an exponential.
Expr activateGate(dl::RecurrentActivation activation, Expr x) {
  if (activation != dl::RecurrentActivation::Sigmoid)
    return activate(activation, x);
  Expr half = math::constant(x, 0.5);
  return half + half * math::tanh(x * half);
}

/// The derivative where the activation gave `y`.
Expr slope(dl::RecurrentActivation activation, Expr y) {
  Expr zero = math::constant(y, 0), one = math::constant(y, 1);
  switch (activation) {
  case dl::RecurrentActivation::Linear:
    return one;
  case dl::RecurrentActivation::Sigmoid:
    return y * (one - y);
  case dl::RecurrentActivation::Tanh:
    return one - y * y;
  case dl::RecurrentActivation::Relu:
    return Halide::select(y > zero, one, zero);
  case dl::RecurrentActivation::HardSigmoid:
    return Halide::select(y > zero && y < one, math::constant(y, 1.0 / 6), zero);
  }
  throw Halide::CompileError("unknown activation");
}

/// What a step reads at the place of its outputs, one argument after the other.
class StepReader {
public:
  explicit StepReader(StepEmitter &emitter, int64_t units) : emitter(emitter), units(units) {}

  /// The argument at the outputs' place, in the columns of gate `gate`.
  Expr state(unsigned argument, int64_t gate = 0) const {
    return emitter.inputBehind(argument, {emitter.row, column(gate)});
  }
  /// Entry `gate` of a vector with `units` elements a gate.
  Expr perUnit(unsigned argument, int64_t gate) const {
    return emitter.input(argument, {column(gate)});
  }
  /// Whether the row takes the step.
  Expr isTaken(unsigned mask) const {
    return emitter.input(mask, {emitter.row}) != Halide::cast<uint8_t>(0);
  }

private:
  Expr column(int64_t gate) const {
    return gate == 0 ? Expr(emitter.unit) : emitter.unit + static_cast<int>(gate * units);
  }

  StepEmitter &emitter;
  int64_t units;
};

int64_t unitsOf(Value sequence) { return cast<RankedTensorType>(sequence.getType()).getDimSize(2); }

template <typename Op>
void checkHoisted(Op op) {
  if (op.getWeights())
    throw Halide::CompileError("a layer with weights of its inputs: run dl-hoist-recurrent-inputs "
                               "in the phase 'optimize'");
}

template <typename Op>
StepEmitter::GateRange allGates(Op op) {
  return {0, op.gateCount, op.gateCount};
}

struct LstmModel : StepEmissionOpInterface::ExternalModel<LstmModel, dl::LstmOp> {
  void emitStep(Operation *operation, StepEmitter &emitter) const {
    enum Argument : unsigned { Input, Recurrent, Hidden, Cell, FirstOptional };
    auto op = cast<dl::LstmOp>(operation);
    checkHoisted(op);
    StepReader read(emitter, unitsOf(op.getSequence()));
    unsigned next = FirstOptional;
    unsigned peepholes = op.getPeephole() ? next++ : 0, mask = op.getMask() ? next++ : 0;
    const templates::RecurrentStep &product =
        emitter.multiply(emitter.states(Hidden), Recurrent, op.getPackedUnits(), allGates(op), {});
    auto sum = [&](int64_t gate) {
      return product.sum(gate, emitter.unit, emitter.row) + read.state(Input, gate);
    };
    auto peephole = [&](int64_t gate, Expr cell) {
      return op.getPeephole() ? read.perUnit(peepholes, gate) * cell : math::constant(cell, 0);
    };
    Expr before = read.state(Cell);
    Expr i = emitter.share(activateGate(op.getGateActivation(), sum(0) + peephole(0, before)));
    Expr f = emitter.share(activateGate(op.getGateActivation(), sum(1) + peephole(1, before)));
    Expr g = emitter.share(activate(op.getCellActivation(), sum(2)));
    Expr cell = emitter.share(f * before + i * g);
    Expr o = emitter.share(activateGate(op.getGateActivation(), sum(3) + peephole(2, cell)));
    Expr hidden = o * activate(op.getHiddenActivation(), cell);
    if (op.getMask()) {
      cell = Halide::select(read.isTaken(mask), cell, before);
      hidden = Halide::select(read.isTaken(mask), hidden, read.state(Hidden));
    }
    std::vector<Expr> outputs{hidden};
    if (!op.getHidden().use_empty())
      outputs.push_back(hidden);
    if (!op.getCells().use_empty())
      outputs.push_back(cell);
    if (!op.getCell().use_empty() || op.getCells().use_empty())
      outputs.push_back(cell);
    if (!op.getGates().use_empty())
      outputs.insert(outputs.end(), {i, f, g, o});
    emitter.setOutputs(outputs);
  }
};

struct GruModel : StepEmissionOpInterface::ExternalModel<GruModel, dl::GruOp> {
  void emitStep(Operation *operation, StepEmitter &emitter) const {
    auto op = cast<dl::GruOp>(operation);
    checkHoisted(op);
    unsigned next = FirstOptional;
    Step step{op, emitter, StepReader(emitter, unitsOf(op.getSequence()))};
    step.bias = op.getRecurrentBias() ? next++ : 0;
    step.mask = op.getMask() ? next++ : 0;
    if (op.getResetAfter())
      step.resetAfterProduct();
    else
      step.resetBeforeProduct();
  }

private:
  enum Argument : unsigned { Input, Recurrent, Hidden, FirstOptional };
  enum Gate : int64_t { Update, Reset, Candidate };

  struct Step {
    dl::GruOp op;
    StepEmitter &emitter;
    StepReader read;
    unsigned bias = 0, mask = 0;

    const templates::RecurrentStep &multiply(const StepEmitter::States &states,
                                             StepEmitter::GateRange gates) const {
      return emitter.multiply(states, Recurrent, dl::GruOp(op).getPackedUnits(), gates, {});
    }
    Expr withBias(Expr sum, Gate gate) const {
      return dl::GruOp(op).getRecurrentBias() ? sum + read.perUnit(bias, gate) : sum;
    }
    /// Gate `gate` from what the state adds to its sum. The rest to 1 is a factor too: it needs
    /// the exact form.
    Expr gateFrom(Expr product, Gate gate) {
      return activate(op.getGateActivation(), read.state(Input, gate) + withBias(product, gate));
    }

    void resetAfterProduct() {
      const templates::RecurrentStep &product = multiply(emitter.states(Hidden), allGates(op));
      auto sum = [&](Gate gate) { return product.sum(gate, emitter.unit, emitter.row); };
      Expr update = emitter.share(gateFrom(sum(Update), Update)),
           reset = emitter.share(gateFrom(sum(Reset), Reset));
      Expr state = emitter.share(withBias(sum(Candidate), Candidate));
      Expr candidate =
          activate(op.getCellActivation(), read.state(Input, Candidate) + reset * state);
      setOutputs(update, reset, candidate, state);
    }

    void resetBeforeProduct() {
      const templates::RecurrentStep &gates = multiply(emitter.states(Hidden), {Update, 2, 3});
      auto sum = [&](Gate gate) { return gates.sum(gate, emitter.unit, emitter.row); };
      Expr reset = emitter.share(gateFrom(sum(Reset), Reset));
      Halide::Func kept =
          emitter.keep({gateFrom(sum(Update), Update), reset, reset * read.state(Hidden)});
      const templates::RecurrentStep &product =
          multiply([kept](Expr k, Expr row) { return kept(k, row)[2]; }, {Candidate, 1, 3});
      Expr state = withBias(product.sum(0, emitter.unit, emitter.row), Candidate);
      Expr candidate = activate(op.getCellActivation(), read.state(Input, Candidate) + state);
      Halide::FuncRef own = kept(emitter.unit, emitter.row);
      setOutputs(own[0], own[1], candidate, own[2]);
    }

    void setOutputs(Expr update, Expr reset, Expr candidate, Expr state) {
      Expr hidden = update * read.state(Hidden) + (1 - update) * candidate;
      if (op.getMask())
        hidden = Halide::select(read.isTaken(mask), hidden, read.state(Hidden));
      std::vector<Expr> outputs{hidden};
      if (!op.getHidden().use_empty())
        outputs.push_back(hidden);
      if (!op.getGates().use_empty())
        outputs.insert(outputs.end(), {update, reset, candidate, state});
      emitter.setOutputs(outputs);
    }
  };
};

struct SimpleRnnModel : StepEmissionOpInterface::ExternalModel<SimpleRnnModel, dl::SimpleRnnOp> {
  void emitStep(Operation *operation, StepEmitter &emitter) const {
    enum Argument : unsigned { Input, Recurrent, Hidden, Mask };
    auto op = cast<dl::SimpleRnnOp>(operation);
    checkHoisted(op);
    StepReader read(emitter, unitsOf(op.getSequence()));
    const templates::RecurrentStep &product =
        emitter.multiply(emitter.states(Hidden), Recurrent, op.getPackedUnits(), allGates(op), {});
    Expr sum = product.sum(0, emitter.unit, emitter.row) + read.state(Input);
    Expr hidden = activate(op.getActivation(), sum);
    if (op.getMask())
      hidden = Halide::select(read.isTaken(Mask), hidden, read.state(Hidden));
    std::vector<Expr> outputs{hidden};
    if (!op.getHidden().use_empty())
      outputs.push_back(hidden);
    emitter.setOutputs(outputs);
  }
};

//===-- Gradients --------------------------------------------------------------------------===//

/// The cotangent of the hidden state before it is taken apart: what the step taken before gives,
/// through the sums whose columns are `depth`, and what comes from outside of the layer, in
/// arguments from `next` on.
template <typename Op>
Expr hiddenCotangent(Op op, StepEmitter &emitter, const StepReader &read, unsigned sums,
                     unsigned recurrent, unsigned next, StepEmitter::DepthRange depth = {}) {
  const templates::RecurrentStep &product =
      emitter.multiply(emitter.states(sums), recurrent, op.getPackedUnits(), {}, depth);
  Expr hidden = product.sum(0, emitter.unit, emitter.row);
  for (Value given : {op.getSequenceCotangent(), op.getHiddenCotangent()})
    if (given)
      hidden += read.state(next++);
  return hidden;
}

/// The steps that a mask leaves out, of a gradient whose optional arguments go on at `next` with
/// the mask and what flowed past such steps, where there is one.
class StepsLeftOut {
public:
  template <typename Op>
  StepsLeftOut(Op op, const StepReader &read, unsigned &next)
      : read(read), isMasked(op.getMask() != nullptr), leavesPast(!op.getHidden().use_empty()) {
    if (isMasked) {
      mask = next++;
      past = next++;
    }
  }

  /// The cotangent of the state after a step, from what comes through a product and from outside.
  Expr withPast(Expr cotangent) const {
    return isMasked ? cotangent + read.state(past) : cotangent;
  }
  /// `taken` where the row takes the step.
  Expr choose(Expr taken, Expr otherwise) const {
    return isMasked ? Halide::select(read.isTaken(mask), taken, otherwise) : taken;
  }
  /// What flows past the step of the cotangent `hidden`, where it is an output.
  void appendPast(std::vector<Expr> &outputs, Expr hidden) const {
    Expr none = math::constant(hidden, 0);
    if (isMasked || leavesPast)
      outputs.push_back(isMasked ? choose(none, hidden) : none);
  }

private:
  const StepReader &read;
  bool isMasked, leavesPast;
  unsigned mask = 0, past = 0;
};

struct LstmGradientModel
    : StepEmissionOpInterface::ExternalModel<LstmGradientModel, dl::LstmGradientOp> {
  void emitStep(Operation *operation, StepEmitter &emitter) const {
    enum Argument : unsigned {
      Recurrent,
      Sums,
      CellCotangent,
      Gates,
      Cell,
      CellBefore,
      FirstOptional
    };
    auto op = cast<dl::LstmGradientOp>(operation);
    StepReader read(emitter, unitsOf(op.getCells()));
    unsigned next = FirstOptional, peepholes = op.getPeephole() ? next++ : 0;
    StepsLeftOut leftOut(op, read, next);
    Expr dHidden =
        emitter.share(leftOut.withPast(hiddenCotangent(op, emitter, read, Sums, Recurrent, next)));
    auto peephole = [&](int64_t gate, Expr dSum) {
      return op.getPeephole() ? read.perUnit(peepholes, gate) * dSum : math::constant(dSum, 0);
    };
    // Held, since the sums may be written over the gates.
    auto activated = [&](int64_t index) { return emitter.share(read.state(Gates, index)); };
    Expr i = activated(0), f = activated(1), g = activated(2), o = activated(3);
    Expr squashed = emitter.share(activate(op.getHiddenActivation(), read.state(Cell)));
    dl::RecurrentActivation gate = op.getGateActivation();
    // What has one use only is left where it is used.
    auto heldFor = [&](bool furtherUse, Expr value) {
      return furtherUse ? emitter.share(value) : value;
    };
    const bool peepholesRead = op.getPeephole() != nullptr;
    Expr dOutput = heldFor(peepholesRead, dHidden * squashed * slope(gate, o));
    Expr dAfter = heldFor(op.getMask() != nullptr, read.state(CellCotangent));
    Expr dCell = emitter.share(dAfter + dHidden * o * slope(op.getHiddenActivation(), squashed) +
                               peephole(2, dOutput));
    Expr dInput = heldFor(peepholesRead, dCell * g * slope(gate, i)),
         dForget = heldFor(peepholesRead, dCell * read.state(CellBefore) * slope(gate, f));
    Expr dBefore = dCell * f + peephole(0, dInput) + peephole(1, dForget);
    Expr none = math::constant(dCell, 0);
    std::vector<Expr> outputs{leftOut.choose(dBefore, dAfter)};
    for (Expr sum : {dInput, dForget, dCell * i * slope(op.getCellActivation(), g), dOutput})
      outputs.push_back(leftOut.choose(sum, none));
    leftOut.appendPast(outputs, dHidden);
    emitter.setOutputs(outputs);
  }
};

struct GruGradientModel
    : StepEmissionOpInterface::ExternalModel<GruGradientModel, dl::GruGradientOp> {
  void emitStep(Operation *operation, StepEmitter &emitter) const {
    auto op = cast<dl::GruGradientOp>(operation);
    int64_t units = unitsOf(op.getSequence());
    Step step{op, emitter, StepReader(emitter, units), units, op.getMask() != nullptr};
    if (op.getResetAfter())
      step.throughReset();
    else
      step.throughResetState();
  }

private:
  enum Argument : unsigned { Recurrent, StateSums, Past, Gates, Before, FirstOptional };

  struct Step {
    dl::GruGradientOp op;
    StepEmitter &emitter;
    StepReader read;
    int64_t units;
    bool isMasked = false; ///< by the first optional argument

    /// `taken` where the row takes the step.
    Expr choose(Expr taken, Expr otherwise) {
      return isMasked ? Halide::select(read.isTaken(FirstOptional), taken, otherwise) : taken;
    }

    Expr activated(int64_t index) { return emitter.share(read.state(Gates, index)); }
    /// The cotangent of the state after the step.
    Expr after(StepEmitter::DepthRange depth) {
      unsigned outer = isMasked ? FirstOptional + 1 : FirstOptional;
      return emitter.share(hiddenCotangent(op, emitter, read, StateSums, Recurrent, outer, depth) +
                           read.state(Past));
    }
    /// What flows to the state before the step beside its sums.
    Expr past(Expr dHidden, Expr z) { return choose(dHidden * z, dHidden); }
    /// The cotangents of the sums of update gate and candidate.
    Expr update(Expr dHidden, Expr z, Expr g) {
      return choose(dHidden * (read.state(Before) - g) * slope(op.getGateActivation(), z),
                    math::constant(z, 0));
    }
    Expr candidate(Expr dHidden, Expr z, Expr g) {
      return choose(dHidden * (1 - z) * slope(op.getCellActivation(), g), math::constant(z, 0));
    }

    /// The candidate is that of r * (h * recurrent + bias).
    void throughReset() {
      Expr dHidden = after({});
      Expr z = activated(0), r = activated(1), g = activated(2), state = activated(3);
      Expr dz = emitter.share(update(dHidden, z, g)), dg = emitter.share(candidate(dHidden, z, g));
      Expr dr = emitter.share(dg * state * slope(op.getGateActivation(), r));
      setOutputs(past(dHidden, z), dz, dr, dg * r, dg);
    }

    /// The candidate is that of (r * h) * recurrent: a product of its own, once its cotangent is
    /// there.
    void throughResetState() {
      Expr dHidden = after({0, 2 * units});
      Expr z = activated(0), g = activated(2);
      Halide::Func kept =
          emitter.keep({past(dHidden, z), update(dHidden, z, g), candidate(dHidden, z, g)});
      const templates::RecurrentStep &product =
          emitter.multiply([kept](Expr k, Expr row) { return kept(k, row)[2]; }, Recurrent,
                           op.getPackedUnits(), {}, {2 * units, units});
      Expr reset = emitter.share(product.sum(0, emitter.unit, emitter.row)), r = activated(1);
      Halide::FuncRef own = kept(emitter.unit, emitter.row);
      setOutputs(own[0] + reset * r, own[1],
                 reset * read.state(Before) * slope(op.getGateActivation(), r), own[2], own[2]);
    }

    void setOutputs(Expr past, Expr dz, Expr dr, Expr ofState, Expr dg) {
      std::vector<Expr> outputs{past, dz, dr, ofState};
      if (!op.getSums().use_empty())
        outputs.insert(outputs.end(), {dz, dr, dg});
      emitter.setOutputs(outputs);
    }
  };
};

struct SimpleRnnGradientModel
    : StepEmissionOpInterface::ExternalModel<SimpleRnnGradientModel, dl::SimpleRnnGradientOp> {
  void emitStep(Operation *operation, StepEmitter &emitter) const {
    enum Argument : unsigned { Recurrent, Sums, Hidden, FirstOptional };
    auto op = cast<dl::SimpleRnnGradientOp>(operation);
    StepReader read(emitter, unitsOf(op.getSequence()));
    unsigned next = FirstOptional;
    StepsLeftOut leftOut(op, read, next);
    Expr dHidden =
        emitter.share(leftOut.withPast(hiddenCotangent(op, emitter, read, Sums, Recurrent, next)));
    std::vector<Expr> outputs{leftOut.choose(
        dHidden * slope(op.getActivation(), read.state(Hidden)), math::constant(dHidden, 0))};
    leftOut.appendPast(outputs, dHidden);
    emitter.setOutputs(outputs);
  }
};

} // namespace

void attachRecurrentEmission(MLIRContext *context) {
  dl::LstmOp::attachInterface<LstmModel>(*context);
  dl::GruOp::attachInterface<GruModel>(*context);
  dl::SimpleRnnOp::attachInterface<SimpleRnnModel>(*context);
  dl::LstmGradientOp::attachInterface<LstmGradientModel>(*context);
  dl::GruGradientOp::attachInterface<GruGradientModel>(*context);
  dl::SimpleRnnGradientOp::attachInterface<SimpleRnnGradientModel>(*context);
}

} // namespace dlc::codegen
