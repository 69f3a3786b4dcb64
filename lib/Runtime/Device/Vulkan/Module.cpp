// What Halide 21 writes for Vulkan, in words of 32 bits: a table of kernels, then for each a header
// that says what it binds, and its SPIR-V. A string is its number of words and then these.
#include "Vulkan.h"

#include <stdlib.h>
#include <string.h>

namespace dlcrt::vulkan {

namespace {

/// Words behind each other, which need not be aligned. Beyond the end all are 0.
class Reader {
public:
  Reader(const char *begin, size_t count) : begin(begin), count(count) {}

  uint32_t next() {
    uint32_t word = 0;
    if (place < count)
      memcpy(&word, begin + place * sizeof(word), sizeof(word));
    ++place;
    return word;
  }
  const char *string() {
    uint32_t words = next();
    const char *text = place < count ? begin + place * sizeof(uint32_t) : "";
    place += words;
    return text;
  }

private:
  const char *begin;
  size_t count, place = 0;
};

/// Instructions of SPIR-V that are looked at.
enum Opcode : uint32_t {
  OpExecutionMode = 16,
  OpCapability = 17,
  OpTypeVoid = 19, // the first instruction behind the decorations is a type's
  OpTypeForwardPointer = 39,
  OpVariable = 59,
  OpDecorate = 71,
  OpFNegate = 127,
  OpFAdd = 129,
  OpFSub = 131,
  OpFMul = 133,
  OpFDiv = 136,
  OpFRem = 140,
};
constexpr uint32_t magicNumber = 0x07230203, headerWords = 5;
constexpr uint32_t executionModeLocalSize = 17, storageClassUniform = 2;
constexpr uint32_t decorationAliased = 20, decorationNoContraction = 42, decorationWords = 3;

/// An optional type of kernels, and whether the device has it.
struct Capability {
  uint32_t number;
  const char *type;
  Bool enabled;
};

} // namespace

/// Fills `module` from its header.
static bool readHeader(Device &device, Module &module, const char *begin, size_t words) {
  Reader reader(begin, words);
  uint32_t length = reader.next();
  uint32_t numKernels = reader.next();
  reader.string();
  module.numUniforms = reader.next();
  module.numStorageBuffers = reader.next();
  uint32_t numSpecializations = reader.next();
  if (numKernels != 1 || length >= words || numSpecializations != 0) {
    setError(*device.context, "vulkan: kernel %s: expected one entry with blocks of a known size",
             module.name);
    return false;
  }
  module.sharedBytes = 0;
  for (uint32_t left = reader.next(); left != 0; --left) {
    reader.string();
    reader.next(); // a specialization constant's number: none
    uint32_t elementBytes = reader.next();
    module.sharedBytes += elementBytes * reader.next();
  }
  module.code = begin + length * sizeof(uint32_t);
  module.codeWords = words - length;
  return true;
}

bool findModule(Device &device, const char *source, size_t bytes, const char *name,
                Module &module) {
  size_t words = bytes / sizeof(uint32_t), before = 0, found = 0;
  Reader reader(source, words);
  uint32_t numModules = reader.next();
  size_t tableWords = 1;
  module.name = nullptr;
  for (uint32_t i = 0; i < numModules && tableWords < words; ++i) {
    uint32_t moduleWords = reader.next() / sizeof(uint32_t);
    Reader lengthOnly = reader;
    tableWords += 2 + lengthOnly.next();
    const char *known = reader.string();
    if (strcmp(known, name) == 0) {
      module.name = known;
      found = moduleWords;
    } else if (!module.name) {
      before += moduleWords;
    }
  }
  if (module.name && tableWords + before + found <= words)
    return readHeader(device, module, source + (tableWords + before) * sizeof(uint32_t), found);
  setError(*device.context, "vulkan: an artifact has no kernel %s", name);
  return false;
}

/// Whether the device has what the instruction `OpCapability number` asks for.
static bool checkCapability(Device &device, const Module &module, uint32_t number) {
  const State &state = of(device);
  const Bool *features = state.features.features, *features11 = state.features11.features,
             *features12 = state.features12.features;
  const Capability optional[] = {{9, "f16", features12[FeatureFloat16]},
                                 {10, "f64", features[FeatureFloat64]},
                                 {11, "i64", features[FeatureInt64]},
                                 {22, "i16", features[FeatureInt16]},
                                 {39, "i8", features12[FeatureInt8] && features12[FeatureStorage8]},
                                 {4433, "16-bit tensors", features11[FeatureStorage16]},
                                 {4434, "16-bit tensors", features11[FeatureUniformAndStorage16]},
                                 {4448, "8-bit tensors", features12[FeatureStorage8]},
                                 {4449, "8-bit tensors", features12[FeatureUniformAndStorage8]}};
  for (const Capability &capability : optional)
    if (capability.number == number && !capability.enabled) {
      setError(*device.context,
               "vulkan: kernel %s needs %s, which device '%s' has not: choose another with "
               "dlc_options.device",
               module.name, capability.type, state.properties.name);
      return false;
    }
  return true;
}

/// The decoration that the result of an instruction is given; 0 without one.
static uint32_t decorationOf(uint32_t opcode, const uint32_t *instruction) {
  switch (opcode) {
  case OpVariable: // a tensor may be both an operand and the result
    return instruction[3] == storageClassUniform ? decorationAliased : 0;
  case OpFNegate:
  case OpFAdd:
  case OpFSub:
  case OpFMul:
  case OpFDiv:
  case OpFRem:
    return decorationNoContraction;
  default:
    return 0;
  }
}

/// Calls `visit(opcode, instruction, words)` for each instruction, until it returns false. Returns
/// whether all were visited.
template <typename Visit>
static bool forEachInstruction(const uint32_t *code, size_t count, Visit visit) {
  for (size_t place = headerWords; place < count;) {
    size_t words = code[place] >> 16;
    if (words == 0 || place + words > count || !visit(code[place] & 0xFFFF, code + place, words))
      return false;
    place += words;
  }
  return true;
}

/// Appends `count` words and returns the place behind them.
static uint32_t *append(uint32_t *to, const uint32_t *from, size_t count) {
  memcpy(to, from, count * sizeof(uint32_t));
  return to + count;
}

/// The decorations of all instructions, at `to`; returns the place behind them.
static uint32_t *appendDecorations(uint32_t *to, const uint32_t *code, size_t count) {
  forEachInstruction(code, count, [&](uint32_t opcode, const uint32_t *instruction, size_t) {
    uint32_t decoration = decorationOf(opcode, instruction);
    const uint32_t words[] = {decorationWords << 16 | OpDecorate, instruction[2], decoration};
    if (decoration)
      to = append(to, words, decorationWords);
    return true;
  });
  return to;
}

/// `original` with its `numDecorations` decorations before its types. Null where memory is short.
static uint32_t *decorate(const uint32_t *original, size_t count, size_t numDecorations) {
  auto *result = static_cast<uint32_t *>(
      malloc((count + numDecorations * decorationWords) * sizeof(uint32_t)));
  if (!result)
    return nullptr;
  uint32_t *end = append(result, original, headerWords);
  bool placed = false;
  forEachInstruction(original, count,
                     [&](uint32_t opcode, const uint32_t *instruction, size_t words) {
                       if (!placed && opcode >= OpTypeVoid && opcode <= OpTypeForwardPointer) {
                         placed = true;
                         end = appendDecorations(end, original, count);
                       }
                       end = append(end, instruction, words);
                       return true;
                     });
  return result;
}

Code prepareCode(Device &device, const Module &module) {
  Code code = {nullptr, 0, {1, 1, 1}};
  auto *original = static_cast<uint32_t *>(malloc(module.codeWords * sizeof(uint32_t)));
  if (!original) {
    setError(*device.context, "vulkan: out of memory for a kernel");
    return code;
  }
  memcpy(original, module.code, module.codeWords * sizeof(uint32_t));
  size_t numDecorations = 0;
  bool supported = true;
  bool whole = forEachInstruction(
      original, module.codeWords, [&](uint32_t opcode, const uint32_t *instruction, size_t words) {
        if (opcode == OpCapability)
          supported = checkCapability(device, module, instruction[1]);
        if (opcode == OpExecutionMode && words == 6 && instruction[2] == executionModeLocalSize)
          append(code.threads, instruction + 3, 3);
        numDecorations += decorationOf(opcode, instruction) != 0;
        return supported;
      });
  if (whole && original[0] == magicNumber) {
    code.words = decorate(original, module.codeWords, numDecorations);
    code.count = module.codeWords + decorationWords * numDecorations;
  }
  free(original);
  if (!code.words) // told already where it is unsupported
    setError(*device.context, "vulkan: kernel %s is no SPIR-V", module.name);
  return code;
}

} // namespace dlcrt::vulkan
