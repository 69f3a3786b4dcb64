// Runs compiled models from our own tools: opens a shared library made by dlc, whatever its prefix,
// and talks to it in tensors.
#ifndef DLC_ARTIFACT_LOADER_H
#define DLC_ARTIFACT_LOADER_H

#include "dlc/Artifact/Description.h"
#include "dlc/Support/Error.h"

#include <memory>

namespace dlc {

/// Whether the file is a shared library (ELF), whatever it is called.
bool isArtifact(const std::string &path);

/// How a Context runs; see dlc_options for what is left out.
struct ContextOptions {
  int threads = 0; ///< 0: every core that the process may use
  bool profile = false;
  /// description().stateBytes bytes of the caller's, 64-byte aligned, that outlive the context;
  /// null: the context owns its state, filled with zeros.
  void *state = nullptr;
  int device = 0; ///< number of the device, of libraries that are compiled for one
};

/// Accumulated wall time of one kernel.
struct KernelProfile {
  KernelDescription kernel;
  uint64_t calls = 0;
  uint64_t nanoseconds = 0;
};

class Context;

/// An open shared library. Contexts keep it open.
class Artifact {
public:
  /// Opens `path`. Code in the file runs: open only what dlc or someone trusted has written.
  /// BadInput when it is no shared library of dlc's or of another ABI version.
  static Expected<Artifact> open(const std::string &path);

  const ModelDescription &description() const;
  Expected<Context> createContext(const ContextOptions &options = {}) const;

private:
  friend class Context;
  struct Library;
  explicit Artifact(std::shared_ptr<const Library> library) : library(std::move(library)) {}
  std::shared_ptr<const Library> library;
};

/// One context of an open artifact. Movable; used by one thread at a time.
class Context {
public:
  const ModelDescription &description() const;

  /// Runs function `function` of the description. `outputs` is resized; tensors in it that already
  /// have the right type and shape are written in place, which saves their allocation. An input
  /// that is wrong is BadInput with the artifact's message; a failure inside is Internal.
  Status run(const std::vector<Tensor> &inputs, std::vector<Tensor> &outputs,
             uint32_t function = 0);

  /// What run would give, without running: unknown extents are -1.
  Expected<std::vector<TensorDescription>> outputShapes(const std::vector<Tensor> &inputs,
                                                        uint32_t function = 0);

  /// description().stateBytes bytes that the functions share and update.
  void *state();

  void enableProfile(bool on);
  void resetProfile();
  /// One entry a kernel of the description.
  std::vector<KernelProfile> profile() const;

  Context(Context &&) noexcept;
  Context &operator=(Context &&) noexcept;
  ~Context();

private:
  friend class Artifact;
  struct Handle;
  explicit Context(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle;
};

} // namespace dlc

#endif // DLC_ARTIFACT_LOADER_H
