// Links artifacts of every kind; see Link.h.
//
// Shared library and executable are one run of LLD with a placeholder for the constants, which are
// then written behind what it made. For a static library or an object, code is first merged (`-r`),
// then every symbol but the exported ones becomes local and the constants' name the model's own;
// the constants, which are large, are not touched by that.
#include "dlc/Codegen/Host/Link.h"

#include "Linker.h"
#include "MemoryFile.h"
#include "SystemLibraries.h"
#include "dlc/Runtime/RuntimeImage.h"
#include "dlc/Support/AtomicFile.h"

#include "llvm/ObjCopy/ConfigManager.h"
#include "llvm/ObjCopy/ObjCopy.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <fcntl.h>
#include <memory>
#include <unistd.h>

using namespace dlc;
using namespace dlc::host;

static constexpr const char *constantsSymbol = "dlc_constants";
static constexpr const char *artifactSymbol = "dlc_artifact";

namespace {

/// The inputs of one link as files that LLD can open.
class LinkInputs {
public:
  Status add(std::string_view object) {
    Expected<MemoryFile> file = MemoryFile::create(object);
    if (!file)
      return file.error();
    files.push_back(std::move(*file));
    return {};
  }

  Status addConstants(const LinkRequest &request, std::string_view symbol) {
    if (request.constantBytes == 0)
      return {};
    Expected<MemoryFile> file = MemoryFile::create();
    if (!file)
      return file.error();
    files.push_back(std::move(*file));
    return writeConstantObject(files.back().descriptor(), symbol, request.constants,
                               request.constantBytes);
  }

  Status addPlaceholder(const LinkRequest &request) {
    if (request.constantBytes == 0)
      return {};
    return add(constantPlaceholder(constantsSymbol, request.constantBytes));
  }

  /// Everything but constants.
  Status addCode(const LinkRequest &request) {
    for (std::string_view object : request.objects)
      if (Status status = add(object); !status)
        return status;
    return add(runtimeObject());
  }

  void appendTo(std::vector<std::string> &arguments) const {
    for (const MemoryFile &file : files)
      arguments.push_back(file.path());
  }

private:
  std::vector<MemoryFile> files;
};

} // namespace

static Error fromLLVM(llvm::Error error) {
  return internalError("link: " + llvm::toString(std::move(error)));
}

/// The first failure of a chain of steps.
#define DLC_TRY(step)                                                                              \
  if (Status status = (step); !status)                                                             \
  return status

static std::string versionScriptFor(const std::vector<std::string> &exports) {
  std::string script = "{ global: " + std::string(artifactSymbol) + ";";
  for (const std::string &name : exports)
    script += " " + name + ";";
  return script + " local: *; };\n";
}

static std::string baseName(const std::string &path) { return path.substr(path.rfind('/') + 1); }

/// What shared libraries and executables have in common.
static void appendDynamicArguments(std::vector<std::string> &arguments) {
  // Nothing for debuggers, nothing writable that need not be, the same bytes every time.
  for (const char *argument : {"--gc-sections", "--strip-debug", "--hash-style=gnu", "-z", "relro",
                               "-z", "now", "-z", "noexecstack", "--build-id=none", "--as-needed"})
    arguments.push_back(argument);
  std::vector<std::string> libraries = systemLibraries();
  // Without them the dynamic linker has to find the symbols in what the program loads.
  arguments.push_back(libraries.empty() ? "--unresolved-symbols=ignore-all" : "--no-undefined");
  arguments.insert(arguments.end(), libraries.begin(), libraries.end());
}

static Status fillPlaceholder(const LinkRequest &request, const AtomicFile &output) {
  if (request.constantBytes == 0)
    return {};
  int file = open(output.temporaryPath().c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0)
    return internalError("link: cannot open what the linker wrote");
  Status status = appendConstants(file, request.constants, request.constantBytes);
  close(file);
  return status;
}

static Status linkShared(const LinkRequest &request, AtomicFile &output, const std::string &name) {
  LinkInputs inputs;
  DLC_TRY(inputs.addCode(request));
  DLC_TRY(inputs.addPlaceholder(request));
  Expected<MemoryFile> script = MemoryFile::create(versionScriptFor(request.exports));
  if (!script)
    return script.error();
  std::vector<std::string> arguments = {"-shared",      "-Bsymbolic",          "-soname",
                                        baseName(name), "--version-script",    script->path(),
                                        "-o",           output.temporaryPath()};
  inputs.appendTo(arguments);
  appendDynamicArguments(arguments);
  DLC_TRY(runLinker(arguments));
  return fillPlaceholder(request, output);
}

static Status linkExecutable(const LinkRequest &request, AtomicFile &output) {
  LinkInputs inputs;
  DLC_TRY(inputs.addCode(request));
  DLC_TRY(inputs.add(runtimeMainObject()));
  DLC_TRY(inputs.addPlaceholder(request));
  std::vector<std::string> arguments = {"-pie",
                                        "-e",
                                        "_start",
                                        "-dynamic-linker",
                                        "/lib64/ld-linux-x86-64.so.2",
                                        "-o",
                                        output.temporaryPath()};
  inputs.appendTo(arguments);
  appendDynamicArguments(arguments);
  DLC_TRY(runLinker(arguments));
  return fillPlaceholder(request, output);
}

/// `object` with every symbol local but `exports`, and the constants under the name `constants`.
static Expected<std::string> localised(const std::string &path,
                                       const std::vector<std::string> &exports,
                                       const std::string &constants) {
  llvm::objcopy::ConfigManager config;
  auto keep = [&](llvm::StringRef name) {
    return config.Common.SymbolsToKeepGlobal.addMatcher(llvm::objcopy::NameOrPattern::create(
        name, llvm::objcopy::MatchStyle::Literal, [](llvm::Error error) { return error; }));
  };
  for (const std::string &name : exports)
    if (llvm::Error error = keep(name))
      return fromLLVM(std::move(error));
  config.Common.SymbolsToRename[constantsSymbol] = constants;

  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return internalError("link: " + buffer.getError().message());
  auto binary = llvm::object::ObjectFile::createObjectFile(**buffer);
  if (!binary)
    return fromLLVM(binary.takeError());
  llvm::SmallVector<char, 0> result;
  llvm::raw_svector_ostream stream(result);
  if (llvm::Error error = llvm::objcopy::executeObjcopyOnBinary(config, **binary, stream))
    return fromLLVM(std::move(error));
  return std::string(result.data(), result.size());
}

/// All code as one object whose only global definitions are the exported names. `scratch` is where
/// the merged object goes on the way.
static Expected<std::string> mergedCode(const LinkRequest &request, const std::string &constants,
                                        const std::string &scratch) {
  LinkInputs inputs;
  if (Status status = inputs.addCode(request); !status)
    return status.error();
  Expected<AtomicFile> merged = AtomicFile::create(scratch);
  if (!merged)
    return merged.error();
  std::vector<std::string> arguments = {
      "-r", "--gc-sections",        "--force-group-allocation", "--strip-debug",
      "-o", merged->temporaryPath()};
  for (const std::string &name : request.exports)
    arguments.insert(arguments.end(), {"-u", name});
  inputs.appendTo(arguments);
  if (Status status = runLinker(arguments); !status)
    return status.error();
  return localised(merged->temporaryPath(), request.exports, constants);
}

static Status linkArchive(LinkInputs &inputs, AtomicFile &output, const std::string &prefix) {
  std::vector<std::string> paths;
  inputs.appendTo(paths);
  std::vector<std::unique_ptr<llvm::MemoryBuffer>> buffers;
  std::vector<llvm::NewArchiveMember> members;
  const std::string names[] = {prefix + ".o", prefix + "_constants.o"};
  for (size_t i = 0; i < paths.size(); ++i) {
    auto buffer = llvm::MemoryBuffer::getFile(paths[i], /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!buffer)
      return internalError("link: " + buffer.getError().message());
    members.emplace_back((*buffer)->getMemBufferRef());
    members.back().MemberName = names[i];
    buffers.push_back(std::move(*buffer));
  }
  llvm::Error error =
      llvm::writeArchive(output.temporaryPath(), members, llvm::SymtabWritingMode::NormalSymtab,
                         llvm::object::Archive::K_GNU, /*Deterministic=*/true, /*Thin=*/false);
  return error ? Status(fromLLVM(std::move(error))) : Status();
}

/// A static library or a relocatable object.
static Status linkRelocatable(const LinkRequest &request, AtomicFile &output,
                              const std::string &name) {
  std::string constants = request.prefix + "_constants_";
  Expected<std::string> code = mergedCode(request, constants, name);
  if (!code)
    return code.error();
  LinkInputs inputs;
  DLC_TRY(inputs.add(*code));
  DLC_TRY(inputs.addConstants(request, constants));
  if (request.kind == ArtifactKind::StaticLibrary)
    return linkArchive(inputs, output, request.prefix);
  std::vector<std::string> arguments = {"-r", "-o", output.temporaryPath()};
  inputs.appendTo(arguments);
  return runLinker(arguments);
}

static Status linkTo(const LinkRequest &request, AtomicFile &output, const std::string &name) {
  switch (request.kind) {
  case ArtifactKind::SharedLibrary:
    return linkShared(request, output, name);
  case ArtifactKind::StaticLibrary:
  case ArtifactKind::Object:
    return linkRelocatable(request, output, name);
  case ArtifactKind::Executable:
    return linkExecutable(request, output);
  }
  return internalError("link: unknown kind of artifact");
}

Status dlc::host::linkArtifact(const LinkRequest &request, const std::string &outputPath) {
  Expected<AtomicFile> output = AtomicFile::create(outputPath);
  if (!output)
    return output.error();
  DLC_TRY(linkTo(request, *output, outputPath));
  return output->commit(/*durable=*/false); // it can be compiled again
}
