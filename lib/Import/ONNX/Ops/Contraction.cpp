// Matrix products and convolutions.
#include "Families.h"

#include "../NodeContext.h"
#include "../SpatialAttributes.h"

using namespace mlir;

namespace dlc::onnx {

/// MatMul takes vectors too: a first one is a row, a second one a column, and the axis of 1 goes
/// again.
static LogicalResult importMatMul(NodeContext &c) {
  Value lhs = c.input(0), rhs = c.input(1);
  dl::Dims lhsShape = c.dimsOf(lhs), rhsShape = c.dimsOf(rhs);
  if (lhsShape.empty() || rhsShape.empty())
    return c.badInput("operands must have rank 1 or more");
  if (lhsShape.size() == 1)
    lhs = c.reshape(lhs, dl::Dims{c.dim(1), lhsShape[0]});
  if (rhsShape.size() == 1)
    rhs = c.reshape(rhs, dl::Dims{rhsShape[0], c.dim(1)});
  Value product = c.create<dl::MatmulOp>(lhs, rhs);
  if (c.failed())
    return failure();
  dl::Dims shape = c.dimsOf(product);
  if (rhsShape.size() == 1)
    shape.pop_back();
  if (lhsShape.size() == 1)
    shape.erase(shape.end() - (rhsShape.size() == 1 ? 1 : 2));
  return c.setOutput(0, c.reshape(product, shape));
}

static Value scaled(NodeContext &c, Value value, double factor) {
  if (c.failed() || factor == 1.0)
    return value;
  return c.create<dl::MulOp>(value, c.scalar(c.elementOf(value), factor));
}

/// alpha * A' * B' + beta * C.
static LogicalResult importGemm(NodeContext &c) {
  if (c.rankOf(c.input(0)) != 2 || c.rankOf(c.input(1)) != 2)
    return c.badInput("operands A and B must have rank 2");
  c.ignoreAttr("broadcast");
  double alpha = c.floatAttr("alpha", 1.0f), beta = c.floatAttr("beta", 1.0f);
  Value product =
      c.create<dl::MatmulOp>(c.input(0), c.input(1), c.flag(c.boolAttr("transA", false)),
                             c.flag(c.boolAttr("transB", false)), c.i64(0), c.i64(0));
  product = scaled(c, product, alpha);
  if (!c.hasInput(2) || beta == 0.0)
    return c.setOutput(0, product);
  dl::Dims shape = c.dimsOf(product);
  Value sum = c.create<dl::AddOp>(product, scaled(c, c.input(2), beta));
  if (!c.failed() && c.dimsOf(sum) != shape)
    return c.badInput("operand C does not broadcast to the product's shape");
  return c.setOutput(0, sum);
}

static ArrayRef<int64_t> spatialOf(ArrayRef<int64_t> shape) {
  return shape.size() > 2 ? shape.drop_front(2) : ArrayRef<int64_t>();
}

static LogicalResult importConv(NodeContext &c) {
  dl::Dims input = c.dimsOf(c.input(0));
  Ints filter = c.shapeOf(c.input(1));
  int64_t groups = c.intAttr("group", 1);
  if (groups < 1)
    return c.badInput("attribute 'group' is " + Twine(groups) + ", expected 1 or more");
  if (filter.size() != input.size())
    return c.badInput("filter has rank " + Twine(filter.size()) + ", expected " +
                      Twine(input.size()));
  FailureOr<SpatialAttributes> window = spatialAttributes(c, c.input(0), spatialOf(filter));
  if (failed(window))
    return failure();
  return c.setOutput(0, c.create<dl::ConvOp>(c.input(0), c.input(1), c.input(2), window->strides,
                                             window->dilations, window->padsBegin, window->padsEnd,
                                             static_cast<uint64_t>(groups)));
}

/// Two spatial axes, the only ones for which ONNX says what an offset is.
static LogicalResult importDeformConv(NodeContext &c) {
  Ints filter = c.shapeOf(c.input(1));
  if (c.failed())
    return failure();
  if (c.rankOf(c.input(0)) != 4)
    return c.unsupported("an input of rank " + Twine(c.rankOf(c.input(0))) +
                         ": expected two spatial axes");
  if (filter.size() != 4)
    return c.badInput("filter has rank " + Twine(filter.size()) + ", expected 4");
  FailureOr<SpatialAttributes> window = spatialAttributes(c, c.input(0), spatialOf(filter));
  if (failed(window))
    return failure();
  return c.setOutput(0, c.create<dl::DeformConvOp>(
                            c.input(0), c.input(1), c.input(2), c.input(3), c.input(4),
                            c.i64s(window->strides), c.i64s(window->dilations),
                            c.i64s(window->padsBegin), c.i64s(window->padsEnd),
                            c.i64(c.intAttr("group", 1)), c.i64(c.intAttr("offset_group", 1))));
}

//===-- ConvTranspose ----------------------------------------------------------------------===//

/// Pads that give the size asked for by `output_shape` or by auto_pad = SAME_*; the odd one goes to
/// the end for SAME_UPPER, to the beginning otherwise.
static void padForOutput(SpatialAttributes &window, ArrayRef<int64_t> input,
                         ArrayRef<int64_t> outputPadding, ArrayRef<int64_t> output, bool upper) {
  for (size_t i = 0; i < output.size(); ++i) {
    int64_t full = window.strides[i] * (input[i] - 1) + outputPadding[i] +
                   (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t total = full - output[i];
    // Where the output is to be larger than what the window reaches, the pads are negative; rounded
    // down.
    int64_t half = total >= 0 ? total / 2 : -((1 - total) / 2);
    window.padsBegin[i] = upper ? half : total - half;
    window.padsEnd[i] = total - window.padsBegin[i];
  }
}

static LogicalResult importConvTranspose(NodeContext &c) {
  Ints filter = c.shapeOf(c.input(1));
  size_t rank = c.rankOf(c.input(0));
  int64_t groups = c.intAttr("group", 1);
  if (groups < 1)
    return c.badInput("attribute 'group' is " + Twine(groups) + ", expected 1 or more");
  if (filter.size() != rank)
    return c.badInput("filter has rank " + Twine(filter.size()) + ", expected " + Twine(rank));
  FailureOr<SpatialAttributes> window = spatialAttributes(c, c.input(0), spatialOf(filter));
  if (failed(window))
    return failure();
  size_t spatial = rank - 2;
  Ints outputPadding = c.intsAttr("output_padding", spatial, 0);
  std::string autoPad = c.stringAttr("auto_pad", "NOTSET");
  bool same = autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER";
  std::optional<Ints> output = c.intsAttr("output_shape");
  Ints images;
  for (size_t i = 0; (same || output) && i < spatial; ++i)
    images.push_back(c.sizeOf(c.input(0), static_cast<int64_t>(i) + 2));
  if (output) {
    // Some exporters give N and C too.
    ArrayRef<int64_t> sizes = ArrayRef(*output).take_back(std::min(spatial, output->size()));
    if (sizes.size() != spatial)
      return c.badInput("attribute 'output_shape' needs one entry a spatial axis");
    padForOutput(*window, images, outputPadding, sizes, autoPad == "SAME_UPPER");
  } else if (same) {
    Ints sizes;
    for (size_t i = 0; i < spatial; ++i)
      sizes.push_back(images[i] * window->strides[i]);
    padForOutput(*window, images, outputPadding, sizes, autoPad == "SAME_UPPER");
  }
  return c.setOutput(
      0, c.create<dl::ConvTransposeOp>(c.input(0), c.input(1), c.input(2), c.i64s(window->strides),
                                       c.i64s(window->dilations), c.i64s(window->padsBegin),
                                       c.i64s(window->padsEnd), c.i64(groups), c.channelsFirst(),
                                       c.i64s(outputPadding)));
}

//===-- Col2Im -----------------------------------------------------------------------------===//

/// Blocks added up where they lie in an image: the transposed convolution in which each place of
/// the block is a channel that adds to that place only.
static LogicalResult importCol2Im(NodeContext &c) {
  FailureOr<Ints> image = c.requireInts(1), block = c.requireInts(2);
  if (failed(image) || failed(block))
    return failure();
  Ints input = c.shapeOf(c.input(0));
  size_t spatial = block->size();
  Ints strides = c.intsAttr("strides", spatial, 1), dilations = c.intsAttr("dilations", spatial, 1);
  Ints pads = c.intsAttr("pads", 2 * spatial, 0);
  int64_t places = 1;
  for (int64_t size : *block)
    places *= std::clamp<int64_t>(size, 0, 1 << 16);
  if (c.failed() || input.size() != 3 || image->size() != spatial || places < 1 ||
      places > (1 << 16) || input[1] % places != 0)
    return c.badInput("expects blocks (batch, channels * places of a block, blocks) and one size "
                      "an axis of image and block");
  Ints shape{input[0], input[1]}, padding, begin, end;
  int64_t blocks = 1;
  for (size_t i = 0; i < spatial; ++i) {
    int64_t reach = dilations[i] * ((*block)[i] - 1) + 1;
    int64_t room = (*image)[i] + pads[i] + pads[spatial + i] - reach;
    if (room < 0 || strides[i] < 1)
      return c.badInput("a block does not fit the image on axis " + Twine(i));
    shape.push_back(room / strides[i] + 1);
    padding.push_back(room % strides[i]);
    begin.push_back(pads[i]);
    end.push_back(pads[spatial + i]);
    blocks *= shape.back();
  }
  if (blocks != input[2])
    return c.badInput("has " + Twine(input[2]) + " blocks, expected " + Twine(blocks));
  Shape filterShape{input[1], 1};
  filterShape.insert(filterShape.end(), block->begin(), block->end());
  const DType dtype = *dl::dtypeOf(c.elementOf(c.input(0)));
  if (failed(c.checkTable(dtype, filterShape)))
    return failure();
  Tensor filter(dtype, filterShape);
  for (int64_t channel = 0; channel < input[1]; ++channel)
    filter.setDouble(channel * places + channel % places, 1);
  return c.setOutput(0, c.create<dl::ConvTransposeOp>(
                            c.reshape(c.input(0), shape), c.constant(filter), Value(),
                            c.i64s(strides), c.i64s(dilations), c.i64s(begin), c.i64s(end),
                            c.i64(input[1] / places), c.channelsFirst(), c.i64s(padding)));
}

void registerContractionImporters(OpTable &table) {
  table.add({.opType = "MatMul", .import = importMatMul, .minInputs = 2, .maxInputs = 2});
  table.add({.opType = "Gemm", .import = importGemm, .minInputs = 2, .maxInputs = 3});
  table.add({.opType = "Conv",
             .import = importConv,
             .minInputs = 2,
             .maxInputs = 3,
             .limits = "1 to 3 spatial axes"});
  table.add({.opType = "ConvTranspose",
             .import = importConvTranspose,
             .minInputs = 2,
             .maxInputs = 3,
             .limits = "1 to 3 spatial axes"});
  table.add({.opType = "DeformConv",
             .import = importDeformConv,
             .minInputs = 3,
             .maxInputs = 5,
             .limits = "two spatial axes"});
  table.add({.opType = "Col2Im",
             .import = importCol2Im,
             .minInputs = 3,
             .maxInputs = 3,
             .limits = "1 to 3 spatial axes; sizes are known at compile time"});
}

} // namespace dlc::onnx
