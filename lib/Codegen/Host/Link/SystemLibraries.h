// Where this machine's libc and libm are.
#ifndef DLC_LIB_CODEGEN_HOST_LINK_SYSTEMLIBRARIES_H
#define DLC_LIB_CODEGEN_HOST_LINK_SYSTEMLIBRARIES_H

#include <string>
#include <vector>

namespace dlc::host {

/// Paths of the C libraries that an artifact may need (libm, libpthread and libc, in the order to
/// link them), found among those that this process has loaded: they need no development package.
/// Empty in a process without shared libraries.
std::vector<std::string> systemLibraries();

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_LINK_SYSTEMLIBRARIES_H
