// Convolutions, and transposed ones without a stride, through the direct_conv template; filter
// gradients through their own.
#include "Convolution.h"

#include "dlc/Codegen/Halide/Templates/DepthwiseFilterGradient.h"
#include "dlc/Codegen/Halide/Templates/DirectConv.h"
#include "dlc/Codegen/Halide/Templates/FilterGradientByLines.h"
#include "dlc/Schedule/ScheduleAttributes.h"
#include "dlc/Schedule/ScheduleShapes.h"
#include "dlc/Schedule/StepsSideBySide.h"

using namespace mlir;
using Halide::Expr;

namespace dlc::codegen {

void checkPanel(KernelEmitter &emitter, const schedule::GemmParams &params, Halide::Type type,
                const dl::PackedPanel &packed, int64_t columns, int64_t depth) {
  const bool isPacked = packed.columns > 0;
  dl::PackedPanel read =
      schedule::panelOf(params, columns, depth, emitter.getFacts(), type.bytes());
  if (params.stepsSideBySide > 1 && (read.sideSteps == 1 || !isPacked))
    throw Halide::CompileError(
        std::to_string(params.stepsSideBySide) + " steps side by side in " +
        std::to_string(params.vectorsPerTile) + " vectors a row do not fit " +
        (isPacked ? std::to_string(columns) + " columns and a depth of " + std::to_string(depth)
                  : "weights that are not packed"));
  if (isPacked && packed != read)
    throw Halide::CompileError(
        "weights are packed in panels of " + std::to_string(packed.columns) + " columns, " +
        std::to_string(packed.sideSteps) + " steps side by side, the schedule reads " +
        std::to_string(read.columns) + ", " + std::to_string(read.sideSteps) +
        ": edit schedules in a dump of the phase 'schedule', before weights are packed");
}

IterationSpace productSpace(KernelEmitter &emitter, const dl::Dims &result,
                            const templates::Size &columns, const templates::Size &rows,
                            const templates::Sizes &batch, bool joined) {
  const unsigned rank = result.size();
  IterationSpace space;
  Halide::Var column("column"), row("row");
  space.vars = {column, row};
  space.extents = {columns, rows};
  space.axes = {{rank - 1, rank}, {joined ? 0 : rank - 2, rank - 1}};
  for (auto [index, extent] : llvm::enumerate(batch)) {
    space.vars.emplace_back("batch" + std::to_string(index));
    space.extents.push_back(extent);
    const unsigned axis = rank - 3 - static_cast<unsigned>(index);
    space.axes.push_back({axis, axis + 1});
  }
  if (joined) {
    const bool linear = emitter.outputsAreLinearizable(result, 0, rank - 1);
    space.coords = emitter.splitLinear(row, result, 0, rank - 1, linear);
  } else {
    space.coords.assign(space.vars.rbegin(), space.vars.rend() - 2);
    space.coords.push_back(row);
  }
  space.coords.push_back(column);
  return space;
}

std::function<Expr(Expr, Expr, Expr, Expr)> imageAccess(KernelEmitter &emitter, Value input) {
  bool oneAxis = shapeOf(input).size() == 3;
  return [&emitter, input, oneAxis](Expr c, Expr x, Expr y, Expr n) {
    return emitter.at(input, oneAxis ? Coords{n, x, c} : Coords{n, y, x, c});
  };
}

Expr addBias(KernelEmitter &emitter, Value bias, Expr sum, Expr channel) {
  return bias ? sum + Halide::cast(sum.type(), emitter.at(bias, {channel})) : sum;
}

namespace {

/// What conv and conv_transpose have in common: sizes of the image, and dilations.
template <typename Op>
templates::ConvProblem problemOf(Op op, ArrayRef<int64_t> window, KernelEmitter &emitter) {
  Image input(emitter.sizesOf(op.getInput()));
  templates::ConvProblem problem;
  problem.accumulator = accumulatorType(op.getResult());
  problem.batch = input.batch;
  problem.inputHeight = input.height;
  problem.inputWidth = input.width;
  problem.inputChannels = input.channels.constant();
  problem.groups = op.getGroups();
  problem.kernelHeight = entry(window, true, 1);
  problem.kernelWidth = entry(window, false, 1);
  problem.dilationHeight = entry(op.getDilations(), true, 1);
  problem.dilationWidth = entry(op.getDilations(), false, 1);
  problem.input = imageAccess(emitter, op.getInput());
  return problem;
}

/// Whether the op is one product of matrices, as the family gemm wants it.
bool isProduct(Operation *op) {
  return cast<schedule::ScheduleShapeOpInterface>(op).getGemmShape().has_value();
}

/// A place in a filter for taps over one or two axes: taps and channels as the op stores them.
Coords filterPlace(bool oneAxis, bool channelsAreBehind, Expr outer, Expr inner, Expr ky, Expr kx) {
  Coords place = oneAxis ? Coords{outer, inner, kx} : Coords{outer, inner, ky, kx};
  return channelsAreBehind ? channelsBehind(place) : place;
}

/// The axis along which `value` is dense in the memory that the kernel reads it from.
unsigned denseAxis(Value value) {
  unsigned last = shapeOf(value).size() - 1;
  auto transpose = value.getDefiningOp<dl::TransposeOp>();
  return transpose
             ? llvm::find(transpose.getPermutation(), last) - transpose.getPermutation().begin()
             : last;
}

/// The rest of the kernel once its problem is known: loops over columns, flat pixels and groups.
template <typename Op>
void emitConvProblem(Op op, const templates::ConvProblem &problem, const dl::PackedPanel &panel,
                     KernelEmitter &emitter) {
  dl::Dims result = dl::dimsOf(op.getResult().getType());
  unsigned rank = result.size();
  schedule::GemmParams params = schedule::paramsOf(emitter.getSchedule<dl::GemmScheduleAttr>());
  checkPanel(emitter, params, problem.accumulator, panel, problem.outputChannels / problem.groups,
             problem.inputChannels / problem.groups);
  auto contraction = std::make_shared<templates::Contraction>(
      templates::buildDirectConv(problem, params, emitter.getFacts()));

  bool linear = emitter.outputsAreLinearizable(result, 0, rank - 1);
  IterationSpace space;
  Halide::Var column("column"), row("row"), group("group");
  int64_t columns = problem.outputChannels / problem.groups;
  space.vars = {column, row};
  space.extents = {columns, templates::productOf(drop(emitter.sizesOf(op.getResult()), 0, 1))};
  space.axes = {{rank - 1, rank}, {0, rank - 1}};
  Expr channel = column;
  if (problem.groups > 1) {
    space.vars.push_back(group);
    space.extents.push_back(problem.groups);
    space.axes.push_back({rank - 1, rank, columns});
    channel = group * static_cast<int>(columns) + column;
  }
  space.coords = emitter.splitLinear(row, result, 0, rank - 1, linear);
  space.coords.push_back(channel);
  std::vector<Expr> own(space.vars.begin(), space.vars.end());
  Value bias = op.getBias();
  emitter.define(op.getResult(), [=, &emitter](const Coords &) {
    return addBias(emitter, bias, contraction->acc(own), channel);
  });
  emitter.setIterationSpace(space);
  emitter.setSchedule([contraction, params, &emitter](Halide::Func output) {
    templates::scheduleContraction(*contraction, output, params, emitter.getFacts());
  });
}

} // namespace

void emitDirectConv(dl::ConvOp op, KernelEmitter &emitter) {
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  bool packed = op.getPackedChannels() > 0, last = op.getOutputLast();
  bool oneAxis = shapeOf(op.getResult()).size() == 3;
  auto window = packed ? filter.drop_front(1).drop_back(2)
                : last ? filter.drop_back(2)
                       : filter.drop_front(2);
  templates::ConvProblem problem = problemOf(op, window, emitter);
  problem.outputChannels = shapeOf(op.getResult()).back();
  problem.strideHeight = entry(op.getStrides(), true, 1);
  problem.strideWidth = entry(op.getStrides(), false, 1);
  problem.padTop = entry(op.getPadsBegin(), true, 0);
  problem.padLeft = entry(op.getPadsBegin(), false, 0);
  problem.padBottom = entry(op.getPadsEnd(), true, 0);
  problem.padRight = entry(op.getPadsEnd(), false, 0);
  dl::Dims image = dl::dimsOf(op.getInput().getType());
  if (problem.isPointwise() && emitter.isLinearizable(op.getInput(), image, 0, image.size() - 1))
    problem.flatInput = [=, &emitter](Expr c, Expr pixel) mutable {
      Coords place = emitter.splitLinear(pixel, image, 0, image.size() - 1, true);
      place.push_back(c);
      return emitter.at(op.getInput(), place);
    };
  problem.stageInput = op.getInput().getDefiningOp() != nullptr && !problem.isPointwise();
  int64_t panels = filter[0] / op.getGroups();
  auto groupColumns = static_cast<int>(problem.outputChannels / op.getGroups());
  if (packed)
    problem.packedWeights = [=, &emitter](Expr lane, Expr k, Expr panel, Expr group) mutable {
      // The panel is dense: one linear place in (kh, kw, ci).
      Expr slot = panel;
      if (op.getGroups() > 1)
        slot = group * static_cast<int>(panels) + panel;
      Coords place = oneAxis ? Coords{slot, 0, k, lane} : Coords{slot, 0, 0, k, lane};
      return emitter.at(op.getFilter(), place);
    };
  else
    problem.weights = [=, &emitter](Expr column, Expr c, Expr kx, Expr ky, Expr group) mutable {
      Expr output = op.getGroups() > 1 ? group * groupColumns + column : column;
      return emitter.at(op.getFilter(), filterPlace(oneAxis, last, output, c, ky, kx));
    };
  problem.weightsDenseAlongInputs =
      !packed && denseAxis(op.getFilter()) == (last ? filter.size() - 2 : 1);
  emitConvProblem(op, problem, dl::packedPanel(op), emitter);
}

void emitDirectConvTranspose(dl::ConvTransposeOp op, KernelEmitter &emitter) {
  if (!isProduct(op))
    throw Halide::CompileError("a schedule of the family 'gemm' on a transposed convolution with "
                               "strides or groups");
  bool oneAxis = shapeOf(op.getResult()).size() == 3;
  templates::ConvProblem problem = problemOf(op, shapeOf(op.getFilter()).drop_front(2), emitter);
  problem.outputChannels = shapeOf(op.getResult()).back();
  int64_t reachHeight = (problem.kernelHeight - 1) * problem.dilationHeight;
  int64_t reachWidth = (problem.kernelWidth - 1) * problem.dilationWidth;
  problem.padTop = reachHeight - entry(op.getPadsBegin(), true, 0);
  problem.padLeft = reachWidth - entry(op.getPadsBegin(), false, 0);
  problem.padBottom =
      reachHeight - entry(op.getPadsEnd(), true, 0) + entry(op.getOutputPadding(), true, 0);
  problem.padRight =
      reachWidth - entry(op.getPadsEnd(), false, 0) + entry(op.getOutputPadding(), false, 0);
  problem.stageInput = op.getInput().getDefiningOp() != nullptr && !problem.isPointwise();
  auto lastX = static_cast<int>(problem.kernelWidth) - 1,
       lastY = static_cast<int>(problem.kernelHeight) - 1;
  problem.weights = [=, &emitter](Expr column, Expr c, Expr kx, Expr ky, Expr) mutable {
    return emitter.at(op.getFilter(), filterPlace(oneAxis, /*channelsAreBehind=*/false, c, column,
                                                  lastY - ky, lastX - kx));
  };
  problem.weightsDenseAlongInputs = denseAxis(op.getFilter()) == 0;
  emitConvProblem(op, problem, /*panel=*/{}, emitter);
}

namespace {

templates::FilterGradientProblem problemOf(dl::ConvFilterGradientOp op, KernelEmitter &emitter) {
  Image input(emitter.sizesOf(op.getInput())), output(emitter.sizesOf(op.getCotangent()));
  templates::FilterGradientProblem problem;
  problem.accumulator = accumulatorType(op.getResult());
  problem.batch = input.batch.constant();
  problem.inputHeight = input.height.constant();
  problem.inputWidth = input.width.constant();
  problem.inputChannels = input.channels.constant();
  problem.outputHeight = output.height.constant();
  problem.outputWidth = output.width.constant();
  problem.outputChannels = output.channels.constant();
  problem.groups = op.getGroups();
  problem.kernelHeight = entry(op.getKernelShape(), true, 1);
  problem.kernelWidth = entry(op.getKernelShape(), false, 1);
  problem.strideHeight = entry(op.getStrides(), true, 1);
  problem.strideWidth = entry(op.getStrides(), false, 1);
  problem.dilationHeight = entry(op.getDilations(), true, 1);
  problem.dilationWidth = entry(op.getDilations(), false, 1);
  problem.padTop = entry(op.getPadsBegin(), true, 0);
  problem.padLeft = entry(op.getPadsBegin(), false, 0);
  problem.input = imageAccess(emitter, op.getInput());
  problem.cotangent = imageAccess(emitter, op.getCotangent());
  problem.inputComputed = op.getInput().getDefiningOp() != nullptr;
  problem.cotangentComputed = op.getCotangent().getDefiningOp() != nullptr;
  problem.joinWindowColumns = schedule::joinsWindowColumns(op);
  return problem;
}

/// An element of the filter's gradient as a template computes it, and the template's schedule.
struct FilterGradientProduct {
  /// At (column, row), or with `grouped` at (column, row, group).
  std::function<Expr(const std::vector<Expr> &place)> element;
  std::function<void(Halide::Func output)> schedule;
  bool grouped = false; ///< whether the template has a loop over groups
};

FilterGradientProduct foldOf(const templates::FilterGradientProblem &problem,
                             const schedule::RowReduceParams &params,
                             const schedule::MachineFacts &facts) {
  auto gradient = std::make_shared<templates::DepthwiseFilterGradient>(
      templates::buildDepthwiseFilterGradient(problem, params, facts));
  return {[gradient](const std::vector<Expr> &place) {
            return elementOf(*gradient, place[0], place[1]);
          },
          [gradient, &facts](Halide::Func output) {
            templates::scheduleDepthwiseFilterGradient(*gradient, output, facts);
          }};
}

FilterGradientProduct productOf(const templates::FilterGradientProblem &problem,
                                const schedule::GemmParams &params,
                                const schedule::MachineFacts &facts) {
  if (templates::sumsByLines(problem, facts)) {
    auto gradient = std::make_shared<templates::FilterGradientByLines>(
        templates::buildFilterGradientByLines(problem, params, facts));
    return {[gradient](const std::vector<Expr> &place) {
              return elementOf(*gradient, place[0], place[1]);
            },
            [gradient, params, &facts](Halide::Func output) {
              templates::scheduleFilterGradientByLines(*gradient, output, params, facts);
            }};
  }
  auto contraction = std::make_shared<templates::Contraction>(
      templates::buildFilterGradient(problem, params, facts));
  return {[contraction](const std::vector<Expr> &place) { return contraction->acc(place); },
          [contraction, params, &facts](Halide::Func output) {
            templates::scheduleContraction(*contraction, output, params, facts);
          },
          /*grouped=*/problem.groups > 1};
}

/// By the family of the kernel's schedule, which must be that of the op.
FilterGradientProduct templateFor(dl::ConvFilterGradientOp op, KernelEmitter &emitter) {
  auto fold = emitter.getSchedule<dl::RowReduceScheduleAttr>();
  auto shapes = cast<schedule::ScheduleShapeOpInterface>(op.getOperation());
  if (fold ? !shapes.getColumnReduceShape() : !shapes.getGemmShape())
    throw Halide::CompileError("a schedule of another family than a filter's gradient has that is "
                               "turned to have its output channels last");
  templates::FilterGradientProblem problem = problemOf(op, emitter);
  if (fold)
    return foldOf(problem, schedule::paramsOf(fold), emitter.getFacts());
  return productOf(problem, schedule::paramsOf(emitter.getSchedule<dl::GemmScheduleAttr>()),
                   emitter.getFacts());
}

} // namespace

void emitFilterGradientProduct(dl::ConvFilterGradientOp op, KernelEmitter &emitter) {
  dl::Dims result = emitter.outputShape();
  FilterGradientProduct product = templateFor(op, emitter);

  unsigned rank = result.size();
  IterationSpace space;
  Halide::Var column("column"), row("row"), group("group");
  space.vars = {column, row};
  templates::Sizes sizes = emitter.sizesOf(ArrayRef(result));
  space.extents = {sizes.back(), templates::productOf(drop(sizes, 0, 1))};
  space.axes = {{rank - 1, rank}, {0, rank - 1}};
  Expr channel = column;
  if (product.grouped) {
    const auto groups = static_cast<int64_t>(op.getGroups());
    const int64_t columns = shapeOf(op.getResult()).front() / groups;
    space.vars.push_back(group);
    space.extents = {columns, space.extents[1], groups};
    space.axes.push_back({rank - 1, rank, columns});
    channel = group * static_cast<int>(columns) + column;
  }
  // Everything before the turn is read at its own place, in the filter's order.
  auto turn = *op->getParentRegion()->getOps<dl::TransposeOp>().begin();
  Coords own = emitter.splitLinear(row, result, 0, rank - 1, /*linearizable=*/false);
  own.push_back(channel);
  std::vector<Expr> place(space.vars.begin(), space.vars.end());
  emitter.define(op.getResult(),
                 [product, place](const Coords &) { return product.element(place); });
  emitter.define(turn.getResult(), [=, &emitter](const Coords &) mutable {
    return emitter.at(turn.getOperand(), channelsInFront(own));
  });
  bool linear = emitter.outputsAreLinearizable(result, 0, rank - 1);
  space.coords = emitter.splitLinear(row, result, 0, rank - 1, linear);
  space.coords.push_back(channel);
  emitter.setIterationSpace(space);
  emitter.setSchedule(product.schedule);
}

} // namespace dlc::codegen
