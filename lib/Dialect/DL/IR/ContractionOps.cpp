// Matrix products and convolutions: inference, verifiers, cost.
#include "OperandShapes.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/PackedPanel.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLContractionOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerContractionOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLContractionOps.cpp.inc"
      >();
}

PackedPanel packedPanel(MatmulOp op) {
  return {int64_t(op.getPackedColumns()), int64_t(op.getSideColumns()), int64_t(op.getSideSteps())};
}
PackedPanel packedPanel(ConvOp op) {
  return {int64_t(op.getPackedChannels()), int64_t(op.getSideColumns()),
          int64_t(op.getSideSteps())};
}

/// Whether `sideColumns` of `packed` columns can have `sideSteps` side by side in weights of this
/// shape: (panels, ..., depth, packed), one panel each of `groups`.
static bool fitSideBySide(int64_t sideColumns, int64_t sideSteps, int64_t packed,
                          ArrayRef<int64_t> shape, int64_t groups) {
  if (sideSteps == 1)
    return sideColumns == 0;
  const int64_t depth = shape[shape.size() - 2];
  return sideSteps > 1 && sideColumns > 0 && sideColumns <= packed && shape.back() == packed &&
         !ShapedType::isDynamic(depth) && depth % sideSteps == 0 && shape.front() == groups;
}

//===-- Matmul -----------------------------------------------------------------------------===//

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims lhs = dimsOf(op.getLhs().getType()), rhs = dimsOf(op.getRhs().getType());
  if (lhs.size() < 2 || rhs.size() < 2)
    return inferenceError(loc, "matmul operands must have rank 2 or more, got " + dimsString(lhs) +
                                   " and " + dimsString(rhs));
  size_t l = lhs.size(), r = rhs.size();
  AffineExpr m = lhs[op.getTransposeLhs() ? l - 1 : l - 2];
  AffineExpr k = lhs[op.getTransposeLhs() ? l - 2 : l - 1];
  AffineExpr rhsK = rhs[op.getTransposeRhs() ? r - 1 : r - 2];
  AffineExpr n = rhs[op.getTransposeRhs() ? r - 2 : r - 1];
  ArrayRef<AffineExpr> rhsBatch = ArrayRef(rhs).drop_back(2);
  if (op.getPackedColumns() > 0) {
    n = getAffineConstantExpr(op.getColumns(), context);
    rhsBatch = {};
  }
  if (k != rhsK)
    return sizesDiffer(loc, {k, rhsK},
                       "matmul operands " + dimsString(lhs) + " and " + dimsString(rhs) +
                           " do not share their inner size");
  FailureOr<Dims> batch = broadcastDims(loc, ArrayRef(lhs).drop_back(2), rhsBatch);
  if (failed(batch))
    return failure();
  batch->append({m, n});
  types.push_back(tensorOf(*batch, getElementTypeOrSelf(op.getLhs().getType())));
  return success();
}

LogicalResult MatmulOp::verify() {
  // matmul_c1
  if (failed(verifyOneElementType(*this, getOperands())))
    return failure();
  // matmul_c2
  if (getPackedColumns() > 0 && (getTransposeRhs() || getRhs().getType().getRank() != 3))
    return emitOpError("a packed rhs has rank 3 and is not transposed");
  // matmul_c3
  if (!fitSideBySide(getSideColumns(), getSideSteps(), getPackedColumns(),
                     getRhs().getType().getShape(), /*groups=*/1))
    return emitOpError("expects side_steps that divide the depth of one packed panel, got ")
           << getSideColumns() << " columns of " << getSideSteps() << " steps";
  return success();
}

AffineExpr MatmulOp::getFlops() {
  AffineExpr depth = sizeOf(getLhs().getType(), getTransposeLhs() ? -2 : -1);
  return elementsOf(getResult().getType()) * depth * 2;
}

//===-- Convolution ------------------------------------------------------------------------===//

/// The axis of the first spatial dimension and of the channels in an image of this layout.
static std::pair<unsigned, unsigned> imageAxes(Layout layout, unsigned rank) {
  return layout == Layout::ChannelsLast ? std::pair(1u, rank - 1) : std::pair(2u, 1u);
}

/// Checks that the input of a convolution has the `channels` that its filter and its groups ask
/// for.
template <typename Adaptor>
static LogicalResult checkChannels(std::optional<Location> loc, StringRef name, Adaptor op,
                                   AffineExpr has, AffineExpr channels) {
  if (has == channels)
    return success();
  return sizesDiffer(loc, {has, channels},
                     name + " input " + dimsString(dimsOf(op.getInput().getType())) +
                         " has not the " + dimsString({channels}) + " channels that filter " +
                         dimsString(dimsOf(op.getFilter().getType())) +
                         " and groups = " + Twine(op.getGroups()) + " ask for");
}

template <typename Adaptor>
static LogicalResult checkWindow(std::optional<Location> loc, Adaptor op, size_t spatial) {
  if (op.getStrides().size() != spatial || op.getDilations().size() != spatial ||
      op.getPadsBegin().size() != spatial || op.getPadsEnd().size() != spatial)
    return inferenceError(loc, "expects one stride, dilation and pad for each of " +
                                   Twine(spatial) + " spatial axes");
  for (size_t i = 0; i < spatial; ++i)
    if (op.getStrides()[i] < 1 || op.getDilations()[i] < 1)
      return inferenceError(loc, "strides and dilations must be positive");
  return success();
}

/// Places of a window of `kernel` taps along spatial axis `i` of `size` elements.
template <typename Adaptor>
static AffineExpr placesOf(Adaptor op, size_t i, AffineExpr size, AffineExpr kernel) {
  AffineExpr span = (kernel - 1) * op.getDilations()[i] + 1;
  AffineExpr padded = size + (op.getPadsBegin()[i] + op.getPadsEnd()[i]);
  return (padded - span).floorDiv(op.getStrides()[i]) + 1;
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                       ValueRange operands, DictionaryAttr attributes,
                                       OpaqueProperties properties, RegionRange regions,
                                       SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims input = dimsOf(op.getInput().getType()), filter = dimsOf(op.getFilter().getType());
  bool packed = op.getPackedChannels() > 0, outputLast = op.getOutputLast();
  if (input.size() < 3 || filter.size() != input.size() + (packed ? 1 : 0))
    return inferenceError(
        loc, "conv expects an input of rank 3 to 5 and a filter of the same rank, got " +
                 dimsString(input) + " and " + dimsString(filter));
  size_t spatial = input.size() - 2;
  if (failed(checkWindow(loc, op, spatial)))
    return failure();
  auto [firstSpatial, channelAxis] = imageAxes(op.getLayout(), input.size());
  AffineExpr groupChannels = packed || outputLast ? filter[filter.size() - 2] : filter[1];
  if (failed(checkChannels(loc, "conv", op, input[channelAxis], groupChannels * op.getGroups())))
    return failure();
  Dims result(input);
  result[channelAxis] = packed       ? getAffineConstantExpr(op.getOutputChannels(), context)
                        : outputLast ? filter.back()
                                     : filter[0];
  for (size_t i = 0; i < spatial; ++i) {
    AffineExpr kernel = filter[(packed ? 1 : outputLast ? 0 : 2) + i];
    AffineExpr size = placesOf(op, i, input[firstSpatial + i], kernel);
    if (std::optional<int64_t> value = constantDim(size); value && *value < 0)
      return inferenceError(loc, "conv kernel " + dimsString(filter) +
                                     " is larger than padded input " + dimsString(input));
    result[firstSpatial + i] = size;
  }
  types.push_back(tensorOf(result, getElementTypeOrSelf(op.getInput().getType())));
  return success();
}

template <typename Op>
static LogicalResult verifyConvolution(Op op) {
  // conv_c1
  if (failed(verifyOneElementType(op, {op.getInput(), op.getFilter()})))
    return failure();
  // conv_c2
  AffineExpr outputChannels =
      sizeOf(op.getResult().getType(),
             imageAxes(op.getLayout(), op.getInput().getType().getRank()).second);
  if (failed(verifyGroups(op, "groups", op.getGroups(), outputChannels, "output channels")))
    return failure();
  // conv_c3
  return verifyShape(op, "a bias", op.getBias(), {outputChannels});
}

LogicalResult ConvOp::verify() {
  if (failed(verifyConvolution(*this)))
    return failure();
  // conv_c4
  if (!fitSideBySide(getSideColumns(), getSideSteps(), getPackedChannels(),
                     getFilter().getType().getShape(), static_cast<int64_t>(getGroups())))
    return emitOpError("expects side_steps that divide the channels of one panel a group, got ")
           << getSideColumns() << " columns of " << getSideSteps() << " steps";
  return success();
}
bool ConvOp::isChannelsLast() { return getLayout() == Layout::ChannelsLast; }
void ConvOp::setChannelsLast(bool value) {
  setLayout(value ? Layout::ChannelsLast : Layout::ChannelsFirst);
}

AffineExpr ConvOp::getFlops() {
  RankedTensorType filter = getFilter().getType();
  bool packed = getPackedChannels() > 0;
  AffineExpr taps = sizeOf(filter, packed || getOutputLast() ? -2 : 1);
  for (int64_t i = 0; i < getInput().getType().getRank() - 2; ++i)
    taps = taps * sizeOf(filter, (packed ? 1 : getOutputLast() ? 0 : 2) + i);
  return elementsOf(getResult().getType()) * taps * 2;
}

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                ValueRange operands, DictionaryAttr attributes,
                                                OpaqueProperties properties, RegionRange regions,
                                                SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims input = dimsOf(op.getInput().getType()), filter = dimsOf(op.getFilter().getType());
  if (input.size() < 3 || filter.size() != input.size())
    return inferenceError(
        loc, "conv_transpose expects an input of rank 3 to 5 and a filter of the same rank");
  size_t spatial = input.size() - 2;
  if (failed(checkWindow(loc, op, spatial)) || op.getOutputPadding().size() != spatial)
    return inferenceError(loc, "conv_transpose expects one output_padding a spatial axis");
  auto [firstSpatial, channelAxis] = imageAxes(op.getLayout(), input.size());
  if (input[channelAxis] != filter[0])
    return sizesDiffer(loc, {input[channelAxis], filter[0]},
                       "conv_transpose input " + dimsString(input) + " and filter " +
                           dimsString(filter) + " disagree on the channels");
  Dims result(input);
  result[channelAxis] = filter[1] * op.getGroups();
  for (size_t i = 0; i < spatial; ++i) {
    AffineExpr size = (input[firstSpatial + i] - 1) * op.getStrides()[i] +
                      (filter[2 + i] - 1) * op.getDilations()[i] + 1 + op.getOutputPadding()[i] -
                      (op.getPadsBegin()[i] + op.getPadsEnd()[i]);
    if (std::optional<int64_t> value = constantDim(size); value && *value < 0)
      return inferenceError(loc, "conv_transpose pads exceed its output");
    result[firstSpatial + i] = size;
  }
  types.push_back(tensorOf(result, getElementTypeOrSelf(op.getInput().getType())));
  return success();
}

LogicalResult ConvTransposeOp::verify() { return verifyConvolution(*this); }
bool ConvTransposeOp::isChannelsLast() { return getLayout() == Layout::ChannelsLast; }
void ConvTransposeOp::setChannelsLast(bool value) {
  setLayout(value ? Layout::ChannelsLast : Layout::ChannelsFirst);
}

AffineExpr ConvTransposeOp::getFlops() {
  RankedTensorType filter = getFilter().getType();
  AffineExpr taps = sizeOf(filter, 1);
  for (int64_t i = 2; i < filter.getRank(); ++i)
    taps = taps * sizeOf(filter, i);
  return elementsOf(getInput().getType()) * taps * 2;
}

//===-- Deformable convolution -------------------------------------------------------------===//

LogicalResult DeformConvOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                             ValueRange operands, DictionaryAttr attributes,
                                             OpaqueProperties properties, RegionRange regions,
                                             SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims input = dimsOf(op.getInput().getType()), filter = dimsOf(op.getFilter().getType());
  if (input.size() != 4 || filter.size() != 4)
    return inferenceError(loc, "deform_conv expects an input and a filter of rank 4, got " +
                                   dimsString(input) + " and " + dimsString(filter));
  if (failed(checkWindow(loc, op, /*spatial=*/2)))
    return failure();
  if (failed(checkChannels(loc, "deform_conv", op, input[1], filter[1] * op.getGroups())))
    return failure();
  Dims result{input[0], filter[0]};
  for (size_t i = 0; i < 2; ++i) {
    result.push_back(placesOf(op, i, input[2 + i], filter[2 + i]));
    if (std::optional<int64_t> value = constantDim(result.back()); value && *value < 0)
      return inferenceError(loc, "deform_conv kernel " + dimsString(filter) +
                                     " is larger than padded input " + dimsString(input));
  }
  types.push_back(tensorOf(result, getElementTypeOrSelf(op.getInput().getType())));
  return success();
}

LogicalResult DeformConvOp::verify() {
  // deform_conv_c1
  if (failed(verifyElements(*this)))
    return failure();
  // deform_conv_c2
  Dims result = dimsOf(getResult().getType()), filter = dimsOf(getFilter().getType());
  if (failed(verifyGroups(*this, "groups", getGroups(), filter[0], "output channels")))
    return failure();
  // deform_conv_c3
  if (failed(verifyGroups(*this, "offset groups", getOffsetGroups(),
                          sizeOf(getInput().getType(), 1), "input channels")))
    return failure();
  AffineExpr taps = filter[2] * filter[3] * getOffsetGroups();
  // deform_conv_c4
  if (failed(
          verifyShape(*this, "offsets", getOffset(), {result[0], taps * 2, result[2], result[3]})))
    return failure();
  // deform_conv_c5
  if (failed(verifyShape(*this, "a mask", getMask(), {result[0], taps, result[2], result[3]})))
    return failure();
  // deform_conv_c6
  return verifyShape(*this, "a bias", getBias(), {result[1]});
}

/// Each tap of each channel is a mean of four elements, made once; then as in a convolution.
AffineExpr DeformConvOp::getFlops() {
  RankedTensorType filter = getFilter().getType(), result = getResult().getType();
  AffineExpr taps = sizeOf(filter, 2) * sizeOf(filter, 3);
  AffineExpr samples = sizeOf(result, 0) * sizeOf(result, 2) * sizeOf(result, 3) *
                       sizeOf(getInput().getType(), 1) * taps;
  return elementsOf(result) * taps * sizeOf(filter, 1) * 2 + samples * 8;
}

//===-- Gradients --------------------------------------------------------------------------===//

LogicalResult ConvFilterGradientOp::inferReturnTypes(MLIRContext *context,
                                                     std::optional<Location> loc,
                                                     ValueRange operands, DictionaryAttr attributes,
                                                     OpaqueProperties properties,
                                                     RegionRange regions,
                                                     SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims input = dimsOf(op.getInput().getType()), cotangent = dimsOf(op.getCotangent().getType());
  if (input.size() < 3 || cotangent.size() != input.size())
    return inferenceError(loc, "conv_filter_gradient expects two images of rank 3 to 5, got " +
                                   dimsString(input) + " and " + dimsString(cotangent));
  size_t spatial = input.size() - 2;
  if (failed(checkWindow(loc, op, spatial)) || op.getKernelShape().size() != spatial)
    return inferenceError(loc, "conv_filter_gradient expects one kernel size a spatial axis");
  unsigned channelAxis = imageAxes(op.getLayout(), input.size()).second;
  Dims result{cotangent[channelAxis], input[channelAxis].floorDiv(op.getGroups())};
  for (int64_t size : op.getKernelShape())
    result.push_back(getAffineConstantExpr(size, context));
  types.push_back(tensorOf(result, getElementTypeOrSelf(op.getInput().getType())));
  return success();
}

/// The cotangent, where a template of the host packs it and stores the filter's gradient turned
/// (docs/Rationale/TrainingSpeed.md). A plain sum reads it once a tap.
bool ConvFilterGradientOp::readsOnce(unsigned index, bool onDevice) {
  return index == 1 && !onDevice && isChannelsLast() && getGroups() == 1 &&
         getResult().getType().getRank() <= 4 && getInput().getType().hasStaticShape() &&
         getResult().hasOneUse() && isa<TransposeOp>(*getResult().user_begin());
}

LogicalResult ConvFilterGradientOp::verify() {
  unsigned channelAxis = imageAxes(getLayout(), getInput().getType().getRank()).second;
  // conv_filter_gradient_c1
  if (failed(verifyOneElementType(*this, getOperands())))
    return failure();
  // conv_filter_gradient_c2
  if (failed(verifyGroups(*this, "groups", getGroups(), sizeOf(getInput().getType(), channelAxis),
                          "input channels")))
    return failure();
  return verifyGroups(*this, "groups", getGroups(), sizeOf(getCotangent().getType(), channelAxis),
                      "output channels");
}

AffineExpr ConvFilterGradientOp::getFlops() {
  RankedTensorType filter = getResult().getType();
  AffineExpr perPlace = getAffineConstantExpr(2, getContext());
  for (int64_t axis = 1; axis < filter.getRank(); ++axis)
    perPlace = perPlace * sizeOf(filter, axis);
  return elementsOf(getCotangent().getType()) * perPlace;
}

} // namespace dlc::dl
