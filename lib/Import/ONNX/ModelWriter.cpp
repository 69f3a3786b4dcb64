// New values for the initializers of a file.
#include "dlc/Import/ONNX/ModelWriter.h"

#include "dlc/Import/ONNX/TensorProto.h"
#include "dlc/Support/AtomicFile.h"

#include "onnx/onnx-ml.pb.h"

#include <climits>
#include <set>

using namespace dlc;
using ::onnx::TensorProto;

namespace {

/// One file on its way to another.
class Rewriter {
public:
  Rewriter(const std::string &path, const std::map<std::string, Tensor> &values)
      : path(path), values(values) {}

  Status rewrite(::onnx::GraphProto &graph) {
    for (TensorProto &initializer : *graph.mutable_initializer())
      if (Status status = replace(initializer, initializer.name()); !status)
        return status;
    for (::onnx::NodeProto &node : *graph.mutable_node())
      if (node.op_type() == "Constant" && node.output_size() == 1)
        for (::onnx::AttributeProto &attribute : *node.mutable_attribute())
          if (attribute.name() == "value" && attribute.has_t())
            if (Status status = replace(*attribute.mutable_t(), node.output(0)); !status)
              return status;
    for (const auto &[name, value] : values)
      if (!written.contains(name))
        return unsupported(path + ": weight '" + name +
                           "' is no initializer of the file; write the state with -o FILE.npz");
    return {};
  }

private:
  Status replace(TensorProto &tensor, const std::string &name) {
    auto found = values.find(name);
    if (found == values.end()) {
      if (tensor.data_location() == TensorProto::EXTERNAL)
        return unsupported(path + ": weight '" + name +
                           "' lies in another file; write the state with -o FILE.npz");
      return {};
    }
    const Tensor &value = found->second;
    Shape shape(tensor.dims().begin(), tensor.dims().end());
    if (shape != value.shape())
      return unsupported(path + ": weight '" + name + "': expected shape " + shapeString(shape) +
                         " as in the file, found " + shapeString(value.shape()));
    TensorProto fresh;
    fresh.ParseFromString(dlc::onnx::writeTensorProto(value, tensor.name()));
    fresh.set_doc_string(tensor.doc_string());
    tensor = fresh;
    written.insert(name);
    return {};
  }

  const std::string &path;
  const std::map<std::string, Tensor> &values;
  std::set<std::string> written;
};

} // namespace

Status dlc::onnx::writeTrained(const std::string &original, const std::string &output,
                               const std::map<std::string, Tensor> &values) {
  Expected<std::string> bytes = readFile(original);
  if (!bytes)
    return bytes.error();
  ::onnx::ModelProto model;
  if (bytes->size() > INT_MAX)
    return unsupported(original +
                       ": is larger than the 2 GiB that can be written as ONNX; write the "
                       "state with -o FILE.npz");
  if (!model.ParseFromString(*bytes))
    return badInput(original + ": expected an ONNX model, found bytes that its schema does not "
                               "describe");
  if (Status status = Rewriter(original, values).rewrite(*model.mutable_graph()); !status)
    return status;
  if (model.ByteSizeLong() > INT_MAX)
    return unsupported(output +
                       ": would be larger than the 2 GiB that can be written as ONNX; write "
                       "the state with -o FILE.npz");
  return writeFileAtomically(output, model.SerializeAsString());
}
