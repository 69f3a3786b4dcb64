// What every pipeline needs of Halide's lowering beyond its own passes.
#include "dlc/Codegen/Halide/Templates/LoweringPasses.h"

#include "dlc/Codegen/Halide/Templates/BranchedAccesses.h"
#include "dlc/Codegen/Halide/Templates/CarriedSteps.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/KeptElements.h"
#include "dlc/Codegen/Halide/Templates/KeptInOutput.h"
#include "dlc/Codegen/Halide/Templates/PlacesBelowZero.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"
#include "dlc/Codegen/Halide/Templates/SpreadLanes.h"
#include "dlc/Codegen/Halide/Templates/TailStores.h"
#include "dlc/Codegen/Halide/Templates/TurnedSquares.h"

#include <set>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {
namespace {

/// Loads that belong to no parameter and to no allocation are of outputs.
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

void addLoweringPasses(Pipeline &pipeline, bool masksStores) {
  // Halide owns the passes that it is given.
  pipeline.add_custom_lowering_pass(fusedMathPass().release());
  pipeline.add_custom_lowering_pass(new OutputLoads);
  pipeline.add_custom_lowering_pass(prefetchPass().release());
  pipeline.add_custom_lowering_pass(prefetchBeforePass().release());
  pipeline.add_custom_lowering_pass(keptElementsPass().release());
  pipeline.add_custom_lowering_pass(keptInOutputPass().release());
  pipeline.add_custom_lowering_pass(turnedSquaresPass().release());
  pipeline.add_custom_lowering_pass(spreadLanesPass().release());
  pipeline.add_custom_lowering_pass(carriedStepsPass().release());
  pipeline.add_custom_lowering_pass(placesBelowZeroPass().release());
  pipeline.add_custom_lowering_pass(branchedAccessesPass().release());
  if (!masksStores)
    pipeline.add_custom_lowering_pass(tailStoresPass().release());
}

} // namespace dlc::templates
