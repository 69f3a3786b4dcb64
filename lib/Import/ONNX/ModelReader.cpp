// The entry points: bytes, the split, protobuf, then the graph.
#include "ExternalData.h"
#include "GraphReader.h"
#include "ModelVerifier.h"
#include "ReadFailure.h"
#include "TensorDecoder.h"
#include "WireSplitter.h"

#include "dlc/Import/ONNX/Model.h"
#include "dlc/Support/AtomicFile.h"

#include "onnx/onnx-ml.pb.h"

#include <climits>
#include <new>
#include <stdexcept>

using namespace dlc;
using namespace dlc::onnx;

OpsetImports
dlc::onnx::readOpsets(const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto> &imports,
                      const std::string &where) {
  OpsetImports opsets;
  for (const auto &import : imports) {
    std::string domain = normalizedDomain(import.domain());
    if (!opsets.emplace(domain, import.version()).second && opsets[domain] != import.version())
      failRead(where + "opset_import " + quoted(domain) + ": expected one version, found two");
    if (!domain.empty())
      continue;
    if (import.version() < 1)
      failRead(where + "opset_import: expected a version >= 1, found " +
               std::to_string(import.version()));
    if (import.version() > newestOpset)
      throw ReadFailure{unsupported(where + "opset " + std::to_string(import.version()) +
                                    " is newer than this dlc; expected at most " +
                                    std::to_string(newestOpset) +
                                    "; convert the model to an older opset")};
  }
  return opsets;
}

static ::onnx::ModelProto parseModel(const SplitMessage &message) {
  ::onnx::ModelProto proto;
  if (message.slim.size() > INT_MAX)
    failRead("expected less than 2 GiB of graph, found more; keep the weights in raw_data");
  if (!proto.ParseFromArray(message.slim.data(), static_cast<int>(message.slim.size())))
    failRead("expected an ONNX model, found bytes that its schema does not describe");
  if (!proto.has_graph())
    failRead("expected an ONNX model, found a file without a graph");
  if (proto.graph().output_size() == 0)
    failRead("expected a graph with outputs, found none");
  return proto;
}

static Model readSplit(const SplitMessage &message, const std::string &folder, uint64_t fileBytes) {
  ::onnx::ModelProto proto = parseModel(message);
  Model model;
  model.irVersion = proto.ir_version();
  if (model.irVersion > newestIRVersion)
    throw ReadFailure{unsupported("file format (ir_version) " + std::to_string(model.irVersion) +
                                  " is newer than this dlc; expected at most " +
                                  std::to_string(newestIRVersion))};
  model.producer = proto.producer_name();
  model.opsets = readOpsets(proto.opset_import(), /*where=*/"");
  // The first two file formats had no opset_import.
  if (model.opsets.empty() && model.irVersion < 3)
    model.opsets[""] = 1;
  for (const auto &entry : proto.metadata_props())
    model.metadata[entry.key()] = entry.value();

  ExternalData external(folder);
  TensorDecoder tensors(message, external);
  model.graph = GraphReader(proto, model.opsets, tensors, fileBytes).readModelGraph();
  verifyNames(model.graph);
  return model;
}

Expected<Model> dlc::onnx::readModelFromBytes(std::span<const std::byte> bytes, std::string name,
                                              std::string folder) {
  Expected<SplitMessage> message = splitMessage(bytes, WireMessage::Model);
  if (!message)
    return badInput(name + ": expected an ONNX model, " + message.error().message);
  try {
    Model model = readSplit(*message, folder, bytes.size());
    model.file = std::move(name);
    return model;
  } catch (const ReadFailure &failure) {
    return Error{failure.error.code, name + ": " + failure.error.message};
  } catch (const std::bad_alloc &) {
    return badInput(name + ": the model needs more memory than this process can get");
  } catch (const std::length_error &) {
    return badInput(name + ": the model needs more memory than this process can get");
  }
}

Expected<Model> dlc::onnx::readModel(const std::string &path) {
  Expected<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.error();
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  return readModelFromBytes(file->bytes(), path, folder);
}
