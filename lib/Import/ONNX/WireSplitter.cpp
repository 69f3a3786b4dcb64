// The walk over protobuf's wire format: tags, varints and length-delimited fields.
#include "WireSplitter.h"

#include <cstring>
#include <optional>

using namespace dlc;
using namespace dlc::onnx;

namespace {

/// As protobuf's own limit: about 31 nested If.
constexpr int maxDepth = 100;

enum WireType : uint32_t {
  Varint = 0,
  Fixed64 = 1,
  Bytes = 2,
  GroupStart = 3,
  GroupEnd = 4,
  Fixed32 = 5
};

/// What the walk does with a length-delimited field.
struct FieldRule {
  enum Action { Keep, Drop, Descend, Extract } action = Keep;
  WireMessage kind = WireMessage::Tensor;
};

constexpr FieldRule descend(WireMessage kind) { return {FieldRule::Descend, kind}; }

/// The paths of onnx-ml.proto and onnx-data.proto that lead to TensorProto.raw_data, by field
/// number. Every one must be here: a raw_data that is not replaced would be read as an index.
FieldRule ruleFor(WireMessage message, uint32_t field) {
  switch (message) {
  case WireMessage::Model:
    if (field == 7)
      return descend(WireMessage::Graph);
    if (field == 25)
      return descend(WireMessage::Function);
    if (field == 20) // training_info: superseded by dlc's own training passes
      return {FieldRule::Drop};
    return {};
  case WireMessage::Graph:
    if (field == 1)
      return descend(WireMessage::Node);
    if (field == 5)
      return descend(WireMessage::Tensor);
    if (field == 15)
      return descend(WireMessage::SparseTensor);
    return {};
  case WireMessage::Node:
    return field == 5 ? descend(WireMessage::Attribute) : FieldRule{};
  case WireMessage::Attribute:
    if (field == 5 || field == 10)
      return descend(WireMessage::Tensor);
    if (field == 6 || field == 11)
      return descend(WireMessage::Graph);
    if (field == 22 || field == 23)
      return descend(WireMessage::SparseTensor);
    return {};
  case WireMessage::Function:
    if (field == 7)
      return descend(WireMessage::Node);
    return field == 11 ? descend(WireMessage::Attribute) : FieldRule{};
  case WireMessage::SparseTensor:
    return field == 1 || field == 2 ? descend(WireMessage::Tensor) : FieldRule{};
  case WireMessage::Tensor:
    return field == 9 ? FieldRule{FieldRule::Extract} : FieldRule{};
  case WireMessage::Sequence:
    if (field == 3)
      return descend(WireMessage::Tensor);
    if (field == 5)
      return descend(WireMessage::Sequence);
    if (field == 7)
      return descend(WireMessage::Optional);
    return field == 4 || field == 6 ? FieldRule{FieldRule::Drop} : FieldRule{};
  case WireMessage::Optional:
    if (field == 3)
      return descend(WireMessage::Tensor);
    if (field == 5)
      return descend(WireMessage::Sequence);
    if (field == 7)
      return descend(WireMessage::Optional);
    return field == 4 || field == 6 ? FieldRule{FieldRule::Drop} : FieldRule{};
  }
  return {};
}

void appendVarint(std::string &out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

class Splitter {
public:
  Splitter(std::span<const std::byte> bytes, SplitMessage &result)
      : begin(bytes.data()), result(result) {}

  /// Copies `message` to `out` without its bulk. False at malformed bytes, with `failure` set.
  bool split(std::span<const std::byte> message, WireMessage kind, int depth, std::string &out) {
    if (depth > maxDepth)
      return fail(message.data(), "messages nested deeper than 100 levels");
    const std::byte *cursor = message.data();
    const std::byte *end = cursor + message.size();
    while (cursor != end) {
      const std::byte *fieldBegin = cursor;
      std::optional<uint64_t> tag = readVarint(cursor, end);
      if (!tag || *tag > UINT32_MAX || *tag >> 3 == 0)
        return fail(fieldBegin, "an invalid field tag");
      auto field = static_cast<uint32_t>(*tag >> 3);
      if ((*tag & 7) != Bytes) {
        if (!skipScalar(cursor, end, *tag, depth))
          return fail(fieldBegin, "a damaged or truncated field");
        append(out, fieldBegin, cursor);
        continue;
      }
      std::optional<uint64_t> length = readVarint(cursor, end);
      if (!length || *length > static_cast<uint64_t>(end - cursor))
        return fail(fieldBegin, "a field that ends behind its message (a truncated file?)");
      std::span<const std::byte> payload(cursor, static_cast<size_t>(*length));
      cursor += payload.size();
      if (!emit(payload, kind, field, *tag, depth, out, fieldBegin, cursor))
        return false;
    }
    return true;
  }

  const std::string &error() const { return failure; }

private:
  /// Writes one length-delimited field as its rule says.
  bool emit(std::span<const std::byte> payload, WireMessage kind, uint32_t field, uint64_t tag,
            int depth, std::string &out, const std::byte *fieldBegin, const std::byte *fieldEnd) {
    FieldRule rule = ruleFor(kind, field);
    switch (rule.action) {
    case FieldRule::Keep:
      append(out, fieldBegin, fieldEnd);
      return true;
    case FieldRule::Drop:
      return true;
    case FieldRule::Extract: {
      uint64_t index = result.rawData.size();
      result.rawData.push_back(payload);
      appendVarint(out, tag);
      appendVarint(out, sizeof(index));
      out.append(reinterpret_cast<const char *>(&index), sizeof(index));
      return true;
    }
    case FieldRule::Descend: {
      std::string inner;
      if (!split(payload, rule.kind, depth + 1, inner))
        return false;
      appendVarint(out, tag);
      appendVarint(out, inner.size());
      out += inner;
      return true;
    }
    }
    return true;
  }

  static void append(std::string &out, const std::byte *from, const std::byte *to) {
    out.append(reinterpret_cast<const char *>(from), static_cast<size_t>(to - from));
  }

  static std::optional<uint64_t> readVarint(const std::byte *&cursor, const std::byte *end) {
    uint64_t value = 0;
    for (int shift = 0; shift < 70 && cursor != end; shift += 7) {
      auto byte = static_cast<uint64_t>(*cursor++);
      if (shift < 64)
        value |= (byte & 0x7f) << shift;
      if (!(byte & 0x80))
        return value;
    }
    return std::nullopt;
  }

  /// Moves behind a field that is not length-delimited. Groups are obsolete but legal unknown
  /// fields.
  static bool skipScalar(const std::byte *&cursor, const std::byte *end, uint64_t tag, int depth) {
    switch (tag & 7) {
    case Varint:
      return readVarint(cursor, end).has_value();
    case Fixed64:
      return advance(cursor, end, 8);
    case Fixed32:
      return advance(cursor, end, 4);
    case GroupStart:
      return skipGroup(cursor, end, tag, depth + 1);
    default:
      return false;
    }
  }

  static bool skipGroup(const std::byte *&cursor, const std::byte *end, uint64_t start, int depth) {
    if (depth > maxDepth)
      return false;
    while (cursor != end) {
      std::optional<uint64_t> tag = readVarint(cursor, end);
      if (!tag)
        return false;
      if ((*tag & 7) == GroupEnd)
        return *tag >> 3 == start >> 3;
      if ((*tag & 7) == Bytes) {
        std::optional<uint64_t> length = readVarint(cursor, end);
        if (!length || !advance(cursor, end, *length))
          return false;
      } else if (!skipScalar(cursor, end, *tag, depth)) {
        return false;
      }
    }
    return false;
  }

  static bool advance(const std::byte *&cursor, const std::byte *end, uint64_t count) {
    if (count > static_cast<uint64_t>(end - cursor))
      return false;
    cursor += count;
    return true;
  }

  bool fail(const std::byte *where, const char *what) {
    failure = "found " + std::string(what) + " at byte " + std::to_string(where - begin);
    return false;
  }

  const std::byte *begin;
  SplitMessage &result;
  std::string failure;
};

} // namespace

Expected<SplitMessage> dlc::onnx::splitMessage(std::span<const std::byte> bytes, WireMessage kind) {
  SplitMessage result;
  Splitter splitter(bytes, result);
  if (!splitter.split(bytes, kind, /*depth=*/0, result.slim))
    return badInput(splitter.error());
  return result;
}
