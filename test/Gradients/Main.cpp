// dlc-gradient-check: every gradient rule against finite differences.
//
//   dlc-gradient-check CASES.mlir...             checks each function; exit 4 where one is off
//   dlc-gradient-check --markdown CASES.mlir...  prints the table of gradients, docs/Gradients.md
//
// A case is a function of f64 tensors; attributes `low` and `high` bound its random arguments.
// Every op with a rule must occur in a case.
#include "GradientCheck.h"

#include "dlc/Autodiff/GradientBuilder.h"
#include "dlc/Autodiff/ReverseMode.h"
#include "dlc/Reference/Interpreter.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <map>
#include <set>

using namespace mlir;

namespace {

constexpr double kTolerance = 1e-6;

/// Cases in which each op occurs, by op name.
using Coverage = std::map<std::string, int>;

/// True where every function of `path` is within the tolerance.
bool checkFile(StringRef path, MLIRContext *context, Coverage &coverage, bool quiet) {
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(path, context);
  if (!module)
    return false;
  bool passed = true;
  for (func::FuncOp function : llvm::make_early_inc_range(module->getOps<func::FuncOp>())) {
    if (function.getName().ends_with("_gradient"))
      continue;
    std::set<std::string> names;
    function.walk([&](Operation *op) { names.insert(op->getName().getStringRef().str()); });
    for (const std::string &name : names)
      ++coverage[name];
    dlc::Expected<double> error = dlc::gradientError(function);
    bool good = error && *error <= kTolerance;
    passed &= good;
    if (quiet && good)
      continue;
    if (error)
      llvm::errs() << (good ? "ok   " : "FAIL ") << function.getName() << " "
                   << llvm::format("%.1e", *error) << "\n";
    else
      llvm::errs() << "FAIL " << function.getName() << ": " << error.error().message << "\n";
  }
  return passed;
}

/// What is known of the gradient of one op.
struct Rule {
  bool exists = false;
  std::string zeroReason;
};

/// The rules of all ops, by op name. An op's interface wants an instance only to call it; the
/// reason for zeros does not depend on it.
std::map<std::string, Rule> rules(MLIRContext *context) {
  std::map<std::string, Rule> found;
  for (RegisteredOperationName name : context->getRegisteredOperations()) {
    if (name.getDialectNamespace() != "dl")
      continue;
    Rule &rule = found[name.getStringRef().str()];
    auto *concept_ = name.getInterface<dlc::autodiff::DifferentiableOpInterface>();
    rule.exists = concept_ != nullptr;
    if (concept_)
      rule.zeroReason = concept_->getZeroGradientReason(concept_, nullptr).str();
  }
  return found;
}

bool everyRuleHasACase(const std::map<std::string, Rule> &rules, const Coverage &coverage) {
  bool all = true;
  for (const auto &[name, rule] : rules)
    if (rule.exists && rule.zeroReason.empty() && !coverage.count(name)) {
      llvm::errs() << "FAIL " << name << " has a gradient rule and no case\n";
      all = false;
    }
  return all;
}

void printMarkdown(const std::map<std::string, Rule> &rules, const Coverage &coverage) {
  llvm::outs() << "# Gradients\n\n"
               << "<!-- Written by dlc-gradient-check --markdown; do not edit. -->\n\n"
               << "Every rule is checked against central differences in f64 over odd sizes: the "
                  "error is at most 1e-6 of\nthe larger of 1 and the largest gradient "
                  "(`test/Gradients`).\n\n"
               << "| op | gradient | cases |\n|---|---|---|\n";
  for (const auto &[name, rule] : rules) {
    llvm::outs() << "| `" << name << "` | ";
    if (!rule.exists)
      llvm::outs() << "none yet | |\n";
    else if (!rule.zeroReason.empty())
      llvm::outs() << "zero: " << rule.zeroReason << " | |\n";
    else
      llvm::outs() << "yes | " << coverage.at(name) << " |\n";
  }
}

} // namespace

int main(int argc, char **argv) {
  DialectRegistry registry;
  registry.insert<dlc::dl::DLDialect, func::FuncDialect>();
  dlc::registerReferenceModels(registry);
  dlc::autodiff::registerGradientRules(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();

  bool markdown = argc > 1 && StringRef(argv[1]) == "--markdown";
  Coverage coverage;
  bool passed = true;
  for (int i = markdown ? 2 : 1; i < argc; ++i)
    passed &= checkFile(argv[i], &context, coverage, markdown);
  std::map<std::string, Rule> known = rules(&context);
  passed &= everyRuleHasACase(known, coverage);
  if (markdown && passed)
    printMarkdown(known, coverage);
  return passed ? 0 : 4;
}
