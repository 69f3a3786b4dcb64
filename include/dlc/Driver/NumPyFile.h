// NumPy's `.npy` and `.npz` files: the format users keep inputs, outputs and data sets in.
#ifndef DLC_DRIVER_NUMPYFILE_H
#define DLC_DRIVER_NUMPYFILE_H

#include "dlc/Support/Error.h"
#include "dlc/Support/Tensor.h"

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace dlc {

/// Decodes an `.npy` file (format versions 1 to 3), called `what` in diagnostics. Fortran order is
/// turned into row-major; big-endian, structured, text and object arrays are refused. bfloat16 is
/// `V2`, as ml_dtypes writes it.
Expected<Tensor> parseNpy(std::span<const std::byte> bytes, const std::string &what);
Expected<Tensor> readNpy(const std::string &path);

/// The `.npy` file of `tensor` (version 1, row-major, data at a multiple of 64 bytes).
std::string serializeNpy(const Tensor &tensor);
Status writeNpy(const std::string &path, const Tensor &tensor);

/// The arrays of an `.npz` file by key (the member's name without `.npy`). Members that are no
/// `.npy`, and sizes that no deflate stream of the stored length can reach, are refused.
Expected<std::map<std::string, Tensor>> readNpz(const std::string &path);

/// Writes `arrays` under their keys, uncompressed as numpy.savez does, whole or not at all.
Status writeNpz(const std::string &path, const std::map<std::string, Tensor> &arrays);

} // namespace dlc

#endif // DLC_DRIVER_NUMPYFILE_H
