// autodiff-metrics: means over an epoch, kept as sums and counts in the state.
#include "dlc/Autodiff/Passes.h"

#include "Training/MetricRules.h"
#include "Training/TrainingFunctions.h"

using namespace mlir;

namespace dlc::autodiff {

using namespace dl;

#define GEN_PASS_DEF_AUTODIFFMETRICS
#include "dlc/Autodiff/Passes.h.inc"

namespace {

/// A metric as it was asked for; the loss has no rule.
struct Metric {
  std::string name;
  const MetricRule *rule;

  std::string total() const { return "metrics/" + name + "/total"; }
  std::string count() const { return "metrics/" + name + "/count"; }
};

/// Sums are in double: exact for counts, and to the last digits that anyone prints for the rest.
RankedTensorType sumType(MLIRContext *context) {
  return RankedTensorType::get({}, Float64Type::get(context));
}

Term toDouble(Term x) {
  auto f64 = Float64Type::get(x.type().getContext());
  return x.type().getElementType() == f64 ? x : x.make<dl::CastOp>(f64);
}

/// The product of `dims` as a scalar like `like`.
Term countOf(Term like, ArrayRef<AffineExpr> dims) {
  MLIRContext *context = like.type().getContext();
  AffineExpr product = dl::productOf(dims, context);
  if (auto constant = dl::constantDim(product))
    return like.scalar(static_cast<double>(*constant));
  OpBuilder builder(context);
  builder.setInsertionPointAfterValue(like);
  auto [sizes, symbolic] = dl::sizeAttributes(context, {product});
  Value size = dl::SizesOp::create(builder, like.get().getLoc(), symbolic);
  return toDouble(reshape(like.with(size), {}));
}

struct MetricsPass : impl::AutodiffMetricsBase<MetricsPass> {
  using AutodiffMetricsBase::AutodiffMetricsBase;

  void runOnOperation() override {
    SmallVector<Metric> all{{"loss", nullptr}};
    if (failed(choose(all)))
      return signalPassFailure();
    for (StringRef name : {"train_step", "eval_step"}) {
      func::FuncOp function = requireFunction(getOperation(), name, "autodiff-loss");
      if (!function || failed(track(function, all)))
        return signalPassFailure();
    }
    if (auto split = getOperation().lookupSymbol<func::FuncOp>("grad_step"))
      if (failed(track(split, all)))
        return signalPassFailure();
    report(addFunction(getOperation(), "metrics"), all);
    reset(addFunction(getOperation(), "reset_metrics"), all);
  }

private:
  /// Adds the metrics that the options name.
  LogicalResult choose(SmallVectorImpl<Metric> &all) {
    if (!names.empty() && names.size() != metrics.size())
      return getOperation().emitError("expected a name for each of ")
             << metrics.size() << " metrics, found " << names.size();
    for (auto [index, kind] : llvm::enumerate(metrics)) {
      const MetricRule *rule = findMetric(kind);
      if (!rule)
        return getOperation().emitError("knows no metric '")
               << kind << "': expected one of " << knownNames();
      const std::string &name = names.empty() ? kind : names[index];
      if (llvm::any_of(all, [&](const Metric &other) { return other.name == name; }))
        return getOperation().emitError("cannot report two values as '")
               << name << "': give each metric a name of its own";
      all.push_back({name, rule});
    }
    return success();
  }

  static std::string knownNames() {
    std::string text;
    for (const MetricRule &rule : metricRules())
      text += (text.empty() ? "" : ", ") + rule.name.str();
    return text;
  }

  /// Adds the batch to the sums, from the prediction and the loss that `function` returns.
  LogicalResult track(func::FuncOp function, ArrayRef<Metric> all) {
    StateBuilder state(function);
    Value target = namedArgument(function, "target");
    if (!target || function.getNumResults() < 2)
      return function.emitError("has no target and loss; run autodiff-loss first");
    Term loss = state.term(returnedValue(function, 0)),
         prediction = state.term(returnedValue(function, 1));
    for (const Metric &metric : all) {
      Term total = state.slot(metric.total(), sumType(&getContext()), 0),
           count = state.slot(metric.count(), sumType(&getContext()), 0);
      dl::Dims dims = dl::dimsOf(prediction.type());
      if (!metric.rule) { // weighted with the size of the batch
        Term examples = countOf(total, ArrayRef(dims).take_front());
        state.update(metric.total(), total + toDouble(loss) * examples);
        state.update(metric.count(), count + examples);
        continue;
      }
      auto targetType = cast<RankedTensorType>(target.getType());
      if (!metric.rule->fits(prediction.type(), targetType))
        return function.emitError("cannot measure '")
               << metric.name << "': its target does not fit a prediction of " << prediction.type()
               << ", found " << targetType << "; choose another metric or loss";
      Term values = metric.rule->values(prediction, state.term(target));
      SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, values.rank()));
      Term sumOfAll = reshape(sum(toDouble(values), axes), {});
      state.update(metric.total(), total + sumOfAll);
      state.update(metric.count(), count + countOf(total, dl::dimsOf(values.type())));
    }
    return success();
  }

  /// A result a metric: 0 where nothing was seen.
  void report(func::FuncOp function, ArrayRef<Metric> all) {
    StateBuilder state(function);
    for (const Metric &metric : all) {
      Term total = state.slot(metric.total(), sumType(&getContext()), 0),
           count = state.slot(metric.count(), sumType(&getContext()), 0);
      Term value = total / count.make<dl::MaxOp>(count.scalar(1).get());
      dl::addResult(function, metric.name, metric.rule && metric.rule->root ? sqrt(value) : value);
    }
  }

  void reset(func::FuncOp function, ArrayRef<Metric> all) {
    StateBuilder state(function);
    auto zero = DenseElementsAttr::get(sumType(&getContext()), ArrayRef<double>{0.0});
    for (const Metric &metric : all)
      for (const std::string &slot : {metric.total(), metric.count()})
        state.update(slot, state.term(dl::ConstantOp::create(state.getBuilder(), function.getLoc(),
                                                             zero.getType(), zero)));
  }
};

} // namespace
} // namespace dlc::autodiff
