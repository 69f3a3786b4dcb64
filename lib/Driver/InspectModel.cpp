// `inspectModel`: the model's layers, from the IR of whichever phase it is given in.
#include "LoadedModel.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "llvm/ADT/DenseSet.h"

using namespace dlc;
using namespace dlc::driver;

/// Elements of a constant operand that count as parameters: not scalars, shapes or axes.
static uint64_t parameterCount(mlir::Value value) {
  auto constant = value.getDefiningOp<dl::ConstantOp>();
  auto type = mlir::dyn_cast<mlir::RankedTensorType>(value.getType());
  if (!constant || !type || type.getRank() == 0 ||
      !mlir::isa<mlir::FloatType>(type.getElementType()))
    return 0;
  return static_cast<uint64_t>(type.getNumElements());
}

static uint64_t byteSize(mlir::RankedTensorType type) {
  std::optional<DType> dtype = dl::dtypeOf(type.getElementType());
  return dtype ? static_cast<uint64_t>(type.getNumElements()) * byteWidth(*dtype) : 0;
}

/// FLOPs of `op`, those of a kernel's ops added up.
static double flopsOf(mlir::Operation *op) {
  double flops = 0;
  if (auto cost = mlir::dyn_cast<CostOpInterface>(op))
    flops += static_cast<double>(cost.getFlops());
  for (mlir::Region &region : op->getRegions())
    for (mlir::Operation &inner : region.getOps())
      flops += flopsOf(&inner);
  return flops;
}

static std::string kindOf(mlir::Operation *op) {
  if (auto kernel = mlir::dyn_cast<dl::KernelOp>(op)) {
    mlir::Operation *anchor = kernel.getAnchor();
    return anchor ? "kernel " + anchor->getName().stripDialect().str() : "kernel";
  }
  return op->getName().stripDialect().str();
}

static LayerReport describeLayer(mlir::Operation *op) {
  LayerReport layer;
  layer.name = nodeName(op);
  layer.kind = kindOf(op);
  if (op->getNumResults() != 0)
    layer.type = typeText(op->getResult(0).getType());
  for (mlir::Value operand : op->getOperands())
    layer.parameters += parameterCount(operand);
  layer.flops = flopsOf(op);
  layer.bytes = static_cast<double>(touchedBytes(op));
  return layer;
}

static TensorDescription describeTensor(std::string name, mlir::Type type) {
  TensorDescription tensor;
  tensor.name = std::move(name);
  if (auto ranked = mlir::dyn_cast<mlir::RankedTensorType>(type)) {
    tensor.dtype = dl::dtypeOf(ranked.getElementType()).value_or(DType::F32);
    for (int64_t dim : ranked.getShape())
      tensor.dims.push_back(mlir::ShapedType::isDynamic(dim) ? unknownDim : dim);
  }
  return tensor;
}

Expected<InspectReport> dlc::inspectModel(const std::string &path, const CompileOptions &options) {
  Expected<std::unique_ptr<LoadedModel>> model = loadModel(path, options);
  if (!model)
    return model.error();
  mlir::func::FuncOp function = (*model)->main();
  if (!function || function.isExternal())
    return badInput(path + ": expected a function 'main', found none");
  InspectReport report;
  if (auto name = (*(*model)->module)->getAttrOfType<mlir::StringAttr>("dl.model"))
    report.name = name.str();
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    report.inputs.push_back(describeTensor(inputName(function, index), type));
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    report.outputs.push_back(describeTensor(outputName(function, index), type));
  for (mlir::Operation &op : function.getOps()) {
    if (auto constant = mlir::dyn_cast<dl::ConstantOp>(op)) {
      // Each constant once, however many layers share it.
      report.parameters += parameterCount(constant.getResult());
      report.weightBytes += byteSize(mlir::cast<mlir::RankedTensorType>(constant.getType()));
      continue;
    }
    if (op.hasTrait<mlir::OpTrait::IsTerminator>())
      continue;
    report.layers.push_back(describeLayer(&op));
    report.flops += report.layers.back().flops;
  }
  return report;
}
