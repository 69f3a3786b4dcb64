// Bisection over the ops of `main`.
#include "FirstWrongNode.h"
#include "Comparison.h"
#include "LoadedModel.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Reference/Interpreter.h"
#include "dlc/Support/AtomicFile.h"
#include "dlc/Support/Temporaries.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

using namespace dlc;
using namespace dlc::driver;

Expected<size_t> driver::bisect(size_t count,
                                const std::function<Expected<bool>(size_t)> &isWrong) {
  size_t low = 0, high = count;
  // The last one first: without it there is nothing to find.
  if (count == 0)
    return count;
  Expected<bool> last = isWrong(count - 1);
  if (!last)
    return last.error();
  if (!*last)
    return count;
  high = count - 1;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    Expected<bool> wrong = isWrong(middle);
    if (!wrong)
      return wrong.error();
    if (*wrong)
      high = middle;
    else
      low = middle + 1;
  }
  return high;
}

namespace {

/// An op of `main` and the value that it should have.
struct Probe {
  mlir::Operation *op;
  Tensor expected;
};

} // namespace

/// The ops of `function` whose first result can be looked at, with the interpreter's values.
static Expected<std::vector<Probe>> makeProbes(mlir::func::FuncOp function,
                                               const std::map<std::string, Tensor> &inputs) {
  std::vector<Tensor> arguments;
  for (unsigned index = 0; index != function.getNumArguments(); ++index) {
    auto found = inputs.find(inputName(function, index));
    if (found == inputs.end())
      return badInput("input '" + inputName(function, index) + "' has no value");
    arguments.push_back(found->second);
  }
  std::vector<Probe> probes;
  InterpreterOptions options;
  options.observer = [&](mlir::Operation *op, llvm::ArrayRef<Tensor> results) {
    if (op->getParentOp() == function && !mlir::isa<dl::ConstantOp>(op) && !results.empty())
      probes.push_back({op, results.front().clone()});
  };
  Expected<std::vector<Tensor>> outputs = interpret(function, arguments, options);
  if (!outputs)
    return outputs.error();
  return probes;
}

/// The module with `main` ending at `op`, whose first result is its only output, called `value`.
static mlir::OwningOpRef<mlir::ModuleOp> cutAfter(mlir::ModuleOp module, mlir::Operation *op) {
  mlir::IRMapping mapping;
  mlir::OwningOpRef<mlir::ModuleOp> cut(mlir::cast<mlir::ModuleOp>(module->clone(mapping)));
  mlir::Operation *last = mapping.lookup(op);
  auto function = last->getParentOfType<mlir::func::FuncOp>();
  mlir::Block &body = function.getBody().front();
  while (&body.back() != last)
    body.back().erase();
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockEnd(&body);
  mlir::func::ReturnOp::create(builder, last->getLoc(), last->getResult(0));
  function.setType(
      builder.getFunctionType(function.getArgumentTypes(), last->getResult(0).getType()));
  function.setResAttrsAttr(builder.getArrayAttr(
      builder.getDictionaryAttr(builder.getNamedAttr("dl.name", builder.getStringAttr("value")))));
  // What only later ops needed, weights above all, need not be written and compiled.
  for (mlir::Operation &dead : llvm::make_early_inc_range(llvm::reverse(body)))
    if (dead.use_empty() && !dead.hasTrait<mlir::OpTrait::IsTerminator>())
      dead.erase();
  return cut;
}

Expected<std::optional<Comparison>> driver::findFirstWrongNode(const std::string &path,
                                                               const VerifyOptions &options,
                                                               const RunModel &run) {
  Expected<std::unique_ptr<LoadedModel>> model = loadModel(path, options.compile);
  if (!model)
    return model.error();
  mlir::func::FuncOp function = (*model)->main();
  if (!function || function.isExternal())
    return badInput(path + ": expected a function 'main', found none");
  Expected<TemporaryFolder> folder = TemporaryFolder::create("verify");
  if (!folder)
    return folder.error();
  Expected<std::vector<Probe>> probes = makeProbes(function, options.inputs);
  if (!probes)
    return probes.error();

  std::map<size_t, Comparison> comparisons;
  auto isWrong = [&](size_t index) -> Expected<bool> {
    const Probe &probe = (*probes)[index];
    if (options.compile.progress)
      options.compile.progress({"bisect", nodeName(probe.op), 0, 0});
    std::string file = *folder / "cut.mlir";
    mlir::OwningOpRef<mlir::ModuleOp> cut = cutAfter(*(*model)->module, probe.op);
    if (Status status = writeFileAtomically(file, printModule(*cut)); !status)
      return status.error();
    Expected<std::vector<NamedTensor>> values = run(file, options.inputs);
    if (!values)
      return values.error();
    Comparison comparison = compareTensors(nodeName(probe.op), values->front().tensor,
                                           probe.expected, options.tolerance);
    bool wrong = !comparison.problem.empty();
    comparisons[index] = std::move(comparison);
    return wrong;
  };
  Expected<size_t> first = bisect(probes->size(), isWrong);
  if (!first)
    return first.error();
  if (*first == probes->size())
    return std::optional<Comparison>();
  return std::optional<Comparison>(comparisons[*first]);
}
