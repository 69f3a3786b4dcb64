// One step of a recurrence: parameters for what it reads, a tuple for what it writes.
#include "dlc/Codegen/Halide/StepEmitter.h"

#include "dlc/Codegen/Halide/Templates/GPULoops.h"
#include "dlc/Codegen/Halide/Templates/LoweringPasses.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"
#include "dlc/Dialect/DL/IR/Storage.h"
#include "dlc/Schedule/ScheduleAttributes.h"
#include "dlc/Schedule/ScheduleShapes.h"

using namespace mlir;

namespace dlc::codegen {

StepEmitter::StepEmitter(dl::KernelOp kernel, const schedule::MachineFacts &facts)
    : kernel(kernel), op(cast<RecurrentOpInterface>(kernel.getAnchor())), facts(facts),
      sizes(kernel) {
  auto attribute = dyn_cast_if_present<dl::RnnStepScheduleAttr>(kernel.getScheduleAttr());
  params = attribute ? schedule::paramsOf(attribute)
                     : schedule::chooseRnnStep(schedule::rnnStepShapeOf(op), facts);
  for (auto [index, argument] : llvm::enumerate(op.getStepInputs()))
    parameters.push_back(sizes.parameter(KernelEmitter::storageType(argument.type),
                                         dl::dimsOf(argument.type), stridesOf(argument),
                                         static_cast<unsigned>(index)));
}

dl::Dims StepEmitter::stridesOf(const StepArgument &argument) {
  dl::Dims strides = argument.tensor ? kernel.getStridesOf(argument.tensor)
                                     : dl::denseStrides(dl::dimsOf(argument.type));
  if (argument.sliced)
    strides.erase(strides.begin());
  return strides;
}

Halide::Expr StepEmitter::input(unsigned index, const Coords &coords) const {
  Halide::Expr element =
      parameters[index](std::vector<Halide::Expr>(coords.rbegin(), coords.rend()));
  return KernelEmitter::compute(element);
}

Halide::Expr StepEmitter::inputBehind(unsigned index, const Coords &coords) const {
  if (facts.device)
    return input(index, coords);
  Halide::Expr element =
      parameters[index](std::vector<Halide::Expr>(coords.rbegin(), coords.rend()));
  return KernelEmitter::compute(templates::prefetchingBefore(element));
}

StepEmitter::States StepEmitter::states(unsigned index) const {
  return [this, index](Halide::Expr k, Halide::Expr row) { return input(index, {row, k}); };
}

const templates::RecurrentStep &StepEmitter::multiply(const States &states, unsigned matrix,
                                                      int64_t packedUnits, GateRange gates,
                                                      DepthRange depth) {
  schedule::RnnStepShape shape = schedule::rnnStepShapeOf(op);
  templates::RecurrentStepProblem problem;
  problem.rows = sizes.size(dl::dimsOf(op.getStepOutputs().front().type)[0]);
  problem.units = shape.units;
  problem.depth = depth.count > 0 ? depth.count : shape.depth;
  problem.gates = gates.count;
  Halide::Type type = parameters[matrix].type();
  problem.accumulator = type.bits() < 32 ? Halide::Float(32) : type;
  problem.lhs = states;
  auto after = [](const Halide::Expr &index, int64_t first) {
    return first == 0 ? index : index + static_cast<int>(first);
  };
  problem.packed = [=, this](Halide::Expr lane, Halide::Expr k, Halide::Expr panel) {
    return input(matrix, {panel, after(k, depth.first), after(lane, gates.first * packedUnits)});
  };
  auto stage = std::make_unique<Stage>();
  stage->product = templates::buildRecurrentStep(problem, params, facts);
  int64_t read = stage->product.unitsPerPanel;
  if (packedUnits != read)
    throw Halide::CompileError(
        "a recurrent matrix is packed in panels of " + std::to_string(packedUnits) +
        " units, the schedule reads " + std::to_string(read) +
        ": edit schedules in a dump of the phase 'schedule', before weights are packed");
  stages.push_back(std::move(stage));
  return stages.back()->product;
}

Halide::Expr StepEmitter::share(Halide::Expr value) {
  return facts.device ? value : stages.back()->product.inRegister(value, unit, row);
}

Halide::Func StepEmitter::keep(const std::vector<Halide::Expr> &values) {
  Halide::Func kept("kept");
  define(kept, values);
  if (!facts.device)
    kept.compute_root();
  return kept;
}

void StepEmitter::define(Halide::Func result, const std::vector<Halide::Expr> &values) {
  stages.back()->result = result;
  if (facts.device)
    result(unit, row) = Halide::Tuple(values);
  else
    templates::defineRecurrentStep(stages.back()->product, result, unit, row, values, params,
                                   facts);
}

void StepEmitter::setOutputs(const std::vector<Halide::Expr> &values) {
  SmallVector<StepArgument> arguments = op.getStepOutputs();
  std::vector<Halide::Expr> stored;
  for (auto [value, argument] : llvm::zip_equal(values, arguments))
    stored.push_back(Halide::cast(KernelEmitter::storageType(argument.type), value));
  if (facts.device)
    defineOnDevice(stored);
  else
    define(output, stored);
  // Halide gives the further outputs of a tuple the bounds of the first, and takes no others.
  templates::Sizes shape = sizes.sizesOf(dl::dimsOf(arguments.front().type));
  output.output_buffers().front().dim(0).set_bounds(0, shape[1].expr());
  output.output_buffers().front().dim(1).set_bounds(0, shape[0].expr());
  for (auto [argument, buffer] : llvm::zip(arguments, output.output_buffers())) {
    templates::Sizes strides = sizes.sizesOf(stridesOf(argument));
    sizes.setStride(buffer.dim(0), buffer.name(), 0, strides[1]);
    sizes.setStride(buffer.dim(1), buffer.name(), 1, strides[0]);
  }
}

/// A state's new value lies where its old one does, which other values read.
void StepEmitter::defineOnDevice(const std::vector<Halide::Expr> &values) {
  define(computed, values);
  std::vector<Halide::Expr> stored;
  for (size_t i = 0; i < values.size(); ++i)
    stored.push_back(values.size() == 1 ? Halide::Expr(computed(unit, row))
                                        : computed(unit, row)[static_cast<int>(i)]);
  define(output, stored);
}

void StepEmitter::scheduleOnDevice() {
  schedule::RnnStepShape shape = schedule::rnnStepShapeOf(op);
  output.bound(unit, 0, static_cast<int>(shape.units)).bound(row, 0, static_cast<int>(shape.rows));
  templates::scheduleGPUInjective(
      output, schedule::chooseGPUInjective(shape.units * shape.rows, *facts.device), {computed});
}

Halide::Pipeline StepEmitter::pipeline() const {
  Halide::Pipeline pipeline(output);
  templates::addLoweringPasses(pipeline, facts.device || facts.masksStores());
  sizes.attachTo(pipeline);
  return pipeline;
}

std::vector<Halide::Argument> StepEmitter::arguments() const {
  std::vector<Halide::Argument> arguments = sizes.arguments();
  arguments.insert(arguments.end(), parameters.begin(), parameters.end());
  return arguments;
}

void StepEmitter::emit() {
  auto emission = dyn_cast<StepEmissionOpInterface>(op.getOperation());
  if (!emission)
    throw Halide::CompileError("op '" + op->getName().getStringRef().str() +
                               "' has no Halide emission");
  emission.emitStep(*this);
  if (facts.device)
    scheduleOnDevice();
}

} // namespace dlc::codegen
