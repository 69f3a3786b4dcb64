// Reading zip archives through libzip.
#include "dlc/Import/Zip/ZipArchive.h"

#include <algorithm>
#include <set>
#include <zip.h>

using namespace dlc;

/// More members than any model or data set has.
static constexpr zip_int64_t maxMembers = 1 << 16;

namespace {

struct CloseMember {
  void operator()(zip_file_t *member) const { zip_fclose(member); }
};

} // namespace

static zip_t *archiveOf(const std::shared_ptr<void> &handle) {
  return static_cast<zip_t *>(handle.get());
}

/// Why `name` may not be a member's; empty where it may.
static std::string problemWithName(const std::string &name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string::npos ||
      name.find(':') != std::string::npos)
    return "expected a relative path";
  for (size_t begin = 0; begin <= name.size();) {
    size_t end = std::min(name.find('/', begin), name.size());
    if (std::string_view(name).substr(begin, end - begin) == "..")
      return "expected a path that stays in the archive";
    begin = end + 1;
  }
  return {};
}

ZipArchive::ZipArchive(std::string path, std::shared_ptr<void> handle)
    : file(std::move(path)), handle(std::move(handle)) {}

Expected<ZipArchive> ZipArchive::open(const std::string &path, std::string_view kind,
                                      const ZipLimits &limits) {
  int code = 0;
  zip_t *opened = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (!opened) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    return badInput(path + ": expected " + std::string(kind) + ": " + reason);
  }
  ZipArchive archive(path, std::shared_ptr<void>(opened, [](void *handle) {
                       zip_discard(static_cast<zip_t *>(handle));
                     }));
  zip_int64_t count = zip_get_num_entries(opened, 0);
  if (count > maxMembers)
    return badInput(path + ": expected at most " + std::to_string(maxMembers) + " members, found " +
                    std::to_string(count));
  std::set<std::string> names;
  for (zip_uint64_t index = 0; index != static_cast<zip_uint64_t>(count); ++index) {
    zip_stat_t status;
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(opened, index, 0, &status) != 0 || (status.valid & needed) != needed)
      return badInput(path + ": cannot read the archive's directory");
    Member member{status.name, status.size, index};
    std::string what = path + ": member '" + member.name + "': ";
    if (std::string problem = problemWithName(member.name); !problem.empty())
      return badInput(what + problem + " for its name");
    if (!names.insert(member.name).second)
      return badInput(what + "expected one member of this name, found two");
    if (member.bytes > limits.memberBytes)
      return badInput(what + "expected at most " + std::to_string(limits.memberBytes) +
                      " bytes, found " + std::to_string(member.bytes));
    uint64_t stored = status.comp_size;
    if (member.bytes / limits.expansion > stored + limits.allowance)
      return badInput(what + "expected at most " + std::to_string(limits.expansion) +
                      " times the " + std::to_string(stored) + " bytes that are stored, found " +
                      std::to_string(member.bytes));
    archive.list.push_back(std::move(member));
  }
  return archive;
}

const ZipArchive::Member *ZipArchive::find(std::string_view name) const {
  auto found = std::ranges::find_if(list, [&](const Member &each) { return each.name == name; });
  return found == list.end() ? nullptr : &*found;
}

Status ZipArchive::read(const Member &member, const Sink &sink) const {
  std::string what = file + ": member '" + member.name + "': ";
  zip_t *archive = archiveOf(handle);
  std::unique_ptr<zip_file_t, CloseMember> stream(zip_fopen_index(archive, member.index, 0));
  if (!stream)
    return badInput(what + "cannot be decompressed: " + zip_strerror(archive));
  // Read in pieces: the declared size is not believed before the bytes are there.
  constexpr uint64_t piece = 4 << 20;
  std::vector<std::byte> buffer(static_cast<size_t>(std::min(piece, member.bytes)));
  for (uint64_t done = 0; done < member.bytes;) {
    zip_int64_t count = zip_fread(stream.get(), buffer.data(),
                                  std::min<uint64_t>(buffer.size(), member.bytes - done));
    if (count <= 0)
      return badInput(what + "expected " + std::to_string(member.bytes) +
                      " bytes, found a truncated or damaged member");
    if (Status status = sink({buffer.data(), static_cast<size_t>(count)}); !status)
      return status;
    done += static_cast<uint64_t>(count);
  }
  // The checksum is compared when the end is read.
  std::byte end;
  if (zip_fread(stream.get(), &end, 1) != 0)
    return badInput(what + "the checksum does not match; the file is damaged");
  return {};
}

Expected<std::vector<std::byte>> ZipArchive::read(const Member &member) const {
  std::vector<std::byte> bytes;
  Status status = read(member, [&](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return Status();
  });
  if (!status)
    return status.error();
  return bytes;
}
