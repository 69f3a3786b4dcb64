// Normalisations: verifiers and layout. Inference and cost are in the ODS base classes.
#include "OperandShapes.h"
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLNormalizationOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerNormalizationOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLNormalizationOps.cpp.inc"
      >();
}

//===-- Along one axis ---------------------------------------------------------------------===//

template <typename Op>
static LogicalResult verifyAxis(Op op, RankedTensorType type) {
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= type.getRank())
    return op.emitOpError("expects an axis within the operand's rank ")
           << type.getRank() << ", got " << axis;
  return success();
}

// softmax_c1
LogicalResult SoftmaxOp::verify() { return verifyAxis(*this, getOperand().getType()); }
// log_softmax_c1
LogicalResult LogSoftmaxOp::verify() { return verifyAxis(*this, getOperand().getType()); }

LogicalResult LpNormalizeOp::verify() {
  // lp_normalize_c1
  if (getP() != 1 && getP() != 2)
    return emitOpError("expects p = 1 or 2, got ") << getP();
  // lp_normalize_c2
  return verifyAxis(*this, getOperand().getType());
}

//===-- Over the trailing axes -------------------------------------------------------------===//

/// Checks that `operand` broadcasts to the input without widening it.
template <typename Op>
static LogicalResult verifyBroadcast(Op op, Value operand, StringRef name) {
  RankedTensorType input = op.getInput().getType();
  auto type = cast<RankedTensorType>(operand.getType());
  auto error = [&] {
    return op.emitOpError("expects a ")
           << name << " that broadcasts to the input " << input << ", got " << type;
  };
  if (type.getRank() > input.getRank())
    return error();
  const Dims wholes = dimsOf(input);
  for (auto [size, whole] :
       llvm::zip_equal(dimsOf(type), ArrayRef<AffineExpr>(wholes).take_back(type.getRank())))
    if (size != whole && constantDim(size) != 1)
      return withSizes(error(), {whole, size});
  return success();
}

LogicalResult LayerNormOp::verify() {
  // layer_norm_c1
  if (failed(verifyAxis(*this, getInput().getType())))
    return failure();
  // layer_norm_c2
  if (failed(verifyBroadcast(*this, getScale(), "scale")))
    return failure();
  return getBias() ? verifyBroadcast(*this, getBias(), "bias") : success();
}

LogicalResult RmsNormOp::verify() {
  // rms_norm_c1
  if (failed(verifyAxis(*this, getInput().getType())))
    return failure();
  // rms_norm_c2
  return verifyBroadcast(*this, getScale(), "scale");
}

//===-- Of images --------------------------------------------------------------------------===//

/// The axis of the channels, or -1 where the input has none (one channel).
template <typename Op>
static int64_t channelAxisOf(Op op) {
  int64_t rank = op.getInput().getType().getRank();
  if (rank < 2)
    return -1;
  return op.isChannelsLast() ? rank - 1 : 1;
}

int64_t BatchNormOp::getChannelAxis() { return channelAxisOf(*this); }
int64_t InstanceNormOp::getChannelAxis() { return channelAxisOf(*this); }
int64_t GroupNormOp::getChannelAxis() { return channelAxisOf(*this); }
int64_t LrnOp::getChannelAxis() { return channelAxisOf(*this); }

static Layout layoutFor(bool channelsLast) {
  return channelsLast ? Layout::ChannelsLast : Layout::ChannelsFirst;
}

bool BatchNormOp::isChannelsLast() { return getLayout() == Layout::ChannelsLast; }
bool InstanceNormOp::isChannelsLast() { return getLayout() == Layout::ChannelsLast; }
bool GroupNormOp::isChannelsLast() { return getLayout() == Layout::ChannelsLast; }
bool LrnOp::isChannelsLast() { return getLayout() == Layout::ChannelsLast; }
void BatchNormOp::setChannelsLast(bool value) { setLayout(layoutFor(value)); }
void InstanceNormOp::setChannelsLast(bool value) { setLayout(layoutFor(value)); }
void GroupNormOp::setChannelsLast(bool value) { setLayout(layoutFor(value)); }
void LrnOp::setChannelsLast(bool value) { setLayout(layoutFor(value)); }

/// Checks that every operand but the input is a vector with one element a channel.
template <typename Op>
static LogicalResult verifyPerChannel(Op op) {
  int64_t axis = op.getChannelAxis();
  AffineExpr channels =
      axis < 0 ? getAffineConstantExpr(1, op.getContext()) : sizeOf(op.getInput().getType(), axis);
  for (Value operand : op->getOperands().drop_front())
    if (failed(verifyShape(op, "an operand for the channels", operand, {channels})))
      return failure();
  return success();
}

// batch_norm_c1
LogicalResult BatchNormOp::verify() { return verifyPerChannel(*this); }

template <typename Op>
static LogicalResult verifyImage(Op op) {
  if (op.getInput().getType().getRank() < 2)
    return op.emitOpError("expects an input of rank 2 or more, got ") << op.getInput().getType();
  return success();
}

LogicalResult InstanceNormOp::verify() {
  // instance_norm_c1
  if (failed(verifyImage(*this)))
    return failure();
  // instance_norm_c2
  return verifyPerChannel(*this);
}

LogicalResult GroupNormOp::verify() {
  // group_norm_c1
  if (failed(verifyImage(*this)))
    return failure();
  // group_norm_c2
  if (failed(verifyGroups(*this, "groups", getGroups(),
                          sizeOf(getInput().getType(), getChannelAxis()), "channels")))
    return failure();
  // group_norm_c3
  return verifyPerChannel(*this);
}

LogicalResult LrnOp::verify() {
  // lrn_c1
  if (failed(verifyImage(*this)))
    return failure();
  // lrn_c2
  if (static_cast<int64_t>(getSize()) < 1)
    return emitOpError("expects a positive size, got ") << static_cast<int64_t>(getSize());
  return success();
}

} // namespace dlc::dl
