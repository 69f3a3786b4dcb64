// The order of the passes.
#include "dlc/Pipelines/Pipelines.h"

#include "dlc/Autodiff/Passes.h"
#include "dlc/Codegen/Host/Passes.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"
#include "dlc/Fusion/Passes.h"
#include "dlc/Reference/Passes.h"
#include "dlc/Schedule/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace dlc {

static void addOptimize(OpPassManager &manager) {
  OpPassManager &function = manager.nest<func::FuncOp>();
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
  // Spelled-out constants (the root of 2) have to be constants before they are recognised, and all
  // of it has to happen before layout changes put transposes in between.
  function.addPass(createFoldConstantsPass());
  function.addPass(dl::createDLRecognizeActivations());
  function.addPass(dl::createDLRecognizeNormalizations());
  function.addPass(dl::createDLRecognizeImageNorms());
  function.addPass(dl::createDLRecognizeAttention());
  function.addPass(dl::createDLHoistRecurrentInputs());
  // Before channels-last, while filters are in the order of the model.
  function.addPass(dl::createDLFoldBatchNorm());
  // Or transposes would stop at them.
  function.addPass(dl::createDLFoldExpands());
  function.addPass(dl::createDLFoldSums());
  function.addPass(dl::createDLChannelsLast());
  function.addPass(dl::createDLSinkTransposes());
  function.addPass(dl::createDLShrinkTransposes());
  function.addPass(dl::createDLConvTransposeAsConv());
  function.addPass(dl::createDLFoldPads());
  function.addPass(createCanonicalizerPass());
  // Last: what layout changes and batch norms left of constant arithmetic.
  function.addPass(createFoldConstantsPass());
  function.addPass(createCSEPass());
}

static void addOptimizer(OpPassManager &manager, const TrainingOptions &training) {
  autodiff::AutodiffOptimizerOptions options;
  options.kind = training.optimizer;
  options.learningRate = training.learningRate;
  options.momentum = training.momentum;
  options.nesterov = training.nesterov;
  options.beta1 = training.beta1;
  options.beta2 = training.beta2;
  options.rho = training.rho;
  options.centered = training.centered;
  options.epsilon = training.epsilon;
  options.weightDecay = training.weightDecay;
  manager.addPass(autodiff::createAutodiffOptimizer(options));
}

static llvm::SmallVector<std::string> listOf(const std::vector<std::string> &names) {
  return llvm::SmallVector<std::string>(names.begin(), names.end());
}

static void addMetrics(OpPassManager &manager, const std::vector<MetricChoice> &metrics) {
  autodiff::AutodiffMetricsOptions options;
  for (const MetricChoice &metric : metrics) {
    options.metrics.push_back(metric.kind);
    options.names.push_back(metric.name);
  }
  manager.addPass(autodiff::createAutodiffMetrics(options));
}

static void addTraining(OpPassManager &manager, const TrainingOptions &training) {
  // Before there are gradients of rectifiers and filters.
  manager.addNestedPass<func::FuncOp>(dl::createDLSinkActivations());
  manager.addNestedPass<func::FuncOp>(dl::createDLFoldFilterTransposes());
  manager.addPass(
      autodiff::createAutodiffParameters({listOf(training.freeze), training.keepLayouts}));
  manager.addPass(autodiff::createAutodiffTrainingMode({training.seed}));
  manager.addPass(autodiff::createAutodiffLoss({training.loss, training.sampleWeight}));
  manager.addPass(autodiff::createAutodiffBackward());
  if (training.splitStep)
    manager.addPass(autodiff::createAutodiffSplitStep());
  // Simplification: gradients are made of the rules' terms, with factors of 1 and zeros among them.
  manager.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  manager.addNestedPass<func::FuncOp>(createCSEPass());
  addOptimizer(manager, training);
  addMetrics(manager, training.metrics);
}

static void addDifferentiate(OpPassManager &manager, const PipelineOptions &options) {
  if (options.training)
    addTraining(manager, *options.training);
  manager.addPass(autodiff::createAutodiffInferenceMode());
  manager.addPass(autodiff::createAutodiffVerifyMode());
}

void addPhase(OpPassManager &manager, Phase phase, const PipelineOptions &options) {
  if (phase == Phase::Differentiate)
    return addDifferentiate(manager, options);
  OpPassManager &function = phase == Phase::Host ? manager : manager.nest<func::FuncOp>();
  switch (phase) {
  case Phase::Optimize:
    return addOptimize(manager);
  case Phase::Fuse:
    function.addPass(fusion::createFuseFormKernels());
    function.addPass(fusion::createFusePlaceParts());
    function.addPass(fusion::createFuseVerify());
    return;
  case Phase::Schedule:
    function.addPass(schedule::createScheduleAssign({options.vectorBytes}));
    function.addPass(schedule::createScheduleMarkInPlace());
    function.addPass(schedule::createScheduleVerify());
    return;
  case Phase::Codegen:
    // Not before: a panel is as wide as the schedule says, and schedules are edited in dumps and
    // tuned.
    function.addPass(schedule::createSchedulePackWeights({options.vectorBytes}));
    function.addPass(schedule::createSchedulePackRecurrent({options.vectorBytes}));
    function.addPass(schedule::createScheduleMarkInPlace()); // again: schedules may be others
    return;
  case Phase::Host:
    manager.addPass(host::createLowerHost());
    manager.addPass(host::createVerifyHost());
    return;
  default:
    return;
  }
}

void registerPassesAndPipelines() {
  registerTransformsPasses();
  registerFoldConstantsPass();
  dl::registerDLTransformsPasses();
  autodiff::registerAutodiffPasses();
  fusion::registerFusionPasses();
  schedule::registerSchedulePasses();
  host::registerCodegenHostPasses();
  for (const PhaseInfo &info : phases()) {
    Phase phase = info.phase;
    PassPipelineRegistration<>(("dlc-" + std::string(info.name)).c_str(), std::string(info.promise),
                               [phase](OpPassManager &manager) { addPhase(manager, phase, {}); });
  }
}

} // namespace dlc
