// One conformance test, from the model file to a verdict. Runs in a process of its own: what is
// tested may crash.
#ifndef DLC_TEST_CONFORMANCE_RUNCASE_H
#define DLC_TEST_CONFORMANCE_RUNCASE_H

#include "Suite.h"

#include <string>

namespace dlc::conformance {

/// What came of a test. The order is that of the report.
enum class Verdict {
  Pass,
  Unsupported, ///< dlc refuses the model, and says why
  Wrong,       ///< compiled, and an output differs
  Failed,      ///< refused as malformed, or a defect that dlc noticed
  Crash,       ///< a signal
  Timeout,
};

struct Outcome {
  Verdict verdict = Verdict::Pass;
  std::string reason; ///< one line; empty for Pass
};

/// Compiles the model for each data set, runs it and compares. `scratch` is an existing folder for
/// the artifact.
Outcome runCase(const Case &test, const std::string &scratch);

} // namespace dlc::conformance

#endif // DLC_TEST_CONFORMANCE_RUNCASE_H
