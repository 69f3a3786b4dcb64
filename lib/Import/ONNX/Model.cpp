// Look-ups in a Model.
#include "dlc/Import/ONNX/Model.h"
#include "ReadFailure.h"

#include <array>

using namespace dlc;
using namespace dlc::onnx;

std::string_view Attribute::kindName() const {
  static constexpr std::array<std::string_view, std::variant_size_v<AttributeValue>> names{
      "none", "int",    "float",   "string",  "tensor", "graph",
      "ints", "floats", "strings", "tensors", "graphs"};
  return unsupported.empty() ? names[value.index()] : std::string_view(unsupported);
}

const Attribute *Node::findAttribute(std::string_view attributeName) const {
  for (const Attribute &attribute : attributes)
    if (attribute.name == attributeName)
      return &attribute;
  return nullptr;
}

std::string ValueInfo::openSizeName(size_t axis) const {
  const auto *called =
      dims && axis < dims->size() ? std::get_if<std::string>(&(*dims)[axis]) : nullptr;
  if (!called)
    return {};
  bool named = !called->empty() && *called != "?" && *called != "-1";
  return named ? *called : name + "." + std::to_string(axis);
}

std::vector<const ValueInfo *> Graph::requiredInputs() const {
  std::vector<const ValueInfo *> result;
  for (const ValueInfo &input : inputs)
    if (!initializers.contains(input.name))
      result.push_back(&input);
  return result;
}

std::string dlc::onnx::quoted(std::string_view name) {
  constexpr size_t maxLength = 200;
  static constexpr char digits[] = "0123456789abcdef";
  std::string text = "'";
  for (char character : name.substr(0, maxLength)) {
    auto code = static_cast<unsigned char>(character);
    if (code >= 0x20 && code != 0x7f) {
      text += character;
      continue;
    }
    text += "\\x";
    text += digits[code >> 4];
    text += digits[code & 15];
  }
  return text + (name.size() > maxLength ? "...'" : "'");
}
