// Strict arithmetic is intrinsics from before Halide lowers. What is plain arithmetic behind all of
// its passes is generated with LLVM's fast-math flags, unless the target itself is strict.
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {

static const char *const fusedMarker = "dlc_fused";
static const char *const unfusedMarker = "dlc_unfused";

namespace {

class FusedMath : public IRMutator {
protected:
  using IRMutator::visit;

  Expr visit(const Call *op) override {
    const bool marked = op->call_type == Call::PureExtern;
    if (marked && op->name == fusedMarker)
      return mutateWith(/*fuse=*/true, op->args.front());
    if (marked && op->name == unfusedMarker)
      return mutateWith(/*fuse=*/false, op->args.front());
    if (fuses && op->is_intrinsic(Call::strict_add))
      return mutate(op->args[0]) + mutate(op->args[1]);
    if (fuses && op->is_intrinsic(Call::strict_sub))
      return mutate(op->args[0]) - mutate(op->args[1]);
    if (fuses && op->is_intrinsic(Call::strict_mul))
      return mutate(op->args[0]) * mutate(op->args[1]);
    ScopedValue<bool> within(fuses, false);
    return IRMutator::visit(op);
  }

private:
  Expr mutateWith(bool fuse, const Expr &value) {
    ScopedValue<bool> within(fuses, fuse);
    return mutate(value);
  }

  bool fuses = false;
};

} // namespace

namespace {
/// What of a pipeline single strict operations can express.
class StrictForms : public IRGraphVisitor {
public:
  bool fuses = false;
  bool complete = true; ///< nothing lacks a strict form

protected:
  using IRGraphVisitor::visit;

  void visit(const Cast *op) override {
    const Type from = op->value.type();
    complete &= !op->type.is_float() || !from.is_float() || op->type.bits() == from.bits();
    IRGraphVisitor::visit(op);
  }

  void visit(const Call *op) override {
    fuses |= op->name == fusedMarker;
    const bool marker = op->name == fusedMarker || op->name == unfusedMarker ||
                        isPrefetchingAhead(op) || isPrefetchingBefore(op);
    // Halide's own functions of f32 become single instructions.
    const bool instruction = ends_with(op->name, "_f32");
    complete &= op->call_type != Call::PureExtern || marker || instruction;
    IRGraphVisitor::visit(op);
  }
};
} // namespace

Target makeStrict(const Pipeline &pipeline, const Target &target) {
  std::vector<Function> outputs;
  for (const Func &output : pipeline.outputs())
    outputs.push_back(output.function());
  std::map<std::string, Function> environment = build_environment(outputs);
  StrictForms forms;
  for (const auto &[name, function] : environment)
    function.accept(&forms);
  const Target strict = target.with_feature(Target::StrictFloat);
  if (!forms.fuses || !forms.complete)
    return strict;
  strictify_float(environment, strict);
  return target;
}

static Expr marked(const char *marker, const Expr &value) {
  return Call::make(value.type(), marker, {value}, Call::PureExtern);
}

Expr fused(Expr value) { return marked(fusedMarker, value); }

Expr unfused(Expr value) { return marked(unfusedMarker, value); }

std::unique_ptr<IRMutator> fusedMathPass() { return std::make_unique<FusedMath>(); }

} // namespace dlc::templates
