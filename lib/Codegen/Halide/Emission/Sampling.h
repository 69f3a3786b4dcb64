// Images that are read between their elements, axis by axis.
#ifndef DLC_LIB_CODEGEN_HALIDE_EMISSION_SAMPLING_H
#define DLC_LIB_CODEGEN_HALIDE_EMISSION_SAMPLING_H

#include "dlc/Codegen/Halide/KernelEmitter.h"

namespace dlc::codegen {

/// A place along one axis, and the elements around it that what is read there is made of: the
/// taps, numbered from first() to last(). 0 is the last element at or before the place.
class SampledAxis {
public:
  /// `place` counts in elements of an axis of `size`, in f32 or f64; NaN lies outside. With
  /// `aligned`, reflection is at the centres of the edge elements, else half an element further
  /// out.
  SampledAxis(Halide::Expr place, const templates::Size &size, dl::SampleMode mode,
              dl::SamplePadding padding, bool aligned);

  int first() const { return mode == dl::SampleMode::Cubic ? -1 : 0; }
  int last() const {
    return mode == dl::SampleMode::Nearest ? 0 : mode == dl::SampleMode::Cubic ? 2 : 1;
  }
  /// The element that `tap` reads, within the axis; `inside` is joined with whether it is one.
  Halide::Expr index(const Halide::Expr &tap, Halide::Expr &inside) const;
  /// What it counts for.
  Halide::Expr weight(const Halide::Expr &tap) const;

private:
  Halide::Expr mirrored(const Halide::Expr &x) const;

  dl::SampleMode mode;
  dl::SamplePadding padding;
  bool aligned;
  templates::Size size;
  Halide::Expr place, base;
};

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_EMISSION_SAMPLING_H
