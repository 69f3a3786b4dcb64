// The main of executables (`--emit=exe`): runs the model's first function on files and writes or
// summarises what comes out.
#include "Npy.h"
#include "dlc/Runtime/ABI.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

using namespace dlcrt;

namespace {
struct Arguments {
  const char *output = nullptr;
  int threads = 0;
  bool profile = false;
  bool help = false;
  int numFiles = 0;
  char **files = nullptr; ///< in argv
};
} // namespace

static const char *const dtypeNames[] = {"float32", "float64", "float16", "bfloat16", "int8",
                                         "int16",   "int32",   "int64",   "uint8",    "uint16",
                                         "uint32",  "uint64",  "bool"};

static void printInfo(const char *role, const dlc_tensor_info &info) {
  printf("  %s %s: %s[", role, info.name, dtypeNames[info.dtype]);
  for (int32_t i = 0; i < info.rank; ++i) {
    const char *comma = i == 0 ? "" : ",";
    if (info.dims[i] >= 0)
      printf("%s%" PRId64, comma, info.dims[i]);
    else if (info.dims[i] == DLC_DIM_UNKNOWN)
      printf("%s?", comma);
    else
      printf("%s%s", comma, dlc_model.info.symbols[-1 - info.dims[i]]);
  }
  printf("]\n");
}

static void printHelp(const char *program) {
  const dlc_function_info &function = dlc_model.info.functions[0];
  printf("%s, compiled by dlc %s\n\n", dlc_model.info.name, dlc_model.info.version);
  printf("usage: %s [--threads N] [--output DIR] [--profile] FILE...\n\n", program);
  printf("Each FILE is an input, in this order: .npy, or raw bytes. Outputs are summarised, or\n"
         "written to DIR as <name>.npy.\n\n");
  for (uint32_t i = 0; i < function.num_inputs; ++i)
    printInfo("input", function.inputs[i]);
  for (uint32_t i = 0; i < function.num_outputs; ++i)
    printInfo("output", function.outputs[i]);
}

static bool usageFailure(const char *text, const char *argument) {
  fprintf(stderr, "error: %s '%s': see --help\n", text, argument);
  return false;
}

/// Options first or last or between: files keep their order.
static bool parseArguments(int argc, char **argv, Arguments &arguments) {
  arguments.files = argv;
  for (int i = 1; i < argc; ++i) {
    const char *word = argv[i];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
      arguments.help = true;
    } else if (strcmp(word, "--profile") == 0) {
      arguments.profile = true;
    } else if (strcmp(word, "--threads") == 0 || strcmp(word, "--output") == 0) {
      if (++i == argc)
        return usageFailure("expected a value after", word);
      if (word[2] == 'o') {
        arguments.output = argv[i];
        continue;
      }
      char *end = nullptr;
      long threads = strtol(argv[i], &end, 10);
      if (*end != '\0' || threads < 0 || threads > 4096)
        return usageFailure("expected a number of threads, found", argv[i]);
      arguments.threads = static_cast<int>(threads);
    } else if (word[0] == '-' && word[1] != '\0') {
      return usageFailure("unknown option", word);
    } else {
      arguments.files[arguments.numFiles++] = argv[i]; // never ahead of i
    }
  }
  return true;
}

static double elementAt(const dlc_tensor &tensor, uint64_t index) {
  switch (tensor.dtype) {
  case DLC_FLOAT32:
    return static_cast<double>(static_cast<const float *>(tensor.data)[index]);
  case DLC_FLOAT64:
    return static_cast<const double *>(tensor.data)[index];
  case DLC_INT8:
    return static_cast<const int8_t *>(tensor.data)[index];
  case DLC_INT16:
    return static_cast<const int16_t *>(tensor.data)[index];
  case DLC_INT32:
    return static_cast<const int32_t *>(tensor.data)[index];
  case DLC_INT64:
    return static_cast<double>(static_cast<const int64_t *>(tensor.data)[index]);
  case DLC_UINT16:
    return static_cast<const uint16_t *>(tensor.data)[index];
  case DLC_UINT32:
    return static_cast<const uint32_t *>(tensor.data)[index];
  case DLC_UINT64:
    return static_cast<double>(static_cast<const uint64_t *>(tensor.data)[index]);
  case DLC_BFLOAT16: {
    uint32_t bits = uint32_t(static_cast<const uint16_t *>(tensor.data)[index]) << 16;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return static_cast<double>(value);
  }
  case DLC_FLOAT16:
    return static_cast<double>(static_cast<const _Float16 *>(tensor.data)[index]);
  default: // bool, uint8
    return static_cast<const uint8_t *>(tensor.data)[index];
  }
}

/// Shape, the first elements, and where the largest is: enough to see a class.
static void summarise(const char *name, const dlc_tensor &tensor) {
  uint64_t count = 1;
  printf("%s: %s[", name, dtypeNames[tensor.dtype]);
  for (int32_t i = 0; i < tensor.rank; ++i) {
    count *= static_cast<uint64_t>(tensor.shape[i]);
    printf("%s%" PRId64, i == 0 ? "" : ",", tensor.shape[i]);
  }
  printf("]");
  uint64_t best = 0;
  for (uint64_t i = 1; i < count; ++i)
    if (elementAt(tensor, i) > elementAt(tensor, best))
      best = i;
  for (uint64_t i = 0; i < count && i < 6; ++i)
    printf(" %.6g", elementAt(tensor, i));
  printf("%s", count > 6 ? " ..." : "");
  if (count > 1)
    printf(" (largest: %.6g at %" PRIu64 ")", elementAt(tensor, best), best);
  printf("\n");
}

/// `<directory>/<name>.npy`, with every character of the name outside of [A-Za-z0-9._-] as `_`.
static bool writeOutput(const char *directory, const char *name, const dlc_tensor &tensor) {
  size_t capacity = strlen(directory) + strlen(name) + sizeof("/.npy");
  auto *path = static_cast<char *>(malloc(capacity));
  if (!path)
    return false;
  snprintf(path, capacity, "%s/%s.npy", directory, name);
  for (char *c = path + strlen(directory) + 1; *c; ++c) {
    bool kept = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                *c == '.' || *c == '_' || *c == '-';
    *c = kept ? *c : '_';
  }
  bool written = writeNpy(path, tensor);
  free(path);
  return written;
}

static void printProfile(const dlcrt_context *context) {
  uint32_t count = dlc_model.info.num_kernels;
  auto *entries = static_cast<dlc_profile_entry *>(calloc(count + 1, sizeof(dlc_profile_entry)));
  if (!entries)
    return;
  dlcrt_profile(context, entries, count);
  for (uint32_t i = 0; i < count; ++i)
    printf("%10.3f ms  %-16s %s\n", static_cast<double>(entries[i].nanoseconds) * 1e-6,
           entries[i].kernel.kind, entries[i].kernel.name);
  free(entries);
}

static int runModel(const Arguments &arguments, dlcrt_context *context, dlc_tensor *inputs,
                    dlc_tensor *outputs) {
  const dlc_function_info &function = dlc_model.info.functions[0];
  for (uint32_t i = 0; i < function.num_inputs; ++i)
    if (!readTensor(arguments.files[i], function.inputs[i], inputs[i]))
      return 1;
  dlc_status status = dlcrt_run(context, inputs, function.num_inputs, outputs, function.num_outputs,
                                /*function=*/0);
  if (status != DLC_OK) {
    fprintf(stderr, "error: %s\n", dlcrt_last_error(context));
    return status == DLC_ERROR_MEMORY ? 70 : 1;
  }
  for (uint32_t i = 0; i < function.num_outputs; ++i) {
    const char *name = function.outputs[i].name;
    if (!arguments.output)
      summarise(name, outputs[i]);
    else if (!writeOutput(arguments.output, name, outputs[i]))
      return 1;
  }
  if (arguments.profile)
    printProfile(context);
  return 0;
}

int main(int argc, char **argv) {
  const dlc_function_info &function = dlc_model.info.functions[0];
  Arguments arguments;
  if (!parseArguments(argc, argv, arguments))
    return 2;
  if (arguments.help) {
    printHelp(argc > 0 ? argv[0] : "model");
    return 0;
  }
  if (arguments.numFiles != static_cast<int>(function.num_inputs)) {
    fprintf(stderr, "error: expected %u input files, found %d: see --help\n", function.num_inputs,
            arguments.numFiles);
    return 2;
  }
  dlc_options options;
  memset(&options, 0, sizeof(options));
  options.size = sizeof(options);
  options.threads = arguments.threads;
  options.profile = arguments.profile;
  dlcrt_context *context = dlcrt_context_create(&options);
  auto *inputs = static_cast<dlc_tensor *>(calloc(function.num_inputs + 1, sizeof(dlc_tensor)));
  auto *outputs = static_cast<dlc_tensor *>(calloc(function.num_outputs + 1, sizeof(dlc_tensor)));
  int code = 70;
  if (context && inputs && outputs)
    code = runModel(arguments, context, inputs, outputs);
  else
    fprintf(stderr, "error: out of memory\n");
  for (uint32_t i = 0; inputs && i < function.num_inputs; ++i)
    free(inputs[i].data);
  free(inputs);
  free(outputs);
  dlcrt_context_destroy(context);
  return code;
}
