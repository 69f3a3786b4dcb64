// What a step of each recurrent layer, and of its gradient, reads, multiplies and writes.
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

namespace dlc::dl {

//===-- Arguments --------------------------------------------------------------------------===//

/// Axis 0 of a tensor away: what a step has of it.
static RankedTensorType stepOf(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return tensorOf(ArrayRef(dimsOf(type)).drop_front(), type.getElementType());
}

/// The part of `tensor` that belongs to a step.
static StepArgument slicedBySteps(Value tensor) {
  StepArgument argument;
  argument.tensor = tensor;
  argument.type = stepOf(tensor);
  argument.sliced = true;
  return argument;
}

/// The same tensor in each step.
static StepArgument wholeInEachStep(Value tensor) {
  StepArgument argument;
  argument.tensor = tensor;
  argument.type = cast<RankedTensorType>(tensor.getType());
  return argument;
}

/// What the step before left in `state`, a result with one entry a step or with the latest only.
static StepArgument carriedIn(Value state, Value initial) {
  bool sliced = cast<RankedTensorType>(state.getType()).getRank() == 3;
  StepArgument argument = sliced ? slicedBySteps(state) : wholeInEachStep(state);
  argument.entry = StepArgument::Entry::Before;
  argument.outside = initial;
  return argument;
}

/// What a way back needs of the way there: the entry of the step that the layer took before this
/// one, which the way back takes after it.
static StepArgument comingAfter(Value states, Value initial) {
  StepArgument argument = slicedBySteps(states);
  argument.entry = StepArgument::Entry::After;
  argument.outside = initial;
  return argument;
}

/// Gate `index` of the `count` that lie side by side in a step of `gates`.
static StepArgument gateOf(Value gates, int64_t index, int64_t count) {
  StepArgument argument = slicedBySteps(gates);
  Dims dims = dimsOf(argument.type);
  int64_t columns = argument.type.getDimSize(1), units = columns / count;
  dims[1] = getAffineConstantExpr(units, gates.getContext());
  argument.type = tensorOf(dims, argument.type.getElementType());
  argument.offset = index * units;
  return argument;
}

/// All gates of a step, one argument each, where someone uses them.
static void appendGates(SmallVectorImpl<StepArgument> &arguments, Value gates, int64_t count) {
  if (gates.use_empty())
    return;
  for (int64_t gate = 0; gate < count; ++gate)
    arguments.push_back(gateOf(gates, gate, count));
}

static void appendIfPresent(SmallVectorImpl<StepArgument> &arguments, Value value, bool sliced) {
  if (value)
    arguments.push_back(sliced ? slicedBySteps(value) : wholeInEachStep(value));
}

static AffineExpr stepsOf(Value sequence) { return dimsOf(sequence.getType())[0]; }

//===-- What layers have in common ---------------------------------------------------------===//

/// What the input adds, the matrix and the hidden state.
template <typename Op>
static SmallVector<StepArgument> layerInputs(Op op) {
  return {slicedBySteps(op.getInput()), wholeInEachStep(op.getRecurrent()),
          carriedIn(op.getSequence(), op.getInitialHidden())};
}

/// The hidden state, in the sequence and as the last one.
template <typename Op>
static SmallVector<StepArgument> layerOutputs(Op op) {
  SmallVector<StepArgument> outputs{slicedBySteps(op.getSequence())};
  if (!op.getHidden().use_empty())
    outputs.push_back(wholeInEachStep(op.getHidden()));
  return outputs;
}

/// A layer multiplies its states to the sums of all gates.
template <typename Op>
static StepProduct layerProduct(Op op) {
  return {op.getRecurrent(), Op::gateCount, /*statesPerUnit=*/1, /*transposed=*/false};
}

/// A gradient multiplies the cotangents of the sums of all gates back to that of the state.
template <typename Op>
static StepProduct gradientProduct(Op op) {
  return {op.getRecurrent(), /*gates=*/1, Op::gateCount, /*transposed=*/true};
}

/// The cotangents of a step's hidden state that come from outside of the layer: that of its entry
/// in the sequence, and for the step taken first that of the layer's last state.
static void appendCotangents(SmallVectorImpl<StepArgument> &arguments, Value sequence, Value hidden,
                             RankedTensorType state) {
  appendIfPresent(arguments, sequence, /*sliced=*/true);
  if (!hidden)
    return;
  StepArgument argument;
  argument.type = state;
  argument.entry = StepArgument::Entry::Before;
  argument.outside = hidden;
  arguments.push_back(argument);
}

/// The mask of a layer's gradient, and what flows past the steps that it leaves out, which waits in
/// `past` meanwhile.
static void appendMask(SmallVectorImpl<StepArgument> &arguments, Value mask, Value past) {
  if (mask)
    arguments.append({slicedBySteps(mask), carriedIn(past, {})});
}

/// Where that is left, with a mask or a reader.
static void appendPast(SmallVectorImpl<StepArgument> &arguments, Value mask, Value past) {
  if (mask || !past.use_empty())
    arguments.push_back(wholeInEachStep(past));
}

//===-- Layers -----------------------------------------------------------------------------===//

AffineExpr LstmOp::getSteps() { return stepsOf(getSequence()); }
bool LstmOp::runsBackwards() { return getReverse(); }
StepProduct LstmOp::getStepProduct() { return layerProduct(*this); }

/// The result through which the cell state is handed on.
static OpResult cellStateOf(LstmOp op) {
  return cast<OpResult>(op.getCells().use_empty() ? op.getCell() : op.getCells());
}

SmallVector<OpResult> LstmOp::getStateResults() {
  return {cast<OpResult>(getSequence()), cellStateOf(*this)};
}

SmallVector<StepArgument> LstmOp::getStepInputs() {
  SmallVector<StepArgument> inputs = layerInputs(*this);
  inputs.push_back(carriedIn(cellStateOf(*this), getInitialCell()));
  appendIfPresent(inputs, getPeephole(), /*sliced=*/false);
  appendIfPresent(inputs, getMask(), /*sliced=*/true);
  return inputs;
}

SmallVector<StepArgument> LstmOp::getStepOutputs() {
  SmallVector<StepArgument> outputs = layerOutputs(*this);
  if (!getCells().use_empty())
    outputs.push_back(slicedBySteps(getCells()));
  if (!getCell().use_empty() || getCells().use_empty())
    outputs.push_back(wholeInEachStep(getCell()));
  appendGates(outputs, getGates(), gateCount);
  return outputs;
}

AffineExpr GruOp::getSteps() { return stepsOf(getSequence()); }
bool GruOp::runsBackwards() { return getReverse(); }
StepProduct GruOp::getStepProduct() { return layerProduct(*this); }
SmallVector<OpResult> GruOp::getStateResults() { return {cast<OpResult>(getSequence())}; }

SmallVector<StepArgument> GruOp::getStepInputs() {
  SmallVector<StepArgument> inputs = layerInputs(*this);
  appendIfPresent(inputs, getRecurrentBias(), /*sliced=*/false);
  appendIfPresent(inputs, getMask(), /*sliced=*/true);
  return inputs;
}

SmallVector<StepArgument> GruOp::getStepOutputs() {
  SmallVector<StepArgument> outputs = layerOutputs(*this);
  appendGates(outputs, getGates(), gateCount + 1);
  return outputs;
}

AffineExpr SimpleRnnOp::getSteps() { return stepsOf(getSequence()); }
bool SimpleRnnOp::runsBackwards() { return getReverse(); }
StepProduct SimpleRnnOp::getStepProduct() { return layerProduct(*this); }
SmallVector<OpResult> SimpleRnnOp::getStateResults() { return {cast<OpResult>(getSequence())}; }

SmallVector<StepArgument> SimpleRnnOp::getStepInputs() {
  SmallVector<StepArgument> inputs = layerInputs(*this);
  appendIfPresent(inputs, getMask(), /*sliced=*/true);
  return inputs;
}

SmallVector<StepArgument> SimpleRnnOp::getStepOutputs() { return layerOutputs(*this); }

//===-- Gradients --------------------------------------------------------------------------===//

AffineExpr LstmGradientOp::getSteps() { return stepsOf(getCells()); }
bool LstmGradientOp::runsBackwards() { return !getReverse(); }
StepProduct LstmGradientOp::getStepProduct() { return gradientProduct(*this); }

SmallVector<OpResult> LstmGradientOp::getStateResults() {
  SmallVector<OpResult> states{cast<OpResult>(getSums()), cast<OpResult>(getCell())};
  if (getMask())
    states.push_back(cast<OpResult>(getHidden()));
  return states;
}

SmallVector<StepArgument> LstmGradientOp::getStepInputs() {
  SmallVector<StepArgument> inputs{wholeInEachStep(getRecurrent()),
                                   carriedIn(getSums(), {}),
                                   carriedIn(getCell(), getCellCotangent()),
                                   slicedBySteps(getGates()),
                                   slicedBySteps(getCells()),
                                   comingAfter(getCells(), getInitialCell())};
  appendIfPresent(inputs, getPeephole(), /*sliced=*/false);
  appendMask(inputs, getMask(), getHidden());
  appendCotangents(inputs, getSequenceCotangent(), getHiddenCotangent(), getCell().getType());
  return inputs;
}

SmallVector<StepArgument> LstmGradientOp::getStepOutputs() {
  SmallVector<StepArgument> outputs{wholeInEachStep(getCell())};
  for (int64_t gate = 0; gate < gateCount; ++gate)
    outputs.push_back(gateOf(getSums(), gate, gateCount));
  appendPast(outputs, getMask(), getHidden());
  return outputs;
}

AffineExpr GruGradientOp::getSteps() { return stepsOf(getSequence()); }
bool GruGradientOp::runsBackwards() { return !getReverse(); }
StepProduct GruGradientOp::getStepProduct() { return gradientProduct(*this); }

SmallVector<OpResult> GruGradientOp::getStateResults() {
  return {cast<OpResult>(getStateSums()), cast<OpResult>(getHidden())};
}

SmallVector<StepArgument> GruGradientOp::getStepInputs() {
  SmallVector<StepArgument> inputs{wholeInEachStep(getRecurrent()), carriedIn(getStateSums(), {}),
                                   carriedIn(getHidden(), {}), slicedBySteps(getGates()),
                                   comingAfter(getSequence(), getInitialHidden())};
  appendIfPresent(inputs, getMask(), /*sliced=*/true);
  appendCotangents(inputs, getSequenceCotangent(), getHiddenCotangent(), getHidden().getType());
  return inputs;
}

SmallVector<StepArgument> GruGradientOp::getStepOutputs() {
  SmallVector<StepArgument> outputs{wholeInEachStep(getHidden())};
  for (int64_t gate = 0; gate < gateCount; ++gate)
    outputs.push_back(gateOf(getStateSums(), gate, gateCount));
  appendGates(outputs, getSums(), gateCount);
  return outputs;
}

AffineExpr SimpleRnnGradientOp::getSteps() { return stepsOf(getSequence()); }
bool SimpleRnnGradientOp::runsBackwards() { return !getReverse(); }
StepProduct SimpleRnnGradientOp::getStepProduct() { return gradientProduct(*this); }
SmallVector<OpResult> SimpleRnnGradientOp::getStateResults() {
  SmallVector<OpResult> states{cast<OpResult>(getSums())};
  if (getMask())
    states.push_back(cast<OpResult>(getHidden()));
  return states;
}

SmallVector<StepArgument> SimpleRnnGradientOp::getStepInputs() {
  SmallVector<StepArgument> inputs{wholeInEachStep(getRecurrent()), carriedIn(getSums(), {}),
                                   slicedBySteps(getSequence())};
  appendMask(inputs, getMask(), getHidden());
  appendCotangents(inputs, getSequenceCotangent(), getHiddenCotangent(), stepOf(getSequence()));
  return inputs;
}

SmallVector<StepArgument> SimpleRnnGradientOp::getStepOutputs() {
  SmallVector<StepArgument> outputs{slicedBySteps(getSums())};
  appendPast(outputs, getMask(), getHidden());
  return outputs;
}

} // namespace dlc::dl
