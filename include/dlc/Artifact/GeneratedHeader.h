// The C header beside every compiled library: all that a user needs, in one file.
#ifndef DLC_ARTIFACT_GENERATEDHEADER_H
#define DLC_ARTIFACT_GENERATEDHEADER_H

#include "dlc/Artifact/Description.h"

namespace dlc {

/// The text of a model's header: C99 and C++, self-contained but for <stddef.h> and <stdint.h>.
/// Headers of several models may be included together.
std::string generatedHeader(const ModelDescription &model);

} // namespace dlc

#endif // DLC_ARTIFACT_GENERATEDHEADER_H
