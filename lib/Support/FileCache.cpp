// A bounded folder of files by hash: see FileCache.h.
#include "dlc/Support/FileCache.h"

#include "dlc/Support/AtomicFile.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace dlc;
namespace fs = std::filesystem;

struct FileCache::State {
  std::string folder;
  uint64_t maxBytes = 0;
  std::mutex mutex;
  bool isMeasured = false; ///< whether `bytes` holds what the folder holds, nearly
  uint64_t bytes = 0;

  std::string pathOf(const Hash128 &key) const {
    std::string name = key.hex();
    return folder + "/" + name.substr(0, 2) + "/" + name.substr(2);
  }
  /// Whether the folder is a folder of ours alone.
  bool isTrusted() const;
  /// Adds to the size, and removes the oldest entries when it is beyond the bound.
  void grow(uint64_t added);
};

FileCache::FileCache(std::string folder, uint64_t maxBytes) : state(std::make_unique<State>()) {
  state->folder = std::move(folder);
  state->maxBytes = maxBytes;
}

FileCache::~FileCache() = default;
FileCache::FileCache(FileCache &&) noexcept = default;

std::string FileCache::defaultFolder() {
  auto variable = [](const char *name) {
    const char *value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (std::string folder = variable("DLC_CACHE_DIR"); !folder.empty())
    return folder;
  if (std::string folder = variable("XDG_CACHE_HOME"); !folder.empty())
    return folder + "/dlc";
  std::string home = variable("HOME");
  return home.empty() ? home : home + "/.cache/dlc";
}

bool FileCache::State::isTrusted() const {
  struct stat info{};
  return stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
         (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// An entry is the hash of its content, then the content.
static std::string_view hashText(const Hash128 &hash) {
  return {reinterpret_cast<const char *>(hash.bytes.data()), hash.bytes.size()};
}

std::optional<std::string> FileCache::find(const Hash128 &key) {
  if (state->folder.empty() || !state->isTrusted())
    return std::nullopt;
  std::string path = state->pathOf(key);
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return std::nullopt;
  Expected<std::string> entry = readFile(path);
  constexpr size_t prefix = sizeof(Hash128::bytes);
  if (!entry || entry->size() < prefix)
    return std::nullopt;
  std::string content = entry->substr(prefix);
  if (entry->substr(0, prefix) != hashText(hashBytes(content)))
    return std::nullopt;
  fs::last_write_time(path, fs::file_time_type::clock::now(), error); // used: keep it longer
  return content;
}

void FileCache::store(const Hash128 &key, std::string_view content) {
  if (state->folder.empty())
    return;
  std::string path = state->pathOf(key);
  std::error_code error;
  if (!fs::exists(state->folder, error)) {
    fs::create_directories(fs::path(state->folder).parent_path(), error);
    mkdir(state->folder.c_str(), 0700);
  }
  if (!state->isTrusted())
    return;
  fs::create_directories(fs::path(path).parent_path(), error);
  Expected<AtomicFile> file = AtomicFile::create(path, 0600);
  if (!file || !file->write(hashText(hashBytes(content))) || !file->write(content) ||
      !file->commit(/*durable=*/false))
    return;
  state->grow(content.size());
}

void FileCache::State::grow(uint64_t added) {
  std::lock_guard lock(mutex);
  bytes += added;
  if (isMeasured && bytes <= maxBytes)
    return;
  struct Entry {
    fs::file_time_type used;
    uint64_t bytes;
    fs::path path;
  };
  std::vector<Entry> entries;
  std::error_code error;
  bytes = 0;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code gone; // another process may have removed it
    if (!it->is_regular_file(gone))
      continue;
    Entry entry{it->last_write_time(gone), it->file_size(gone), it->path()};
    if (gone)
      continue;
    bytes += entry.bytes;
    entries.push_back(std::move(entry));
  }
  isMeasured = true;
  if (bytes <= maxBytes)
    return;
  // To well below the bound, so that it is not measured again at once.
  std::sort(entries.begin(), entries.end(),
            [](const Entry &a, const Entry &b) { return a.used < b.used; });
  for (const Entry &entry : entries) {
    if (bytes <= maxBytes / 4 * 3)
      break;
    fs::remove(entry.path, error);
    bytes -= entry.bytes;
  }
}
