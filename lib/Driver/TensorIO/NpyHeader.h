// The header of an `.npy` file, a Python dictionary in text form, parsed without a Python.
#ifndef DLC_LIB_DRIVER_TENSORIO_NPYHEADER_H
#define DLC_LIB_DRIVER_TENSORIO_NPYHEADER_H

#include "dlc/Support/Error.h"
#include "dlc/Support/Tensor.h"

#include <string>
#include <string_view>

namespace dlc {

struct NpyHeader {
  DType dtype = DType::F32;
  bool fortranOrder = false;
  Shape shape;
};

/// Parses `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. Errors lack the file's
/// name.
Expected<NpyHeader> parseNpyHeader(std::string_view text);

/// What `descr` says of `dtype`: `<f4`.
std::string npyDescription(DType dtype);

} // namespace dlc

#endif // DLC_LIB_DRIVER_TENSORIO_NPYHEADER_H
