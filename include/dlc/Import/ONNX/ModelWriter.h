// Writing ONNX files: a model that exists, with other values in its initializers.
#ifndef DLC_IMPORT_ONNX_MODELWRITER_H
#define DLC_IMPORT_ONNX_MODELWRITER_H

#include "dlc/Support/Error.h"
#include "dlc/Support/Tensor.h"

#include <map>
#include <string>

namespace dlc::onnx {

/// Writes the model of the file `original` to `output`, whole or not at all, with new values in
/// initializers of the main graph (and in its Constant nodes, by the name of their output), which
/// keep their type and shape. Unsupported where a value's initializer has another shape, where
/// weights stay in files beside the model, and beyond the 2 GiB that protobuf writes.
Status writeTrained(const std::string &original, const std::string &output,
                    const std::map<std::string, Tensor> &values);

} // namespace dlc::onnx

#endif // DLC_IMPORT_ONNX_MODELWRITER_H
