// LLD as a function.
#ifndef DLC_LIB_CODEGEN_HOST_LINK_LINKER_H
#define DLC_LIB_CODEGEN_HOST_LINK_LINKER_H

#include "dlc/Support/Error.h"

#include <string>
#include <vector>

namespace dlc::host {

/// Runs the ELF linker with these arguments (without the program's name). One call at a time;
/// others wait. Internal with the first line of what the linker said.
Status runLinker(const std::vector<std::string> &arguments);

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_LINK_LINKER_H
