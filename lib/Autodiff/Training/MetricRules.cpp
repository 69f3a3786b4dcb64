// Metrics, by Keras 3's definitions (metrics/accuracy_metrics.py, metrics/regression_metrics.py).
#include "Training/MetricRules.h"

using namespace mlir;

namespace dlc::autodiff {
namespace {

Term classOf(Term scores) {
  return scores.make<dl::ArgMaxOp>(scores.rank() - 1, /*keepDims=*/false);
}

/// `labels` in the type of `like`.
Term castTo(Term labels, Term like) {
  Type element = like.type().getElementType();
  return labels.type().getElementType() == element ? labels : labels.make<dl::CastOp>(element);
}

bool haveOneShape(RankedTensorType prediction, RankedTensorType target) {
  return prediction.getShape() == target.getShape();
}

/// One index where the prediction has a score a class.
bool isIndex(RankedTensorType prediction, RankedTensorType target) {
  return prediction.getRank() > 0 &&
         (target.getShape() == prediction.getShape().drop_back() ||
          (target.getRank() == prediction.getRank() &&
           target.getShape().drop_back() == prediction.getShape().drop_back() &&
           target.getShape().back() == 1));
}

/// A probability above one half says 1.
Term binaryAccuracy(Term prediction, Term target) {
  Term says = (prediction > 0.5).make<dl::CastOp>(prediction.type().getElementType());
  return equal(says, castTo(target, prediction));
}

Term categoricalAccuracy(Term prediction, Term target) {
  return equal(classOf(prediction), classOf(target));
}

Term sparseCategoricalAccuracy(Term prediction, Term target) {
  Term chosen = classOf(prediction);
  return equal(chosen, reshape(castTo(target, chosen), chosen.type().getShape()));
}

/// Keras's choice by shapes (trainers/compile_utils.py).
Term accuracy(Term prediction, Term target) {
  if (prediction.type().getShape().back() == 1)
    return binaryAccuracy(prediction, reshape(target, prediction.type().getShape()));
  return isIndex(prediction.type(), target.type()) ? sparseCategoricalAccuracy(prediction, target)
                                                   : categoricalAccuracy(prediction, target);
}

bool fitsAccuracy(RankedTensorType prediction, RankedTensorType target) {
  return isIndex(prediction, target) ||
         (prediction.getRank() > 0 && haveOneShape(prediction, target));
}

Term squaredError(Term prediction, Term target) {
  Term difference = prediction - castTo(target, prediction);
  return difference * difference;
}

Term absoluteError(Term prediction, Term target) {
  return abs(prediction - castTo(target, prediction));
}

const MetricRule knownMetrics[] = {
    {"accuracy", "acc", fitsAccuracy, accuracy, false},
    {"binary_accuracy", "", haveOneShape, binaryAccuracy, false},
    {"categorical_accuracy", "", haveOneShape, categoricalAccuracy, false},
    {"sparse_categorical_accuracy", "", isIndex, sparseCategoricalAccuracy, false},
    {"mse", "mean_squared_error", haveOneShape, squaredError, false},
    {"rmse", "root_mean_squared_error", haveOneShape, squaredError, true},
    {"mae", "mean_absolute_error", haveOneShape, absoluteError, false},
};

} // namespace

ArrayRef<MetricRule> metricRules() { return knownMetrics; }

const MetricRule *findMetric(StringRef name) {
  const auto *rule = llvm::find_if(knownMetrics, [&](const MetricRule &known) {
    return known.name == name || known.alias == name;
  });
  return rule == std::end(knownMetrics) || name.empty() ? nullptr : rule;
}

} // namespace dlc::autodiff
