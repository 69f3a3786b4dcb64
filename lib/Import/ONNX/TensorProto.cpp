// Values of onnx-data.proto.
#include "dlc/Import/ONNX/TensorProto.h"
#include "ElementTypes.h"
#include "ReadFailure.h"
#include "TensorDecoder.h"

#include "onnx/onnx-data.pb.h"

#include <climits>
#include <new>

using namespace dlc;
using namespace dlc::onnx;
using ::onnx::OptionalProto;
using ::onnx::SequenceProto;

namespace {

class ValueReader {
public:
  explicit ValueReader(TensorDecoder &tensors) : tensors(tensors) {}

  ProtoValue read(const ::onnx::TensorProto &proto) {
    ProtoValue value;
    value.name = proto.name();
    value.tensor = tensors.decode(proto, "tensor " + quoted(proto.name()));
    return value;
  }

  ProtoValue read(const SequenceProto &proto) {
    ProtoValue value;
    value.kind = ValueInfo::Kind::Sequence;
    value.name = proto.name();
    switch (proto.elem_type()) {
    case SequenceProto::UNDEFINED:
    case SequenceProto::TENSOR:
      readAll(proto.tensor_values(), value);
      return value;
    case SequenceProto::SEQUENCE:
      readAll(proto.sequence_values(), value);
      return value;
    case SequenceProto::OPTIONAL:
      readAll(proto.optional_values(), value);
      return value;
    default:
      throw ReadFailure{unsupported("sequence " + quoted(proto.name()) +
                                    ": expected tensors, sequences or optionals, found type " +
                                    std::to_string(proto.elem_type()))};
    }
  }

  ProtoValue read(const OptionalProto &proto) {
    ProtoValue value;
    value.kind = ValueInfo::Kind::Optional;
    value.name = proto.name();
    if (proto.has_tensor_value())
      value.elements.push_back(read(proto.tensor_value()));
    else if (proto.has_sequence_value())
      value.elements.push_back(read(proto.sequence_value()));
    else if (proto.has_optional_value())
      value.elements.push_back(read(proto.optional_value()));
    return value;
  }

private:
  template <typename Values>
  void readAll(const Values &values, ProtoValue &result) {
    for (const auto &value : values)
      result.elements.push_back(read(value));
  }

  TensorDecoder &tensors;
};

} // namespace

template <typename Proto>
static ProtoValue readAs(const SplitMessage &message, TensorDecoder &tensors) {
  Proto proto;
  if (message.slim.size() > INT_MAX ||
      !proto.ParseFromArray(message.slim.data(), static_cast<int>(message.slim.size())))
    failRead("found bytes that its schema does not describe");
  return ValueReader(tensors).read(proto);
}

Expected<ProtoValue> dlc::onnx::readProtoValue(std::span<const std::byte> bytes,
                                               ValueInfo::Kind kind, const std::string &what) {
  bool isSequence = kind == ValueInfo::Kind::Sequence;
  bool isOptional = kind == ValueInfo::Kind::Optional;
  WireMessage wire = isSequence   ? WireMessage::Sequence
                     : isOptional ? WireMessage::Optional
                                  : WireMessage::Tensor;
  Expected<SplitMessage> message = splitMessage(bytes, wire);
  if (!message)
    return badInput(what + ": expected a serialized ONNX value, " + message.error().message);
  ExternalData external(/*folder=*/{});
  TensorDecoder tensors(*message, external);
  try {
    if (isSequence)
      return readAs<SequenceProto>(*message, tensors);
    if (isOptional)
      return readAs<OptionalProto>(*message, tensors);
    return readAs<::onnx::TensorProto>(*message, tensors);
  } catch (const ReadFailure &failure) {
    return Error{failure.error.code, what + ": " + failure.error.message};
  } catch (const std::bad_alloc &) {
    return badInput(what + ": needs more memory than this process can get");
  }
}

static void fill(::onnx::TensorProto &proto, const Tensor &tensor, std::string_view name) {
  proto.set_data_type(dataTypeOf(tensor.dtype()));
  if (!name.empty())
    proto.set_name(std::string(name));
  for (int64_t dim : tensor.shape())
    proto.add_dims(dim);
  proto.set_raw_data(tensor.raw(), tensor.numBytes());
}

static void fill(OptionalProto &proto, const ProtoValue &value);

static void fill(SequenceProto &proto, const ProtoValue &value) {
  if (!value.name.empty())
    proto.set_name(value.name);
  proto.set_elem_type(SequenceProto::TENSOR);
  for (const ProtoValue &element : value.elements) {
    if (element.kind == ValueInfo::Kind::Sequence) {
      proto.set_elem_type(SequenceProto::SEQUENCE);
      fill(*proto.add_sequence_values(), element);
    } else if (element.kind == ValueInfo::Kind::Optional) {
      proto.set_elem_type(SequenceProto::OPTIONAL);
      fill(*proto.add_optional_values(), element);
    } else {
      fill(*proto.add_tensor_values(), element.tensor.tensor, element.name);
    }
  }
}

static void fill(OptionalProto &proto, const ProtoValue &value) {
  if (!value.name.empty())
    proto.set_name(value.name);
  if (value.elements.empty())
    return;
  const ProtoValue &element = value.elements.front();
  if (element.kind == ValueInfo::Kind::Sequence) {
    proto.set_elem_type(OptionalProto::SEQUENCE);
    fill(*proto.mutable_sequence_value(), element);
  } else if (element.kind == ValueInfo::Kind::Optional) {
    proto.set_elem_type(OptionalProto::OPTIONAL);
    fill(*proto.mutable_optional_value(), element);
  } else {
    proto.set_elem_type(OptionalProto::TENSOR);
    fill(*proto.mutable_tensor_value(), element.tensor.tensor, element.name);
  }
}

template <typename Proto>
static std::string serialize(const ProtoValue &value) {
  Proto proto;
  fill(proto, value);
  return proto.SerializeAsString();
}

std::string dlc::onnx::writeTensorProto(const Tensor &tensor, std::string_view name) {
  ::onnx::TensorProto proto;
  fill(proto, tensor, name);
  return proto.SerializeAsString();
}

std::string dlc::onnx::writeProtoValue(const ProtoValue &value) {
  if (value.kind == ValueInfo::Kind::Sequence)
    return serialize<SequenceProto>(value);
  if (value.kind == ValueInfo::Kind::Optional)
    return serialize<OptionalProto>(value);
  return writeTensorProto(value.tensor.tensor, value.name);
}
