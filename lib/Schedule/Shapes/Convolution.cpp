// Convolutions with their filters, and their gradients: through the templates direct_conv and
// depthwise_conv, which want channels-last images with at most two spatial axes.
#include "Shapes.h"
#include "dlc/Dialect/DL/IR/DeviceAttributes.h"

#include <limits>

using namespace mlir;

namespace dlc::schedule {
namespace {

bool isOne(int64_t size) { return size == 1; }
bool isZero(int64_t size) { return size == 0; }

//===-- Convolution ------------------------------------------------------------------------===//

/// The window's extents, whatever the filter's layout.
ArrayRef<int64_t> windowOf(dl::ConvOp op) {
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  if (op.getPackedChannels() > 0)
    return filter.drop_front(1).drop_back(2);
  return op.getOutputLast() ? filter.drop_back(2) : filter.drop_front(2);
}

/// Whether direct_conv can run it. A filter that is not packed is packed by the kernel.
bool isDirect(dl::ConvOp op) {
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  return op.getLayout() == dl::Layout::ChannelsLast && input.size() <= 4 &&
         !ShapedType::isDynamic(input.back()) && op.getFilter().getType().hasStaticShape();
}

/// Whether each channel has one filter and gives one.
bool isDepthwise(dl::ConvOp op) {
  int64_t channels = shapeOf(op.getInput()).back(), outputs = shapeOf(op.getResult()).back();
  return isDirect(op) && op.getPackedChannels() == 0 &&
         static_cast<int64_t>(op.getGroups()) == channels && outputs == channels &&
         op.getGroups() > 1;
}

/// Whether the filter is stored as the depthwise template reads it, or a constant that will be.
bool hasDepthwiseFilter(dl::ConvOp op) {
  return op.getOutputLast() || constantToPack(op.getFilter());
}

GemmShape gemmShapeOf(dl::ConvOp op) {
  SmallVector<int64_t> result = likelyShapeOf(op.getResult());
  ArrayRef<int64_t> window = windowOf(op);
  GemmShape shape;
  setRows(shape, product(ArrayRef(result).drop_back(1)), op.getResult());
  shape.storedPanels = op.getPackedChannels() > 0 || constantToPack(op.getFilter());
  shape.columns = result.back() / op.getGroups();
  shape.batch = op.getGroups();
  shape.depth = product(window) * shapeOf(op.getInput()).back() / op.getGroups();
  shape.elementBytes = accumulatorBytes(op.getResult());
  shape.oneImage = shapeOf(op.getResult()).front() == 1;
  shape.packedDepth =
      packedDepth(op.getInput(), op.getFilter(), shapeOf(op.getInput()).back() / op.getGroups());
  if (product(window) != 1 || !llvm::all_of(op.getStrides(), isOne)) {
    shape.lineWidth = result[result.size() - 2];
    shape.padded =
        !llvm::all_of(op.getPadsBegin(), isZero) || !llvm::all_of(op.getPadsEnd(), isZero);
    if (ShapedType::isDynamic(shapeOf(op.getResult())[result.size() - 2]))
      shape.lineWidth = std::numeric_limits<int32_t>::max(); // a prime: tiles wrap around lines
    // A window adds its stride's worth of the image, and no more than itself.
    shape.lhsBytesPerRow = shapeOf(op.getInput()).back() / op.getGroups() * shape.elementBytes;
    for (auto [stride, taps] : llvm::zip(op.getStrides(), window))
      shape.lhsBytesPerRow *= std::min<int64_t>(stride, taps);
  }
  return shape;
}

struct ConvShapes : ScheduleShapeOpInterface::ExternalModel<ConvShapes, dl::ConvOp> {
  std::optional<GemmShape> getGemmShape(Operation *operation) const {
    auto op = cast<dl::ConvOp>(operation);
    return isDirect(op) && !isDepthwise(op) ? std::optional(gemmShapeOf(op)) : std::nullopt;
  }
  std::optional<GemmShape> getDeviceGemmShape(Operation *operation) const {
    auto op = cast<dl::ConvOp>(operation);
    return isDirect(op) && op.getGroups() == 1 ? std::optional(gemmShapeOf(op)) : std::nullopt;
  }
  std::optional<WindowShape> getDepthwiseShape(Operation *operation) const {
    auto op = cast<dl::ConvOp>(operation);
    if (!isDepthwise(op) || !hasDepthwiseFilter(op))
      return {};
    return windowShapeOf(op.getInput(), op.getResult(), windowOf(op), op.getStrides(),
                         op.getDilations());
  }
  bool foldsOwnElement(Operation *) const { return true; }
};

//===-- Filters ----------------------------------------------------------------------------===//

/// In panels of output channels for `gemm`.
WeightPacking inPanels(dl::ConvOp op, dl::GemmScheduleAttr gemm, const MachineFacts &facts) {
  ArrayRef<int64_t> filter = shapeOf(op.getFilter()), window = windowOf(op);
  bool last = op.getOutputLast();
  int64_t outputs = last ? filter.back() : filter[0];
  WeightPacking packing;
  WeightView &view = packing.view;
  view.groups = op.getGroups();
  view.columns = outputs / view.groups;
  view.taps = product(window);
  view.channels = last ? filter[filter.size() - 2] : filter[1];
  view.columnStride = last ? 1 : view.taps * view.channels;
  view.groupStride = view.columns * view.columnStride;
  view.tapStride = last ? view.channels * outputs : 1;
  view.channelStride = last ? outputs : view.taps;
  packing.panel = panelOf(gemm, op.getResult(), view.columns, view.channels, facts);
  packing.shape = {view.groups * llvm::divideCeilSigned(view.columns, packing.panel.columns)};
  llvm::append_range(packing.shape, window);
  packing.shape.append({view.channels, packing.panel.columns});
  Builder builder(op.getContext());
  packing.marks.set(op.getOutputChannelsAttrName(), builder.getI64IntegerAttr(outputs));
  packing.marks.set(op.getPackedChannelsAttrName(),
                    builder.getI64IntegerAttr(packing.panel.columns));
  packing.marks.set(op.getSideColumnsAttrName(),
                    builder.getI64IntegerAttr(packing.panel.sideColumns));
  packing.marks.set(op.getSideStepsAttrName(), builder.getI64IntegerAttr(packing.panel.sideSteps));
  packing.marks.set(op.getOutputLastAttrName(), builder.getBoolAttr(false));
  return packing;
}

/// With its output channels innermost: where the depthwise template, and neighbouring threads of a
/// device, read them.
WeightPacking outputsLast(dl::ConvOp op) {
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  WeightPacking packing;
  packing.panel.columns = filter[0];
  WeightView &view = packing.view;
  view.columns = filter[0];
  view.taps = product(windowOf(op));
  view.channels = filter[1];
  view.columnStride = view.taps * view.channels;
  view.tapStride = 1;
  view.channelStride = view.taps;
  packing.shape = llvm::to_vector(windowOf(op));
  packing.shape.append({filter[1], filter[0]});
  packing.marks.set(op.getOutputLastAttrName(), BoolAttr::get(op.getContext(), true));
  return packing;
}

struct ConvPacking : PackedWeightOpInterface::ExternalModel<ConvPacking, dl::ConvOp> {
  std::optional<WeightPacking> getWeightPacking(Operation *operation,
                                                const MachineFacts &facts) const {
    auto op = cast<dl::ConvOp>(operation);
    std::optional<WeightPacking> packing;
    Attribute schedule = op->getParentOfType<dl::KernelOp>().getScheduleAttr();
    auto gemm = dyn_cast<dl::GemmScheduleAttr>(schedule);
    if (gemm && op.getPackedChannels() == 0 && isDirect(op))
      packing = inPanels(op, gemm, facts);
    else if (isa<dl::DepthwiseScheduleAttr, dl::GPUGemmScheduleAttr>(schedule) &&
             !op.getOutputLast())
      packing = outputsLast(op);
    if (packing)
      packing->operand = op.getFilterMutable().getOperandNumber();
    return packing;
  }
};

//===-- Transposed -------------------------------------------------------------------------===//

ArrayRef<int64_t> windowOf(dl::ConvTransposeOp op) { return shapeOf(op.getFilter()).drop_front(2); }

/// Whether it is a convolution with the filter's taps reversed: no stride, no groups.
bool isDirect(dl::ConvTransposeOp op) {
  if (op.getLayout() != dl::Layout::ChannelsLast || shapeOf(op.getInput()).size() > 4 ||
      ShapedType::isDynamic(shapeOf(op.getInput()).back()) ||
      !op.getFilter().getType().hasStaticShape() || op.getGroups() != 1 ||
      !isa<FloatType>(getElementTypeOrSelf(op.getInput())))
    return false;
  ArrayRef<int64_t> window = windowOf(op);
  for (auto [i, taps] : llvm::enumerate(window)) {
    // Padding of the convolution, which crops nothing.
    int64_t reach = (taps - 1) * op.getDilations()[i];
    if (op.getStrides()[i] != 1 || op.getPadsBegin()[i] > reach ||
        op.getPadsEnd()[i] > reach + op.getOutputPadding()[i])
      return false;
  }
  return true;
}

struct ConvTransposeShapes
    : ScheduleShapeOpInterface::ExternalModel<ConvTransposeShapes, dl::ConvTransposeOp> {
  std::optional<GemmShape> getGemmShape(Operation *operation) const {
    auto op = cast<dl::ConvTransposeOp>(operation);
    if (!isDirect(op))
      return {};
    SmallVector<int64_t> result = likelyShapeOf(op.getResult());
    ArrayRef<int64_t> window = windowOf(op);
    GemmShape shape;
    shape.rows = product(ArrayRef(result).drop_back(1));
    shape.columns = result.back();
    shape.depth = product(window) * shapeOf(op.getInput()).back();
    shape.elementBytes = accumulatorBytes(op.getResult());
    shape.oneImage = shapeOf(op.getResult()).front() == 1;
    if (product(window) != 1) {
      shape.lineWidth = result[result.size() - 2];
      shape.lhsBytesPerRow = shapeOf(op.getInput()).back() * shape.elementBytes;
    }
    return shape;
  }
  bool foldsOwnElement(Operation *) const { return true; }
};

//===-- Gradient of the filter -------------------------------------------------------------===//

/// Whether its templates can run it: over channels-last images with at most two spatial axes, and
/// turned by its kernel to (kernel..., C/groups, O).
bool isDirect(dl::ConvFilterGradientOp op) {
  if (!op.getInput().getType().hasStaticShape() || !op.getCotangent().getType().hasStaticShape())
    return false; // the template blocks a reduction that it knows
  // The kernel's one movement must make the filter (kernel..., C/groups, O).
  dl::TransposeOp turn;
  for (auto transpose : op->getParentRegion()->getOps<dl::TransposeOp>()) {
    if (turn)
      return false;
    turn = transpose;
  }
  int64_t rank = op.getResult().getType().getRank();
  SmallVector<int64_t> outputLast = llvm::to_vector(llvm::seq<int64_t>(2, rank));
  outputLast.append({1, 0});
  return turn && turn.getPermutation() == ArrayRef(outputLast) && op.isChannelsLast() && rank <= 4;
}

struct ConvFilterGradientShapes
    : ScheduleShapeOpInterface::ExternalModel<ConvFilterGradientShapes, dl::ConvFilterGradientOp> {
  std::optional<GemmShape> getGemmShape(Operation *operation) const {
    auto op = cast<dl::ConvFilterGradientOp>(operation);
    if (!isDirect(op) || foldsPixels(op))
      return {};
    ArrayRef<int64_t> result = shapeOf(op.getResult()), cotangent = shapeOf(op.getCotangent());
    GemmShape shape;
    shape.rows = product(result.drop_front(1));
    shape.columns = result.front() / op.getGroups();
    shape.batch = op.getGroups();
    shape.depth = product(cotangent.drop_back(1));
    shape.elementBytes = accumulatorBytes(op.getResult());
    // Rows are channels of a pixel; where they are few, of the window's neighbouring pixels too.
    shape.lineWidth = result[1];
    if (joinsWindowColumns(op))
      shape.lineWidth *= result.back();
    return shape;
  }
  /// A fold of pixels for each tap and channel.
  std::optional<RowReduceShape> getColumnReduceShape(Operation *operation) const {
    auto op = cast<dl::ConvFilterGradientOp>(operation);
    if (!isDirect(op) || !foldsPixels(op))
      return {};
    RowReduceShape shape;
    shape.rows = product(shapeOf(op.getResult()));
    shape.columns = product(shapeOf(op.getCotangent()).drop_back(1));
    shape.elementBytes = accumulatorBytes(op.getResult());
    return shape;
  }
  bool foldsOwnElement(Operation *) const { return true; }
};

} // namespace

bool foldsPixels(dl::ConvFilterGradientOp op) {
  return op.getGroups() > 1 &&
         static_cast<int64_t>(op.getGroups()) == shapeOf(op.getInput()).back();
}

bool joinsWindowColumns(dl::ConvFilterGradientOp op) {
  constexpr int64_t fewChannels = 8;
  return op.getGroups() == 1 && shapeOf(op.getInput()).back() < fewChannels &&
         op.getDilations().back() == 1;
}

void attachConvolutionShapes(MLIRContext *context) {
  dl::ConvOp::attachInterface<ConvShapes, ConvPacking>(*context);
  dl::ConvTransposeOp::attachInterface<ConvTransposeShapes>(*context);
  dl::ConvFilterGradientOp::attachInterface<ConvFilterGradientShapes>(*context);
}

} // namespace dlc::schedule
