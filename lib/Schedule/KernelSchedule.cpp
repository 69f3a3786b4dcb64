// From a kernel to the shape that the analytic model asks for, and its answer as an attribute.
#include "dlc/Schedule/KernelSchedule.h"

#include "dlc/Schedule/DeviceSchedule.h"
#include "dlc/Schedule/ScheduleAttributes.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>
#include <numeric>

using namespace mlir;

namespace dlc::schedule {

/// What is known for sure, for what can be run.
static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// The shape at the likely values of symbols, for what is fast.
static SmallVector<int64_t> likelyShapeOf(Value value) {
  auto kernel = dyn_cast_if_present<dl::KernelOp>(value.getParentRegion()->getParentOp());
  if (!kernel)
    kernel = value.getDefiningOp<dl::KernelOp>();
  ArrayRef<int64_t> estimates;
  if (kernel && kernel.getEstimates())
    estimates = *kernel.getEstimates();
  return dl::shapeAt(value.getType(), estimates);
}

static int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>());
}

/// `rows` of `result`, odd where it may have any: no tile fits them for sure.
static int64_t oddRows(int64_t rows, Value result) {
  bool open = ShapedType::isDynamicShape(shapeOf(result).drop_back(1));
  return open && rows % 2 == 0 ? rows - 1 : rows;
}

static bool isOne(int64_t value) { return value == 1; }

/// Bytes of an accumulator for elements of `value`.
static int accumulatorBytes(Value value) {
  return std::max<int>(4, getElementTypeOrSelf(value).getIntOrFloatBitWidth() / 8);
}

/// The window's extents, whatever the filter's layout.
static ArrayRef<int64_t> windowOf(dl::ConvOp op) {
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  if (op.getPackedChannels() > 0)
    return filter.drop_front(1).drop_back(2);
  return op.getOutputLast() ? filter.drop_back(2) : filter.drop_front(2);
}

static ArrayRef<int64_t> windowOf(dl::ConvTransposeOp op) {
  return shapeOf(op.getFilter()).drop_front(2);
}

bool isDirect(dl::ConvOp op) {
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  return op.getLayout() == dl::Layout::ChannelsLast && input.size() <= 4 &&
         !ShapedType::isDynamic(input.back()) && op.getFilter().getType().hasStaticShape();
}

bool isDirect(dl::ConvTransposeOp op) {
  if (op.getLayout() != dl::Layout::ChannelsLast || shapeOf(op.getInput()).size() > 4 ||
      ShapedType::isDynamic(shapeOf(op.getInput()).back()) ||
      !op.getFilter().getType().hasStaticShape() || op.getGroups() != 1 ||
      !isa<FloatType>(getElementTypeOrSelf(op.getInput())))
    return false;
  ArrayRef<int64_t> window = windowOf(op);
  for (auto [i, taps] : llvm::enumerate(window)) {
    // Padding of the convolution, which crops nothing.
    int64_t reach = (taps - 1) * op.getDilations()[i];
    if (op.getStrides()[i] != 1 || op.getPadsBegin()[i] > reach ||
        op.getPadsEnd()[i] > reach + op.getOutputPadding()[i])
      return false;
  }
  return true;
}

bool isDirect(dl::ConvFilterGradientOp op) {
  if (!op.getInput().getType().hasStaticShape() || !op.getCotangent().getType().hasStaticShape())
    return false; // the template blocks a reduction that it knows
  // The kernel's one movement must make the filter (kernel..., C, O).
  dl::TransposeOp turn;
  for (auto transpose : op->getParentRegion()->getOps<dl::TransposeOp>()) {
    if (turn)
      return false;
    turn = transpose;
  }
  int64_t rank = op.getResult().getType().getRank();
  SmallVector<int64_t> outputLast = llvm::to_vector(llvm::seq<int64_t>(2, rank));
  outputLast.append({1, 0});
  return turn && turn.getPermutation() == ArrayRef(outputLast) && op.isChannelsLast() &&
         op.getGroups() == 1 && rank <= 4;
}

bool isDepthwise(dl::ConvOp op) {
  int64_t channels = shapeOf(op.getInput()).back(), outputs = shapeOf(op.getResult()).back();
  return isDirect(op) && op.getPackedChannels() == 0 &&
         static_cast<int64_t>(op.getGroups()) == channels && outputs == channels &&
         op.getGroups() > 1;
}

GemmShape gemmShapeOf(dl::MatmulOp op) {
  SmallVector<int64_t> result = likelyShapeOf(op.getResult()), lhs = likelyShapeOf(op.getLhs());
  GemmShape shape;
  shape.columns = result.back();
  shape.depth = op.getTransposeLhs() ? lhs[lhs.size() - 2] : lhs.back();
  shape.elementBytes = accumulatorBytes(op.getResult());
  bool shared = llvm::all_of(shapeOf(op.getRhs()).drop_back(2), isOne);
  bool joined = !op.getTransposeLhs() && (op.getPackedColumns() > 0 || shared);
  ArrayRef<int64_t> all = result;
  shape.rows = joined ? product(all.drop_back(1)) : result[result.size() - 2];
  shape.rows = oddRows(shape.rows, op.getResult());
  shape.batch = joined ? 1 : product(all.drop_back(2));
  shape.lhsDenseAlongRows = op.getTransposeLhs();
  return shape;
}

GemmShape gemmShapeOf(dl::ConvOp op) {
  SmallVector<int64_t> result = likelyShapeOf(op.getResult());
  ArrayRef<int64_t> window = windowOf(op);
  GemmShape shape;
  shape.rows = oddRows(product(ArrayRef(result).drop_back(1)), op.getResult());
  shape.columns = result.back() / op.getGroups();
  shape.batch = op.getGroups();
  shape.depth = product(window) * shapeOf(op.getInput()).back() / op.getGroups();
  shape.elementBytes = accumulatorBytes(op.getResult());
  if (product(window) != 1 || !llvm::all_of(op.getStrides(), isOne)) {
    shape.lineWidth = result[result.size() - 2];
    if (ShapedType::isDynamic(shapeOf(op.getResult())[result.size() - 2]))
      shape.lineWidth = std::numeric_limits<int32_t>::max(); // a prime: tiles wrap around lines
    // A window adds its stride's worth of the image, and no more than itself.
    shape.lhsBytesPerRow = shapeOf(op.getInput()).back() / op.getGroups() * shape.elementBytes;
    for (auto [stride, taps] : llvm::zip(op.getStrides(), window))
      shape.lhsBytesPerRow *= std::min<int64_t>(stride, taps);
  }
  return shape;
}

GemmShape gemmShapeOf(dl::ConvTransposeOp op) {
  SmallVector<int64_t> result = likelyShapeOf(op.getResult());
  ArrayRef<int64_t> window = windowOf(op);
  GemmShape shape;
  shape.rows = product(ArrayRef(result).drop_back(1));
  shape.columns = result.back();
  shape.depth = product(window) * shapeOf(op.getInput()).back();
  shape.elementBytes = accumulatorBytes(op.getResult());
  if (product(window) != 1) {
    shape.lineWidth = result[result.size() - 2];
    shape.lhsBytesPerRow = shapeOf(op.getInput()).back() * shape.elementBytes;
  }
  return shape;
}

GemmShape gemmShapeOf(dl::ConvFilterGradientOp op) {
  ArrayRef<int64_t> result = shapeOf(op.getResult()), cotangent = shapeOf(op.getCotangent());
  GemmShape shape;
  shape.rows = product(result.drop_front(1));
  shape.columns = result.front();
  shape.depth = product(cotangent.drop_back(1));
  shape.elementBytes = accumulatorBytes(op.getResult());
  // Rows are channels of a pixel; where they are few, of the window's neighbouring pixels too.
  shape.lineWidth = result[1];
  if (joinsWindowColumns(op))
    shape.lineWidth *= result.back();
  return shape;
}

bool joinsWindowColumns(dl::ConvFilterGradientOp op) {
  constexpr int64_t fewChannels = 8;
  return shapeOf(op.getInput()).back() < fewChannels && op.getDilations().back() == 1;
}

std::optional<GemmShape> gemmShapeOf(Operation *anchor) {
  if (!anchor)
    return {};
  auto ifDirect = [](auto op) {
    return isDirect(op) ? std::optional(gemmShapeOf(op)) : std::nullopt;
  };
  return llvm::TypeSwitch<Operation *, std::optional<GemmShape>>(anchor)
      .Case([](dl::MatmulOp op) { return gemmShapeOf(op); })
      .Case([](dl::ConvOp op) {
        return isDirect(op) && !isDepthwise(op) ? std::optional(gemmShapeOf(op)) : std::nullopt;
      })
      .Case<dl::ConvTransposeOp, dl::ConvFilterGradientOp>(ifDirect)
      .Default(std::nullopt);
}

AttentionShape attentionShapeOf(dl::AttentionOp op) {
  AttentionShape shape;
  SmallVector<int64_t> query = likelyShapeOf(op.getQuery()), value = likelyShapeOf(op.getValue());
  shape.rows = query[op.getRowAxis()];
  shape.keys = value[op.getRowAxis()];
  shape.depth = query[3];
  shape.columns = value[3];
  shape.batch = query[op.getHeadAxis()] * query[0];
  shape.elementBytes = accumulatorBytes(op.getResult());
  return shape;
}

RnnStepShape rnnStepShapeOf(RecurrentOpInterface op) {
  RnnStepShape shape;
  ArrayRef<int64_t> estimates;
  if (auto kernel = op->getParentOfType<dl::KernelOp>(); kernel && kernel.getEstimates())
    estimates = *kernel.getEstimates();
  SmallVector<int64_t> state = dl::shapeAt(op.getStepOutputs().front().type, estimates);
  shape.rows = state[0];
  shape.units = state[1];
  shape.elementBytes = accumulatorBytes(op->getResult(0));
  StepProduct product = op.getStepProduct();
  shape.gates = product.gates;
  shape.depth = product.statesPerUnit * shape.units;
  return shape;
}

WindowShape windowShapeOf(dl::ConvOp op) {
  SmallVector<int64_t> input = likelyShapeOf(op.getInput()), result = likelyShapeOf(op.getResult());
  ArrayRef<int64_t> window = windowOf(op);
  bool twoAxes = result.size() == 4;
  WindowShape shape;
  shape.channels = result.back();
  shape.width = result[result.size() - 2];
  shape.height = twoAxes ? result[1] : 1;
  shape.batch = result[0];
  shape.taps = product(window);
  shape.elementBytes = accumulatorBytes(op.getResult());
  shape.inputRowBytes = input[input.size() - 2] * input.back() * shape.elementBytes;
  shape.strideHeight = twoAxes ? op.getStrides()[0] : 1;
  shape.kernelHeight = twoAxes ? window[0] : 1;
  return shape;
}

std::optional<WindowShape> poolShapeOf(Operation *anchor) {
  if (!isa_and_nonnull<dl::MaxPoolOp, dl::AveragePoolOp, dl::LpPoolOp>(anchor) ||
      !isa<FloatType>(getElementTypeOrSelf(anchor->getOperand(0))))
    return {};
  return llvm::TypeSwitch<Operation *, std::optional<WindowShape>>(anchor)
      .Case<dl::MaxPoolOp, dl::AveragePoolOp, dl::LpPoolOp>(
          [](auto op) -> std::optional<WindowShape> {
            SmallVector<int64_t> input = likelyShapeOf(op.getInput()),
                                 result = likelyShapeOf(op.getResult());
            if (op.getLayout() != dl::Layout::ChannelsLast || result.size() > 4)
              return {};
            // How far the last windows reach beyond the input is known with its sizes only.
            if (op.getCeilMode() && ShapedType::isDynamicShape(shapeOf(op.getInput())))
              return {};
            bool twoAxes = result.size() == 4;
            WindowShape shape;
            shape.channels = result.back();
            shape.width = result[result.size() - 2];
            shape.height = twoAxes ? result[1] : 1;
            shape.batch = result[0];
            shape.taps = product(op.getKernelShape());
            shape.elementBytes = accumulatorBytes(op.getResult());
            shape.inputRowBytes = input[input.size() - 2] * input.back() * shape.elementBytes;
            shape.strideHeight = twoAxes ? op.getStrides()[0] : 1;
            shape.kernelHeight = twoAxes ? op.getKernelShape()[0] : 1;
            return shape;
          });
}

std::optional<RowReduceShape> rowReduceShapeOf(Operation *anchor) {
  if (!anchor)
    return {};
  SmallVector<int64_t> sizes = likelyShapeOf(anchor->getOperand(0));
  ArrayRef<int64_t> shape = sizes;
  int64_t rank = shape.size();
  // The first axis of a row, and cycles a vector of it, all stages; 0: not by rows.
  using Row = std::pair<int64_t, int>;
  auto lastAxis = [&](int64_t axis, int cycles) {
    return Row(axis, axis == rank - 1 ? cycles : 0);
  };
  auto [first, cycles] =
      llvm::TypeSwitch<Operation *, Row>(anchor)
          .Case([&](dl::ReduceOp op) {
            ArrayRef<int64_t> axes = op.getAxes();
            bool trailing =
                !axes.empty() && axes.front() == rank - static_cast<int64_t>(axes.size());
            int cycles = op.getKind() == dl::ReduceKind::LogSumExp ? 8 : 1;
            return Row(trailing ? axes.front() : 0, trailing ? cycles : 0);
          })
          .Case<dl::SoftmaxOp, dl::LogSoftmaxOp>([&](auto op) { return lastAxis(op.getAxis(), 8); })
          .Case([&](dl::LpNormalizeOp op) { return lastAxis(op.getAxis(), 2); })
          .Case([&](dl::LayerNormOp op) { return Row(op.getAxis(), 3); })
          .Case([&](dl::RmsNormOp op) { return Row(op.getAxis(), 2); })
          .Default(Row(0, 0));
  if (cycles == 0)
    return {};
  RowReduceShape result;
  result.columns = product(shape.drop_front(first));
  result.rows = product(shape.take_front(first));
  result.elementBytes =
      std::max(1u, getElementTypeOrSelf(anchor->getOperand(0)).getIntOrFloatBitWidth() / 8);
  result.cyclesPerVector = cycles;
  return result;
}

std::optional<RowReduceShape> columnReduceShapeOf(Operation *anchor) {
  auto op = dyn_cast_if_present<dl::ReduceOp>(anchor);
  if (!op || op.getKind() == dl::ReduceKind::LogSumExp ||
      !op.getOperand().getType().hasStaticShape())
    return {};
  ArrayRef<int64_t> shape = shapeOf(op.getOperand()), axes = op.getAxes();
  bool leading = !axes.empty() && axes.size() < shape.size() &&
                 axes.back() == static_cast<int64_t>(axes.size()) - 1;
  if (!leading || product(shape) == 0)
    return {};
  RowReduceShape result;
  result.columns = product(shape.take_front(axes.size()));
  result.rows = product(shape.drop_front(axes.size()));
  result.elementBytes =
      std::max(1u, getElementTypeOrSelf(op.getOperand()).getIntOrFloatBitWidth() / 8);
  return result;
}

std::optional<ScanShape> scanShapeOf(Operation *anchor) {
  if (!isa_and_nonnull<dl::CumSumOp, dl::CumProdOp>(anchor))
    return {};
  // Sums of narrow floats are kept in wider ones, for which the result has no room.
  Type element = getElementTypeOrSelf(anchor->getResult(0));
  if (isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32)
    return {};
  SmallVector<int64_t> sizes = likelyShapeOf(anchor->getResult(0));
  int64_t axis = llvm::TypeSwitch<Operation *, int64_t>(anchor).Case<dl::CumSumOp, dl::CumProdOp>(
      [](auto op) { return op.getAxis(); });
  ScanShape shape;
  shape.inner = product(ArrayRef(sizes).drop_front(axis + 1));
  shape.length = sizes[axis];
  shape.outer = product(ArrayRef(sizes).take_front(axis));
  shape.elementBytes = std::max(1u, element.getIntOrFloatBitWidth() / 8);
  return shape;
}

dl::TransposeOp turningTranspose(dl::KernelOp kernel) {
  dl::TransposeOp found;
  if (kernel.getAnchor() || kernel.getNumResults() != 1)
    return {};
  dl::Dims shape = dl::dimsOf(kernel.getOutputs().front().getType());
  for (Operation &op : kernel.getBodyBlock()->without_terminator()) {
    if (auto transpose = dyn_cast<dl::TransposeOp>(op); transpose && !found) {
      found = transpose;
      continue;
    }
    auto fusible = dyn_cast<FusibleOpInterface>(op);
    if (!fusible || isa<LayoutOpInterface>(op) ||
        (fusible.getFusionClass() != FusionClass::Injective &&
         fusible.getFusionClass() != FusionClass::Constant))
      return {};
  }
  // What follows it must have its shape: the squares are read in the coordinates of the output.
  if (!found || dl::dimsOf(found.getType()) != shape)
    return {};
  // Axes of one element may stand anywhere: the innermost other one is what is dense.
  ArrayRef<int64_t> from = shapeOf(found.getOperand()), to = shapeOf(found.getResult());
  int64_t inner = from.size() - 1, outer = to.size() - 1;
  while (inner > 0 && from[inner] == 1)
    --inner;
  while (outer > 0 && to[outer] == 1)
    --outer;
  bool turns =
      product(likelyShapeOf(found.getResult())) > 1 && found.getPermutation()[outer] != inner;
  return turns ? found : dl::TransposeOp();
}

bool hasDepthwiseFilter(dl::KernelOp kernel, dl::ConvOp conv) {
  if (conv.getOutputLast())
    return true;
  auto argument = dyn_cast<BlockArgument>(conv.getFilter());
  return argument && argument.hasOneUse() &&
         kernel.getInputs()[argument.getArgNumber()].getDefiningOp<dl::ConstantOp>();
}

bool fits(Attribute schedule, dl::KernelOp kernel) {
  Operation *anchor = kernel.getAnchor();
  auto conv = dyn_cast_if_present<dl::ConvOp>(anchor);
  return llvm::TypeSwitch<Attribute, bool>(schedule)
      .Case([&](dl::InjectiveScheduleAttr) {
        return !isa_and_nonnull<dl::AttentionOp, dl::LayerNormOp, dl::RmsNormOp,
                                RecurrentOpInterface>(anchor);
      })
      .Case([&](dl::RnnStepScheduleAttr) { return isa_and_nonnull<RecurrentOpInterface>(anchor); })
      .Case([&](dl::GemmScheduleAttr) { return gemmShapeOf(anchor).has_value(); })
      .Case([&](dl::AttentionScheduleAttr) { return isa_and_nonnull<dl::AttentionOp>(anchor); })
      .Case([&](dl::DepthwiseScheduleAttr) {
        return conv && isDepthwise(conv) && hasDepthwiseFilter(kernel, conv);
      })
      .Case([&](dl::WindowScheduleAttr) { return poolShapeOf(anchor).has_value(); })
      .Case([&](dl::RowReduceScheduleAttr) {
        return rowReduceShapeOf(anchor) || columnReduceShapeOf(anchor);
      })
      .Case([&](dl::ScanScheduleAttr) { return scanShapeOf(anchor).has_value(); })
      .Case([&](dl::TransposeScheduleAttr) { return turningTranspose(kernel) != nullptr; })
      .Default(false);
}

MachineFacts factsFor(Operation *op, int vectorBytes) {
  MachineFacts facts = hostMachineFacts();
  facts.device = deviceOf(op);
  if (vectorBytes == 0 || vectorBytes == facts.vectorBytes)
    return facts;
  return vectorBytes >= 64 ? avx512Facts(facts) : avx2Facts(facts);
}

static InjectiveShape injectiveShapeOf(dl::KernelOp kernel) {
  InjectiveShape shape;
  shape.elements = product(likelyShapeOf(kernel.getOutputs().front()));
  shape.operands = kernel.getInputs().size() + kernel.getOutputs().size();
  shape.elementBytes =
      std::max(1u, getElementTypeOrSelf(kernel.getOutputs().front()).getIntOrFloatBitWidth() / 8);
  return shape;
}

/// The schedule at the likely sizes.
static Attribute likelySchedule(dl::KernelOp kernel, const MachineFacts &facts) {
  MLIRContext *context = kernel.getContext();
  Operation *anchor = kernel.getAnchor();
  if (auto recurrent = dyn_cast_if_present<RecurrentOpInterface>(anchor))
    return attributeOf(context, chooseRnnStep(rnnStepShapeOf(recurrent), facts));
  if (facts.device)
    return chooseDeviceSchedule(kernel, *facts.device);
  if (auto attention = dyn_cast_if_present<dl::AttentionOp>(anchor))
    return attributeOf(context, chooseAttention(attentionShapeOf(attention), facts));
  if (auto conv = dyn_cast_if_present<dl::ConvOp>(anchor);
      conv && isDepthwise(conv) && hasDepthwiseFilter(kernel, conv))
    return attributeOf(context, chooseDepthwise(windowShapeOf(conv), facts));
  if (std::optional<GemmShape> shape = gemmShapeOf(anchor))
    return attributeOf(context, chooseGemm(*shape, facts));
  if (std::optional<WindowShape> shape = poolShapeOf(anchor))
    return attributeOf(context, chooseWindow(*shape, facts));
  std::optional<RowReduceShape> rows = rowReduceShapeOf(anchor);
  if (!rows)
    rows = columnReduceShapeOf(anchor);
  if (rows)
    return attributeOf(context, chooseRowReduce(*rows, facts));
  if (std::optional<ScanShape> shape = scanShapeOf(anchor))
    return attributeOf(context, chooseScan(*shape, facts));
  if (dl::TransposeOp transpose = turningTranspose(kernel)) {
    int bytes = std::max(1u, getElementTypeOrSelf(transpose.getType()).getIntOrFloatBitWidth() / 8);
    return attributeOf(
        context, chooseTranspose(product(likelyShapeOf(transpose.getResult())), bytes, facts));
  }
  return attributeOf(context, chooseInjective(injectiveShapeOf(kernel), facts));
}

/// `schedule` for any sizes: as many tasks as large ones are worth. Templates make fewer where a
/// call is small.
static Attribute forOpenSizes(Attribute schedule, dl::KernelOp kernel, const MachineFacts &facts) {
  MLIRContext *context = kernel.getContext();
  const int most = 4 * facts.cores;
  return llvm::TypeSwitch<Attribute, Attribute>(schedule)
      .Case<dl::GemmScheduleAttr, dl::AttentionScheduleAttr, dl::DepthwiseScheduleAttr,
            dl::WindowScheduleAttr, dl::RowReduceScheduleAttr, dl::ScanScheduleAttr,
            dl::TransposeScheduleAttr>([&](auto attribute) -> Attribute {
        auto params = paramsOf(attribute);
        params.tasks = most;
        return attributeOf(context, params);
      })
      .Case([&](dl::InjectiveScheduleAttr attribute) -> Attribute {
        InjectiveShape shape = injectiveShapeOf(kernel);
        InjectiveParams params = paramsOf(attribute);
        // The fewest elements that are worth two pieces.
        constexpr int64_t plenty = int64_t(1) << 40;
        for (shape.elements = 1024; params.tasks <= 1 && shape.elements < plenty;)
          params = chooseInjective(shape, facts), shape.elements *= 2;
        params.tasks = most;
        return attributeOf(context, params);
      })
      .Default(schedule);
}

Attribute chooseSchedule(dl::KernelOp kernel, const MachineFacts &facts) {
  Attribute schedule = likelySchedule(kernel, facts);
  return kernel.getSymbols().empty() || facts.cores == 1 ? schedule
                                                         : forOpenSizes(schedule, kernel, facts);
}

} // namespace dlc::schedule
