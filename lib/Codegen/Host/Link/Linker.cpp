// The only user of LLD's headers; see Linker.h.
#include "Linker.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/raw_ostream.h"

#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace dlc;

/// LLD may leave its global state broken after a crash; from then on it must not be called.
static std::mutex linkerMutex;
static bool linkerUsable = true;

static std::string firstLine(const std::string &text) { return text.substr(0, text.find('\n')); }

Status dlc::host::runLinker(const std::vector<std::string> &arguments) {
  std::vector<const char *> pointers = {"ld.lld"};
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());
  std::lock_guard<std::mutex> lock(linkerMutex);
  if (!linkerUsable)
    return internalError("link: the linker crashed in an earlier link of this process");
  std::string output, errors;
  llvm::raw_string_ostream outputStream(output), errorStream(errors);
  const lld::DriverDef drivers[] = {{lld::Gnu, &lld::elf::link}};
  lld::Result result = lld::lldMain(pointers, outputStream, errorStream, drivers);
  linkerUsable = result.canRunAgain;
  if (result.retCode == 0)
    return {};
  return internalError("link: " + firstLine(errors.empty() ? "the linker failed" : errors));
}
