// The members of a `.keras` archive.
#ifndef DLC_LIB_IMPORT_KERAS_MODELFILE_H
#define DLC_LIB_IMPORT_KERAS_MODELFILE_H

#include "dlc/Import/Keras/Model.h"
#include "dlc/Import/Zip/ZipArchive.h"

namespace dlc::keras {

/// Opens `path` as an archive with the limits that Keras itself sets.
Expected<ZipArchive> openModelFile(const std::string &path);
/// The bytes of config.json.
Expected<std::string> readConfigText(const ZipArchive &archive);
/// The model's configuration.
Expected<Config> readConfig(const ZipArchive &archive);
/// The content of model.weights.h5.
Expected<Variables> readVariables(const ZipArchive &archive);

/// The graph of layers of a model's configuration.
Expected<Network> readNetwork(const Config &model, const std::string &file);
/// What the configuration's `compile_config` says.
std::optional<CompileConfig> compileConfigOf(const Config &model);
/// The inverse, for optimizers, losses and metrics that dlc has.
Config toConfig(const CompileConfig &compile);

/// `max_pooling2d` for `MaxPooling2D`: Keras's way from a class to a name.
std::string snakeCase(std::string_view className);

} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_MODELFILE_H
