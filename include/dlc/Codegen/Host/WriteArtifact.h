// The phase `link` as one call: a module of the phase `host` and its kernels' objects become an
// artifact and its header.
#ifndef DLC_CODEGEN_HOST_WRITEARTIFACT_H
#define DLC_CODEGEN_HOST_WRITEARTIFACT_H

#include "dlc/Codegen/Host/HostObject.h"
#include "dlc/Codegen/Host/Link.h"
#include "dlc/Support/Error.h"
#include "mlir/IR/BuiltinOps.h"

#include <span>
#include <string>
#include <string_view>

namespace dlc::host {

/// What was written.
struct WrittenArtifact {
  std::string header; ///< path of the C header, beside the artifact
  uint64_t bytes = 0; ///< size of the artifact
};

/// Writes `output` and its header (the same path with the extension `.h`), each whole or untouched.
/// `kernels` are objects that define every symbol of the module's `@kernels`. The module's context
/// must have registerHostTranslation.
Expected<WrittenArtifact> writeArtifact(mlir::ModuleOp module,
                                        std::span<const std::string_view> kernels,
                                        ArtifactKind kind, const std::string &output,
                                        const HostTarget &target = {});

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_WRITEARTIFACT_H
