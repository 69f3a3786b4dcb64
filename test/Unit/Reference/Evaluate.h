// Evaluates one op, written as MLIR text, on given tensors: what all tests of the layer start from.
#ifndef DLC_TEST_UNIT_REFERENCE_EVALUATE_H
#define DLC_TEST_UNIT_REFERENCE_EVALUATE_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Reference/Interpreter.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dlc::test {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

inline mlir::MLIRContext &context() {
  static auto *made = [] {
    mlir::DialectRegistry registry;
    registry.insert<dl::DLDialect, mlir::func::FuncDialect>();
    registerReferenceModels(registry);
    auto *context = new mlir::MLIRContext(registry);
    context->loadAllAvailableDialects();
    return context;
  }();
  return *made;
}

/// A tensor of `values` converted to `dtype`.
inline Tensor tensor(DType dtype, Shape shape, std::vector<double> values) {
  Tensor made(dtype, std::move(shape));
  EXPECT_EQ(made.numElements(), static_cast<int64_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i)
    made.setDouble(static_cast<int64_t>(i), values[i]);
  return made;
}
inline Tensor f32(Shape shape, std::vector<double> values) {
  return tensor(DType::F32, std::move(shape), std::move(values));
}

/// Small whole numbers and halves in a fixed, irregular order: sums of their products are exact.
inline Tensor pattern(DType dtype, Shape shape, unsigned seed = 1) {
  Tensor made(dtype, std::move(shape));
  for (int64_t i = 0; i < made.numElements(); ++i) {
    seed = seed * 1664525u + 1013904223u;
    int value = static_cast<int>(seed >> 24) % 13 - 6;
    made.setDouble(i, isFloat(dtype) ? value / 2.0 : value);
  }
  return made;
}

inline std::vector<double> values(const Tensor &tensor) {
  std::vector<double> all;
  for (int64_t i = 0; i < tensor.numElements(); ++i)
    all.push_back(tensor.asDouble(i));
  return all;
}

inline std::string typeText(const Tensor &tensor) {
  std::string text;
  llvm::raw_string_ostream(text) << dl::typeOf(&context(), tensor);
  return text;
}

/// Evaluates `module`'s function @f.
inline Expected<std::vector<Tensor>> runModule(const std::string &text,
                                               llvm::ArrayRef<Tensor> inputs,
                                               const InterpreterOptions &options = {}) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  if (!module)
    return internalError("does not parse: " + text);
  return interpret(module->lookupSymbol<mlir::func::FuncOp>("f"), inputs, options);
}

/// Evaluates `op` (text between "=" and ":", operands %0, %1, ...) to results of the given types.
inline std::vector<Tensor> evaluate(const std::string &op, llvm::ArrayRef<Tensor> inputs,
                                    std::vector<std::string> resultTypes,
                                    const InterpreterOptions &options = {}) {
  std::string arguments, types, results;
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::string separator = i ? ", " : "";
    arguments += separator + "%" + std::to_string(i) + ": " + typeText(inputs[i]);
    types += separator + typeText(inputs[i]);
  }
  for (const std::string &type : resultTypes)
    results += (results.empty() ? "" : ", ") + type;
  std::string number = resultTypes.size() > 1 ? ":" + std::to_string(resultTypes.size()) : "",
              returned;
  for (size_t i = 0; i < resultTypes.size(); ++i)
    returned += (i ? ", %r" : "%r") + (resultTypes.size() > 1 ? "#" + std::to_string(i) : "");
  auto evaluated = runModule("func.func @f(" + arguments + ") -> (" + results + ") {\n  %r" +
                                 number + " = " + op + " : (" + types + ") -> (" + results +
                                 ")\n  return " + returned + " : " + results + "\n}",
                             inputs, options);
  if (!evaluated) {
    ADD_FAILURE() << evaluated.error().message;
    return std::vector<Tensor>(resultTypes.size(), Tensor(DType::F32, {}));
  }
  return *evaluated;
}

/// Compares element by element; NaN equals NaN.
inline void expectValues(const Tensor &actual, const std::vector<double> &expected,
                         double tolerance = 1e-6) {
  ASSERT_EQ(actual.numElements(), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    double value = actual.asDouble(static_cast<int64_t>(i));
    if (std::isnan(expected[i]) || std::isinf(expected[i]))
      EXPECT_TRUE(std::isnan(expected[i]) ? std::isnan(value) : value == expected[i])
          << "element " << i << " is " << value << ", expected " << expected[i];
    else
      EXPECT_NEAR(value, expected[i], tolerance * (1 + std::fabs(expected[i]))) << "element " << i;
  }
}

} // namespace dlc::test

#endif // DLC_TEST_UNIT_REFERENCE_EVALUATE_H
