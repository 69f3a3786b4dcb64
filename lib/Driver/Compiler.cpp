// The compile as a library: a model through the phases to an artifact.
#include "CompileSession.h"

using namespace dlc;
using namespace dlc::driver;

Expected<CompileResult> dlc::compileModel(const std::string &path, const CompileOptions &options) {
  CompileSession session(path, options);
  return session.run();
}
