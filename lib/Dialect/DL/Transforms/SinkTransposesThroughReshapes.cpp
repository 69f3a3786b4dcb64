// The part of dl-sink-transposes for reshapes that split and join axes, and for expansions: what an
// image that is enlarged by repeating its pixels becomes.
//
//   %t = dl.transpose %x {0, 3, 1, 2}   (N, H, W, C) as (N, C, H, W)
//   %r = dl.reshape %t                  (N, C, H, 1, W, 1)
//   %e = dl.expand %r                   (N, C, H, 2, W, 2)
#include "SinkTransposes.h"

#include "dlc/Dialect/DL/IR/Symbols.h"

using namespace mlir;

namespace dlc::dl {

namespace {

/// Neighbouring axes of a reshape's operand that hold what neighbouring axes of its result hold.
struct AxisGroup {
  struct Axes {
    int64_t begin, end;
  };
  Axes operand, result;
};

bool isOne(AffineExpr dim) { return constantDim(dim) == 1; }

/// Finds the axes of a reshape that belong together.
class AxisGrouping {
public:
  /// Of sizes over symbols that keep `bounds`.
  AxisGrouping(ArrayRef<AffineExpr> operand, ArrayRef<AffineExpr> result,
               ArrayRef<AffineExpr> bounds, MLIRContext *context)
      : operand(operand), result(result), bounds(bounds), context(context) {}

  /// All axes in groups; empty where sizes do not tell.
  SmallVector<AxisGroup> groups() const {
    SmallVector<AxisGroup> all;
    auto count = static_cast<int64_t>(operand.size()),
         resultCount = static_cast<int64_t>(result.size());
    int64_t axis = 0, resultAxis = 0;
    while (axis < count && resultAxis < resultCount) {
      std::optional<AxisGroup> group = smallest(axis, resultAxis);
      if (!group)
        return {};
      takeUnits(*group);
      axis = group->operand.end;
      resultAxis = group->result.end;
      all.push_back(*group);
    }
    return axis == count && resultAxis == resultCount ? all : SmallVector<AxisGroup>();
  }

private:
  /// The group of fewest axes that begins with these.
  std::optional<AxisGroup> smallest(int64_t begin, int64_t resultBegin) const {
    int64_t axes = operand.size() - begin, resultAxes = result.size() - resultBegin;
    for (int64_t sum = 2; sum <= axes + resultAxes; ++sum)
      for (int64_t taken = std::max<int64_t>(1, sum - resultAxes); taken < sum && taken <= axes;
           ++taken)
        if (mustBeEqual(productOf(operand.slice(begin, taken), context),
                        productOf(result.slice(resultBegin, sum - taken), context), bounds))
          return AxisGroup{{begin, begin + taken}, {resultBegin, resultBegin + sum - taken}};
    return {};
  }

  /// Axes of size 1 that only one side has belong to the group before them.
  void takeUnits(AxisGroup &group) const {
    auto isUnit = [](ArrayRef<AffineExpr> dims, int64_t axis) {
      return axis < static_cast<int64_t>(dims.size()) && isOne(dims[axis]);
    };
    while (isUnit(result, group.result.end) && !isUnit(operand, group.operand.end))
      ++group.result.end;
    while (isUnit(operand, group.operand.end) && !isUnit(result, group.result.end))
      ++group.operand.end;
  }

  ArrayRef<AffineExpr> operand, result, bounds;
  MLIRContext *context;
};

/// The groups of `op` in the order that `places`, one an axis of `side`, gives them; empty where
/// sizes do not tell the groups, or where the axes of one would part.
SmallVector<AxisGroup> groupsInOrder(ReshapeOp op, AxisGroup::Axes AxisGroup::*side,
                                     ArrayRef<int64_t> places) {
  Dims operand = dimsOf(op.getOperand().getType()), result = dimsOf(op.getType());
  Dims bounds = symbolBounds(op->getParentOfType<ModuleOp>());
  SmallVector<AxisGroup> groups = AxisGrouping(operand, result, bounds, op.getContext()).groups();
  for (const AxisGroup &group : groups)
    for (int64_t axis = (group.*side).begin + 1; axis < (group.*side).end; ++axis)
      if (places[axis] != places[axis - 1] + 1)
        return {};
  llvm::sort(groups, [&](const AxisGroup &a, const AxisGroup &b) {
    return places[(a.*side).begin] < places[(b.*side).begin];
  });
  return groups;
}

struct SinkThroughReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    TransposeOp transpose = costlyTranspose(op.getOperand());
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "no transpose that costs anything");
    SmallVector<AxisGroup> groups =
        groupsInOrder(op, &AxisGroup::operand, transpose.getPermutation());
    if (groups.empty())
      return rewriter.notifyMatchFailure(op, "joins axes that the transpose brought together");
    Permutation order; // result axes, as they lie before the transpose
    for (const AxisGroup &group : groups)
      llvm::append_range(order, llvm::seq(group.result.begin, group.result.end));
    Value reshaped = ReshapeOp::create(rewriter, op.getLoc(), transpose.getOperand(),
                                       permuted<AffineExpr>(dimsOf(op.getType()), order));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, reshaped, inverse(order));
    return success();
  }
};

/// Two transposes around a reshape are one in front of it, where the second keeps together what the
/// reshape makes of each group of axes: how a shuffle of channels ends among ops that have them
/// last.
///
///   %a = dl.transpose %x {0, 4, 3, 1, 2}   (N, H, W, G, C) as (N, C, G, H, W)
///   %r = dl.reshape %a                     (N, C * G, H, W)
///   %b = dl.transpose %r {0, 2, 3, 1}      (N, H, W, C * G)
struct JoinAroundReshape : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto reshape = op.getOperand().getDefiningOp<ReshapeOp>();
    TransposeOp first = reshape ? costlyTranspose(reshape.getOperand()) : TransposeOp();
    if (!first || !reshape->hasOneUse())
      return rewriter.notifyMatchFailure(op, "no transpose before a reshape of its own");
    SmallVector<AxisGroup> groups =
        groupsInOrder(reshape, &AxisGroup::result, inverse(op.getPermutation()));
    if (groups.empty())
      return rewriter.notifyMatchFailure(op, "takes apart what the reshape split");
    Permutation order; // axes of the reshape's operand
    for (const AxisGroup &group : groups)
      llvm::append_range(order, llvm::seq(group.operand.begin, group.operand.end));
    Value turned = TransposeOp::create(rewriter, op.getLoc(), first.getOperand(),
                                       permuted(first.getPermutation(), order));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, turned, dimsOf(op.getType()));
    return success();
  }
};

struct SinkThroughExpand : OpRewritePattern<ExpandOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ExpandOp op, PatternRewriter &rewriter) const override {
    TransposeOp transpose = costlyTranspose(op.getOperand());
    if (!transpose || transpose.getType().getRank() != op.getType().getRank())
      return rewriter.notifyMatchFailure(op, "no transpose of all axes");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    Value expanded =
        ExpandOp::create(rewriter, op.getLoc(), transpose.getOperand(),
                         permuted<AffineExpr>(dimsOf(op.getType()), inverse(permutation)));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, expanded, permutation);
    return success();
  }
};

} // namespace

void addSinkThroughReshapePatterns(RewritePatternSet &patterns) {
  patterns.add<SinkThroughReshape, JoinAroundReshape, SinkThroughExpand>(patterns.getContext());
}

} // namespace dlc::dl
