// dl-sink-transposes: transposes move towards the results until they meet their inverse or stand at
// the edge.
//
//   %t = dl.transpose %x {p}          %y = dl.relu %x
//   %y = dl.relu %t              ->   %t = dl.transpose %y {p}
#include "SinkTransposes.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#define DEBUG_TYPE "dl-sink-transposes"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLSINKTRANSPOSES
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

Permutation inverse(ArrayRef<int64_t> permutation) {
  Permutation result(permutation.size());
  for (auto [axis, from] : llvm::enumerate(permutation))
    result[from] = axis;
  return result;
}

bool movesBytes(ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  int64_t last = -1;
  for (int64_t axis : permutation) {
    if (shape[axis] == 1)
      continue;
    if (axis < last)
      return true;
    last = axis;
  }
  return false;
}

TransposeOp costlyTranspose(Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  bool costly = transpose &&
                movesBytes(transpose.getOperand().getType().getShape(), transpose.getPermutation());
  return costly ? transpose : TransposeOp();
}

namespace {

RankedTensorType permutedType(Type type, ArrayRef<int64_t> permutation) {
  return tensorOf(permuted<AffineExpr>(dimsOf(type), permutation), getElementTypeOrSelf(type));
}

/// Whether `value`, which broadcasts to the rank of `permutation`, costs a transpose to undo it.
bool costsTranspose(Value value, ArrayRef<int64_t> permutation) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(permutation.size() - type.getRank(), 1);
  llvm::append_range(shape, type.getShape());
  return !value.getDefiningOp<ConstantOp>() && movesBytes(shape, inverse(permutation));
}

/// The permutation that most operands of `op` were transposed by, where moving it past `op` leaves
/// fewer transposes of computed values before than after; empty otherwise.
Permutation commonPermutation(Operation *op) {
  int64_t rank = cast<RankedTensorType>(op->getResult(0).getType()).getRank();
  Permutation permutation;
  int64_t moved = 0, added = 0;
  for (Value operand : op->getOperands())
    if (TransposeOp transpose = costlyTranspose(operand); transpose && permutation.empty())
      permutation.assign(transpose.getPermutation().begin(), transpose.getPermutation().end());
  if (permutation.empty())
    return {};
  for (Value operand : op->getOperands()) {
    if (cast<RankedTensorType>(operand.getType()).getRank() > rank)
      return {};
    if (TransposeOp transpose = costlyTranspose(operand);
        transpose && ArrayRef(permutation) == transpose.getPermutation())
      ++moved;
    else
      added += costsTranspose(operand, permutation);
  }
  // Not at a tie: the op would go back and forth between two layouts.
  return added < moved ? permutation : Permutation();
}

/// `value` as it was before a transpose by `permutation`: the transpose's operand, or a new inverse
/// one. Values of lower rank, which broadcast, first get leading axes of size 1.
Value untransposed(PatternRewriter &rewriter, Value value, ArrayRef<int64_t> permutation) {
  auto type = cast<RankedTensorType>(value.getType());
  if (auto transpose = value.getDefiningOp<TransposeOp>();
      transpose && transpose.getPermutation() == permutation)
    return transpose.getOperand();
  if (type.getRank() == 0)
    return value;
  Dims shape(permutation.size() - type.getRank(), rewriter.getAffineConstantExpr(1));
  llvm::append_range(shape, dimsOf(type));
  if (static_cast<int64_t>(shape.size()) != type.getRank())
    value = ReshapeOp::create(rewriter, value.getLoc(), value, shape);
  return TransposeOp::create(rewriter, value.getLoc(), value, inverse(permutation));
}

/// Ops that treat all axes alike.
struct SinkThroughElementwise : RewritePattern {
  SinkThroughElementwise(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isElementwise(op) || op->hasTrait<DependsOnPlace>())
      return failure();
    Permutation permutation = commonPermutation(op);
    if (permutation.empty())
      return failure();
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(untransposed(rewriter, operand, permutation));
    OperationState state(op->getLoc(), op->getName());
    state.addOperands(operands);
    state.addTypes(permutedType(op->getResult(0).getType(), inverse(permutation)));
    state.propertiesAttr = op->getPropertiesAsAttribute();
    state.addAttributes(llvm::to_vector(op->getDiscardableAttrs()));
    Operation *moved = rewriter.create(state);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved->getResult(0), permutation);
    return success();
  }
};

struct SinkThroughConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    Permutation permutation = commonPermutation(op);
    if (permutation.empty())
      return failure();
    SmallVector<Value> operands;
    for (Value operand : op.getOperands())
      operands.push_back(untransposed(rewriter, operand, permutation));
    Value moved = ConcatOp::create(rewriter, op.getLoc(), operands, permutation[op.getAxis()]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved, permutation);
    return success();
  }
};

struct SinkThroughSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getOperand().getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    Permutation back = inverse(transpose.getPermutation());
    auto [sizes, symbolic] = sizeAttributes(
        op.getContext(), permuted<AffineExpr>(dimsOf(op.getResult().getType()), back));
    Value moved =
        SliceOp::create(rewriter, op.getLoc(), transpose.getOperand(),
                        rewriter.getDenseI64ArrayAttr(permuted(op.getStarts(), back)),
                        rewriter.getDenseI64ArrayAttr(sizes),
                        rewriter.getDenseI64ArrayAttr(permuted(op.getSteps(), back)), symbolic);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved, transpose.getPermutation());
    return success();
  }
};

struct SinkThroughReduce : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getOperand().getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    SmallVector<int64_t> axes;
    for (int64_t axis : op.getAxes())
      axes.push_back(permutation[axis]);
    llvm::sort(axes);
    Value moved = ReduceOp::create(rewriter, op.getLoc(), transpose.getOperand(), op.getKind(),
                                   axes, op.getKeepDims());
    if (op.getKeepDims()) {
      rewriter.replaceOpWithNewOp<TransposeOp>(op, moved, permutation);
      return success();
    }
    // The kept axes, numbered without the reduced ones.
    Permutation kept;
    for (auto [axis, from] : llvm::enumerate(permutation))
      if (!llvm::is_contained(op.getAxes(), static_cast<int64_t>(axis)))
        kept.push_back(
            from - llvm::count_if(axes, [from = from](int64_t reduced) { return reduced < from; }));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved, kept);
    return success();
  }
};

template <typename OpTy>
struct SinkThroughAxisOp : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    auto transpose = op.getOperand().template getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    Value moved = OpTy::create(rewriter, op.getLoc(), transpose.getOperand(),
                               transpose.getPermutation()[op.getAxis()]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved, transpose.getPermutation());
    return success();
  }
};

struct SinkThroughPad : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PadOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getOperand().getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    Permutation back = inverse(transpose.getPermutation());
    Value moved = PadOp::create(rewriter, op.getLoc(), permutedType(op.getType(), back),
                                transpose.getOperand(), op.getValue(), permuted(op.getLow(), back),
                                permuted(op.getHigh(), back), op.getMode());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved, transpose.getPermutation());
    return success();
  }
};

/// Resizing: tables along one axis, in linear modes with weights, in nearest ones without.
struct SinkThroughResample : OpRewritePattern<ResampleOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ResampleOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getOperand().getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    Value moved = ResampleOp::create(
        rewriter, op.getLoc(), permutedType(op.getType(), inverse(permutation)),
        transpose.getOperand(), op.getIndices(), op.getWeights(), permutation[op.getAxis()]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved, permutation);
    return success();
  }
};

struct SinkThroughGather : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getOperand().getDefiningOp<TransposeOp>();
    // With indices of one axis the result has the operand's axes.
    if (!transpose || op.getIndices().getType().getRank() != 1)
      return failure();
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    Value moved =
        GatherOp::create(rewriter, op.getLoc(), permutedType(op.getType(), inverse(permutation)),
                         transpose.getOperand(), op.getIndices(), permutation[op.getAxis()]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved, permutation);
    return success();
  }
};

/// A transpose that only moves axes of size 1 renames the bytes.
struct UnitTransposeToReshape : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    if (movesBytes(op.getOperand().getType().getShape(), op.getPermutation()))
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getOperand(), dimsOf(op.getType()));
    return success();
  }
};

/// The transpose of `value` by `permutation` that stands before `op` in its block.
TransposeOp transposeBefore(Operation *op, Value value, ArrayRef<int64_t> permutation) {
  for (Operation *user : value.getUsers())
    if (auto transpose = dyn_cast<TransposeOp>(user);
        transpose && transpose.getPermutation() == permutation &&
        transpose->getBlock() == op->getBlock() && transpose->isBeforeInBlock(op))
      return transpose;
  return {};
}

/// Takes a transpose back that moved past an op in vain: where it ended its operands' own are there
/// for other uses.
///
///   %t = dl.transpose %x {p}          %t = dl.transpose %x {p}
///   %y = dl.mul %x, %x           ->   %u = dl.mul %t, %t
///   %u = dl.transpose %y {p}
struct TakeBackTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    Operation *producer = op.getOperand().getDefiningOp();
    if (!producer || !isElementwise(producer) || producer->hasTrait<DependsOnPlace>() ||
        producer->getNumOperands() == 0 || !producer->hasOneUse())
      return failure();
    SmallVector<Value> operands;
    for (Value operand : producer->getOperands()) {
      if (cast<RankedTensorType>(operand.getType()).getRank() == 0) {
        operands.push_back(operand);
        continue;
      }
      TransposeOp there = transposeBefore(op, operand, op.getPermutation());
      if (!there || there.getType().getShape() != op.getType().getShape())
        return failure();
      operands.push_back(there);
    }
    OperationState state(producer->getLoc(), producer->getName());
    state.addOperands(operands);
    state.addTypes(op.getType());
    state.propertiesAttr = producer->getPropertiesAsAttribute();
    state.addAttributes(llvm::to_vector(producer->getDiscardableAttrs()));
    rewriter.replaceOp(op, rewriter.create(state));
    return success();
  }
};

struct SinkTransposesPass : impl::DLSinkTransposesBase<SinkTransposesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns
        .add<SinkThroughElementwise, SinkThroughConcat, SinkThroughSlice, SinkThroughReduce,
             SinkThroughPad, SinkThroughResample, SinkThroughGather, SinkThroughAxisOp<SoftmaxOp>,
             SinkThroughAxisOp<LogSoftmaxOp>, UnitTransposeToReshape>(&getContext());
    addSinkThroughReshapePatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    RewritePatternSet back(&getContext());
    back.add<TakeBackTranspose>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(back))))
      signalPassFailure();
  }
};

} // namespace
} // namespace dlc::dl
