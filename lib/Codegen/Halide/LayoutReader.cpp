// Every buffer begins at 0; strides are expressions of a kernel's symbols.
#include "LayoutReader.h"

using Halide::Expr;
namespace Internal = Halide::Internal;

namespace dlc::codegen {

Expr LayoutReader::visit(const Internal::Call *call) {
  if (call->name == Internal::Call::buffer_get_min)
    return 0;
  if (call->name != Internal::Call::buffer_get_stride)
    return IRMutator::visit(call);
  const auto *buffer = call->args[0].as<Internal::Variable>();
  std::optional<int64_t> dim = Internal::as_const_int(call->args[1]);
  const std::string suffix = ".buffer";
  if (!buffer || !dim || !Internal::ends_with(buffer->name, suffix))
    return call;
  std::string name = buffer->name.substr(0, buffer->name.size() - suffix.size());
  auto found = strides.find({name, static_cast<int>(*dim)});
  return found == strides.end() ? Expr(call) : found->second;
}

} // namespace dlc::codegen
