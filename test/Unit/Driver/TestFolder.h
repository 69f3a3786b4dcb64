// A folder that lives as long as a test.
#ifndef DLC_TEST_UNIT_DRIVER_TEMPORARYFOLDER_H
#define DLC_TEST_UNIT_DRIVER_TEMPORARYFOLDER_H

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace dlc::test {

class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dlc-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
      std::abort();
    root = pattern;
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(root); }

  std::string path(std::string_view name) const { return (root / name).string(); }
  /// Writes `content` and gives its path.
  std::string write(std::string_view name, std::string_view content) const {
    std::ofstream(root / name, std::ios::binary) << content;
    return path(name);
  }

private:
  std::filesystem::path root;
};

} // namespace dlc::test

#endif // DLC_TEST_UNIT_DRIVER_TEMPORARYFOLDER_H
