// Attention, one row of scores at a time.
#include "Evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

using namespace mlir;

namespace dlc {
using namespace dl;

namespace {

/// An operand or result as (batch, heads, rows, columns), wherever its heads are.
struct HeadsView {
  int64_t batchStride, headStride, rowStride;

  HeadsView(const Shape &shape, bool headsInner) {
    Shape strides = stridesOf(shape);
    batchStride = strides[0];
    headStride = strides[headsInner ? 2 : 1];
    rowStride = strides[headsInner ? 1 : 2];
  }
  int64_t at(int64_t batch, int64_t head, int64_t row) const {
    return batch * batchStride + head * headStride + row * rowStride;
  }
};

} // namespace

/// Turns scores into weights that sum to 1.
static void softmax(std::vector<double> &scores) {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (double score : scores)
    largest = std::fmax(largest, score);
  for (double &score : scores)
    sum += score = std::exp(score - largest);
  for (double &score : scores)
    score /= sum;
}

static LogicalResult evaluateAttention(AttentionOp op, ArrayRef<Tensor> operands,
                                       MutableArrayRef<Tensor> results) {
  bool hasBias = operands.size() > 3 && operands[3].numElements() > 0;
  Tensor query = toDouble(operands[0]), key = toDouble(operands[1]), value = toDouble(operands[2]),
         bias = hasBias ? toDouble(operands[3]) : Tensor();
  bool inner = op.getHeadsInner();
  HeadsView queries(query.shape(), inner), keys(key.shape(), inner), values(value.shape(), inner),
      outputs(results[0].shape(), op.getResultHeadsInner());
  int64_t batch = query.shape()[0], heads = query.shape()[inner ? 2 : 1],
          rows = query.shape()[inner ? 1 : 2], count = key.shape()[inner ? 1 : 2],
          shared = heads / std::max<int64_t>(key.shape()[inner ? 2 : 1], 1),
          depth = query.shape()[3], columns = value.shape()[3];
  double scale = op.getScale().convertToDouble();
  Tensor wide(DType::F64, results[0].shape());
  Shape biasStrides(4, 0);
  if (hasBias)
    biasStrides = broadcastStrides(bias.shape(), {batch, heads, rows, count});
  double work = static_cast<double>(batch * heads * rows) * count * (depth + columns);
  inParallel(batch * heads * rows, work, [&](int64_t begin, int64_t end) {
    std::vector<double> scores(count);
    for (int64_t i = begin; i < end; ++i) {
      int64_t b = i / rows / heads, h = i / rows % heads, r = i % rows;
      const double *q = query.data<double>() + queries.at(b, h, r);
      for (int64_t t = 0; t < count; ++t) {
        const double *k = key.data<double>() + keys.at(b, h / shared, t);
        double sum = 0;
        for (int64_t d = 0; d < depth; ++d)
          sum += q[d] * k[d];
        scores[t] = sum * scale;
        if (hasBias)
          scores[t] += bias.data<double>()[b * biasStrides[0] + h * biasStrides[1] +
                                           r * biasStrides[2] + t * biasStrides[3]];
      }
      softmax(scores);
      double *out = wide.data<double>() + outputs.at(b, h, r);
      for (int64_t t = 0; t < count; ++t) {
        const double *v = value.data<double>() + values.at(b, h / shared, t);
        for (int64_t c = 0; c < columns; ++c)
          out[c] += scores[t] * v[c];
      }
    }
  });
  narrow(wide, results[0]);
  return success();
}

void attachAttentionReference(MLIRContext *context) {
  attachReference<AttentionOp, evaluateAttention>(context);
}

} // namespace dlc
