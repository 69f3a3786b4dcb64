// Finds libc and libm; see SystemLibraries.h.
#include "SystemLibraries.h"

#include <array>
#include <link.h>
#include <string_view>

using namespace dlc::host;

static constexpr std::array<std::string_view, 3> wanted = {"libm.so.6", "libpthread.so.0",
                                                           "libc.so.6"};

std::vector<std::string> dlc::host::systemLibraries() {
  std::array<std::string, wanted.size()> found;
  auto visit = [](dl_phdr_info *info, size_t, void *result) {
    std::string_view path = info->dlpi_name ? info->dlpi_name : "";
    std::string_view name = path.substr(path.rfind('/') + 1);
    for (size_t i = 0; i < wanted.size(); ++i)
      if (name == wanted[i])
        (*static_cast<decltype(found) *>(result))[i] = path;
    return 0;
  };
  dl_iterate_phdr(visit, &found);
  std::vector<std::string> paths;
  for (std::string &path : found)
    if (!path.empty())
      paths.push_back(std::move(path));
  return paths;
}
