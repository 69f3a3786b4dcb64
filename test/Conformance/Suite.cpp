// Finds the ONNX backend tests on disk.
#include "Suite.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

using namespace dlc::conformance;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view lightGroup = "light";

/// The entries of `folder` in order of their names; none where it does not exist.
std::vector<fs::path> sortedEntries(const fs::path &folder) {
  std::error_code ignored;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
    entries.push_back(entry->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

void addLightCases(const fs::path &folder, std::vector<Case> &cases) {
  for (const fs::path &path : sortedEntries(folder)) {
    if (path.extension() != ".onnx")
      continue;
    std::string stem = path.stem().string();
    cases.push_back({std::string(lightGroup),
                     "test_" + stem,
                     path.string(),
                     {},
                     (folder / (stem + "_output_0.pb")).string()});
  }
}

void addFolderCases(std::string_view group, const fs::path &folder, std::vector<Case> &cases) {
  for (const fs::path &path : sortedEntries(folder)) {
    Case test{std::string(group), path.filename().string(), (path / "model.onnx").string(), {}, {}};
    for (const fs::path &data : sortedEntries(path))
      if (data.filename().string().starts_with("test_data_set_"))
        test.dataFolders.push_back(data.string());
    cases.push_back(std::move(test));
  }
}

} // namespace

std::vector<std::string_view> dlc::conformance::groups() {
  return {"node", "simple", "pytorch-converted", "pytorch-operator", lightGroup};
}

std::vector<Case> dlc::conformance::findCases(const std::string &folder, std::string_view filter) {
  std::vector<Case> cases;
  for (std::string_view group : groups()) {
    if (group == lightGroup)
      addLightCases(fs::path(folder) / group, cases);
    else
      addFolderCases(group, fs::path(folder) / group, cases);
  }
  std::erase_if(cases,
                [&](const Case &test) { return test.name.find(filter) == std::string::npos; });
  return cases;
}
