// Folds over whole axes, scans and selections.
#include "Evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;

namespace dlc {
using namespace dl;

//===-- Reduce -----------------------------------------------------------------------------===//

/// The shape with the reduced axes kept as 1.
static Shape keptShape(Shape shape, ArrayRef<int64_t> axes) {
  for (int64_t axis : axes)
    shape[axis] = 1;
  return shape;
}

/// For each set of `wide` that `kept` makes, the fold of `step(accumulator, element, set)` from
/// `initial`.
template <typename T, typename Step>
static Tensor fold(const Tensor &wide, const Shape &kept, T initial, Step step) {
  Tensor folded(wide.dtype(), kept);
  std::fill_n(folded.data<T>(), folded.numElements(), initial);
  Shape strides = broadcastStrides(kept, wide.shape());
  int64_t length = rowLength(wide.shape()), stride = strides.empty() ? 0 : strides.back();
  forEachRow(wide.shape(), strides, [&](int64_t at, ArrayRef<int64_t> offsets) {
    for (int64_t i = 0; i < length; ++i) {
      int64_t set = offsets[0] + i * stride;
      folded.data<T>()[set] = step(folded.data<T>()[set], wide.data<T>()[at + i], set);
    }
  });
  return folded;
}

template <typename T>
static Tensor mapped(Tensor folded, double (*function)(double)) {
  for (int64_t i = 0; i < folded.numElements(); ++i)
    folded.setDouble(i, function(static_cast<double>(folded.data<T>()[i])));
  return folded;
}

/// Log of the sum of exponentials, the largest element of the set taken out first.
static Tensor logSumExp(const Tensor &elements, const Shape &kept, const Tensor &largest) {
  auto shift = [&](int64_t set) {
    double value = largest.asDouble(set);
    return std::isfinite(value) ? value : 0;
  };
  Tensor sums = fold<double>(elements, kept, 0, [&](double sum, double x, int64_t set) {
    return sum + std::exp(x - shift(set));
  });
  for (int64_t i = 0; i < sums.numElements(); ++i)
    sums.data<double>()[i] = shift(i) + std::log(sums.data<double>()[i]);
  return sums;
}

template <typename T>
static Tensor reduce(ReduceKind kind, const Tensor &wide, DType dtype, const Shape &kept) {
  auto add = [](T sum, T x, int64_t) { return wrappingAdd(sum, x); };
  auto addSquare = [](T sum, T x, int64_t) { return wrappingAdd(sum, wrappingMul(x, x)); };
  auto max = [](T best, T x, int64_t) { return x != x || x > best ? x : best; };
  auto min = [](T best, T x, int64_t) { return x != x || x < best ? x : best; };
  switch (kind) {
  case ReduceKind::Sum:
    return fold<T>(wide, kept, 0, add);
  case ReduceKind::Mean: {
    Tensor sum = fold<T>(wide, kept, 0, add);
    T count = sum.numElements() ? wide.numElements() / sum.numElements() : 1;
    for (int64_t i = 0; i < sum.numElements(); ++i)
      if (std::is_floating_point_v<T> || count != 0)
        sum.data<T>()[i] /= count;
    return sum;
  }
  case ReduceKind::Max:
    return fold<T>(wide, kept, lowestOf<T>(dtype), max);
  case ReduceKind::Min:
    return fold<T>(wide, kept, highestOf<T>(dtype), min);
  case ReduceKind::Prod:
    return fold<T>(wide, kept, 1, [](T product, T x, int64_t) { return wrappingMul(product, x); });
  case ReduceKind::L1:
    return fold<T>(wide, kept, 0, [](T sum, T x, int64_t) {
      return x < 0 ? wrappingSub(sum, x) : wrappingAdd(sum, x);
    });
  case ReduceKind::L2:
    return mapped<T>(fold<T>(wide, kept, 0, addSquare), std::sqrt);
  case ReduceKind::LogSum:
    return mapped<T>(fold<T>(wide, kept, 0, add), std::log);
  case ReduceKind::LogSumExp:
    return logSumExp(toDouble(wide), kept, fold<T>(wide, kept, lowestOf<T>(dtype), max));
  case ReduceKind::SumSquare:
    return fold<T>(wide, kept, 0, addSquare);
  }
  llvm_unreachable("unknown reduction");
}

static LogicalResult evaluateReduce(ReduceOp op, ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  Tensor wide = widen(operands[0]);
  Shape kept = keptShape(wide.shape(), op.getAxes());
  withComputingType(operands[0].dtype(), [&](auto *tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    narrow(reduce<T>(op.getKind(), wide, operands[0].dtype(), kept), results[0]);
  });
  return success();
}

//===-- Arg max, arg min -------------------------------------------------------------------===//

/// Whether `a` stands before `b` in an order where NaN is ahead of every number.
template <typename T>
static bool ahead(T a, T b, bool largest) {
  if (a != a || b != b)
    return a != a && b == b;
  return largest ? a > b : a < b;
}

template <typename Op>
static LogicalResult evaluateArgReduce(Op op, bool largest, ArrayRef<Tensor> operands,
                                       Tensor &result) {
  Tensor wide = widen(operands[0]);
  AxisView view(wide.shape(), op.getAxis());
  if (view.axis == 0 && result.numElements() > 0)
    return op.emitOpError("has no element to choose along axis ") << op.getAxis();
  bool last = op.getSelectLastIndex();
  withComputingType(wide.dtype(), [&](auto *tag) {
    auto *data = wide.data<std::remove_pointer_t<decltype(tag)>>();
    for (int64_t i = 0; i < view.outer * view.inner; ++i) {
      auto *set = data + i / view.inner * view.axis * view.inner + i % view.inner;
      int64_t best = 0;
      for (int64_t a = 1; a < view.axis; ++a) {
        bool better = ahead(set[a * view.inner], set[best * view.inner], largest);
        bool worse = ahead(set[best * view.inner], set[a * view.inner], largest);
        if (better || (last && !worse))
          best = a;
      }
      result.setInt(i, best);
    }
  });
  return success();
}

static LogicalResult evaluateArgMax(ArgMaxOp op, ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  return evaluateArgReduce(op, /*largest=*/true, operands, results[0]);
}
static LogicalResult evaluateArgMin(ArgMinOp op, ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  return evaluateArgReduce(op, /*largest=*/false, operands, results[0]);
}

//===-- Scan, selection --------------------------------------------------------------------===//

/// Each element becomes `join` of those before it and, unless the scan is exclusive, itself.
template <typename Op, typename Join>
static void scan(Op op, const Tensor &operand, int start, Tensor &result, Join join) {
  Tensor wide = widen(operand).clone();
  AxisView view(wide.shape(), op.getAxis());
  withComputingType(wide.dtype(), [&](auto *tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    for (int64_t i = 0; i < view.outer * view.inner; ++i) {
      T *line = wide.data<T>() + i / view.inner * view.axis * view.inner + i % view.inner;
      T before = static_cast<T>(start);
      for (int64_t a = 0; a < view.axis; ++a) {
        T &place = line[(op.getReverse() ? view.axis - 1 - a : a) * view.inner];
        T with = join(before, place);
        place = op.getExclusive() ? before : with;
        before = with;
      }
    }
  });
  narrow(wide, result);
}

static LogicalResult evaluateCumSum(CumSumOp op, ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  scan(op, operands[0], 0, results[0], [](auto a, auto b) { return wrappingAdd(a, b); });
  return success();
}

static LogicalResult evaluateCumProd(CumProdOp op, ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  scan(op, operands[0], 1, results[0], [](auto a, auto b) { return wrappingMul(a, b); });
  return success();
}

static LogicalResult evaluateTopK(TopKOp op, ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  Tensor wide = widen(operands[0]);
  AxisView from(wide.shape(), op.getAxis());
  int64_t k = op.getK();
  bool largest = op.getLargest();
  Tensor values(wide.dtype(), results[0].shape());
  withComputingType(wide.dtype(), [&](auto *tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    for (int64_t i = 0; i < from.outer * from.inner; ++i) {
      int64_t outer = i / from.inner, inner = i % from.inner;
      const T *line = wide.data<T>() + outer * from.axis * from.inner + inner;
      SmallVector<int64_t> order(from.axis);
      std::iota(order.begin(), order.end(), 0);
      llvm::sort(order, [&](int64_t a, int64_t b) {
        // NaN is the largest number: ahead of all where those are asked for, else behind.
        T x = line[(largest ? a : b) * from.inner], y = line[(largest ? b : a) * from.inner];
        if (ahead(x, y, /*largest=*/true) || ahead(y, x, /*largest=*/true))
          return ahead(x, y, /*largest=*/true);
        return a < b;
      });
      for (int64_t j = 0; j < k; ++j) {
        int64_t to = (outer * k + j) * from.inner + inner;
        values.data<T>()[to] = line[order[j] * from.inner];
        results[1].setInt(to, order[j]);
      }
    }
  });
  narrow(values, results[0]);
  return success();
}

void attachReductionReference(MLIRContext *context) {
  attachReference<ReduceOp, evaluateReduce>(context);
  attachReference<ArgMaxOp, evaluateArgMax>(context);
  attachReference<ArgMinOp, evaluateArgMin>(context);
  attachReference<CumSumOp, evaluateCumSum>(context);
  attachReference<CumProdOp, evaluateCumProd>(context);
  attachReference<TopKOp, evaluateTopK>(context);
}

} // namespace dlc
