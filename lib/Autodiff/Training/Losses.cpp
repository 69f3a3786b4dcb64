// Losses, by Keras 3's formulas.
#include "Training/Losses.h"

using namespace mlir;

namespace dlc::autodiff {
namespace {

/// Keras clips probabilities to [1e-7, 1 - 1e-7] before the logarithm (keras.config.epsilon).
constexpr double kKerasEpsilon = 1e-7;

int64_t lastAxis(Term x) { return x.rank() - 1; }

/// `x` without its last axis, which has size 1.
Term withoutLast(Term x) { return reshape(x, x.type().getShape().drop_back()); }

Term meanOverLast(Term x) { return withoutLast(mean(x, lastAxis(x))); }

Term clipped(Term x) {
  auto f64 = Float64Type::get(x.type().getContext());
  return x.make<dl::ClipOp>(FloatAttr::get(f64, kKerasEpsilon),
                            FloatAttr::get(f64, 1 - kKerasEpsilon));
}

/// Logarithms of the probabilities along the last axis, from a softmax's operand where there is
/// one.
Term logProbabilities(Term prediction) {
  int64_t last = lastAxis(prediction);
  if (auto softmax = prediction.get().getDefiningOp<dl::SoftmaxOp>())
    if (static_cast<int64_t>(softmax.getAxis()) == last)
      return prediction.with(softmax.getOperand()).make<dl::LogSoftmaxOp>(last);
  return log(clipped(prediction / sum(prediction, last)));
}

RankedTensorType asPrediction(RankedTensorType prediction) { return prediction; }

RankedTensorType classIndex(RankedTensorType prediction) {
  return RankedTensorType::get(prediction.getShape().drop_back(),
                               IntegerType::get(prediction.getContext(), 64));
}

Term categoricalCrossentropy(Term prediction, Term target) {
  return withoutLast(-sum(target * logProbabilities(prediction), lastAxis(prediction)));
}

Term sparseCategoricalCrossentropy(Term prediction, Term target) {
  SmallVector<int64_t> column(target.type().getShape());
  column.push_back(1);
  Term chosen =
      logProbabilities(prediction)
          .make<dl::GatherElementsOp>(reshape(target, column).get(), lastAxis(prediction));
  return -withoutLast(chosen);
}

/// From a sigmoid's operand where there is one: log(1 + e^x) - x * target.
Term binaryCrossentropy(Term prediction, Term target) {
  if (auto sigmoid = prediction.get().getDefiningOp<dl::SigmoidOp>()) {
    Term logit = prediction.with(sigmoid.getOperand());
    return meanOverLast(softplus(logit) - logit * target);
  }
  Term p = clipped(prediction);
  return meanOverLast(-(target * log(p) + (1.0 - target) * log(1.0 - p)));
}

Term meanSquaredError(Term prediction, Term target) {
  Term difference = prediction - target;
  return meanOverLast(difference * difference);
}

Term meanAbsoluteError(Term prediction, Term target) {
  return meanOverLast(abs(prediction - target));
}

/// d^2 / 2 where |d| <= 1, else |d| - 1 / 2.
Term huber(Term prediction, Term target) {
  Term difference = prediction - target, size = abs(difference);
  return meanOverLast(where(size <= 1.0, difference * difference * 0.5, size - 0.5));
}

const LossRule knownLosses[] = {
    {"categorical_crossentropy", "", asPrediction, categoricalCrossentropy},
    {"sparse_categorical_crossentropy", "", classIndex, sparseCategoricalCrossentropy},
    {"binary_crossentropy", "bce", asPrediction, binaryCrossentropy},
    {"mse", "mean_squared_error", asPrediction, meanSquaredError},
    {"mae", "mean_absolute_error", asPrediction, meanAbsoluteError},
    {"huber", "", asPrediction, huber},
};

} // namespace

ArrayRef<LossRule> lossRules() { return knownLosses; }

const LossRule *findLoss(StringRef name) {
  const auto *rule = llvm::find_if(knownLosses, [&](const LossRule &known) {
    return known.name == name || known.alias == name;
  });
  return rule == std::end(knownLosses) || name.empty() ? nullptr : rule;
}

} // namespace dlc::autodiff
