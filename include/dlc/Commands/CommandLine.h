// The program `dlc`.
#ifndef DLC_COMMANDS_COMMANDLINE_H
#define DLC_COMMANDS_COMMANDLINE_H

namespace dlc {

/// Runs `dlc` with these arguments and gives its exit code (docs/CLI.md).
int runCommandLine(int argc, const char *const *argv);

} // namespace dlc

#endif // DLC_COMMANDS_COMMANDLINE_H
