// `checkModel`: what keeps a model from being compiled.
#include "LoadedModel.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Import/Keras/ImportKeras.h"
#include "dlc/Import/ONNX/ImportONNX.h"

using namespace dlc;
using namespace dlc::driver;

static void countOperators(const onnx::Graph &graph, CheckReport &report) {
  for (const onnx::Node &node : graph.nodes) {
    ++report.nodes;
    ++report.operators[node.domain.empty() ? node.opType : node.domain + "." + node.opType];
    for (const onnx::Attribute &attribute : node.attributes)
      if (const auto *subgraph = attribute.as<std::shared_ptr<const onnx::Graph>>())
        countOperators(**subgraph, report);
  }
}

static void countLayers(const keras::Network &network, CheckReport &report) {
  for (const keras::Layer &layer : network.layers) {
    ++report.nodes;
    ++report.operators[layer.className];
    if (layer.network)
      countLayers(*layer.network, report);
  }
}

/// The ops of a dump, those of its kernels rather than the kernels.
static void countOps(mlir::ModuleOp module, CheckReport &report) {
  module->walk([&report](mlir::Operation *op) {
    if (!mlir::isa<dl::DLDialect>(op->getDialect()) || op->getNumRegions() != 0 ||
        op->hasTrait<mlir::OpTrait::IsTerminator>() || op->hasTrait<mlir::OpTrait::ConstantLike>())
      return;
    ++report.nodes;
    ++report.operators[op->getName().stripDialect().str()];
  });
}

static Expected<CheckReport> checkDump(const std::string &path, const CompileOptions &options) {
  Expected<std::unique_ptr<LoadedModel>> model = loadModel(path, options);
  if (!model)
    return model.error();
  CheckReport report;
  countOps(*(*model)->module, report);
  return report;
}

static Expected<CheckReport> checkKerasModel(const std::string &path,
                                             const CompileOptions &options) {
  Expected<keras::ImportOptions> importOptions = kerasOptions(path, options);
  if (!importOptions)
    return importOptions.error();
  Expected<keras::Model> model = keras::readModel(path);
  if (!model)
    return model.error();
  CheckReport report;
  countLayers(model->network, report);
  LoadedModel scratch(path);
  report.issues = keras::checkKeras(scratch.context, *model, *importOptions);
  return report;
}

Expected<CheckReport> dlc::checkModel(const std::string &path, const CompileOptions &options) {
  if (path.ends_with(".keras"))
    return checkKerasModel(path, options);
  if (!path.ends_with(".onnx"))
    return checkDump(path, options);
  Expected<onnx::Model> model = onnx::readModel(path);
  if (!model)
    return model.error();
  CheckReport report;
  countOperators(model->graph, report);
  onnx::ImportOptions importOptions;
  importOptions.shapes.insert(options.shapes.begin(), options.shapes.end());
  importOptions.constantInputs.insert(options.constantInputs.begin(), options.constantInputs.end());
  LoadedModel scratch(path);
  report.issues = onnx::checkONNX(scratch.context, *model, importOptions);
  return report;
}
