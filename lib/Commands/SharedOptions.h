// Options that several verbs take, each defined once.
#ifndef DLC_LIB_COMMANDS_SHAREDOPTIONS_H
#define DLC_LIB_COMMANDS_SHAREDOPTIONS_H

#include "Command.h"

#include "dlc/Artifact/Loader.h"

#include <map>
#include <string>
#include <vector>

namespace dlc::cli {

/// The text of the options that say how a model is compiled, and what it becomes.
struct CompileFlags {
  std::string target = "cpu";
  std::string cpu;
  std::vector<std::string> shapes;
  std::vector<std::string> constants;
  std::string precision = "f32";
  std::string dumpFolder;
  unsigned jobs = 0;
  bool noCache = false;

  void add(CLI::App &verb);
  /// Fails (Usage, BadInput) where the text is wrong.
  Expected<CompileOptions> options(Session &session) const;
};

/// Where compiled code runs.
struct RunFlags {
  int threads = 0;
  int device = 0;

  void add(CLI::App &verb);
  ContextOptions options() const { return {.threads = threads, .device = device}; }
};

/// How an image is made into an input.
struct ImageFlags {
  std::string preset = "unit";
  std::string resize;
  std::string filter;
  std::string channels;
  std::string layout = "auto";
  std::vector<float> mean;
  std::vector<float> standardDeviation;
  float scale = 0;
  CLI::Option *scaleOption = nullptr;

  void add(CLI::App &verb);
  Expected<ImageOptions> options() const;
};

/// Where a run's inputs come from.
struct InputFlags {
  std::vector<std::string> files;
  std::vector<std::string> sizes;
  bool random = false;
  uint64_t seed = 0;
  ImageFlags image;

  void add(CLI::App &verb);
  /// The values of `inputs`, by name. Files without a name fill the inputs in order; with
  /// --random-inputs, or where `fillMissing`, the rest is random. Open sizes of random inputs are
  /// those of the files, of --dim, or chosen (OpenSizes), which `terminal` says.
  Expected<std::map<std::string, Tensor>> read(const std::vector<InputSpec> &inputs,
                                               bool fillMissing, Terminal &terminal) const;
};

/// `NAME=AxBxC`, or `AxBxC` for the only input, as ("", shape). Fails with Usage.
Expected<std::pair<std::string, Shape>> parseShape(const std::string &text);

} // namespace dlc::cli

#endif // DLC_LIB_COMMANDS_SHAREDOPTIONS_H
