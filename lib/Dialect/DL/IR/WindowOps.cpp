// Folds over sliding windows: inference, verifiers, cost.
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLWindowOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerWindowOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLWindowOps.cpp.inc"
      >();
}

//===-- Fusion -----------------------------------------------------------------------------===//

/// Whether every element of the input is in one window at most.
template <typename OpTy>
static bool areApart(OpTy op) {
  return llvm::all_of(llvm::zip(op.getKernelShape(), op.getStrides(), op.getDilations()),
                      [](auto axis) {
                        auto [kernel, stride, dilation] = axis;
                        return (kernel - 1) * dilation < stride;
                      });
}

bool MaxPoolOp::readsOnce(unsigned, bool) { return areApart(*this); }
bool MaxPoolOp::canRecomputeOperand(unsigned) { return areApart(*this); }
bool AveragePoolOp::readsOnce(unsigned, bool) { return areApart(*this); }
bool AveragePoolOp::canRecomputeOperand(unsigned) { return areApart(*this); }
bool LpPoolOp::readsOnce(unsigned, bool) { return areApart(*this); }
bool LpPoolOp::canRecomputeOperand(unsigned) { return areApart(*this); }

//===-- Inference --------------------------------------------------------------------------===//

/// The number of windows along spatial axis `i` of size `input`.
template <typename Adaptor>
static FailureOr<AffineExpr> windowsAlong(std::optional<Location> loc, Adaptor op, size_t i,
                                          AffineExpr input) {
  int64_t stride = op.getStrides()[i];
  int64_t span = (op.getKernelShape()[i] - 1) * op.getDilations()[i] + 1;
  AffineExpr reach = input + (op.getPadsBegin()[i] + op.getPadsEnd()[i] - span);
  if (std::optional<int64_t> value = constantDim(reach); value && *value < 0)
    return inferenceError(loc, "window of " + Twine(span) + " is larger than padded axis " +
                                   Twine(i) + " of size " + Twine(*value + span));
  if (!op.getCeilMode())
    return reach.floorDiv(stride) + 1;
  // ceil(reach / stride) + 1, less one where the last window would begin behind the input.
  int64_t more = op.getPadsEnd()[i] - span + stride;
  if (more > 0)
    more = std::max<int64_t>(more - stride, 0);
  return (input + (op.getPadsBegin()[i] + more)).ceilDiv(stride);
}

template <typename Adaptor>
static LogicalResult inferPool(std::optional<Location> loc, Adaptor op, Layout layout,
                               SmallVectorImpl<Type> &types) {
  Dims input = dimsOf(op.getInput().getType());
  if (input.size() < 3 || input.size() > 5)
    return inferenceError(loc, "a pool expects an input of rank 3 to 5, got " + dimsString(input));
  size_t spatial = input.size() - 2;
  for (ArrayRef<int64_t> values : {op.getKernelShape(), op.getStrides(), op.getDilations(),
                                   op.getPadsBegin(), op.getPadsEnd()})
    if (values.size() != spatial)
      return inferenceError(loc, "expects one kernel size, stride, dilation and pad for each of " +
                                     Twine(spatial) + " spatial axes");
  for (size_t i = 0; i < spatial; ++i)
    if (op.getKernelShape()[i] < 1 || op.getStrides()[i] < 1 || op.getDilations()[i] < 1)
      return inferenceError(loc, "kernel sizes, strides and dilations must be positive");
  size_t first = layout == Layout::ChannelsLast ? 1 : 2;
  for (size_t i = 0; i < spatial; ++i) {
    FailureOr<AffineExpr> windows = windowsAlong(loc, op, i, input[first + i]);
    if (failed(windows))
      return failure();
    input[first + i] = *windows;
  }
  types.push_back(tensorOf(input, getElementTypeOrSelf(op.getInput().getType())));
  return success();
}

template <typename Op>
static LogicalResult verifyPool(Op op) {
  // pool_c1
  for (auto [begin, end] : llvm::zip(op.getPadsBegin(), op.getPadsEnd()))
    if (begin < 0 || end < 0)
      return op.emitOpError("expects pads of 0 or more, got ") << begin << " and " << end;
  return success();
}

template <typename Op>
static AffineExpr windowFlops(Op op) {
  int64_t taps = 1;
  for (int64_t size : op.getKernelShape())
    taps *= size;
  return elementsOf(op.getResult().getType()) * taps;
}

#define DLC_DEFINE_POOL(OpTy)                                                                      \
  LogicalResult OpTy::inferReturnTypes(                                                            \
      MLIRContext *, std::optional<Location> loc, ValueRange operands, DictionaryAttr attributes,  \
      OpaqueProperties properties, RegionRange regions, SmallVectorImpl<Type> &types) {            \
    Adaptor op(operands, attributes, properties, regions);                                         \
    return inferPool(loc, op, op.getLayout(), types);                                              \
  }                                                                                                \
  LogicalResult OpTy::verify() { return verifyPool(*this); }                                       \
  AffineExpr OpTy::getFlops() { return windowFlops(*this); }                                       \
  bool OpTy::isChannelsLast() { return getLayout() == Layout::ChannelsLast; }                      \
  void OpTy::setChannelsLast(bool value) {                                                         \
    setLayout(value ? Layout::ChannelsLast : Layout::ChannelsFirst);                               \
  }

DLC_DEFINE_POOL(MaxPoolOp)
DLC_DEFINE_POOL(AveragePoolOp)
DLC_DEFINE_POOL(LpPoolOp)
#undef DLC_DEFINE_POOL

LogicalResult MaxPoolWithIndicesOp::inferReturnTypes(MLIRContext *context,
                                                     std::optional<Location> loc,
                                                     ValueRange operands, DictionaryAttr attributes,
                                                     OpaqueProperties properties,
                                                     RegionRange regions,
                                                     SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  if (failed(inferPool(loc, op, Layout::ChannelsFirst, types)))
    return failure();
  types.push_back(cast<RankedTensorType>(types.front()).clone(IntegerType::get(context, 64)));
  return success();
}

AffineExpr MaxPoolWithIndicesOp::getFlops() { return windowFlops(*this); }

LogicalResult MaxPoolGradientOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                                  ValueRange operands, DictionaryAttr,
                                                  OpaqueProperties, RegionRange,
                                                  SmallVectorImpl<Type> &types) {
  types.push_back(operands.front().getType());
  return success();
}

LogicalResult MaxPoolGradientOp::verify() {
  SmallVector<Type> pooled;
  if (failed(inferPool(getLoc(), *this, getLayout(), pooled)) || failed(verifyPool(*this)))
    return failure();
  // max_pool_gradient_c1
  if (pooled.front() != getCotangent().getType())
    return emitOpError("expects a cotangent of the pool's result type ")
           << pooled.front() << ", got " << getCotangent().getType();
  return success();
}

AffineExpr MaxPoolGradientOp::getFlops() { return windowFlops(*this) * 2; }
bool MaxPoolGradientOp::isChannelsLast() { return getLayout() == Layout::ChannelsLast; }
void MaxPoolGradientOp::setChannelsLast(bool value) {
  setLayout(value ? Layout::ChannelsLast : Layout::ChannelsFirst);
}
SmallVector<unsigned> MaxPoolGradientOp::getImageOperands() { return {0, 1}; }

} // namespace dlc::dl
