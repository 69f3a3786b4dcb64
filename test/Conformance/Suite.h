// The ONNX backend tests as they lie in the onnx package: folders of a model with inputs and
// expected outputs, and the light models, which have outputs only.
#ifndef DLC_TEST_CONFORMANCE_SUITE_H
#define DLC_TEST_CONFORMANCE_SUITE_H

#include <string>
#include <string_view>
#include <vector>

namespace dlc::conformance {

/// One test of the suite.
struct Case {
  std::string group; ///< `node`, `simple`, `pytorch-converted`, `pytorch-operator`, `light`
  std::string name;  ///< `test_relu`
  std::string model; ///< path of the model
  /// Folders of `input_<i>.pb` and `output_<i>.pb`. Empty for the light models: their input is a
  /// ramp, their output `expectedOutput`.
  std::vector<std::string> dataFolders;
  std::string expectedOutput;
};

/// The groups in the order of the report.
std::vector<std::string_view> groups();

/// Every test below `folder` (onnx/backend/test/data) whose name contains `filter`, by group and
/// name.
std::vector<Case> findCases(const std::string &folder, std::string_view filter);

} // namespace dlc::conformance

#endif // DLC_TEST_CONFORMANCE_SUITE_H
