// Vectors read around the beginning of a buffer, where a predicate turns off the lanes before it: a
// tensor that is read backwards ends so, unless vectors divide its elements.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_PLACESBELOWZERO_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_PLACESBELOWZERO_H

#include <Halide.h>

#include <memory>

namespace dlc::templates {

/// The lowering pass that reads the other lanes only. Halide's code generator takes the place of a
/// vector's lowest lane for one inside of the buffer, and stops where it is a constant below 0.
std::unique_ptr<Halide::Internal::IRMutator> placesBelowZeroPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_PLACESBELOWZERO_H
