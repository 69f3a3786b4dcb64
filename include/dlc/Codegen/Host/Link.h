// The phase `link`: objects become an artifact. Runs LLD inside of the process; no compiler, no
// start-up files and no development package need to be installed.
#ifndef DLC_CODEGEN_HOST_LINK_H
#define DLC_CODEGEN_HOST_LINK_H

#include "dlc/Codegen/Host/ConstantObject.h"
#include "dlc/Support/Error.h"

#include <string>
#include <string_view>
#include <vector>

namespace dlc::host {

/// What a link writes.
enum class ArtifactKind {
  SharedLibrary, ///< exports the given names and `dlc_artifact`; needs libc.so.6 and libm.so.6
  StaticLibrary, ///< everything but the given names is local: models do not clash in one program
  Object,        ///< the same as one relocatable object
  Executable,    ///< runs the model on files named on its command line
};

/// What is linked. Views must outlive the call.
struct LinkRequest {
  ArtifactKind kind = ArtifactKind::SharedLibrary;
  /// Relocatable ELF objects: host code and kernels. The runtime is added by the link.
  std::vector<std::string_view> objects;
  /// The blob behind `dlc_constants`; an object that defines that symbol itself leaves
  /// `constantBytes` 0.
  std::vector<ConstantPiece> constants;
  uint64_t constantBytes = 0;
  /// Prefix of the model, for names that must be the model's own.
  std::string prefix;
  /// Names to export (dlc::exportedNames).
  std::vector<std::string> exports;
};

/// Links to `outputPath`, which is whole or untouched. BadInput where it cannot be written;
/// Internal, with the linker's text, where a symbol is missing or an object is malformed. Calls
/// from several threads wait for one another: LLD has global state.
Status linkArtifact(const LinkRequest &request, const std::string &outputPath);

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_LINK_H
