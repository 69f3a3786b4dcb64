// Pulls expressions from a kernel's results back to its operands.
#include "dlc/Codegen/Halide/KernelEmitter.h"

#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/KernelCompiler.h"
#include "dlc/Codegen/Halide/Templates/GPULoops.h"
#include "dlc/Codegen/Halide/Templates/Injective.h"
#include "dlc/Codegen/Halide/Templates/LoweringPasses.h"
#include "dlc/Codegen/Halide/Templates/Transpose.h"
#include "dlc/Dialect/DL/IR/Storage.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Schedule/KernelSchedule.h"
#include "dlc/Schedule/ScheduleAttributes.h"
#include "dlc/Schedule/ScheduleShapes.h"

using namespace mlir;
using dlc::templates::Size;
using dlc::templates::Sizes;

#include "dlc/Codegen/Halide/EmissionInterfaces.cpp.inc"

namespace dlc::codegen {

//===-- Types ------------------------------------------------------------------------------===//

Halide::Type KernelEmitter::exprType(Type type) {
  Type element = getElementTypeOrSelf(type);
  unsigned bits = element.getIntOrFloatBitWidth();
  if (element.isBF16())
    return Halide::BFloat(16);
  if (isa<FloatType>(element))
    return Halide::Float(bits);
  if (bits == 1)
    return Halide::Bool();
  return element.isUnsignedInteger() ? Halide::UInt(bits) : Halide::Int(bits);
}

Halide::Type KernelEmitter::storageType(Type type) {
  Halide::Type halideType = exprType(type);
  return halideType.is_bool() ? Halide::UInt(8) : halideType;
}

Halide::Expr KernelEmitter::compute(Halide::Expr expr) {
  if (expr.type().is_float() && expr.type().bits() < 32)
    return Halide::cast<float>(expr);
  return expr;
}

//===-- Construction -----------------------------------------------------------------------===//

KernelEmitter::KernelEmitter(dl::KernelOp kernel, const schedule::MachineFacts &facts)
    : kernel(kernel), facts(facts),
      scheduleAttr(kernel.getScheduleAttr() ? kernel.getScheduleAttr()
                                            : schedule::chooseSchedule(kernel, facts)),
      sizes(kernel) {
  for (BlockArgument argument : kernel.getBodyBlock()->getArguments()) {
    unsigned index = argument.getArgNumber();
    Halide::ImageParam parameter =
        sizes.parameter(storageType(argument.getType()), dl::dimsOf(argument.getType()),
                        kernel.getInputStrides(index), index);
    parameters.push_back(parameter);
    bool isBool = getElementTypeOrSelf(argument.getType()).isInteger(1);
    define(argument, [parameter, isBool](const Coords &coords) {
      Halide::Expr element = parameter(std::vector<Halide::Expr>(coords.rbegin(), coords.rend()));
      return isBool ? element != Halide::cast<uint8_t>(0) : element;
    });
  }
}

void KernelEmitter::define(Value value, std::function<Halide::Expr(const Coords &)> element) {
  definitions[value] = std::move(element);
}

std::vector<Halide::Argument> KernelEmitter::arguments() const {
  std::vector<Halide::Argument> arguments = sizes.arguments();
  arguments.insert(arguments.end(), parameters.begin(), parameters.end());
  return arguments;
}

ValueRange KernelEmitter::yielded() {
  return kernel.getBodyBlock()->getTerminator()->getOperands();
}

dl::Dims KernelEmitter::outputShape() { return dl::dimsOf(yielded().front().getType()); }

//===-- Sizes ------------------------------------------------------------------------------===//

templates::Size KernelEmitter::size(AffineExpr dim) { return sizes.size(dim); }

Sizes KernelEmitter::sizesOf(ArrayRef<AffineExpr> dims) { return sizes.sizesOf(dims); }

Sizes KernelEmitter::sizesOf(Value tensor) { return sizesOf(dl::dimsOf(tensor.getType())); }

//===-- Expressions ------------------------------------------------------------------------===//

/// A splat constant inside the kernel as an immediate.
static Halide::Expr immediate(dl::ConstantOp constant) {
  auto dense = cast<DenseElementsAttr>(constant.getValue());
  assert(dense.isSplat() && "kernel formation keeps only splats inside kernels");
  Tensor value =
      dl::tensorOf(ElementsAttr(dense.reshape(RankedTensorType::get({}, dense.getElementType()))));
  Halide::Type type = KernelEmitter::exprType(constant.getType());
  if (type.is_bool())
    return value.asInt(0) ? Halide::Internal::const_true() : Halide::Internal::const_false();
  if (type.is_float())
    return Halide::Internal::make_const(type, value.asDouble(0));
  return Halide::Internal::make_const(type, value.asInt(0));
}

static bool sameCoords(const Coords &a, const Coords &b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](const Halide::Expr &x, const Halide::Expr &y) { return x.same_as(y); });
}

Halide::Expr KernelEmitter::at(Value value, const Coords &coords) {
  if (auto found = definitions.find(value); found != definitions.end())
    return found->second(coords);
  Operation *op = value.getDefiningOp();
  if (auto constant = dyn_cast<dl::ConstantOp>(op))
    return immediate(constant);
  for (const auto &[place, expr] : emitted[value])
    if (sameCoords(place, coords))
      return expr;
  auto element = dyn_cast<ElementEmissionOpInterface>(op);
  if (!element)
    throw Halide::CompileError("op '" + op->getName().getStringRef().str() +
                               "' has no Halide emission");
  Halide::Expr expr = element.emitElement(*this, cast<OpResult>(value).getResultNumber(), coords);
  Halide::Type type = exprType(value.getType());
  if (expr.type() != type)
    expr = Halide::cast(type, expr);
  emitted[value].emplace_back(coords, expr);
  return expr;
}

Halide::Expr KernelEmitter::broadcastAt(Value value, const Coords &coords) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  Coords place(coords.end() - shape.size(), coords.end());
  for (auto [axis, size] : llvm::enumerate(shape))
    if (size == 1)
      place[axis] = 0;
  return at(value, place);
}

std::vector<LoopAxes> imageAxes(bool oneAxis) {
  if (oneAxis)
    return {{2, 3}, {1, 2}, {1, 1}, {0, 1}};
  return {{3, 4}, {2, 3}, {1, 2}, {0, 1}};
}

//===-- Joining axes -----------------------------------------------------------------------===//

bool KernelEmitter::isLinearizable(Value value, ArrayRef<AffineExpr> shape, unsigned first,
                                   unsigned last) {
  auto type = cast<RankedTensorType>(value.getType());
  dl::Dims own = dl::dimsOf(type);
  const AffineExpr one = getAffineConstantExpr(1, value.getContext());
  // Axis i of `shape` is axis i - offset of this value; missing ones count as size 1.
  int64_t offset = static_cast<int64_t>(shape.size()) - static_cast<int64_t>(own.size());
  bool all = true, none = true;
  for (int64_t axis = first; axis < static_cast<int64_t>(last); ++axis) {
    AffineExpr size = axis < offset ? one : own[axis - offset];
    all &= size == shape[axis];
    none &= size == one;
  }
  if (!all && !none)
    return false;
  if (auto argument = dyn_cast<BlockArgument>(value))
    return none || dl::areLinear(own, kernel.getInputStrides(argument.getArgNumber()),
                                 std::max<int64_t>(0, first - offset), last - offset);
  Operation *op = value.getDefiningOp();
  if (definitions.count(value) || isa<dl::ConstantOp>(op))
    return true;
  // An op that depends on its place counts along each axis.
  if (!isElementwise(op) || op->hasTrait<dl::DependsOnPlace>())
    return false;
  return llvm::all_of(op->getOperands(),
                      [&](Value operand) { return isLinearizable(operand, shape, first, last); });
}

bool KernelEmitter::outputsAreLinearizable(ArrayRef<AffineExpr> shape, unsigned first,
                                           unsigned last) {
  for (auto [index, value] : llvm::enumerate(yielded()))
    if (!isLinearizable(value, shape, first, last) ||
        !dl::areLinear(shape, kernel.getOutputStrides(index), first, last))
      return false;
  return true;
}

Coords KernelEmitter::splitLinear(Halide::Expr linear, ArrayRef<AffineExpr> shape, unsigned first,
                                  unsigned last, bool linearizable) {
  Coords coords(last - first, Halide::Expr(0));
  if (linearizable) {
    // Axes of size 1 are read at 0 wherever they broadcast: the index stands in the last of another
    // size.
    unsigned place = last;
    while (place > first + 1 && dl::constantDim(shape[place - 1]) == 1)
      --place;
    if (!coords.empty())
      coords[place - 1 - first] = linear;
    return coords;
  }
  for (unsigned axis = last; axis-- > first;) {
    if (axis == first) {
      coords.front() = linear;
      break;
    }
    Size outer = productOf(sizesOf(shape.slice(first, axis - first)));
    auto [quotient, rest] = templates::divide(linear, size(shape[axis]), outer);
    coords[axis - first] = rest;
    linear = quotient;
  }
  return coords;
}

IterationSpace KernelEmitter::defaultSpace() {
  IterationSpace result;
  dl::Dims shape = outputShape();
  result.coords.resize(shape.size(), Halide::Expr(0));
  for (unsigned last = shape.size(); last > 0;) {
    unsigned first = last - 1;
    // An anchor's own Funcs have one argument an axis.
    while (!generic && first > 0 && outputsAreLinearizable(shape, first - 1, last))
      --first;
    Size extent = productOf(sizesOf(ArrayRef(shape).slice(first, last - first)));
    Halide::Var var("d" + std::to_string(result.vars.size()));
    result.vars.push_back(var);
    result.extents.push_back(extent);
    result.axes.push_back({first, last});
    Coords group = splitLinear(var, shape, first, last, /*linearizable=*/true);
    std::copy(group.begin(), group.end(), result.coords.begin() + first);
    last = first;
  }
  return result;
}

schedule::InjectiveParams KernelEmitter::injectiveParams() {
  if (auto attribute = getSchedule<dl::InjectiveScheduleAttr>())
    return schedule::paramsOf(attribute);
  schedule::InjectiveShape shape;
  for (const Size &extent : space->extents)
    shape.elements *= extent.constantOr(1);
  shape.operands = kernel.getInputs().size() + kernel.getOutputs().size();
  return schedule::chooseInjective(shape, facts);
}

void KernelEmitter::emitTranspose(const schedule::TransposeParams &params) {
  dl::TransposeOp transpose = schedule::turningTranspose(kernel);
  if (!transpose)
    throw Halide::CompileError("a schedule of the family 'transpose' on a kernel without a "
                               "transpose to turn");
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  dl::Dims shape = outputShape(), from = dl::dimsOf(transpose.getOperand().getType());
  unsigned rank = shape.size();
  // Neighbouring axes of the output that are neighbours of the operand too are one loop.
  auto square = std::make_shared<Halide::Func>();
  define(transpose.getResult(), [square](const Coords &) { return Halide::Expr(); });
  IterationSpace loops;
  loops.coords.resize(rank, Halide::Expr(0));
  std::vector<std::pair<unsigned, unsigned>> groups; ///< [first, last) axes, innermost group first
  for (unsigned last = rank; last > 0;) {
    unsigned first = last - 1;
    auto joins = [&](unsigned axis) {
      return permutation[axis] + 1 == permutation[axis + 1] &&
             isLinearizable(transpose.getOperand(), from, permutation[axis],
                            permutation[last - 1] + 1) &&
             outputsAreLinearizable(shape, axis, last);
    };
    while (first > 0 && joins(first - 1))
      --first;
    Size extent = productOf(sizesOf(ArrayRef(shape).slice(first, last - first)));
    if (!extent.is(1) || (last == rank && first == 0)) {
      Halide::Var var("d" + std::to_string(loops.vars.size()));
      loops.vars.push_back(var);
      loops.extents.push_back(extent);
      loops.axes.push_back({first, last});
      groups.emplace_back(first, last);
      Coords place = splitLinear(var, shape, first, last, /*linearizable=*/true);
      std::copy(place.begin(), place.end(), loops.coords.begin() + first);
    }
    last = first;
  }
  templates::TransposeProblem problem;
  problem.extents = loops.extents;
  problem.type = exprType(transpose.getType());
  // The group that holds the operand's innermost axis is what it is dense along.
  unsigned inner = rank - 1;
  while (dl::constantDim(from[inner]) == 1)
    --inner;
  for (auto [index, group] : llvm::enumerate(groups))
    for (unsigned axis = group.first; axis < group.second; ++axis)
      if (permutation[axis] == static_cast<int64_t>(inner))
        problem.denseAxis = index;
  problem.input = [&](const std::vector<Halide::Expr> &at) {
    Coords place(rank, Halide::Expr(0));
    for (auto [index, group] : llvm::enumerate(groups)) {
      Coords part = splitLinear(at[index], shape, group.first, group.second, true);
      for (unsigned axis = group.first; axis < group.second; ++axis)
        place[permutation[axis]] = part[axis - group.first];
    }
    return this->at(transpose.getOperand(), place);
  };
  auto built = std::make_shared<templates::Transpose>(templates::buildTranspose(problem));
  std::vector<Halide::Expr> own(loops.vars.begin(), loops.vars.end());
  define(transpose.getResult(), [built, own](const Coords &) { return built->square(own); });
  setIterationSpace(std::move(loops));
  setSchedule([built, params, this](Halide::Func func) {
    templates::scheduleTranspose(*built, func, params, facts);
  });
}

//===-- Outputs ----------------------------------------------------------------------------===//

/// Elements between iterations of a loop over `axes` of a tensor that has `strides`.
static AffineExpr strideOfLoop(ArrayRef<AffineExpr> shape, ArrayRef<AffineExpr> strides,
                               const LoopAxes &axes, MLIRContext *context) {
  if (!dl::areLinear(shape, strides, axes.first, axes.last))
    throw Halide::CompileError("a result is part of a tensor that the kernel's loops cannot walk");
  // Axes of one element lie anywhere.
  for (unsigned axis = axes.last; axis-- > axes.first;)
    if (dl::constantDim(shape[axis]) != 1)
      return strides[axis] * axes.step;
  return getAffineConstantExpr(axes.step, context);
}

void KernelEmitter::describeOutputs() {
  dl::Dims shape = outputShape();
  // Halide gives the further outputs of a tuple the bounds of the first, and takes no others.
  for (size_t dim = 0; dim < space->vars.size(); ++dim)
    output.output_buffers().front().dim(dim).set_bounds(0, space->extents[dim].expr());
  for (auto [index, buffer] : llvm::enumerate(output.output_buffers()))
    for (size_t dim = 0; dim < space->vars.size(); ++dim) {
      AffineExpr stride = strideOfLoop(shape, kernel.getOutputStrides(index), space->axes[dim],
                                       kernel.getContext());
      sizes.setStride(buffer.dim(dim), buffer.name(), static_cast<int>(dim), size(stride));
    }
}

//===-- The whole kernel -------------------------------------------------------------------===//

void KernelEmitter::emit() {
  if (Operation *anchor = kernel.getAnchor()) {
    auto emission = dyn_cast<AnchorEmissionOpInterface>(anchor);
    if (!emission)
      throw Halide::CompileError("op '" + anchor->getName().getStringRef().str() +
                                 "' has no Halide emission");
    emission.emitAnchor(*this);
  } else if (auto attribute = getSchedule<dl::TransposeScheduleAttr>()) {
    emitTranspose(schedule::paramsOf(attribute));
  }
  if (!space)
    space = defaultSpace();
  std::vector<Halide::Expr> values;
  for (Value value : yielded()) {
    Halide::Expr element = at(value, space->coords);
    values.push_back(Halide::cast(storageType(value.getType()), element));
  }
  output = Halide::Func("out");
  if (values.size() == 1)
    output(space->vars) = values.front();
  else
    output(space->vars) = Halide::Tuple(values);
  describeOutputs();
  if (schedule)
    schedule(output);
  else if (auto attribute = getSchedule<dl::GPUWindowScheduleAttr>())
    templates::scheduleGPUWindow(output, schedule::paramsOf(attribute));
  else if (auto attribute = getSchedule<dl::GPUInjectiveScheduleAttr>())
    templates::scheduleGPUInjective(output, schedule::paramsOf(attribute));
  else if (generic)
    templates::scheduleGeneric({{output, space->extents}}, injectiveParams(), facts);
  else
    templates::scheduleInjective(output, space->extents, injectiveParams(), facts);
}

Halide::Pipeline KernelEmitter::pipeline() const {
  Halide::Pipeline pipeline(output);
  templates::addLoweringPasses(pipeline, facts.device || facts.masksStores());
  sizes.attachTo(pipeline);
  return pipeline;
}

void registerEmissionModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, dl::DLDialect *) {
    attachElementwiseEmission(context);
    attachShapeEmission(context);
    attachContractionEmission(context);
    attachAttentionEmission(context);
    attachRecurrentEmission(context);
    attachReductionEmission(context);
    attachScanEmission(context);
    attachNormalizationEmission(context);
    attachWindowEmission(context);
    attachIndexingEmission(context);
    attachRandomEmission(context);
  });
}

} // namespace dlc::codegen
