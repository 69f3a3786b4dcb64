// Reverse mode: from seeded values back to the values asked for, op by op.
#include "dlc/Autodiff/ReverseMode.h"

#include "Rules/Rules.h"
#include "dlc/Autodiff/GradientBuilder.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

#include "dlc/Autodiff/GradientInterfaces.cpp.inc"

namespace dlc::autodiff {

void GradientBuilder::add(unsigned operand, Term cotangent) {
  assert(wanted[operand] && "work for a cotangent that nobody asked for");
  auto type = cast<RankedTensorType>(op->getOperand(operand).getType());
  Term fitting = unbroadcast(cotangent, type);
  if (fitting.type() != type)
    fitting = expand(fitting, type.getShape());
  Value &slot = contributions[operand];
  slot = slot ? (term(slot) + fitting).get() : fitting.get();
}

namespace {

bool isFloatTensor(Value value) { return isa<FloatType>(getElementTypeOrSelf(value.getType())); }

/// One differentiation: which values matter, and their cotangents so far.
class ReverseWalk {
public:
  ReverseWalk(OpBuilder &builder, ArrayRef<Seed> seeds, ArrayRef<Value> wrt)
      : builder(builder), seeds(seeds), wrt(wrt) {}

  FailureOr<SmallVector<Value>> run() {
    markActive();
    for (const Seed &seed : seeds)
      if (active.contains(seed.value))
        accumulate(seed.value, seed.cotangent);
    for (Operation *op : llvm::reverse(activeOps))
      if (failed(visit(op)))
        return failure();
    SmallVector<Value> result;
    for (Value value : wrt)
      result.push_back(cotangents.lookup(value));
    return result;
  }

private:
  /// Active: a float that depends on a value asked for. Ops are kept in program order.
  void markActive() {
    if (wrt.empty())
      return;
    active.insert(wrt.begin(), wrt.end());
    Value first = wrt.front();
    for (Operation &op : *first.getParentBlock()) {
      if (llvm::none_of(op.getOperands(), [&](Value value) { return active.contains(value); }))
        continue;
      if (auto rule = dyn_cast<DifferentiableOpInterface>(&op);
          rule && !rule.getZeroGradientReason().empty())
        continue;
      activeOps.push_back(&op);
      for (Value result : op.getResults())
        if (isFloatTensor(result))
          active.insert(result);
    }
  }

  void accumulate(Value value, Value cotangent) {
    Value &slot = cotangents[value];
    slot = slot ? dl::AddOp::create(builder, cotangent.getLoc(), slot, cotangent).getResult()
                : cotangent;
  }

  LogicalResult visit(Operation *op) {
    SmallVector<Value> results;
    for (Value result : op->getResults())
      results.push_back(cotangents.lookup(result));
    if (llvm::none_of(results, [](Value value) { return value != nullptr; }))
      return success();
    auto rule = dyn_cast<DifferentiableOpInterface>(op);
    if (!rule)
      return op->emitOpError("has no gradient rule: expected an op that can be differentiated; "
                             "docs/Gradients.md lists those");
    SmallVector<bool> wanted;
    for (Value operand : op->getOperands())
      wanted.push_back(active.contains(operand));
    GradientBuilder gradient(op, builder, results, wanted);
    if (failed(rule.emitGradient(gradient)))
      return failure();
    for (auto [operand, value] : llvm::zip(op->getOperands(), gradient.getContributions()))
      if (value)
        accumulate(operand, value);
    return success();
  }

  OpBuilder &builder;
  ArrayRef<Seed> seeds;
  ArrayRef<Value> wrt;
  DenseSet<Value> active;
  SmallVector<Operation *> activeOps;
  DenseMap<Value, Value> cotangents;
};

} // namespace

FailureOr<SmallVector<Value>> emitReverse(OpBuilder &builder, ArrayRef<Seed> seeds,
                                          ArrayRef<Value> wrt) {
  return ReverseWalk(builder, seeds, wrt).run();
}

SmallVector<int64_t> floatArguments(func::FuncOp function) {
  SmallVector<int64_t> arguments;
  for (BlockArgument argument : function.getArguments())
    if (isFloatTensor(argument))
      arguments.push_back(argument.getArgNumber());
  return arguments;
}

FailureOr<func::FuncOp> addGradientFunction(func::FuncOp function, ArrayRef<int64_t> wrt) {
  func::FuncOp result = function.clone();
  result.setName((function.getName() + "_gradient").str());
  Block &body = result.getBody().front();
  auto terminator = cast<func::ReturnOp>(body.getTerminator());
  OpBuilder builder(terminator);

  SmallVector<Seed> seeds;
  for (Value value : terminator.getOperands())
    if (isFloatTensor(value))
      seeds.push_back({value, body.addArgument(value.getType(), value.getLoc())});
  SmallVector<Value> sources;
  for (int64_t index : wrt)
    sources.push_back(body.getArgument(index));
  FailureOr<SmallVector<Value>> gradients = emitReverse(builder, seeds, sources);
  if (failed(gradients)) {
    result.erase();
    return failure();
  }
  SmallVector<Value> returned(terminator.getOperands());
  for (auto [source, gradient] : llvm::zip(sources, *gradients)) {
    Term term(builder, source.getLoc(), source);
    auto type = cast<RankedTensorType>(source.getType());
    returned.push_back(gradient ? gradient : expand(term.scalar(0), type.getShape()).get());
  }
  terminator->setOperands(returned);
  // Names of arguments and results are those of the forward function only.
  result.removeArgAttrsAttr();
  result.removeResAttrsAttr();
  result.setType(builder.getFunctionType(body.getArgumentTypes(), ValueRange(returned).getTypes()));
  function->getParentOfType<ModuleOp>().insert(std::next(function->getIterator()), result);
  return result;
}

void registerGradientRules(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, dl::DLDialect *) {
    attachElementwiseRules(context);
    attachContractionRules(context);
    attachWindowRules(context);
    attachRecurrentRules(context);
    attachReductionRules(context);
    attachNormalizationRules(context);
    attachShapeRules(context);
    attachIndexingRules(context);
    attachRandomRules(context);
  });
}

} // namespace dlc::autodiff
