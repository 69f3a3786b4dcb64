// Halide knows most of libm under `<name>_f32` and `<name>_f64` and maps that to what the device's
// language has: a builtin of OpenCL C, libdevice for PTX. Emission writes libm's names, since on a
// CPU these are what is linked.
#include "DeviceMath.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::codegen {
namespace {

class DeviceMath : public IRMutator {
public:
  explicit DeviceMath(schedule::DeviceKind kind) : kind(kind) {}

protected:
  using IRMutator::visit;
  Expr visit(const Call *op) override {
    if (op->call_type != Call::PureExtern || !op->type.is_float())
      return IRMutator::visit(op);
    bool isDouble = op->type.bits() == 64;
    llvm::StringRef name = op->name;
    if (!isDouble && !name.consume_back("f"))
      return IRMutator::visit(op); // Halide's own
    static const llvm::StringSet<> known = {
        "sqrt",  "sin",   "cos",   "tan", "asin", "acos", "atan",  "atan2", "sinh",  "cosh", "tanh",
        "asinh", "acosh", "atanh", "exp", "log",  "pow",  "floor", "ceil",  "round", "trunc"};
    static const llvm::StringSet<> onlyLibm = {"erf", "fmod", "expm1", "log1p"};
    std::string renamed;
    if (known.contains(name))
      renamed = (name + (isDouble ? "_f64" : "_f32")).str();
    else if (kind == schedule::DeviceKind::OpenCL && onlyLibm.contains(name))
      renamed = name.str(); // overloaded in OpenCL C
    else if (onlyLibm.contains(name))
      throw UnsupportedOnDevice("function '" + name.str() + "' is not there on " +
                                std::string(schedule::deviceName(kind)));
    else
      return IRMutator::visit(op);
    std::vector<Expr> arguments;
    for (const Expr &argument : op->args)
      arguments.push_back(mutate(argument));
    return Call::make(op->type, renamed, arguments, Call::PureExtern);
  }

private:
  schedule::DeviceKind kind;
};

} // namespace

std::unique_ptr<IRMutator> deviceMathPass(schedule::DeviceKind kind) {
  return std::make_unique<DeviceMath>(kind);
}

} // namespace dlc::codegen
