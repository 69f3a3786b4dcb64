// Matrix products.
#include "Shapes.h"

using namespace mlir;

namespace dlc::schedule {
namespace {

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
    shape.rows = joined ? product(all.drop_back(1)) : result[result.size() - 2];
    shape.rows = oddRows(shape.rows, op.getResult());
    shape.batch = joined ? 1 : product(all.drop_back(2));
    shape.lhsDenseAlongRows = op.getTransposeLhs();
    return shape;
  }
  std::optional<GemmShape> getDeviceGemmShape(Operation *op) const { return getGemmShape(op); }
  bool foldsOwnElement(Operation *) const { return true; }
};

} // namespace

void attachContractionShapes(MLIRContext *context) {
  dl::MatmulOp::attachInterface<MatmulShapes>(*context);
}

} // namespace dlc::schedule
