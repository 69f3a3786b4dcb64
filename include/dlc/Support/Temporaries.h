// Files and folders that nobody shall find later: they go with the object that made them, or with
// the process where a signal ends it.
#ifndef DLC_SUPPORT_TEMPORARIES_H
#define DLC_SUPPORT_TEMPORARIES_H

#include "dlc/Support/Error.h"

#include <string>

namespace dlc {

/// A private folder where TMPDIR says, removed with everything in it.
class TemporaryFolder {
public:
  /// `dlc-PURPOSE-XXXXXX`. Fails (BadInput) where the folder for temporary files cannot be written.
  static Expected<TemporaryFolder> create(const std::string &purpose);

  TemporaryFolder(TemporaryFolder &&other) noexcept;
  TemporaryFolder &operator=(TemporaryFolder &&) = delete;
  ~TemporaryFolder();

  const std::string &path() const { return folder; }
  /// The path of `name` in the folder.
  std::string operator/(const std::string &name) const { return folder + "/" + name; }

private:
  explicit TemporaryFolder(std::string folder) : folder(std::move(folder)) {}

  std::string folder;
};

/// Notes a file or a folder that must go where a signal ends the process. Safe from every thread.
void noteTemporary(const std::string &path);
/// The opposite: `path` is gone, or stays.
void forgetTemporary(const std::string &path);

/// From now on SIGINT, SIGTERM and SIGHUP remove what is noted before they end the process as ever.
/// For programs, once, before they start threads: a library leaves signals to its caller.
void removeTemporariesOnSignals();

/// Removes what is noted and ends the process by `signal`.
[[noreturn]] void endBySignal(int signal);

} // namespace dlc

#endif // DLC_SUPPORT_TEMPORARIES_H
