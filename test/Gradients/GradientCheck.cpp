// Central differences: (L(x + h) - L(x - h)) / 2h for each element, L the weighted sum of results.
#include "GradientCheck.h"

#include "dlc/Autodiff/ReverseMode.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Reference/Interpreter.h"

#include <cmath>
#include <random>

using namespace mlir;

namespace dlc {

/// Balances the two errors of a central difference in f64: h^2 of the method, 1e-16 / h of
/// rounding.
static constexpr double kStep = 1e-5;

static const InterpreterOptions kExact{Precision::Wide, nullptr};

static double attributeOr(func::FuncOp function, StringRef name, double otherwise) {
  auto attribute = function->getAttrOfType<FloatAttr>(name);
  return attribute ? attribute.getValueAsDouble() : otherwise;
}

static Tensor randomTensor(Type type, double low, double high, std::mt19937 &random) {
  Tensor tensor = dl::emptyTensor(cast<RankedTensorType>(type));
  std::uniform_real_distribution<double> uniform(low, high);
  for (int64_t i = 0; i < tensor.numElements(); ++i)
    tensor.setDouble(i, uniform(random));
  return tensor;
}

/// The sum of results weighted by `cotangents`, one a float result.
static Expected<double> weightedSum(func::FuncOp function, ArrayRef<Tensor> inputs,
                                    ArrayRef<Tensor> cotangents) {
  auto results = interpret(function, inputs, kExact);
  if (!results)
    return results.error();
  double sum = 0;
  size_t next = 0;
  for (const Tensor &result : *results) {
    if (!isFloat(result.dtype()))
      continue;
    const Tensor &weight = cotangents[next++];
    for (int64_t i = 0; i < result.numElements(); ++i)
      sum += weight.asDouble(i) * result.asDouble(i);
  }
  return sum;
}

Expected<double> gradientError(func::FuncOp function) {
  std::mt19937 random(20 + function.getName().size());
  double low = attributeOr(function, "low", -2), high = attributeOr(function, "high", 2);
  SmallVector<int64_t> wrt = autodiff::floatArguments(function);
  FailureOr<func::FuncOp> gradient = autodiff::addGradientFunction(function, wrt);
  if (failed(gradient))
    return unsupported("no gradient rule for one of its ops");

  std::vector<Tensor> inputs, cotangents;
  for (Type type : function.getArgumentTypes())
    inputs.push_back(randomTensor(type, low, high, random));
  for (Type type : function.getResultTypes())
    if (isa<FloatType>(getElementTypeOrSelf(type)))
      cotangents.push_back(randomTensor(type, -1, 1, random));
  std::vector<Tensor> all(inputs);
  all.insert(all.end(), cotangents.begin(), cotangents.end());
  auto analytic = interpret(*gradient, all, kExact);
  if (!analytic)
    return analytic.error();

  double error = 0, scale = 1;
  for (auto [index, argument] : llvm::enumerate(wrt)) {
    const Tensor &found = (*analytic)[function.getNumResults() + index];
    for (int64_t i = 0; i < found.numElements(); ++i) {
      double sums[2];
      for (int side : {0, 1}) {
        std::vector<Tensor> moved(inputs);
        moved[argument] = inputs[argument].clone();
        moved[argument].setDouble(i, inputs[argument].asDouble(i) + (side ? kStep : -kStep));
        auto sum = weightedSum(function, moved, cotangents);
        if (!sum)
          return sum.error();
        sums[side] = *sum;
      }
      double expected = (sums[1] - sums[0]) / (2 * kStep);
      scale = std::max(scale, std::abs(expected));
      double difference = std::abs(expected - found.asDouble(i));
      error = std::isnan(difference) ? difference : std::max(error, difference);
      if (std::isnan(error))
        return error;
    }
  }
  return error / scale;
}

} // namespace dlc
