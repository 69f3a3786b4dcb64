// A convolution is the product of the matrix of its windows, which exists in no memory, and the
// matrix of its filters: a block gathers the slice of it that it needs.
#include "DeviceContraction.h"

#include "Convolution.h"
#include "dlc/Codegen/Halide/Templates/GPUGemm.h"
#include "dlc/Schedule/ScheduleAttributes.h"

#include <memory>
#include <numeric>

using namespace mlir;
using Halide::Expr;

namespace dlc::codegen {

using Indices = templates::ContractionProblem::Indices;

static int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>());
}

/// Defines `result` as the accumulators and `addTo` of them, over (column, row, batch...).
static void emitContraction(KernelEmitter &emitter, Value result,
                            const templates::ContractionProblem &problem,
                            const IterationSpace &space, const std::function<Expr(Expr)> &finish) {
  schedule::GPUGemmParams params =
      schedule::paramsOf(emitter.getSchedule<dl::GPUGemmScheduleAttr>());
  auto contraction =
      std::make_shared<templates::GPUContraction>(templates::buildGPUContraction(problem, params));
  std::vector<Expr> own(space.vars.begin(), space.vars.end());
  // The epilogue reads the product at its own place only, in whichever coordinates it is written.
  emitter.define(result, [=](const Coords &) { return finish(contraction->acc(own)); });
  emitter.setIterationSpace(space);
  emitter.setSchedule([contraction, params](Halide::Func output) {
    templates::scheduleGPUContraction(*contraction, output, params);
  });
}

//===-- Matmul -----------------------------------------------------------------------------===//

void emitOnDevice(dl::MatmulOp op, KernelEmitter &emitter) {
  ArrayRef<int64_t> rhs = shapeOf(op.getRhs());
  dl::Dims result = dl::dimsOf(op.getResult().getType());
  templates::Sizes sizes = emitter.sizesOf(op.getResult()), lhs = emitter.sizesOf(op.getLhs());
  unsigned rank = result.size();
  // One right matrix for all batches: the batches are more rows of one product.
  bool joined = product(rhs.drop_back(2)) == 1 && !op.getTransposeLhs() && lhs.size() == rank &&
                emitter.isLinearizable(op.getLhs(), result, 0, rank - 1);
  bool left = op.getTransposeLhs(), right = op.getTransposeRhs();
  templates::ContractionProblem problem;
  problem.name = "gemm";
  problem.accumulator = accumulatorType(op.getResult());
  problem.columns = sizes[rank - 1];
  problem.rows = joined ? templates::productOf({sizes.begin(), sizes.end() - 1}) : sizes[rank - 2];
  problem.reduction = {left ? lhs[lhs.size() - 2] : lhs.back()};
  if (!joined)
    for (unsigned axis = rank - 2; axis-- > 0;)
      problem.batch.push_back(sizes[axis]);
  auto outer = [](const Indices &batch) { return Coords(batch.rbegin(), batch.rend()); };
  problem.lhs = [=, &emitter](const Indices &k, Expr row, const Indices &batch) mutable {
    Coords coords = joined ? emitter.splitLinear(row, result, 0, rank - 1, /*linearizable=*/true)
                           : outer(batch);
    if (!joined)
      coords.push_back(left ? k[0] : row);
    coords.push_back(left ? row : k[0]);
    return KernelEmitter::compute(emitter.broadcastAt(op.getLhs(), coords));
  };
  problem.rhs = [=, &emitter](const Indices &k, Expr column, const Indices &batch) mutable {
    Coords coords = joined ? Coords(rhs.size() - 2, Expr(0)) : outer(batch);
    coords.push_back(right ? column : k[0]);
    coords.push_back(right ? k[0] : column);
    return KernelEmitter::compute(emitter.broadcastAt(op.getRhs(), coords));
  };

  IterationSpace space =
      productSpace(emitter, result, problem.columns, problem.rows, problem.batch, joined);
  emitContraction(emitter, op.getResult(), problem, space, [](Expr sum) { return sum; });
}

//===-- Convolution ------------------------------------------------------------------------===//

namespace {

/// One spatial axis of a convolution; a missing one has size 1.
struct SpatialAxis {
  int input = 1, output = 1, taps = 1, stride = 1, dilation = 1, pad = 0;

  /// The place in the input under `tap` of the window at `place`.
  Expr at(Expr place, Expr tap) const { return place * stride + tap * dilation - pad; }
  bool staysInside() const {
    return pad == 0 && (output - 1) * stride + (taps - 1) * dilation < input;
  }
};

/// A convolution over channels-last images with at most two spatial axes.
struct DeviceConv {
  dl::ConvOp op;
  bool oneAxis;
  SpatialAxis height, width;

  explicit DeviceConv(dl::ConvOp op) : op(op), oneAxis(shapeOf(op.getInput()).size() == 3) {
    ArrayRef<int64_t> filter = shapeOf(op.getFilter());
    ArrayRef<int64_t> window = op.getOutputLast() ? filter.drop_back(2) : filter.drop_front(2);
    for (unsigned i = 0; i < window.size(); ++i) {
      SpatialAxis &axis = oneAxis || i == 1 ? width : height;
      axis = {int(shapeOf(op.getInput())[1 + i]),
              int(shapeOf(op.getResult())[1 + i]),
              int(window[i]),
              int(op.getStrides()[i]),
              int(op.getDilations()[i]),
              int(op.getPadsBegin()[i])};
    }
  }

  /// The input under tap k = (channel, x, y) of the window of flat pixel `row`; 0 in the padding.
  Expr input(KernelEmitter &emitter, const Indices &k, Expr row) {
    Expr x = width.at(row % width.output, k[1]), line = row / width.output;
    Expr y = height.at(line % height.output, k[2]), image = line / height.output;
    Expr inside = Halide::Internal::const_true();
    auto clampInto = [&](Expr &place, const SpatialAxis &axis) {
      if (axis.staysInside())
        return;
      inside = inside && place >= 0 && place < axis.input;
      place = Halide::clamp(place, 0, axis.input - 1);
    };
    clampInto(x, width);
    clampInto(y, height);
    Coords place = oneAxis ? Coords{image, x, k[0]} : Coords{image, y, x, k[0]};
    Expr value = KernelEmitter::compute(emitter.at(op.getInput(), place));
    return Halide::select(inside, value, Halide::Internal::make_zero(value.type()));
  }

  Expr filter(KernelEmitter &emitter, const Indices &k, Expr column) {
    Coords place = oneAxis ? Coords{k[1]} : Coords{k[2], k[1]};
    if (op.getOutputLast())
      place.insert(place.end(), {k[0], column});
    else
      place.insert(place.begin(), {column, k[0]});
    return KernelEmitter::compute(emitter.at(op.getFilter(), place));
  }
};

} // namespace

void emitOnDevice(dl::ConvOp op, KernelEmitter &emitter) {
  dl::Dims result = dl::dimsOf(op.getResult().getType());
  templates::Sizes sizes = emitter.sizesOf(op.getResult());
  unsigned rank = result.size();
  auto conv = std::make_shared<DeviceConv>(op);
  templates::ContractionProblem problem;
  problem.name = "conv";
  problem.accumulator = accumulatorType(op.getResult());
  problem.columns = sizes.back();
  problem.rows = templates::productOf({sizes.begin(), sizes.end() - 1});
  problem.reduction = {shapeOf(op.getInput()).back(), conv->width.taps, conv->height.taps};
  problem.lhs = [conv, &emitter](const Indices &k, Expr row, const Indices &) {
    return conv->input(emitter, k, row);
  };
  problem.rhs = [conv, &emitter](const Indices &k, Expr column, const Indices &) {
    return conv->filter(emitter, k, column);
  };

  IterationSpace space;
  Halide::Var column("column"), row("row");
  space.vars = {column, row};
  space.extents = {problem.columns, problem.rows};
  space.axes = {{rank - 1, rank}, {0, rank - 1}};
  space.coords = emitter.splitLinear(row, result, 0, rank - 1,
                                     emitter.outputsAreLinearizable(result, 0, rank - 1));
  space.coords.push_back(column);
  Value bias = op.getBias();
  emitContraction(emitter, op.getResult(), problem, space, [=, &emitter](Expr sum) {
    return bias ? sum + Halide::cast(sum.type(), emitter.at(bias, {column})) : sum;
  });
}

} // namespace dlc::codegen
