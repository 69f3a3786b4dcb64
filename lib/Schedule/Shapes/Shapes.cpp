// Sizes as the shape models read them, and the registration of all models.
#include "Shapes.h"
#include "dlc/Schedule/ScheduleAttributes.h"
#include "dlc/Schedule/StepsSideBySide.h"

#include <algorithm>
#include <functional>
#include <numeric>

using namespace mlir;

#include "dlc/Schedule/PackingInterfaces.cpp.inc"
#include "dlc/Schedule/ShapeInterfaces.cpp.inc"

namespace dlc::schedule {

SmallVector<int64_t> likelyShapeOf(Value value) {
  auto kernel = dyn_cast_if_present<dl::KernelOp>(value.getParentRegion()->getParentOp());
  if (!kernel)
    kernel = value.getDefiningOp<dl::KernelOp>();
  ArrayRef<int64_t> estimates;
  if (kernel && kernel.getEstimates())
    estimates = *kernel.getEstimates();
  return dl::shapeAt(value.getType(), estimates);
}

int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>());
}

void setRows(GemmShape &shape, int64_t rows, Value result) {
  shape.openRows = ShapedType::isDynamicShape(shapeOf(result).drop_back(1));
  shape.rows = shape.openRows && rows % 2 == 0 ? rows - 1 : rows;
}

int elementBytes(Value value) {
  return std::max<int>(1, getElementTypeOrSelf(value).getIntOrFloatBitWidth() / 8);
}

int accumulatorBytes(Value value) { return std::max(4, elementBytes(value)); }

dl::ConstantOp constantToPack(Value weight) {
  auto argument = dyn_cast<BlockArgument>(weight);
  if (!argument || !argument.hasOneUse())
    return {};
  auto kernel = dyn_cast<dl::KernelOp>(argument.getOwner()->getParentOp());
  return kernel ? kernel.getInputs()[argument.getArgNumber()].getDefiningOp<dl::ConstantOp>()
                : dl::ConstantOp();
}

dl::PackedPanel panelOf(dl::GemmScheduleAttr gemm, Value result, int64_t columns, int64_t depth,
                        const MachineFacts &facts) {
  return panelOf(paramsOf(gemm), columns, depth, facts, accumulatorBytes(result));
}

int64_t packedDepth(Value lhs, Value weight, int64_t depth) {
  // What a prologue makes of it may lie otherwise.
  bool plain = isa<BlockArgument>(lhs) && isa<FloatType>(getElementTypeOrSelf(lhs));
  return plain && constantToPack(weight) ? depth : 0;
}

RowReduceShape rowsOf(Value operand, int64_t first, int cyclesPerVector) {
  SmallVector<int64_t> sizes = likelyShapeOf(operand);
  RowReduceShape shape;
  shape.columns = product(ArrayRef(sizes).drop_front(first));
  shape.rows = product(ArrayRef(sizes).take_front(first));
  shape.elementBytes = elementBytes(operand);
  shape.cyclesPerVector = cyclesPerVector;
  return shape;
}

WindowShape windowShapeOf(Value input, Value result, ArrayRef<int64_t> window,
                          ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations) {
  SmallVector<int64_t> image = likelyShapeOf(input), sizes = likelyShapeOf(result);
  bool twoAxes = sizes.size() == 4;
  WindowShape shape;
  shape.channels = sizes.back();
  shape.width = sizes[sizes.size() - 2];
  shape.height = twoAxes ? sizes[1] : 1;
  shape.batch = sizes[0];
  shape.taps = product(window);
  shape.elementBytes = accumulatorBytes(result);
  shape.inputRowBytes = image[image.size() - 2] * image.back() * shape.elementBytes;
  shape.inputHeight = twoAxes ? image[1] : 1;
  shape.strideHeight = twoAxes ? strides[0] : 1;
  shape.strideWidth = strides.back();
  shape.kernelHeight = twoAxes ? window[0] : 1;
  shape.openHeight = twoAxes && ShapedType::isDynamic(shapeOf(result)[1]);
  shape.dilated = twoAxes && dilations[0] > 1;
  return shape;
}

InjectiveShape injectiveShapeOf(dl::KernelOp kernel) {
  Value output = kernel.getOutputs().front();
  InjectiveShape shape;
  shape.elements = product(likelyShapeOf(output));
  shape.operands = kernel.getInputs().size() + kernel.getOutputs().size();
  shape.elementBytes = elementBytes(output);
  return shape;
}

void registerScheduleShapes(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, dl::DLDialect *) {
    attachAttentionShapes(context);
    attachContractionShapes(context);
    attachConvolutionShapes(context);
    attachNormalizationShapes(context);
    attachReductionShapes(context);
    attachWindowShapes(context);
  });
}

} // namespace dlc::schedule
