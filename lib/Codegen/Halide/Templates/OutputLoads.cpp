// Loads that belong to no parameter and to no allocation are of outputs.
#include "dlc/Codegen/Halide/Templates/OutputLoads.h"

#include <set>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {
namespace {

class OutputLoads : public IRMutator {
protected:
  using IRMutator::visit;

  Stmt visit(const Allocate *op) override {
    const bool isNew = allocated.insert(op->name).second;
    Stmt result = IRMutator::visit(op);
    if (isNew)
      allocated.erase(op->name);
    return result;
  }

  Expr visit(const Load *op) override {
    Expr result = IRMutator::visit(op);
    const auto *load = result.as<Load>();
    if (!load || load->param.defined() || load->image.defined() || allocated.count(load->name))
      return result;
    return Load::make(load->type, load->name, load->index, load->image, load->param,
                      load->predicate, ModulusRemainder());
  }

private:
  std::set<std::string> allocated;
};

} // namespace

std::unique_ptr<IRMutator> outputLoadsPass() { return std::make_unique<OutputLoads>(); }

} // namespace dlc::templates
