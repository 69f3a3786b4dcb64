// LLVM's LoopLoadElimination looks in innermost loops for values to keep from one iteration to the
// next, which Halide's loops have none of beyond what CarriedSteps finds. Accesses behind branches
// lose what tells buffers apart (TBAA), so each is compared with all others; with sizes that are
// known at the call a comparison is a proof about long expressions. No option leaves the pass out,
// but it gives up at once on a loop with an access that is neither a load nor a store. A prefetch
// of a line that is in L1 anyway is such an access, and one instruction an iteration.
#include "dlc/Codegen/Halide/Templates/BranchedAccesses.h"

#include "dlc/Codegen/Halide/Templates/LoweredLoops.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"

#include <set>
#include <string>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {
namespace {

/// Accesses behind branches, and a buffer from outside of the body that is stored to.
class CountAccesses : public IRVisitor {
public:
  int behindBranches = 0;
  std::string stored;

protected:
  using IRVisitor::visit;

  void visit(const Allocate *op) override {
    allocated.insert(op->name);
    IRVisitor::visit(op);
  }

  void visit(const IfThenElse *op) override {
    op->condition.accept(this);
    ++depth;
    op->then_case.accept(this);
    if (op->else_case.defined())
      op->else_case.accept(this);
    --depth;
  }

  void visit(const Load *op) override {
    countIn(op->name);
    IRVisitor::visit(op);
  }

  void visit(const Store *op) override {
    if (!allocated.count(op->name) && stored.empty())
      stored = op->name;
    countIn(op->name);
    IRVisitor::visit(op);
  }

private:
  /// What is allocated inside of an iteration becomes registers.
  void countIn(const std::string &buffer) {
    behindBranches += depth > 0 && !allocated.count(buffer);
  }

  std::set<std::string> allocated;
  int depth = 0;
};

class BranchedAccesses : public IRMutator {
protected:
  using IRMutator::visit;

  Stmt visit(const For *op) override {
    if (op->device_api != DeviceAPI::None && op->device_api != DeviceAPI::Host)
      return op; // a device's compiler has other analyses, and no such prefetch
    if (holdsLoop(op->body))
      return IRMutator::visit(op);
    constexpr int many = 32;
    CountAccesses accesses;
    op->body.accept(&accesses);
    if (accesses.behindBranches < many || accesses.stored.empty())
      return op;
    return withBody(op, Block::make(op->body, prefetchFirst(accesses.stored)));
  }
};

} // namespace

std::unique_ptr<IRMutator> branchedAccessesPass() { return std::make_unique<BranchedAccesses>(); }

} // namespace dlc::templates
