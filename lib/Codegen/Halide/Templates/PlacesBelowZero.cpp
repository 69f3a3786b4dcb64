// What the lanes before a buffer hold is never looked at: zeros stand for it.
#include "dlc/Codegen/Halide/Templates/PlacesBelowZero.h"

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {
namespace {

/// Lanes of a ramp of constants whose places are 0 or more: they lie side by side.
struct LanesInside {
  int first = 0, count = 0;
};

LanesInside lanesInside(int64_t base, int64_t stride, int lanes) {
  LanesInside inside;
  for (int lane = 0; lane < lanes; ++lane) {
    if (base + lane * stride < 0)
      continue;
    if (inside.count++ == 0)
      inside.first = lane;
  }
  return inside;
}

class PlacesBelowZero : public IRMutator {
protected:
  using IRMutator::visit;

  Expr visit(const Load *op) override {
    Expr result = IRMutator::visit(op);
    const auto *load = result.as<Load>();
    const auto *places = load ? load->index.as<Ramp>() : nullptr;
    if (!places || is_const_one(load->predicate))
      return result;
    const auto base = as_const_int(places->base), stride = as_const_int(places->stride);
    if (!base || !stride)
      return result;
    const LanesInside inside = lanesInside(*base, *stride, places->lanes);
    return inside.count == places->lanes ? result : loadInside(*load, *places, inside);
  }

private:
  /// Only the lanes inside of the buffer, between zeros. One alone has no predicate: an element
  /// that is inside needs none.
  static Expr loadInside(const Load &load, const Ramp &places, const LanesInside &inside) {
    const Type type = load.type;
    std::vector<Expr> parts;
    auto addZeros = [&](int lanes) {
      if (lanes > 0)
        parts.push_back(make_zero(type.with_lanes(lanes)));
    };
    addZeros(inside.first);
    if (inside.count > 0) {
      Expr start = simplify(places.base + inside.first * places.stride);
      const bool one = inside.count == 1;
      parts.push_back(Load::make(
          type.with_lanes(inside.count), load.name,
          one ? start : Ramp::make(start, places.stride, inside.count), load.image, load.param,
          one ? const_true() : Shuffle::make_slice(load.predicate, inside.first, 1, inside.count),
          ModulusRemainder()));
    }
    addZeros(places.lanes - inside.first - inside.count);
    return parts.size() == 1 ? parts.front() : Shuffle::make_concat(parts);
  }
};

} // namespace

std::unique_ptr<IRMutator> placesBelowZeroPass() { return std::make_unique<PlacesBelowZero>(); }

} // namespace dlc::templates
