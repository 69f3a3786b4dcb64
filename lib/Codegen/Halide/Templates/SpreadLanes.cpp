// A call of no effect carries the element through Halide's passes, which know no lanes before the
// vectors are made.
#include "dlc/Codegen/Halide/Templates/SpreadLanes.h"

#include <utility>
#include <vector>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {

static const char *const spreadMarker = "dlc_last_of_block_before";

namespace {

Expr inOneLane(const Expr &value) {
  const auto *broadcast = value.as<Broadcast>();
  return broadcast ? inOneLane(broadcast->value) : value;
}

class SpreadLanes : public IRMutator {
protected:
  using IRMutator::visit;

  Expr visit(const Call *op) override {
    if (op->call_type != Call::PureExtern || op->name != spreadMarker)
      return IRMutator::visit(op);
    const Expr value = mutate(op->args[0]), none = mutate(op->args[2]);
    const int size = int(*as_const_int(inOneLane(op->args[1]))), lanes = value.type().lanes();
    if (lanes == 1)
      return none;
    std::vector<int> indices;
    for (int lane = 0; lane < lanes; ++lane)
      indices.push_back(lane & size ? (lane & ~(size - 1)) - 1 : lanes + lane);
    return Shuffle::make({value, none}, indices);
  }
};

} // namespace

Expr lastOfBlockBefore(Expr value, int block, Expr none) {
  const Type type = value.type();
  return Call::make(type, spreadMarker, {std::move(value), block, std::move(none)},
                    Call::PureExtern);
}

std::unique_ptr<IRMutator> spreadLanesPass() { return std::make_unique<SpreadLanes>(); }

} // namespace dlc::templates
