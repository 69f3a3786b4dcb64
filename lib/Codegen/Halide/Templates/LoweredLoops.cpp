// Questions are visitors of their own, each node visited once.
#include "dlc/Codegen/Halide/Templates/LoweredLoops.h"

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {
namespace {

class FindLoop : public IRVisitor {
public:
  bool found = false;

protected:
  using IRVisitor::visit;
  void visit(const For *) override { found = true; }
};

class FindCall : public IRGraphVisitor {
public:
  explicit FindCall(bool (*matches)(const Call *)) : matches(matches) {}
  bool found = false;

protected:
  using IRGraphVisitor::visit;
  void visit(const Call *op) override {
    found = found || matches(op);
    IRGraphVisitor::visit(op);
  }

private:
  bool (*matches)(const Call *);
};

} // namespace

bool holdsLoop(const Stmt &body) {
  FindLoop loops;
  body.accept(&loops);
  return loops.found;
}

bool holdsCall(const Stmt &body, bool (*matches)(const Call *)) {
  FindCall calls(matches);
  body.accept(&calls);
  return calls.found;
}

Stmt withBody(const For *loop, const Stmt &body) {
  return body.same_as(loop->body) ? Stmt(loop)
                                  : For::make(loop->name, loop->min, loop->extent, loop->for_type,
                                              loop->partition_policy, loop->device_api, body);
}

} // namespace dlc::templates
