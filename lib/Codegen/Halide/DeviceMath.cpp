// Halide knows most of libm under `<name>_f32` and `<name>_f64` and maps that to what the device's
// language has: a builtin of OpenCL C, libdevice for PTX, an instruction of SPIR-V's GLSL set.
// Emission writes libm's names, since on a CPU these are what is linked.
#include "DeviceMath.h"

#include "ComputedOnce.h"
#include "DeviceLanguage.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/Math.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"

#include <bit>
#include <limits>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::codegen {
namespace {

/// How a language has libm.
struct Library {
  bool onlyLibm; ///< also what Halide has no name for, overloaded
  bool f64;      ///< functions of f64 other than the exact ones
  bool pow;      ///< with its limits; otherwise it is made of exp and log
};

Library libraryOf(schedule::DeviceKind kind) {
  switch (kind) {
  case schedule::DeviceKind::OpenCL:
    return {.onlyLibm = true, .f64 = true, .pow = true};
  case schedule::DeviceKind::CUDA:
    return {.onlyLibm = false, .f64 = true, .pow = true};
  case schedule::DeviceKind::Vulkan:
    return {.onlyLibm = false, .f64 = false, .pow = false};
  }
  return {};
}

/// x^y of f32 by e^(y ln |x|), with libm's limits: its relative error is that of the logarithm
/// times the exponent of e, at most 1e-5.
Expr powerOfExponential(const Expr &x, const Expr &y) {
  const Expr infinity = math::constant(x, std::numeric_limits<float>::infinity());
  const Expr nan = math::constant(x, std::numeric_limits<float>::quiet_NaN());
  const Expr magnitude = abs(x);
  Expr value = select(magnitude == 0.0f, select(y < 0.0f, infinity, y > 0.0f, 0.0f, y),
                      math::exp(y * math::log(magnitude)));
  value = select(magnitude == 1.0f, 1.0f, value);
  const Expr isWhole = floor(y) == y, isOdd = isWhole && floor(y * 0.5f) != y * 0.5f;
  const Expr negative =
      select(isOdd, -value, isWhole || magnitude == infinity, value, is_nan(y), y, nan);
  return select(y == 0.0f, 1.0f, x < 0.0f, negative, value);
}

class DeviceMath : public IRMutator {
public:
  explicit DeviceMath(schedule::DeviceKind kind) : kind(kind), library(libraryOf(kind)) {}

protected:
  using IRMutator::visit;
  Expr visit(const Call *op) override {
    if (op->call_type != Call::PureExtern || !op->type.is_float())
      return IRMutator::visit(op);
    bool isDouble = op->type.bits() == 64;
    llvm::StringRef name = op->name;
    if (!library.f64 && isDouble)
      return ofDouble(op, (name.consume_back("_f64"), name));
    if (!isDouble && !name.consume_back("f"))
      return IRMutator::visit(op); // Halide's own
    static const llvm::StringSet<> known = {
        "sqrt",  "sin",   "cos",   "tan", "asin", "acos", "atan",  "atan2", "sinh",  "cosh", "tanh",
        "asinh", "acosh", "atanh", "exp", "log",  "pow",  "floor", "ceil",  "round", "trunc"};
    static const llvm::StringSet<> onlyLibm = {"erf", "fmod", "expm1", "log1p"};
    if (name == "pow" && !library.pow)
      return powerOf(mutate(op->args[0]), mutate(op->args[1]));
    std::string renamed;
    if (known.contains(name))
      renamed = (name + (isDouble ? "_f64" : "_f32")).str();
    else if (library.onlyLibm && onlyLibm.contains(name))
      renamed = name.str();
    else if (onlyLibm.contains(name))
      refuse(name.str());
    else
      return IRMutator::visit(op);
    std::vector<Expr> arguments;
    for (const Expr &argument : op->args)
      arguments.push_back(mutate(argument));
    return Call::make(op->type, renamed, arguments, Call::PureExtern);
  }

  /// The generators of OpenCL C and of SPIR-V round constants of f64 to f32.
  Expr visit(const FloatImm *op) override {
    if (op->type.bits() != 64 || double(float(op->value)) == op->value)
      return op;
    return reinterpret(op->type, make_const(UInt(64), std::bit_cast<uint64_t>(op->value)));
  }

private:
  /// SPIR-V's instructions for these take f64 too, which the generator does not look at.
  Expr ofDouble(const Call *op, llvm::StringRef name) {
    static const llvm::StringSet<> exact = {"sqrt", "floor", "ceil", "trunc"};
    if (!exact.contains(name))
      refuse(name.str() + " of f64");
    return Call::make(op->type, name.str() + "_f32", {mutate(op->args[0])}, Call::PureExtern);
  }

  [[noreturn]] void refuse(const std::string &function) const {
    throw UnsupportedOnDevice("function '" + function + "' is not there on " +
                              std::string(schedule::deviceName(kind)));
  }

  static Expr powerOf(const Expr &x, const Expr &y) {
    return computedOnce(x, y, [](const Expr &base, const Expr &exponent) {
      Expr result = templates::fusedMathPass()->mutate(powerOfExponential(base, exponent));
      return common_subexpression_elimination(result);
    });
  }

  schedule::DeviceKind kind;
  Library library;
};

} // namespace

std::unique_ptr<IRMutator> deviceMathPass(schedule::DeviceKind kind) {
  return std::make_unique<DeviceMath>(kind);
}

} // namespace dlc::codegen
