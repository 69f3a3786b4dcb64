// Matrix products and convolutions. Those over channels-last images mostly go through a template
// (Convolution.h); every other form is a plain reduction, correct for any rank and layout.
#include "Convolution.h"
#include "DeviceContraction.h"
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/Gemm.h"
#include "dlc/Codegen/Halide/Templates/Injective.h"
#include "dlc/Codegen/Halide/Templates/Window.h"
#include "dlc/Schedule/ScheduleAttributes.h"

using namespace mlir;
using dlc::templates::Size;
using dlc::templates::Sizes;
using Halide::Expr;

namespace dlc::codegen {

//===-- Any contraction, plainly -----------------------------------------------------------===//

void emitPlainSum(KernelEmitter &emitter, Operation *op, const Sizes &extents,
                  const std::function<Expr(const Coords &, const Halide::RDom &)> &term, Value bias,
                  unsigned channelAxis) {
  Value result = op->getResult(0);
  unsigned rank = shapeOf(result).size();
  Halide::Func acc("acc");
  std::vector<Halide::Var> vars;
  for (unsigned dim = 0; dim < rank; ++dim)
    vars.emplace_back("axis" + std::to_string(dim));
  Coords coords(vars.rbegin(), vars.rend());
  std::vector<Halide::Range> ranges;
  for (const Size &extent : extents)
    ranges.emplace_back(0, extent.expr());
  Halide::RDom domain(ranges, "k");
  Halide::Type type = accumulatorType(result);
  Expr start = bias ? Halide::cast(type, emitter.at(bias, {coords[channelAxis]}))
                    : Halide::Internal::make_zero(type);
  acc(vars) = start;
  acc(vars) = templates::fused(acc(vars) + Halide::cast(type, term(coords, domain)));
  emitter.define(result, [acc](const Coords &place) {
    return acc(std::vector<Expr>(place.rbegin(), place.rend()));
  });
  emitter.scheduleGenerically();
}

namespace {

//===-- Matmul -----------------------------------------------------------------------------===//

struct MatmulModel : AnchorEmissionOpInterface::ExternalModel<MatmulModel, dl::MatmulOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::MatmulOp>(operation);
    if (emitter.getSchedule<dl::GPUGemmScheduleAttr>()) {
      emitOnDevice(op, emitter);
      return;
    }
    if (!emitter.getSchedule<dl::GemmScheduleAttr>()) {
      emitPlain(op, emitter);
      return;
    }
    ArrayRef<int64_t> rhs = shapeOf(op.getRhs());
    dl::Dims result = dl::dimsOf(op.getResult().getType());
    Sizes sizes = emitter.sizesOf(op.getResult()), lhs = emitter.sizesOf(op.getLhs());
    unsigned rank = result.size();
    bool sharedRhs = op.getPackedColumns() > 0 ||
                     llvm::all_of(rhs.drop_back(2), [](int64_t size) { return size == 1; });
    // One weight for all batches: the batches are more rows of one product.
    bool joined = sharedRhs && !op.getTransposeLhs() && lhs.size() == rank &&
                  emitter.isLinearizable(op.getLhs(), result, 0, rank - 1);
    templates::GemmProblem problem;
    problem.accumulator = accumulatorType(op.getResult());
    problem.columns = sizes[rank - 1];
    problem.depth = op.getTransposeLhs() ? lhs[lhs.size() - 2] : lhs.back();
    problem.rows = joined ? templates::productOf(drop(sizes, 0, 1)) : sizes[rank - 2];
    if (!joined)
      for (unsigned axis = rank - 2; axis-- > 0;)
        problem.batch.push_back(sizes[axis]);
    auto batchCoords = [=](const std::vector<Expr> &batch) {
      return Coords(batch.rbegin(), batch.rend());
    };
    problem.lhs = [=, &emitter](Expr k, Expr row, const std::vector<Expr> &batch) mutable {
      Coords coords = joined ? emitter.splitLinear(row, result, 0, rank - 1, /*linearizable=*/true)
                             : batchCoords(batch);
      if (!joined)
        coords.push_back(op.getTransposeLhs() ? k : row);
      coords.push_back(op.getTransposeLhs() ? row : k);
      return emitter.broadcastAt(op.getLhs(), coords);
    };
    if (op.getPackedColumns() > 0)
      problem.packedRhs = [=, &emitter](Expr lane, Expr k, Expr panel,
                                        const std::vector<Expr> &) mutable {
        return emitter.at(op.getRhs(), {panel, k, lane});
      };
    else
      problem.rhs = [=, &emitter](Expr k, Expr column, const std::vector<Expr> &batch) mutable {
        Coords coords = joined ? Coords(rhs.size() - 2, Expr(0)) : batchCoords(batch);
        coords.push_back(op.getTransposeRhs() ? column : k);
        coords.push_back(op.getTransposeRhs() ? k : column);
        return emitter.broadcastAt(op.getRhs(), coords);
      };
    problem.rhsDenseAlongReduction = op.getTransposeRhs();
    problem.lhsDenseAlongRows = op.getTransposeLhs();

    schedule::GemmParams params = schedule::paramsOf(emitter.getSchedule<dl::GemmScheduleAttr>());
    checkPanel(emitter, params, problem.accumulator, dl::packedPanel(op),
               problem.columns.constantOr(0), problem.depth.constantOr(0));
    auto contraction = std::make_shared<templates::Contraction>(
        templates::buildGemm(problem, params, emitter.getFacts()));

    IterationSpace space =
        productSpace(emitter, result, problem.columns, problem.rows, problem.batch, joined);
    std::vector<Expr> own(space.vars.begin(), space.vars.end());
    // The epilogue reads the product at its own place only, in whichever coordinates it is written.
    emitter.define(op.getResult(),
                   [contraction, own](const Coords &) { return contraction->acc(own); });
    emitter.setIterationSpace(space);
    emitter.setSchedule([contraction, params, &emitter](Halide::Func output) {
      templates::scheduleContraction(*contraction, output, params, emitter.getFacts());
    });
  }

private:
  /// Any operands but packed ones.
  static void emitPlain(dl::MatmulOp op, KernelEmitter &emitter) {
    Sizes lhs = emitter.sizesOf(op.getLhs());
    bool left = op.getTransposeLhs(), right = op.getTransposeRhs();
    auto term = [=, &emitter](const Coords &coords, const Halide::RDom &k) mutable {
      Coords a(coords), b(coords);
      Expr row = coords[coords.size() - 2], column = coords.back();
      a[a.size() - 2] = left ? Expr(k[0]) : row;
      a.back() = left ? row : Expr(k[0]);
      b[b.size() - 2] = right ? column : Expr(k[0]);
      b.back() = right ? Expr(k[0]) : column;
      return KernelEmitter::compute(emitter.broadcastAt(op.getLhs(), a)) *
             KernelEmitter::compute(emitter.broadcastAt(op.getRhs(), b));
    };
    emitPlainSum(emitter, op, {left ? lhs[lhs.size() - 2] : lhs.back()}, term, Value(), 0);
  }
};

//===-- Convolution ------------------------------------------------------------------------===//

struct ConvModel : AnchorEmissionOpInterface::ExternalModel<ConvModel, dl::ConvOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::ConvOp>(operation);
    if (emitter.getSchedule<dl::GPUGemmScheduleAttr>())
      emitOnDevice(op, emitter);
    else if (emitter.getSchedule<dl::GemmScheduleAttr>())
      emitDirectConv(op, emitter);
    else if (emitter.getSchedule<dl::DepthwiseScheduleAttr>())
      emitDepthwise(op, emitter);
    else
      emitPlain(op, emitter);
  }

private:
  static void emitDepthwise(dl::ConvOp op, KernelEmitter &emitter) {
    ArrayRef<int64_t> filter = shapeOf(op.getFilter());
    if (!op.getOutputLast())
      throw Halide::CompileError("a schedule of the family 'depthwise_conv' on a convolution whose "
                                 "filter is not packed");
    Image input(emitter.sizesOf(op.getInput())), output(emitter.sizesOf(op.getResult()));
    auto window = filter.drop_back(2);
    templates::DepthwiseProblem problem;
    problem.type = accumulatorType(op.getResult());
    problem.batch = output.batch;
    problem.channels = output.channels;
    problem.window = {.inputHeight = input.height,
                      .inputWidth = input.width,
                      .kernelHeight = entry(window, true, 1),
                      .kernelWidth = entry(window, false, 1),
                      .strideHeight = entry(op.getStrides(), true, 1),
                      .strideWidth = entry(op.getStrides(), false, 1),
                      .dilationHeight = entry(op.getDilations(), true, 1),
                      .dilationWidth = entry(op.getDilations(), false, 1),
                      .padTop = entry(op.getPadsBegin(), true, 0),
                      .padLeft = entry(op.getPadsBegin(), false, 0),
                      .padBottom = entry(op.getPadsEnd(), true, 0),
                      .padRight = entry(op.getPadsEnd(), false, 0)};
    bool oneAxis = shapeOf(op.getResult()).size() == 3;
    problem.input = imageAccess(emitter, op.getInput());
    problem.weights = [=, &emitter](Expr c, Expr kx, Expr ky) mutable {
      return emitter.at(op.getFilter(), oneAxis ? Coords{kx, 0, c} : Coords{ky, kx, 0, c});
    };
    if (Value bias = op.getBias())
      problem.initial = [=, &emitter](Expr c) { return emitter.at(bias, {c}); };
    schedule::DepthwiseParams params =
        schedule::paramsOf(emitter.getSchedule<dl::DepthwiseScheduleAttr>());
    auto built = std::make_shared<templates::Window>(
        templates::buildDepthwise(problem, params, emitter.getFacts()));

    Halide::Var c("c"), x("x"), y("y"), n("n");
    IterationSpace space;
    space.vars = {c, x, y, n};
    space.extents = {output.channels, output.width, output.height, output.batch};
    space.coords = oneAxis ? Coords{n, x, c} : Coords{n, y, x, c};
    space.axes = imageAxes(oneAxis);
    emitter.define(op.getResult(), [=](const Coords &) { return built->acc(c, x, y, n); });
    emitter.setIterationSpace(space);
    emitter.setSchedule([built, params, &emitter](Halide::Func func) {
      templates::scheduleDepthwise(*built, func, params, emitter.getFacts());
    });
  }

  /// Any rank, layout and filter that is not packed.
  static void emitPlain(dl::ConvOp op, KernelEmitter &emitter) {
    Sizes input = emitter.sizesOf(op.getInput()), filter = emitter.sizesOf(op.getFilter());
    unsigned spatial = input.size() - 2;
    bool outputLast = op.getOutputLast();
    if (outputLast)
      filter = channelsInFront(filter);
    bool last = op.getLayout() == dl::Layout::ChannelsLast;
    unsigned channelAxis = last ? input.size() - 1 : 1, firstSpatial = last ? 1 : 2;
    Sizes extents = drop(filter, 1, 0);
    Expr groupInputs = filter[1].expr();
    Expr groupOutputs = (filter[0] / static_cast<int64_t>(op.getGroups())).expr();
    auto term = [=, &emitter](const Coords &coords, const Halide::RDom &k) mutable {
      Expr channel = coords[channelAxis];
      Coords place(coords), tap{channel, Expr(k[0])};
      place[channelAxis] = (channel / groupOutputs) * groupInputs + k[0];
      Expr inside = Halide::Internal::const_true();
      for (unsigned axis = 0; axis < spatial; ++axis) {
        Expr at = coords[firstSpatial + axis] * static_cast<int>(op.getStrides()[axis]) +
                  k[axis + 1] * static_cast<int>(op.getDilations()[axis]) -
                  static_cast<int>(op.getPadsBegin()[axis]);
        Expr size = input[firstSpatial + axis].expr();
        inside = inside && at >= 0 && at < size;
        place[firstSpatial + axis] = Halide::clamp(at, 0, size - 1);
        tap.push_back(Expr(k[axis + 1]));
      }
      Expr value = KernelEmitter::compute(emitter.at(op.getInput(), place)) *
                   KernelEmitter::compute(
                       emitter.at(op.getFilter(), outputLast ? channelsBehind(tap) : tap));
      return Halide::select(inside, value, Halide::Internal::make_zero(value.type()));
    };
    emitPlainSum(emitter, op, extents, term, op.getBias(), channelAxis);
  }
};

struct ConvTransposeModel
    : AnchorEmissionOpInterface::ExternalModel<ConvTransposeModel, dl::ConvTransposeOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::ConvTransposeOp>(operation);
    if (emitter.getSchedule<dl::GemmScheduleAttr>())
      return emitDirectConvTranspose(op, emitter);
    Sizes input = emitter.sizesOf(op.getInput()), filter = emitter.sizesOf(op.getFilter());
    unsigned spatial = input.size() - 2;
    bool last = op.getLayout() == dl::Layout::ChannelsLast;
    unsigned channelAxis = last ? input.size() - 1 : 1, firstSpatial = last ? 1 : 2;
    Sizes extents{filter[0] / static_cast<int64_t>(op.getGroups())};
    extents.insert(extents.end(), filter.begin() + 2, filter.end());
    Expr groupInputs = extents[0].expr(), groupOutputs = filter[1].expr();
    // Gathers: output place o gets tap k from input (o + pad - k * dilation) / stride where that is
    // whole.
    auto term = [=, &emitter](const Coords &coords, const Halide::RDom &k) mutable {
      Expr channel = coords[channelAxis];
      Expr source = (channel / groupOutputs) * groupInputs + k[0];
      Coords place(coords), tap{source, channel % groupOutputs};
      place[channelAxis] = source;
      Expr inside = Halide::Internal::const_true();
      for (unsigned axis = 0; axis < spatial; ++axis) {
        int stride = static_cast<int>(op.getStrides()[axis]);
        Expr size = input[firstSpatial + axis].expr();
        Expr scaled = coords[firstSpatial + axis] + static_cast<int>(op.getPadsBegin()[axis]) -
                      k[axis + 1] * static_cast<int>(op.getDilations()[axis]);
        Expr at = scaled / stride;
        inside = inside && scaled >= 0 && scaled % stride == 0 && at < size;
        place[firstSpatial + axis] = Halide::clamp(at, 0, size - 1);
        tap.push_back(Expr(k[axis + 1]));
      }
      Expr value = KernelEmitter::compute(emitter.at(op.getInput(), place)) *
                   KernelEmitter::compute(emitter.at(op.getFilter(), tap));
      return Halide::select(inside, value, Halide::Internal::make_zero(value.type()));
    };
    emitPlainSum(emitter, op, extents, term, op.getBias(), channelAxis);
  }
};

struct ConvFilterGradientModel
    : AnchorEmissionOpInterface::ExternalModel<ConvFilterGradientModel, dl::ConvFilterGradientOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::ConvFilterGradientOp>(operation);
    if (emitter.getSchedule<dl::GemmScheduleAttr>() ||
        emitter.getSchedule<dl::RowReduceScheduleAttr>())
      return emitFilterGradientProduct(op, emitter);
    Sizes input = emitter.sizesOf(op.getInput()), cotangent = emitter.sizesOf(op.getCotangent()),
          result = emitter.sizesOf(op.getResult());
    unsigned spatial = input.size() - 2;
    bool last = op.isChannelsLast();
    unsigned channelAxis = last ? input.size() - 1 : 1, firstSpatial = last ? 1 : 2;
    // Over images and places; the last axis innermost.
    Sizes extents;
    for (unsigned axis = spatial; axis-- > 0;)
      extents.push_back(cotangent[firstSpatial + axis]);
    extents.push_back(cotangent[0]);
    Expr groupInputs = result[1].expr();
    Expr groupOutputs = (result[0] / static_cast<int64_t>(op.getGroups())).expr();
    auto term = [=, &emitter](const Coords &coords, const Halide::RDom &k) mutable {
      Coords from(input.size()), at(input.size());
      from[0] = at[0] = Expr(k[spatial]);
      at[channelAxis] = coords[0];
      from[channelAxis] = (coords[0] / groupOutputs) * groupInputs + coords[1];
      Expr inside = Halide::Internal::const_true();
      for (unsigned axis = 0; axis < spatial; ++axis) {
        Expr place = Expr(k[spatial - 1 - axis]);
        at[firstSpatial + axis] = place;
        Expr source = place * static_cast<int>(op.getStrides()[axis]) +
                      coords[2 + axis] * static_cast<int>(op.getDilations()[axis]) -
                      static_cast<int>(op.getPadsBegin()[axis]);
        Expr size = input[firstSpatial + axis].expr();
        inside = inside && source >= 0 && source < size;
        from[firstSpatial + axis] = Halide::clamp(source, 0, size - 1);
      }
      Expr value = KernelEmitter::compute(emitter.at(op.getInput(), from)) *
                   KernelEmitter::compute(emitter.at(op.getCotangent(), at));
      return Halide::select(inside, value, Halide::Internal::make_zero(value.type()));
    };
    emitPlainSum(emitter, op, extents, term, /*bias=*/Value(), /*channelAxis=*/0);
  }
};

struct DeformConvModel
    : AnchorEmissionOpInterface::ExternalModel<DeformConvModel, dl::DeformConvOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    emitDeformConv(cast<dl::DeformConvOp>(operation), emitter);
  }
};

} // namespace

void attachContractionEmission(MLIRContext *context) {
  dl::MatmulOp::attachInterface<MatmulModel>(*context);
  dl::ConvOp::attachInterface<ConvModel>(*context);
  dl::ConvTransposeOp::attachInterface<ConvTransposeModel>(*context);
  dl::DeformConvOp::attachInterface<DeformConvModel>(*context);
  dl::ConvFilterGradientOp::attachInterface<ConvFilterGradientModel>(*context);
}

} // namespace dlc::codegen
