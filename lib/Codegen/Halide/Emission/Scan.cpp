// Running sums and products. Where the result can be walked by three loops (behind the axis, along
// it, before it) and needs no wider accumulator they go through the scan template; every other form
// is a plain scan, correct for any axis, layout and type.
#include "dlc/Codegen/Halide/Templates/Scan.h"
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Schedule/ScheduleAttributes.h"

using namespace mlir;
using dlc::templates::ReductionKind;
using dlc::templates::Size;
using Halide::Expr;

namespace dlc::codegen {
namespace {

template <typename OpTy, ReductionKind kind>
struct ScanModel : AnchorEmissionOpInterface::ExternalModel<ScanModel<OpTy, kind>, OpTy> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<OpTy>(operation);
    auto schedule = emitter.getSchedule<dl::ScanScheduleAttr>();
    if (!schedule || !emitTemplate(op, emitter, schedule::paramsOf(schedule)))
      emitPlain(op, emitter);
  }

private:
  /// False where the result's memory cannot be walked so.
  static bool emitTemplate(OpTy op, KernelEmitter &emitter, const schedule::ScanParams &params) {
    dl::Dims dims = dl::dimsOf(op.getResult().getType());
    unsigned rank = dims.size(), axis = op.getAxis();
    Halide::Type type = KernelEmitter::exprType(op.getResult().getType());
    emitter.define(op.getResult(), [type](const Coords &) { return templates::scanStart(type); });
    auto isWalked = [&](unsigned first, unsigned last) {
      return last - first < 2 || emitter.outputsAreLinearizable(dims, first, last);
    };
    if (!isWalked(0, axis) || !isWalked(axis + 1, rank))
      return false;
    templates::Sizes sizes = emitter.sizesOf(op.getResult());
    auto sizeOf = [&](unsigned first, unsigned last) {
      return templates::productOf({sizes.begin() + first, sizes.begin() + last});
    };
    templates::ScanProblem problem;
    problem.kind = kind;
    problem.exclusive = op.getExclusive();
    problem.reverse = op.getReverse();
    problem.inner = sizeOf(axis + 1, rank);
    problem.length = sizes[axis];
    problem.outer = sizeOf(0, axis);
    Value operand = op.getOperand();
    auto split = [=, &emitter](const Expr &index, unsigned first, unsigned last) {
      return emitter.splitLinear(index, dims, first, last,
                                 emitter.isLinearizable(operand, dims, first, last));
    };
    problem.input = [=, &emitter](const Expr &i, const Expr &a, const Expr &o) {
      Coords place = split(o, 0, axis), behind = split(i, axis + 1, rank);
      place.push_back(a);
      place.insert(place.end(), behind.begin(), behind.end());
      return emitter.at(operand, place);
    };
    IterationSpace space;
    Halide::Var i("behind"), a("along"), o("before");
    space.vars = {i, a, o};
    space.extents = {problem.inner, problem.length, problem.outer};
    space.axes = {{axis + 1, rank}, {axis, axis + 1}, {0, axis}};
    space.coords = emitter.splitLinear(o, dims, 0, axis, /*linearizable=*/true);
    space.coords.push_back(a);
    Coords behind = emitter.splitLinear(i, dims, axis + 1, rank, /*linearizable=*/true);
    space.coords.insert(space.coords.end(), behind.begin(), behind.end());
    emitter.setIterationSpace(space);
    emitter.setSchedule([problem, params, &emitter](Halide::Func output) {
      templates::scheduleScan(problem, output, params, emitter.getFacts());
    });
    return true;
  }

  static void emitPlain(OpTy op, KernelEmitter &emitter) {
    templates::Sizes shape = emitter.sizesOf(op.getOperand());
    int64_t axis = op.getAxis();
    const Size extent = shape[axis];
    Expr size = extent.expr();
    std::vector<Halide::Var> vars;
    for (size_t each = 0; each < shape.size(); ++each)
      vars.emplace_back("axis" + std::to_string(each));
    bool reverse = op.getReverse(), exclusive = op.getExclusive();
    // The place of a step of the scan. Everything else reads in the tensors' own order.
    auto along = [&](const Expr &step) { return reverse ? size - 1 - step : step; };
    Halide::Func scanned("scanned");
    Coords coords(vars.begin(), vars.end());
    Expr own = vars[axis], before = reverse ? own + 1 : own - 1;
    if (exclusive)
      coords[axis] = Halide::clamp(before, 0, size - 1);
    Expr element = KernelEmitter::compute(emitter.at(op.getOperand(), coords));
    if (exclusive)
      element = Halide::select(own == along(0), templates::reductionIdentity(kind, element.type()),
                               element);
    scanned(std::vector<Halide::Var>(vars.rbegin(), vars.rend())) = element;
    if (extent.constantOr(2) > 1) {
      Halide::RDom r(1, (extent - 1).expr(), "r");
      auto entry = [&](const Expr &step) {
        Coords place(vars.begin(), vars.end());
        place[axis] = along(step);
        return scanned(std::vector<Expr>(place.rbegin(), place.rend()));
      };
      entry(r) = templates::combine(kind, entry(r - 1), entry(r));
    }
    Halide::Type type = KernelEmitter::exprType(op.getResult().getType());
    emitter.define(op.getResult(), [=](const Coords &place) {
      return Halide::cast(type, scanned(std::vector<Expr>(place.rbegin(), place.rend())));
    });
    emitter.scheduleGenerically();
  }
};

} // namespace

void attachScanEmission(MLIRContext *context) {
  dl::CumSumOp::attachInterface<ScanModel<dl::CumSumOp, ReductionKind::Sum>>(*context);
  dl::CumProdOp::attachInterface<ScanModel<dl::CumProdOp, ReductionKind::Product>>(*context);
}

} // namespace dlc::codegen
