// A verb of `dlc`: one file each, registered in CommandLine.cpp.
#ifndef DLC_LIB_COMMANDS_COMMAND_H
#define DLC_LIB_COMMANDS_COMMAND_H

#include "Terminal.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace dlc::cli {

using Json = nlohmann::ordered_json;

/// What the verbs share in one run of `dlc`.
struct Session {
  Terminal terminal;
  bool json = false;
  bool quiet = false;
  /// Set by the verb that was given; runs it.
  std::function<ExitCode()> action;

  /// Reports `error` on stderr (and, with --json, as the object on stdout) and gives its exit code.
  ExitCode fail(const Error &error);
  /// Prints `value` on stdout.
  void printJson(const Json &value);
  ProgressCallback progress();
  WarningCallback warning();
};

/// A verb with --help, --json, --quiet, and `examples` (lines without indentation) under its help.
CLI::App *addVerb(CLI::App &app, Session &session, const std::string &name,
                  const std::string &description, const std::string &examples);

/// One of `names`; unlike CLI::IsMember alone it does not repeat them in the help, where the type
/// name has them.
CLI::Validator oneOf(const std::vector<std::string> &names);
/// A number in [lowest, highest], likewise.
template <typename Number>
CLI::Validator between(Number lowest, Number highest) {
  return CLI::Validator(CLI::Range(lowest, highest)).description("");
}

void addCompileCommand(CLI::App &app, Session &session);
void addRunCommand(CLI::App &app, Session &session);
void addBenchCommand(CLI::App &app, Session &session);
void addCheckCommand(CLI::App &app, Session &session);
void addVerifyCommand(CLI::App &app, Session &session);
void addTrainCommand(CLI::App &app, Session &session);
void addInspectCommand(CLI::App &app, Session &session);
void addTargetsCommand(CLI::App &app, Session &session);

/// docs/CLI.md, from the definitions.
std::string markdownHelp(CLI::App &app);

} // namespace dlc::cli

#endif // DLC_LIB_COMMANDS_COMMAND_H
