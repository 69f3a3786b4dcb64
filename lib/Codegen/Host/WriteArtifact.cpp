// The phase `link` as one call: see WriteArtifact.h.
#include "dlc/Codegen/Host/WriteArtifact.h"

#include "dlc/Artifact/GeneratedHeader.h"
#include "dlc/Codegen/Host/ConstantPool.h"
#include "dlc/Codegen/Host/LowerHost.h"
#include "dlc/Support/AtomicFile.h"

#include <filesystem>

using namespace dlc;
using namespace dlc::host;
namespace fs = std::filesystem;

Expected<WrittenArtifact> dlc::host::writeArtifact(mlir::ModuleOp module,
                                                   std::span<const std::string_view> kernels,
                                                   ArtifactKind kind, const std::string &output,
                                                   const HostTarget &target) {
  if (failed(verifyHostModule(module)))
    return badInput(output + ": the host module is malformed; compile the model again");
  Expected<std::string> hostObject = emitHostObject(module, target);
  if (!hostObject)
    return hostObject.error();
  ModelDescription model = describeModel(module);
  std::vector<ConstantSegment> constants = constantsOf(module);

  LinkRequest request;
  request.kind = kind;
  request.objects = {*hostObject};
  request.objects.insert(request.objects.end(), kernels.begin(), kernels.end());
  for (const ConstantSegment &segment : constants)
    request.constants.push_back({segment.offset, segment.bytes});
  request.constantBytes = constantBytesOf(module);
  request.prefix = symbolPrefix(model.name);
  request.exports = exportedNames(model);
  if (Status status = linkArtifact(request, output); !status)
    return status.error();

  WrittenArtifact written;
  written.header = fs::path(output).replace_extension(".h").string();
  if (Status status = writeFileAtomically(written.header, generatedHeader(model)); !status)
    return status.error();
  std::error_code error;
  written.bytes = fs::file_size(output, error);
  return written;
}
