// A folder of small files that can be made again, found by the hash of what they are made from: the
// kernel cache. Safe with any number of processes; never an error, only slower.
#ifndef DLC_SUPPORT_FILECACHE_H
#define DLC_SUPPORT_FILECACHE_H

#include "dlc/Support/Hash.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dlc {

/// Entries are whole, or count as absent: each carries a hash of its bytes. What was not used for
/// the longest time is removed when the folder grows beyond its bound. May be used from several
/// threads.
class FileCache {
public:
  static constexpr uint64_t defaultBytes = uint64_t(1) << 30;

  /// A cache in `folder`, made when the first entry is stored. A folder that another user owns or
  /// may write to is left alone, since entries are code that will run.
  explicit FileCache(std::string folder, uint64_t maxBytes = defaultBytes);
  ~FileCache();
  FileCache(FileCache &&) noexcept;

  /// $DLC_CACHE_DIR, else $XDG_CACHE_HOME/dlc, else ~/.cache/dlc; empty where none is set.
  static std::string defaultFolder();

  std::optional<std::string> find(const Hash128 &key);
  void store(const Hash128 &key, std::string_view content);

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace dlc

#endif // DLC_SUPPORT_FILECACHE_H
