// Links the fake model into artifacts below the test's temporary folder.
#ifndef DLC_TEST_UNIT_LINK_FAKEARTIFACT_H
#define DLC_TEST_UNIT_LINK_FAKEARTIFACT_H

#include "dlc/Artifact/Description.h"
#include "dlc/Codegen/Host/Link.h"

namespace fake {

/// What the compiler would know of FakeModel.c under `prefix` (`fake` or `other`).
dlc::ModelDescription description(const std::string &prefix = "fake");

/// A path of this process in the temporary folder.
std::string temporaryPath(const std::string &name);

/// Links FakeModel.c; `scale` is the first of its two constants.
dlc::Status link(dlc::host::ArtifactKind kind, const std::string &path,
                 const std::string &prefix = "fake", float scale = 2);

/// The exit status of a shell command; its output in `output`.
int shell(const std::string &command, std::string &output);

} // namespace fake

#endif // DLC_TEST_UNIT_LINK_FAKEARTIFACT_H
