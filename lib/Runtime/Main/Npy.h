// Reads and writes tensors as .npy files, in plain C terms.
#ifndef DLC_LIB_RUNTIME_MAIN_NPY_H
#define DLC_LIB_RUNTIME_MAIN_NPY_H

#include "dlc/Runtime/Types.h"

namespace dlcrt {

/// Reads `path` into `tensor`: an .npy file, or the raw bytes of a tensor whose declaration `info`
/// has no symbolic extent. The data is from malloc. False after a line on stderr.
bool readTensor(const char *path, const dlc_tensor_info &info, dlc_tensor &tensor);

/// Writes `tensor` to `path` as .npy; bfloat16, which numpy lacks, as float32. False after a line
/// on stderr.
bool writeNpy(const char *path, const dlc_tensor &tensor);

} // namespace dlcrt

#endif // DLC_LIB_RUNTIME_MAIN_NPY_H
