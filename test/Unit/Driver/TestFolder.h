// A folder that lives as long as a test.
#ifndef DLC_TEST_UNIT_DRIVER_TESTFOLDER_H
#define DLC_TEST_UNIT_DRIVER_TESTFOLDER_H

#include "dlc/Support/Temporaries.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace dlc::test {

class TestFolder {
public:
  TestFolder() : folder(TemporaryFolder::create("test")) {
    if (!folder)
      std::abort();
  }

  std::string path(std::string_view name) const { return *folder / std::string(name); }
  /// Writes `content` and gives its path.
  std::string write(std::string_view name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

private:
  Expected<TemporaryFolder> folder;
};

} // namespace dlc::test

#endif // DLC_TEST_UNIT_DRIVER_TESTFOLDER_H
