// Matrix products, and their weights in panels.
#include "Shapes.h"

using namespace mlir;

namespace dlc::schedule {
namespace {

/// Whether the right operand is one matrix that the template can have in panels.
bool canBePacked(dl::MatmulOp op) {
  return op.getPackedColumns() == 0 && product(shapeOf(op.getRhs()).drop_back(2)) == 1 &&
         op.getResult().getType().getRank() == op.getLhs().getType().getRank();
}

struct MatmulShapes : ScheduleShapeOpInterface::ExternalModel<MatmulShapes, dl::MatmulOp> {
  std::optional<GemmShape> getGemmShape(Operation *operation) const {
    auto op = cast<dl::MatmulOp>(operation);
    SmallVector<int64_t> result = likelyShapeOf(op.getResult()), lhs = likelyShapeOf(op.getLhs());
    GemmShape shape;
    shape.columns = result.back();
    shape.depth = op.getTransposeLhs() ? lhs[lhs.size() - 2] : lhs.back();
    shape.elementBytes = accumulatorBytes(op.getResult());
    bool shared =
        llvm::all_of(shapeOf(op.getRhs()).drop_back(2), [](int64_t size) { return size == 1; });
    // One weight for all batches: the batches are more rows of one product.
    bool joined = !op.getTransposeLhs() && (op.getPackedColumns() > 0 || shared);
    ArrayRef<int64_t> all = result;
    setRows(shape, joined ? product(all.drop_back(1)) : result[result.size() - 2], op.getResult());
    shape.storedPanels = op.getPackedColumns() > 0 || (shared && constantToPack(op.getRhs()));
    shape.batch = joined ? 1 : product(all.drop_back(2));
    shape.lhsDenseAlongRows = op.getTransposeLhs();
    if (!op.getTransposeLhs() && (op.getPackedColumns() > 0 || canBePacked(op)))
      shape.packedDepth = packedDepth(op.getLhs(), op.getRhs(), shape.depth);
    return shape;
  }
  std::optional<GemmShape> getDeviceGemmShape(Operation *op) const { return getGemmShape(op); }
  bool foldsOwnElement(Operation *) const { return true; }
};

/// The right operand, where it is one matrix for all rows of the left one.
struct MatmulPacking : PackedWeightOpInterface::ExternalModel<MatmulPacking, dl::MatmulOp> {
  std::optional<WeightPacking> getWeightPacking(Operation *operation,
                                                const MachineFacts &facts) const {
    auto op = cast<dl::MatmulOp>(operation);
    auto schedule = op->getParentOfType<dl::KernelOp>().getScheduleAttr();
    auto gemm = dyn_cast<dl::GemmScheduleAttr>(schedule);
    ArrayRef<int64_t> rhs = shapeOf(op.getRhs());
    if (!gemm || !canBePacked(op))
      return {};
    bool transposed = op.getTransposeRhs();
    int64_t first = rhs[rhs.size() - 2], second = rhs.back();
    WeightPacking packing;
    packing.operand = op.getRhsMutable().getOperandNumber();
    packing.view.columns = transposed ? first : second;
    packing.view.channels = transposed ? second : first;
    packing.view.columnStride = transposed ? second : 1;
    packing.view.channelStride = transposed ? 1 : second;
    // Steps side by side must lie so in the left operand.
    int64_t depth = op.getTransposeLhs() ? 0 : packing.view.channels;
    packing.panel = panelOf(gemm, op.getResult(), packing.view.columns, depth, facts);
    packing.shape = {llvm::divideCeilSigned(packing.view.columns, packing.panel.columns),
                     packing.view.channels, packing.panel.columns};
    Builder builder(op.getContext());
    packing.marks.set(op.getColumnsAttrName(), builder.getI64IntegerAttr(packing.view.columns));
    packing.marks.set(op.getPackedColumnsAttrName(),
                      builder.getI64IntegerAttr(packing.panel.columns));
    packing.marks.set(op.getSideColumnsAttrName(),
                      builder.getI64IntegerAttr(packing.panel.sideColumns));
    packing.marks.set(op.getSideStepsAttrName(),
                      builder.getI64IntegerAttr(packing.panel.sideSteps));
    packing.marks.set(op.getTransposeRhsAttrName(), builder.getBoolAttr(false));
    return packing;
  }
};

} // namespace

void attachContractionShapes(MLIRContext *context) {
  dl::MatmulOp::attachInterface<MatmulShapes, MatmulPacking>(*context);
}

} // namespace dlc::schedule
