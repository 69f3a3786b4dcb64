// Places between elements: nearest, linear and cubic, with what lies around an image.
#include "Sampling.h"

#include "dlc/Codegen/Halide/Templates/Math.h"

using dlc::templates::Size;
using Halide::Expr;

namespace dlc::codegen {

SampledAxis::SampledAxis(Expr given, const Size &size, dl::SampleMode mode,
                         dl::SamplePadding padding, bool aligned)
    : mode(mode), padding(padding), aligned(aligned), size(size), place(std::move(given)) {
  Expr one = math::constant(place, 1), length = Halide::cast(place.type(), size.expr());
  if (mode == dl::SampleMode::Nearest)
    place = Halide::round(place);
  if (padding == dl::SamplePadding::Reflection)
    place = mirrored(place);
  // Beyond that there is nothing in any case, and an int holds it.
  bool border = padding == dl::SamplePadding::Border;
  Expr low = border ? one - one : -one * 4, high = border ? length - one : length + 3;
  place = Halide::select(Halide::is_nan(place), -one * 4, Halide::clamp(place, low, high));
  base = Halide::cast<int32_t>(Halide::floor(place));
}

Expr SampledAxis::index(const Expr &tap, Expr &inside) const {
  Expr at = base + tap;
  if (padding == dl::SamplePadding::Zeros)
    inside = inside && at >= 0 && at < size.expr();
  if (padding == dl::SamplePadding::Reflection && !size.is(1)) {
    int64_t further = aligned ? 0 : 1;
    Size period = 2 * (size - 1 + further);
    Expr phase = at % larger(period, 1).expr();
    at = Halide::select(phase < size.expr(), phase, (period - further).expr() - phase);
  }
  return Halide::clamp(at, 0, (size - 1).expr());
}

Expr SampledAxis::weight(const Expr &tap) const {
  Expr d = Halide::abs(place - Halide::cast(place.type(), base + tap));
  Expr one = math::constant(d, 1), a = math::constant(d, -0.75);
  if (mode == dl::SampleMode::Nearest)
    return one;
  if (mode == dl::SampleMode::Linear)
    return one - d;
  return Halide::select(tap == 0 || tap == 1, ((a + 2) * d - (a + 3)) * d * d + one,
                        ((a * d - 5 * a) * d + 8 * a) * d - 4 * a);
}

Expr SampledAxis::mirrored(const Expr &x) const {
  double low = aligned ? 0 : -0.5;
  const Size range = size - (aligned ? 1 : 0);
  Expr begin = math::constant(x, low), length = Halide::cast(x.type(), range.expr());
  if (range.is(0))
    return begin;
  Expr distance = Halide::abs(x - begin);
  Expr period = Halide::max(length + length, math::constant(x, 1));
  Expr phase = distance - period * Halide::floor(distance / period);
  Expr folded = begin + Halide::select(phase > length, period - phase, phase);
  return Halide::select(x >= begin && x <= begin + length, x, folded);
}

} // namespace dlc::codegen
