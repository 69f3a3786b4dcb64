// Rows r and r + 4 share a vector, which costs a load each: then no element changes its half of a
// vector any more, and 16 shuffles within halves do the rest.
#include "dlc/Codegen/Halide/Templates/TurnedSquares.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {
namespace {

constexpr int side = 8, half = side / 2;

/// Elements `begin` to `begin + half` of a row. Of what is read from memory, only those are read.
Expr halfOf(const Expr &row, int begin) {
  const auto *load = row.as<Load>();
  const auto *ramp = load ? load->index.as<Ramp>() : nullptr;
  if (!ramp || !is_const_one(ramp->stride) || !is_const_one(load->predicate))
    return Shuffle::make_slice(row, begin, 1, half);
  return Load::make(load->type.with_lanes(half), load->name,
                    Ramp::make(simplify(ramp->base + begin), 1, half), load->image, load->param,
                    const_true(half), ModulusRemainder());
}

class TurnedSquares : public IRMutator {
protected:
  using IRMutator::visit;

  Stmt visit(const Store *op) override {
    const auto *square = op->value.as<Shuffle>();
    const auto *place = op->index.as<Ramp>();
    if (!square || !isSquare(*square) || !place || !is_const_one(place->stride) ||
        !is_const_one(op->predicate))
      return IRMutator::visit(op);
    bound.clear();
    std::vector<Expr> rows;
    for (const Expr &row : square->vectors)
      rows.push_back(row.as<Load>() ? row : bind(row));
    std::vector<Stmt> stores;
    for (int begin = 0; begin < side; begin += half) {
      const std::array<Expr, half> columns = turnHalves(rows, begin);
      for (int i = 0; i < half; ++i)
        stores.push_back(
            Store::make(op->name, columns[size_t(i)],
                        Ramp::make(simplify(place->base + (begin + i) * side), 1, side), op->param,
                        const_true(side), ModulusRemainder()));
    }
    Stmt result = Block::make(stores);
    for (; !bound.empty(); bound.pop_back())
      result = LetStmt::make(bound.back().first, bound.back().second, result);
    return result;
  }

private:
  static bool isSquare(const Shuffle &shuffle) {
    return shuffle.is_interleave() && shuffle.vectors.size() == side &&
           shuffle.vectors.front().type().lanes() == side && shuffle.type.bits() == 32;
  }

  Expr bind(const Expr &value) {
    bound.emplace_back(unique_name("turned"), value);
    return Variable::make(value.type(), bound.back().first);
  }

  /// Columns `begin` to `begin + half` of `rows`.
  std::array<Expr, half> turnHalves(const std::vector<Expr> &rows, int begin) {
    std::array<Expr, half> pairs, mixed, columns;
    for (size_t r = 0; r < half; ++r)
      pairs[r] =
          bind(Shuffle::make_concat({halfOf(rows[r], begin), halfOf(rows[r + half], begin)}));
    for (size_t r = 0; r < half; r += 2) {
      mixed[r] = bind(Shuffle::make({pairs[r], pairs[r + 1]}, {0, 8, 1, 9, 4, 12, 5, 13}));
      mixed[r + 1] = bind(Shuffle::make({pairs[r], pairs[r + 1]}, {2, 10, 3, 11, 6, 14, 7, 15}));
    }
    for (size_t r = 0; r < 2; ++r) {
      const std::vector<Expr> both = {mixed[r], mixed[r + 2]};
      columns[2 * r] = Shuffle::make(both, {0, 1, 8, 9, 4, 5, 12, 13});
      columns[2 * r + 1] = Shuffle::make(both, {2, 3, 10, 11, 6, 7, 14, 15});
    }
    return columns;
  }

  std::vector<std::pair<std::string, Expr>> bound; ///< of one square, in the order of their use
};

} // namespace

std::unique_ptr<IRMutator> turnedSquaresPass() { return std::make_unique<TurnedSquares>(); }

} // namespace dlc::templates
