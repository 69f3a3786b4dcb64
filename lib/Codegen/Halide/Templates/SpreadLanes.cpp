// A call of no effect carries the element through Halide's passes, which know no lanes before the
// vectors are made.
#include "dlc/Codegen/Halide/Templates/SpreadLanes.h"

#include <algorithm>
#include <utility>
#include <vector>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {

static const char *const spreadMarker = "dlc_last_of_block_before";
static const char *const sumMarker = "dlc_sum_of_neighbours";

namespace {

Expr inOneLane(const Expr &value) {
  const auto *broadcast = value.as<Broadcast>();
  return broadcast ? inOneLane(broadcast->value) : value;
}

int knownInt(const Expr &argument) { return int(*as_const_int(inOneLane(argument))); }

Expr lastsOfBlocks(const Expr &value, int size, const Expr &none) {
  const int lanes = value.type().lanes();
  if (lanes == 1)
    return none;
  std::vector<int> indices;
  for (int lane = 0; lane < lanes; ++lane)
    indices.push_back(lane & size ? (lane & ~(size - 1)) - 1 : lanes + lane);
  return Shuffle::make({value, none}, indices);
}

/// left + right, added behind the pass that makes single operations strict.
static Expr strictSum(const Expr &left, const Expr &right) {
  if (!left.type().is_float())
    return left + right;
  return Call::make(left.type(), Call::strict_add, {left, right}, Call::PureIntrinsic);
}

/// Values that are bound to names, so that an expression reads each of them more than once.
class BoundValues {
public:
  Expr bind(const Expr &value) {
    bound.emplace_back(unique_name("neighbours"), value);
    return Variable::make(value.type(), bound.back().first);
  }
  Expr around(Expr value) {
    for (; !bound.empty(); bound.pop_back())
      value = Let::make(bound.back().first, bound.back().second, value);
    return value;
  }

private:
  std::vector<std::pair<std::string, Expr>> bound;
};

/// What adds the lanes of two vectors with those `distance` beyond them, the first one's where the
/// place has no `distance` in it, the second one's where it has: a blend and a shuffle. Neighbours
/// are two shuffles: of four lanes the first two are then the first vector's.
Expr addedAtDistance(const Expr &first, const Expr &second, int distance) {
  const int lanes = first.type().lanes();
  std::vector<int> here, there;
  for (int lane = 0; lane < lanes; ++lane) {
    if (distance > 1) {
      here.push_back(lane & distance ? lanes + lane : lane);
      there.push_back(here.back() ^ distance);
      continue;
    }
    const int four = std::min(lanes, 4), within = lane % four, half = four / 2;
    here.push_back(lane - within + within % half * 2 + (within < half ? 0 : lanes));
    there.push_back(here.back() + 1);
  }
  return strictSum(Shuffle::make({first, second}, here), Shuffle::make({first, second}, there));
}

/// The sums of as many vectors as they have lanes. Each time two become one; which ones is by the
/// lanes that they get, so that none has to move in the end.
Expr sumsOfVectors(std::vector<Expr> values) {
  BoundValues names;
  for (int distance = int(values.size()) / 2; distance > 0; distance /= 2) {
    const size_t pairs = values.size() / 2;
    std::vector<Expr> sums;
    for (size_t i = 0; i < pairs; ++i) {
      const bool neighbours = distance <= 2;
      const Expr &first = values[neighbours ? 2 * i : i];
      const Expr &second = values[neighbours ? 2 * i + 1 : i + pairs];
      sums.push_back(names.bind(addedAtDistance(first, second, distance)));
    }
    values = sums;
  }
  return names.around(values.front());
}

/// As sumOfNeighbours, of vectors. Two of them become one, even lanes plus odd ones, until one is
/// left; then each lane gets the sum of its block, by exchanges of lanes at half the distance each
/// time, and one lane of each block is picked.
Expr sumsOfNeighbours(std::vector<Expr> values, int count) {
  const int lanes = values.front().type().lanes();
  BoundValues names;
  for (; values.size() > 1; count /= 2) {
    std::vector<int> even, odd;
    for (int lane = 0; lane < lanes; ++lane) {
      even.push_back(2 * lane);
      odd.push_back(2 * lane + 1);
    }
    std::vector<Expr> sums;
    for (size_t i = 0; i < values.size(); i += 2) {
      const std::vector<Expr> both = {names.bind(values[i]), names.bind(values[i + 1])};
      sums.push_back(strictSum(Shuffle::make(both, even), Shuffle::make(both, odd)));
    }
    values = sums;
  }
  Expr value = values.front();
  for (int distance = count / 2; distance > 0; distance /= 2) {
    const Expr sum = names.bind(value);
    std::vector<int> partners;
    for (int lane = 0; lane < lanes; ++lane)
      partners.push_back(lane ^ distance);
    value = strictSum(sum, Shuffle::make({sum}, partners));
  }
  if (count > 1 && count < lanes) {
    std::vector<int> picked;
    for (int lane = 0; lane < lanes; ++lane)
      picked.push_back(lane * count % lanes);
    value = Shuffle::make({names.bind(value)}, picked);
  }
  return names.around(value);
}

class SpreadLanes : public IRMutator {
protected:
  using IRMutator::visit;

  Expr visit(const Call *op) override {
    if (op->call_type == Call::PureExtern && op->name == spreadMarker)
      return lastsOfBlocks(mutate(op->args[0]), knownInt(op->args[1]), mutate(op->args[2]));
    if (isSumOfNeighbours(op)) {
      const std::vector<Expr> values = mutate({op->args.begin() + 1, op->args.end()});
      return int(values.size()) == values.front().type().lanes()
                 ? sumsOfVectors(values)
                 : sumsOfNeighbours(values, knownInt(op->args[0]));
    }
    return IRMutator::visit(op);
  }
};

} // namespace

Expr lastOfBlockBefore(Expr value, int block, Expr none) {
  const Type type = value.type();
  return Call::make(type, spreadMarker, {std::move(value), block, std::move(none)},
                    Call::PureExtern);
}

Expr sumOfNeighbours(std::vector<Expr> values, int count) {
  const Type type = values.front().type();
  values.insert(values.begin(), count);
  return Call::make(type, sumMarker, values, Call::PureExtern);
}

bool isSumOfNeighbours(const Call *call) {
  return call->call_type == Call::PureExtern && call->name == sumMarker;
}

std::unique_ptr<IRMutator> spreadLanesPass() { return std::make_unique<SpreadLanes>(); }

} // namespace dlc::templates
