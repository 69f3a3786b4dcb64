// Prints a model's C header: the ABI's types verbatim, the model's sizes as macros, and the
// exported functions with what a caller must know of each.
#include "dlc/Artifact/GeneratedHeader.h"

#include "dlc/Runtime/Types.h"

#include <algorithm>

using namespace dlc;

/// include/dlc/Runtime/Types.h from its marker on; written by CMake.
static constexpr std::string_view abiTypes =
#include "AbiTypes.inc"
    ;

static std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

/// Names come from model files: nothing in them may end a comment or start a line.
static std::string commentText(std::string_view text) {
  std::string result;
  for (char c : text) {
    bool plain = c >= ' ' && c <= '~';
    bool closes = c == '/' && !result.empty() && result.back() == '*';
    bool continues = c == '\\' || c == '?'; // line splices and trigraphs
    result += plain && !closes && !continues ? c : '_';
  }
  return result;
}

static std::string replaceAll(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

/// One `#define` an extent or size of a tensor that is fixed.
static void printTensorMacros(std::string &out, const std::string &stem,
                              const TensorDescription &tensor,
                              const std::vector<std::string> &symbols) {
  out +=
      "/* " + commentText(tensor.name) + ": " + commentText(typeString(tensor, symbols)) + " */\n";
  out += "#define " + stem + "_RANK " + std::to_string(tensor.dims.size()) + "\n";
  for (size_t i = 0; i < tensor.dims.size(); ++i)
    if (tensor.dims[i] >= 0)
      out += "#define " + stem + "_DIM_" + std::to_string(i) + " " +
             std::to_string(tensor.dims[i]) + "\n";
  bool fixed =
      std::all_of(tensor.dims.begin(), tensor.dims.end(), [](int64_t dim) { return dim >= 0; });
  std::optional<int64_t> count = fixed ? elementCount(tensor.dims) : std::nullopt;
  if (!count)
    return;
  uint64_t bytes = static_cast<uint64_t>(*count) * byteWidth(tensor.dtype);
  out += "#define " + stem + "_ELEMENTS " + std::to_string(*count) + "\n";
  out += "#define " + stem + "_BYTES " + std::to_string(bytes) + "\n";
}

static void printFunctionMacros(std::string &out, const std::string &prefix,
                                const FunctionDescription &function, size_t index,
                                const std::vector<std::string> &symbols) {
  std::string stem = upper(prefix + '_' + functionSuffix(function.name));
  out += "\n/* " + prefix + "_" + functionSuffix(function.name) + " */\n";
  out += "#define " + stem + "_FUNCTION " + std::to_string(index) + "\n";
  out += "#define " + stem + "_NUM_INPUTS " + std::to_string(function.inputs.size()) + "\n";
  out += "#define " + stem + "_NUM_OUTPUTS " + std::to_string(function.outputs.size()) + "\n";
  for (size_t i = 0; i < function.inputs.size(); ++i)
    printTensorMacros(out, stem + "_INPUT_" + std::to_string(i), function.inputs[i], symbols);
  for (size_t i = 0; i < function.outputs.size(); ++i)
    printTensorMacros(out, stem + "_OUTPUT_" + std::to_string(i), function.outputs[i], symbols);
}

static void printFunction(std::string &out, const std::string &prefix,
                          const FunctionDescription &function,
                          const std::vector<std::string> &symbols) {
  out += "\n/** Runs the model";
  out += function.name == "run" ? ".\n" : "'s `" + commentText(function.name) + "`.\n";
  for (size_t i = 0; i < function.inputs.size(); ++i)
    out += " *  inputs[" + std::to_string(i) + "]: " + commentText(function.inputs[i].name) + ", " +
           commentText(typeString(function.inputs[i], symbols)) + "\n";
  for (size_t i = 0; i < function.outputs.size(); ++i)
    out += " *  outputs[" + std::to_string(i) + "]: " + commentText(function.outputs[i].name) +
           ", " + commentText(typeString(function.outputs[i], symbols)) + "\n";
  out +=
      " *  An output with data == NULL is given memory of the context, valid until its next run;\n"
      " *  a caller's buffer needs its capacity in `bytes`, and no input may overlap it. */\n";
  out +=
      "dlc_status " + prefix + "_" + functionSuffix(function.name) + "(" + prefix +
      "_context *context, const dlc_tensor *inputs,\n    size_t num_inputs, dlc_tensor *outputs, "
      "size_t num_outputs);\n";
}

/// `PREFIX` stands for the prefix.
static constexpr std::string_view wrapperDeclarations = R"(
/** What the library holds: functions, inputs, outputs, kernels. Constant. */
const dlc_model_info *PREFIX_describe(void);

/** A context holds all that a run changes. One thread uses it at a time; any number of contexts run
 *  side by side. NULL options are the defaults. NULL when memory is short or options->size is wrong. */
PREFIX_context *PREFIX_context_create(const dlc_options *options);
/** Joins the context's threads and frees its memory, outputs of its own included. NULL is ignored. */
void PREFIX_context_destroy(PREFIX_context *context);

/** Sets dtype, rank, shape and bytes of each output as a run of function number `function` would; reads
 *  no data. An extent that only the run can tell is -1. */
dlc_status PREFIX_output_shapes(PREFIX_context *context, const dlc_tensor *inputs,
    size_t num_inputs, dlc_tensor *outputs, size_t num_outputs, uint32_t function);
/** The state (parameters and whatever else functions update), PREFIX_describe()->state_bytes long. On a
 *  device it is moved with every run once this has been called; before, it stays there. */
void *PREFIX_state(PREFIX_context *context);

/** One line on the context's last failure: the tensor, what was expected, what was found. */
const char *PREFIX_last_error(const PREFIX_context *context);
const char *PREFIX_status_string(dlc_status status);

/** Time of each kernel, measured while enabled; free of cost while not. */
void PREFIX_profile_enable(PREFIX_context *context, int32_t on);
void PREFIX_profile_reset(PREFIX_context *context);
/** Fills up to `capacity` entries; returns the number of kernels. */
size_t PREFIX_profile(const PREFIX_context *context, dlc_profile_entry *entries, size_t capacity);
)";

std::string dlc::generatedHeader(const ModelDescription &model) {
  std::string prefix = symbolPrefix(model.name);
  std::string guard = upper(prefix) + "_H";
  std::string out = "/* " + commentText(model.name) + ", compiled by dlc " +
                    commentText(model.version) + ". Generated: do not edit. Needs libc, libm and " +
                    "pthreads. */\n#ifndef " + guard + "\n#define " + guard + "\n\n";
  out += abiTypes;
  out += "\n#if DLC_ABI_VERSION != " + std::to_string(DLC_ABI_VERSION) +
         "\n#error \"this header and the dlc headers included before it "
         "come from different versions of dlc\"\n#endif\n";
  for (size_t i = 0; i < model.functions.size(); ++i)
    printFunctionMacros(out, prefix, model.functions[i], i, model.symbols);
  out += "\n#define " + upper(prefix) + "_STATE_BYTES " + std::to_string(model.stateBytes) + "\n";
  out += "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  out += "typedef struct " + prefix + "_context " + prefix + "_context;\n";
  out += "typedef dlc_options " + prefix + "_options;\n";
  for (const FunctionDescription &function : model.functions)
    printFunction(out, prefix, function, model.symbols);
  out += replaceAll(std::string(wrapperDeclarations), "PREFIX", prefix);
  out += "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* " + guard + " */\n";
  return out;
}
