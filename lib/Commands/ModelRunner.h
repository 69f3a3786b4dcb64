// A model made ready to run: an artifact as it is, or a model compiled into a temporary one.
#ifndef DLC_LIB_COMMANDS_MODELRUNNER_H
#define DLC_LIB_COMMANDS_MODELRUNNER_H

#include "SharedOptions.h"

#include "dlc/Artifact/Loader.h"

namespace dlc::cli {

/// The inputs of an artifact's function 0; symbolic dimensions are open where `shapes` has none.
Expected<std::vector<InputSpec>> artifactInputs(const ModelDescription &description,
                                                const std::map<std::string, Shape> &shapes);

/// Compiles `model` into a temporary folder, opens the result and removes the folder again.
Expected<Artifact> compileAndOpen(const std::string &model, CompileOptions options);

/// `values` in the order of the artifact's inputs. Those that the artifact lacks have become
/// constants. BadInput where one is missing.
Expected<std::vector<Tensor>> orderInputs(const ModelDescription &description,
                                          const std::map<std::string, Tensor> &values);

/// Runs function 0 once, as `options` say. `model` names the model in diagnostics.
Expected<std::vector<NamedTensor>> runOnce(const Artifact &artifact,
                                           const std::map<std::string, Tensor> &values,
                                           const ContextOptions &options, const std::string &model);

} // namespace dlc::cli

#endif // DLC_LIB_COMMANDS_MODELRUNNER_H
