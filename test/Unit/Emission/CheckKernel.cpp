// One compiled kernel against the interpreter.
#include "CheckKernel.h"
#include "GuardedMemory.h"
#include "OpenSizes.h"

#include "dlc/Codegen/Halide/KernelCompiler.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Reference/Interpreter.h"
#include "dlc/Schedule/ScheduleShapes.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

namespace dlc::test {
namespace {

mlir::MLIRContext &context() {
  static auto *made = [] {
    mlir::DialectRegistry registry;
    registry.insert<dl::DLDialect, mlir::func::FuncDialect>();
    registerReferenceModels(registry);
    schedule::registerScheduleShapes(registry);
    codegen::registerEmissionModels(registry);
    auto *context = new mlir::MLIRContext(registry);
    context->loadAllAvailableDialects();
    return context;
  }();
  return *made;
}

constexpr std::array<double, 3> specials{std::numeric_limits<double>::quiet_NaN(),
                                         std::numeric_limits<double>::infinity(),
                                         -std::numeric_limits<double>::infinity()};

/// Irregular values in about [-3, 3]; where `special`, with infinities and NaN among the floats.
Tensor pattern(mlir::RankedTensorType type, unsigned seed, bool special = false) {
  Tensor made = dl::emptyTensor(type);
  for (int64_t i = 0; i < made.numElements(); ++i) {
    seed = seed * 1664525u + 1013904223u;
    int value = static_cast<int>(seed >> 20) % 193 - 96;
    double number = isFloat(made.dtype()) ? value / 32.0 : value / 8;
    if (special && isFloat(made.dtype()) && seed >> 12 & 1 && i % 5 == 2)
      number = specials[seed % specials.size()];
    made.setDouble(i, number);
  }
  return made;
}

/// A kernel that is compiled once and run at any of its sizes.
class CompiledKernel {
public:
  CompiledKernel(dl::KernelOp kernel, const std::string &cpu) : symbols(kernel.getSymbols()) {
    codegen::KernelTarget target = *codegen::kernelTarget(cpu);
    codegen::KernelEmitter emitter(kernel, target.facts);
    emitter.emit();
    Halide::Pipeline pipeline = emitter.pipeline();
    // As for artifacts: a kernel trusts its buffers and reads nothing of them but their host
    // pointers.
    Halide::Target jit = Halide::get_jit_target_from_environment()
                             .with_feature(Halide::Target::NoAsserts)
                             .with_feature(Halide::Target::NoBoundsQuery);
    jit = templates::makeStrict(pipeline, jit, codegen::sumsProducts(kernel));
    callable = pipeline.compile_to_callable(emitter.arguments(), jit);
    for (const Halide::OutputImageParam &output : pipeline.outputs().front().output_buffers())
      loops.push_back(output.dimensions());
  }

  /// Runs it on `inputs`, with results of these types. `sizes` holds the values of all symbols.
  std::vector<Tensor> run(const std::vector<Tensor> &inputs, mlir::TypeRange types,
                          llvm::ArrayRef<int32_t> sizes) {
    std::vector<bench::GuardedMemory> memory;
    std::vector<Halide::Buffer<void>> buffers;
    auto add = [&](const Tensor &tensor, mlir::Type type, size_t dimensions, bool written) {
      size_t bytes = static_cast<size_t>(tensor.numElements()) * byteWidth(tensor.dtype());
      memory.emplace_back(bytes, /*guardEnd=*/true);
      if (written)
        std::memset(memory.back().data(), 0xa5, bytes); // what is missed shows
      else
        std::memcpy(memory.back().data(), tensor.raw(), bytes);
      buffers.emplace_back(codegen::KernelEmitter::storageType(type), memory.back().data(),
                           std::vector<int>(dimensions, 1));
      // Nothing of these is what the kernel reads.
      for (size_t dim = 0; dim < dimensions; ++dim)
        buffers.back().raw_buffer()->dim[dim] = halide_dimension_t(1 << 20, 1 << 20, 1 << 20);
    };
    for (const Tensor &input : inputs)
      add(input, dl::typeOf(&context(), input), input.shape().size(), false);
    std::vector<Tensor> results;
    for (auto [index, type] : llvm::enumerate(types)) {
      results.push_back(dl::emptyTensor(llvm::cast<mlir::RankedTensorType>(type)));
      add(results.back(), type, static_cast<size_t>(loops[index]), true);
    }
    Halide::JITUserContext user;
    auto *userPointer = &user;
    std::vector<const void *> arguments{&userPointer};
    for (unsigned symbol : symbols)
      arguments.push_back(&sizes[symbol]);
    for (Halide::Buffer<void> &buffer : buffers)
      arguments.push_back(buffer.raw_buffer());
    EXPECT_EQ(callable.call_argv_fast(arguments.size(), arguments.data()), 0);
    for (auto [index, result] : llvm::enumerate(results))
      std::memcpy(result.raw(), memory[inputs.size() + index].data(),
                  static_cast<size_t>(result.numElements()) * byteWidth(result.dtype()));
    return results;
  }

private:
  llvm::SmallVector<unsigned> symbols;
  Halide::Callable callable;
  std::vector<int> loops;
};

void expectEqual(const std::vector<Tensor> &actual, const std::vector<Tensor> &expected,
                 double tolerance) {
  for (size_t i = 0; i < actual.size(); ++i)
    for (int64_t at = 0; at < actual[i].numElements(); ++at) {
      double a = actual[i].asDouble(at), e = expected[i].asDouble(at);
      if (std::isnan(e) && std::isnan(a))
        continue;
      double allowed = isFloat(actual[i].dtype()) ? tolerance * std::max(1.0, std::fabs(e)) : 0;
      ASSERT_TRUE(a == e || std::fabs(a - e) <= allowed)
          << "output " << i << ", element " << at << ": expected " << e << ", found " << a;
    }
}

dl::KernelOp kernelOf(mlir::func::FuncOp function) {
  return *function.getBody().getOps<dl::KernelOp>().begin();
}

/// The kernel of `function` for `cpu`. One of open sizes is the same kernel for many of the sizes
/// that cases are written with, and is compiled once.
CompiledKernel &openKernel(mlir::func::FuncOp function, const std::string &cpu) {
  static std::map<std::string, CompiledKernel> compiled;
  std::string text;
  llvm::raw_string_ostream(text) << cpu << "\n" << function;
  auto found = compiled.find(text);
  if (found == compiled.end())
    found = compiled.emplace(text, CompiledKernel(kernelOf(function), cpu)).first;
  return found->second;
}

/// Whether the anchor reads zeros around an image, which an infinite weight may meet or not:
/// frameworks and their kernels do not agree on that either.
bool readsPadding(dl::KernelOp kernel) {
  return llvm::isa_and_nonnull<dl::ConvOp, dl::ConvTransposeOp, dl::ConvFilterGradientOp,
                               dl::DeformConvOp>(kernel.getAnchor());
}

/// Runs `kernel` where `function` has its sizes, and compares with the interpreter.
void runAndCompare(CompiledKernel &kernel, mlir::func::FuncOp function,
                   llvm::ArrayRef<int32_t> sizes, double tolerance) {
  for (bool special : {false, true}) {
    if (special && readsPadding(kernelOf(function)))
      return;
    SCOPED_TRACE(special ? "with infinities and NaN" : "numbers");
    std::vector<Tensor> inputs;
    for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
      inputs.push_back(pattern(llvm::cast<mlir::RankedTensorType>(type),
                               static_cast<unsigned>(index + 1), special));
    auto expected = interpret(function, inputs);
    if (!expected && !sizes.empty())
      return; // indices beyond an axis that is shorter now
    ASSERT_TRUE(expected) << expected.error().message;
    expectEqual(kernel.run(inputs, function.getResultTypes(), sizes), *expected, tolerance);
  }
}

/// `function` with the sizes `opened` of its operands left open. Null where an op needs one of them
/// as it is.
mlir::OwningOpRef<mlir::ModuleOp> opening(mlir::func::FuncOp function,
                                          const std::vector<int64_t> &opened) {
  return resized(function, [&](int64_t size) {
    auto found = llvm::find(opened, size);
    return found == opened.end()
               ? getAffineConstantExpr(size, &context())
               : getAffineSymbolExpr(static_cast<unsigned>(found - opened.begin()), &context());
  });
}

/// As many of `sizes` as can be open at once.
std::vector<int64_t> openable(mlir::func::FuncOp function, const std::vector<int64_t> &sizes) {
  std::vector<int64_t> opened;
  for (int64_t size : sizes) {
    opened.push_back(size);
    if (!opening(function, opened))
      opened.pop_back();
  }
  return opened;
}

/// Opens `opened`, some sizes of the function's operands, and runs the kernel at several values.
void checkOpen(mlir::func::FuncOp function, const std::vector<int64_t> &opened, double tolerance,
               const std::string &cpu) {
  auto indexOf = [&](int64_t size) { return llvm::find(opened, size) - opened.begin(); };
  auto isOpen = [&](int64_t size) { return llvm::is_contained(opened, size); };
  auto symbolic = opening(function, opened);
  if (!symbolic)
    return;
  auto open = symbolic->lookupSymbol<mlir::func::FuncOp>(function.getName());
  std::string text;
  llvm::raw_string_ostream(text) << open.getFunctionType();
  SCOPED_TRACE(text);
  CompiledKernel &kernel = openKernel(open, cpu);
  for (size_t round = 0; round < sizesAround(1).size(); ++round) {
    std::vector<int32_t> sizes;
    for (size_t i = 0; i < opened.size(); ++i) {
      std::vector<int64_t> around = sizesAround(opened[i]);
      sizes.push_back(static_cast<int32_t>(around[(round + i * (round > 0)) % around.size()]));
    }
    auto fixed = resized(function, [&](int64_t size) {
      return getAffineConstantExpr(isOpen(size) ? sizes[static_cast<size_t>(indexOf(size))] : size,
                                   &context());
    });
    if (!fixed)
      continue; // a window larger than its image
    auto at = fixed->lookupSymbol<mlir::func::FuncOp>(function.getName());
    if (llvm::any_of(at.getResultTypes(),
                     [](mlir::Type type) { return dl::elementCountOf(type) == 0; }))
      continue; // artifacts call no kernel for nothing
    std::string values;
    for (int32_t size : sizes)
      values += (values.empty() ? "sizes " : ", ") + std::to_string(size);
    SCOPED_TRACE(values);
    runAndCompare(kernel, at, sizes, tolerance);
  }
}

/// The first operand's sizes but the innermost: batches and images, where channels are last.
std::vector<int64_t> outerSizes(mlir::func::FuncOp function) {
  std::vector<int64_t> sizes;
  if (function.getNumArguments() == 0)
    return sizes;
  auto first = llvm::cast<mlir::RankedTensorType>(function.getArgumentTypes().front());
  for (int64_t size : first.getShape().drop_back(first.getRank() > 0))
    if (size > 1 && size != first.getShape().back() && !llvm::is_contained(sizes, size))
      sizes.push_back(size);
  return sizes;
}

void checkFunction(mlir::func::FuncOp function, double tolerance, const std::string &cpu) {
  CompiledKernel fixed(kernelOf(function), cpu);
  runAndCompare(fixed, function, {}, tolerance);
  std::vector<int64_t> all = openable(function, sizesOfOperands(function)),
                       outer = outerSizes(function);
  if (!outer.empty() && outer != all)
    checkOpen(function, outer, tolerance, cpu);
  // The batch alone, where templates look at the edges of images that they know.
  FusionClass kind = kernelOf(function).getKind();
  if (outer.size() > 1 && (kind == FusionClass::Window || kind == FusionClass::Convolution))
    checkOpen(function, {outer.front()}, tolerance, cpu);
  // A schedule that is given is right for the channels that it is given with.
  if (!all.empty() && !kernelOf(function).getScheduleAttr())
    checkOpen(function, all, tolerance, cpu);
}

} // namespace

void checkKernel(const std::vector<std::string> &inputs, const std::vector<std::string> &outputs,
                 const std::string &body, const std::string &yielded, double tolerance,
                 const std::string &schedule, const std::string &cpu) {
  SCOPED_TRACE(body + " " + cpu);
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
                     " = dl.kernel (" + bindings + ") -> (" + types + ") " +
                     (schedule.empty() ? "" : "attributes {schedule = " + schedule + "}") + " {\n" +
                     body + "\ndl.yield " + yielded + " : " + types + "\n}\nreturn " + returned +
                     " : " + types + "\n}";
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  ASSERT_TRUE(module) << text;
  try {
    checkFunction(module->lookupSymbol<mlir::func::FuncOp>("f"), tolerance, cpu);
  } catch (const Halide::Error &error) {
    FAIL() << error.what();
  }
}

void checkOp(const std::string &op, const std::vector<std::string> &inputs,
             const std::vector<std::string> &outputs, double tolerance, const std::string &schedule,
             const std::string &cpu) {
  std::string from, to, yielded;
  for (const std::string &type : inputs)
    from += (from.empty() ? "" : ", ") + type;
  for (size_t i = 0; i < outputs.size(); ++i) {
    to += (i ? ", " : "") + outputs[i];
    yielded += (i ? ", %y" : "%y") + (outputs.size() > 1 ? "#" + std::to_string(i) : "");
  }
  std::string many = outputs.size() > 1 ? ":" + std::to_string(outputs.size()) : "";
  checkKernel(inputs, outputs, "%y" + many + " = " + op + " : (" + from + ") -> (" + to + ")",
              yielded, tolerance, schedule, cpu);
}

} // namespace dlc::test
