// A scalar that the host computes and a loop over blocks uses becomes an argument of the launch by
// Halide's own rules.
#include "BindingOffsets.h"

#include "dlc/Runtime/VulkanInterface.h"

#include <map>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::codegen {
namespace {

class BindingOffsets : public IRMutator {
public:
  using IRMutator::mutate;

  Stmt mutate(const Stmt &stmt) override {
    if (isInside)
      return IRMutator::mutate(stmt);
    ScopedValue<bool> inside(isInside, true);
    tensors.clear();
    Stmt result = IRMutator::mutate(stmt);
    for (const auto &[name, type] : tensors)
      result = LetStmt::make(offsetName(name), offsetOf(name, type), result);
    return result;
  }

protected:
  using IRMutator::visit;

  /// The kernel's own memory begins at a step.
  Stmt visit(const Allocate *op) override {
    ScopedBinding<> bound(own, op->name);
    return IRMutator::visit(op);
  }

  Expr visit(const Load *op) override {
    if (own.contains(op->name))
      return IRMutator::visit(op);
    return Load::make(op->type, op->name, moved(op->index, op->name, op->type), op->image,
                      op->param, mutate(op->predicate), ModulusRemainder());
  }

  Stmt visit(const Store *op) override {
    if (own.contains(op->name))
      return IRMutator::visit(op);
    return Store::make(op->name, mutate(op->value), moved(op->index, op->name, op->value.type()),
                       op->param, mutate(op->predicate), ModulusRemainder());
  }

private:
  static std::string offsetName(const std::string &tensor) { return tensor + ".binding_offset"; }

  /// Elements from the step before the tensor's address to it.
  static Expr offsetOf(const std::string &tensor, Type type) {
    Expr buffer = Variable::make(type_of<struct halide_buffer_t *>(), tensor + ".buffer");
    Expr address = Call::make(UInt(64), Call::buffer_get_device, {buffer}, Call::Extern);
    Expr bytes = cast<int>(address & make_const(UInt(64), dlcrt::vulkan::bindingStep - 1));
    return bytes / type.bytes();
  }

  Expr moved(const Expr &index, const std::string &tensor, Type type) {
    tensors.emplace(tensor, type.element_of());
    Expr offset = Variable::make(Int(32), offsetName(tensor));
    Expr inner = mutate(index);
    if (const auto *ramp = inner.as<Ramp>(); ramp && ramp->base.type().is_scalar())
      return Ramp::make(ramp->base + cast(ramp->base.type(), offset), ramp->stride, ramp->lanes);
    offset = cast(inner.type().element_of(), offset);
    return inner +
           (inner.type().is_vector() ? Broadcast::make(offset, inner.type().lanes()) : offset);
  }

  bool isInside = false;
  Scope<> own;
  std::map<std::string, Type> tensors; ///< element types of those that were met
};

} // namespace

std::unique_ptr<IRMutator> bindingOffsetsPass() { return std::make_unique<BindingOffsets>(); }

} // namespace dlc::codegen
