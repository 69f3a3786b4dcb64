// Compiles a kernel through its Halide emission, runs it in the process, and compares with the
// reference.
#ifndef DLC_TEST_UNIT_EMISSION_CHECKKERNEL_H
#define DLC_TEST_UNIT_EMISSION_CHECKKERNEL_H

#include "dlc/Codegen/Halide/KernelCompiler.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Reference/Interpreter.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace dlc::test {

inline mlir::MLIRContext &context() {
  static auto *made = [] {
    mlir::DialectRegistry registry;
    registry.insert<dl::DLDialect, mlir::func::FuncDialect>();
    registerReferenceModels(registry);
    codegen::registerEmissionModels(registry);
    auto *context = new mlir::MLIRContext(registry);
    context->loadAllAvailableDialects();
    return context;
  }();
  return *made;
}

/// Irregular values in about [-3, 3].
inline Tensor pattern(mlir::RankedTensorType type, unsigned seed) {
  Tensor made = dl::emptyTensor(type);
  for (int64_t i = 0; i < made.numElements(); ++i) {
    seed = seed * 1664525u + 1013904223u;
    int value = static_cast<int>(seed >> 20) % 193 - 96;
    made.setDouble(i, isFloat(made.dtype()) ? value / 32.0 : value / 8);
  }
  return made;
}

/// bool is a byte in memory.
inline Halide::Buffer<void> bufferOf(Tensor &tensor, Halide::Type type, std::vector<int> extents) {
  return Halide::Buffer<void>(type, tensor.raw(), extents);
}

/// Runs the kernel on `inputs`; the results in the order of the kernel's outputs.
inline std::vector<Tensor> runKernel(dl::KernelOp kernel, std::vector<Tensor> inputs) {
  codegen::KernelTarget target = *codegen::kernelTarget("");
  codegen::KernelEmitter emitter(kernel, target.facts);
  emitter.emit();
  Halide::Pipeline pipeline = emitter.pipeline();
  // As for artifacts: a kernel trusts its buffers and reads nothing of them but their host
  // pointers.
  Halide::Target jit = Halide::get_jit_target_from_environment()
                           .with_feature(Halide::Target::StrictFloat)
                           .with_feature(Halide::Target::NoAsserts)
                           .with_feature(Halide::Target::NoBoundsQuery);
  Halide::Callable callable = pipeline.compile_to_callable(emitter.arguments(), jit);
  std::vector<Halide::Buffer<void>> buffers;
  for (auto [tensor, input] : llvm::zip(inputs, kernel.getInputs())) {
    auto shape = llvm::cast<mlir::RankedTensorType>(input.getType()).getShape();
    buffers.push_back(bufferOf(tensor, codegen::KernelEmitter::storageType(input.getType()),
                               std::vector<int>(shape.rbegin(), shape.rend())));
  }
  std::vector<Tensor> results;
  auto outputs = pipeline.outputs().front().output_buffers();
  for (auto [index, output] : llvm::enumerate(kernel.getOutputs())) {
    results.push_back(dl::emptyTensor(llvm::cast<mlir::RankedTensorType>(output.getType())));
    std::vector<int> extents(outputs[index].dimensions(), 1);
    if (!extents.empty())
      extents[0] = static_cast<int>(results.back().numElements());
    buffers.push_back(
        bufferOf(results.back(), codegen::KernelEmitter::storageType(output.getType()), extents));
  }
  Halide::JITUserContext user;
  auto *userPointer = &user;
  std::vector<const void *> arguments{&userPointer};
  for (Halide::Buffer<void> &buffer : buffers)
    arguments.push_back(buffer.raw_buffer());
  EXPECT_EQ(callable.call_argv_fast(arguments.size(), arguments.data()), 0);
  return results;
}

/// Checks the one kernel of a function that is nothing but a kernel: `inputs` and `outputs` are
/// tensor types, `body` the kernel's ops on %0, %1, ... Floats may differ by `tolerance`, relative
/// to 1 or more.
inline void checkKernel(const std::vector<std::string> &inputs,
                        const std::vector<std::string> &outputs, const std::string &body,
                        const std::string &yielded, double tolerance = 2e-6) {
  SCOPED_TRACE(body);
  std::string arguments, bindings, types;
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::string separator = i ? ", " : "", number = std::to_string(i);
    arguments += separator + "%a" + number + ": " + inputs[i];
    bindings += separator + "%" + number + " = %a" + number + " : " + inputs[i];
  }
  for (const std::string &type : outputs)
    types += (types.empty() ? "" : ", ") + type;
  std::string many = outputs.size() > 1 ? ":" + std::to_string(outputs.size()) : "", returned;
  for (size_t i = 0; i < outputs.size(); ++i)
    returned += (i ? ", %r" : "%r") + (outputs.size() > 1 ? "#" + std::to_string(i) : "");
  std::string text = "func.func @f(" + arguments + ") -> (" + types + ") {\n%r" + many +
                     " = dl.kernel (" + bindings + ") -> (" + types + ") {\n" + body +
                     "\ndl.yield " + yielded + " : " + types + "\n}\nreturn " + returned + " : " +
                     types + "\n}";
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  ASSERT_TRUE(module) << text;
  auto function = module->lookupSymbol<mlir::func::FuncOp>("f");
  std::vector<Tensor> tensors;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    tensors.push_back(
        pattern(llvm::cast<mlir::RankedTensorType>(type), static_cast<unsigned>(index + 1)));
  auto expected = interpret(function, tensors);
  ASSERT_TRUE(expected) << expected.error().message;
  auto kernel = *function.getBody().getOps<dl::KernelOp>().begin();
  std::vector<Tensor> actual;
  try {
    actual = runKernel(kernel, tensors);
  } catch (const Halide::Error &error) {
    FAIL() << error.what();
  }
  for (size_t i = 0; i < actual.size(); ++i)
    for (int64_t at = 0; at < actual[i].numElements(); ++at) {
      double a = actual[i].asDouble(at), e = (*expected)[i].asDouble(at);
      if (std::isnan(e) && std::isnan(a))
        continue;
      double allowed = isFloat(actual[i].dtype()) ? tolerance * std::max(1.0, std::fabs(e)) : 0;
      ASSERT_TRUE(a == e || std::fabs(a - e) <= allowed)
          << "output " << i << ", element " << at << ": expected " << e << ", found " << a;
    }
}

/// The same for one op, text between "=" and ":".
inline void checkOp(const std::string &op, const std::vector<std::string> &inputs,
                    const std::vector<std::string> &outputs, double tolerance = 2e-6) {
  std::string from, to, yielded;
  for (const std::string &type : inputs)
    from += (from.empty() ? "" : ", ") + type;
  for (size_t i = 0; i < outputs.size(); ++i) {
    to += (i ? ", " : "") + outputs[i];
    yielded += (i ? ", %y" : "%y") + (outputs.size() > 1 ? "#" + std::to_string(i) : "");
  }
  std::string many = outputs.size() > 1 ? ":" + std::to_string(outputs.size()) : "";
  checkKernel(inputs, outputs, "%y" + many + " = " + op + " : (" + from + ") -> (" + to + ")",
              yielded, tolerance);
}

} // namespace dlc::test

#endif // DLC_TEST_UNIT_EMISSION_CHECKKERNEL_H
