// The command line as a whole: verbs, parsing, exit codes.
#include "dlc/Commands/CommandLine.h"
#include "Command.h"
#include "dlc/Driver/KerasLayersPage.h"

#include <algorithm>
#include <new>
#include <unistd.h>

using namespace dlc;
using namespace dlc::cli;

ExitCode Session::fail(const Error &error) {
  terminal.error(error.message);
  if (json)
    printJson({{"error", {{"code", static_cast<int>(error.code)}, {"message", error.message}}}});
  return error.code;
}

void Session::printJson(const Json &value) {
  // Names from models need not be UTF-8.
  terminal.print(value.dump(/*indent=*/2, ' ', /*ensure_ascii=*/false,
                            nlohmann::detail::error_handler_t::replace));
}

ProgressCallback Session::progress() {
  return [this](const Progress &progress) { terminal.showProgress(progress); };
}

WarningCallback Session::warning() {
  return [this](const std::string &message) { terminal.warning(message); };
}

CLI::App *cli::addVerb(CLI::App &app, Session &session, const std::string &name,
                       const std::string &description, const std::string &examples) {
  CLI::App *verb = app.add_subcommand(name, description);
  verb->set_help_flag("-h,--help", "Prints this help");
  verb->add_flag("--json", session.json, "Results as one JSON object on stdout");
  verb->add_flag("-q,--quiet", session.quiet, "No warnings, progress and summaries");
  std::string footer = "Examples:";
  for (size_t begin = 0; begin < examples.size();) {
    size_t end = examples.find('\n', begin);
    footer += "\n  " + examples.substr(begin, end - begin);
    begin = end == std::string::npos ? end : end + 1;
  }
  verb->footer(footer);
  return verb;
}

CLI::Validator cli::oneOf(const std::vector<std::string> &names) {
  return CLI::Validator(CLI::IsMember(names)).description("");
}

static constexpr const char *appFooter =
    "Exit codes: 0 done, 1 bad model or data, 2 wrong usage, 3 unsupported, 4 results differ, 70 a "
    "defect of dlc.\nEach verb has more help and examples: dlc VERB --help";

/// "expected a verb", with those that there are, and what stands in its place.
static std::string verbMessage(const CLI::App &app, const std::string &found) {
  std::string names;
  for (const CLI::App *verb : app.get_subcommands([](const CLI::App *) { return true; }))
    names += (names.empty() ? "" : ", ") + verb->get_name();
  return "expected a verb (" + names + ")" + (found.empty() ? "" : ", found '" + found + "'") +
         "; see dlc --help";
}

/// The message of `error` as one line, with where to read on.
static std::string usageMessage(const CLI::App &app, const CLI::ParseError &error,
                                const std::string &firstArgument) {
  const bool unknownVerb = app.get_subcommands().empty() && !firstArgument.starts_with("-");
  if (unknownVerb && dynamic_cast<const CLI::ExtrasError *>(&error))
    return verbMessage(app, firstArgument);
  std::string message = error.what();
  for (char &character : message)
    if (character == '\n')
      character = ' ';
  for (const CLI::App *verb : app.get_subcommands())
    return message + "; see dlc " + verb->get_name() + " --help";
  return message + "; see dlc --help";
}

/// What is said when memory runs out: made in advance, since nothing can be allocated then.
static std::string outOfMemoryLine;

/// A model may ask for more memory than there is, in layers that are built without exceptions.
static void reportOutOfMemory() {
  // The line cannot be written: nothing is left to do about it.
  [[maybe_unused]] ssize_t written =
      ::write(STDERR_FILENO, outOfMemoryLine.data(), outOfMemoryLine.size());
  ::_exit(static_cast<int>(ExitCode::BadInput));
}

static void handleOutOfMemory(const CLI::App &app) {
  std::string model;
  for (const CLI::App *verb : app.get_subcommands())
    if (const CLI::Option *given = verb->get_option_no_throw("MODEL"))
      model = given->as<std::string>() + ": ";
  outOfMemoryLine = "dlc: error: " + model + "needs more memory than there is\n";
  std::set_new_handler(reportOutOfMemory);
}

/// The arguments, last first, as CLI11 takes them. `--option=` is the option with an empty value;
/// CLI11 alone would take the next argument for its value.
static std::vector<std::string> reversedArguments(int argc, const char *const *argv) {
  std::vector<std::string> arguments;
  for (int index = 1; index < argc; ++index) {
    std::string_view argument = argv[index];
    bool emptyValue = argument.starts_with("--") && argument.ends_with("=");
    arguments.emplace_back(emptyValue ? argument.substr(0, argument.size() - 1) : argument);
    if (emptyValue)
      arguments.emplace_back();
  }
  std::ranges::reverse(arguments);
  return arguments;
}

int dlc::runCommandLine(int argc, const char *const *argv) {
  Session session;
  CLI::App app("dlc: compiles deep-learning models into self-contained native libraries", "dlc");
  app.set_help_flag("-h,--help", "Prints this help");
  app.set_version_flag("--version", std::string("dlc ") + DLC_VERSION, "Prints the version");
  bool markdown = false, kerasLayers = false;
  app.add_flag("--help-markdown", markdown, "Prints docs/CLI.md")->group("");
  app.add_flag("--keras-layers-markdown", kerasLayers, "Prints docs/KerasLayers.md")->group("");
  app.footer(appFooter);
  app.require_subcommand(0, 1);
  addCompileCommand(app, session);
  addRunCommand(app, session);
  addTrainCommand(app, session);
  addBenchCommand(app, session);
  addCheckCommand(app, session);
  addVerifyCommand(app, session);
  addInspectCommand(app, session);
  addTargetsCommand(app, session);
  try {
    app.parse(reversedArguments(argc, argv));
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return app.exit(error); // --help and --version
    return static_cast<int>(
        session.fail(usageError(usageMessage(app, error, argc > 1 ? argv[1] : ""))));
  }
  if (markdown) {
    std::fputs(markdownHelp(app).c_str(), stdout);
    return 0;
  }
  if (kerasLayers) {
    std::fputs(kerasLayersPage().c_str(), stdout);
    return 0;
  }
  if (!session.action)
    return static_cast<int>(session.fail(usageError(verbMessage(app, ""))));
  handleOutOfMemory(app);
  session.terminal.setQuiet(session.quiet || session.json);
  return static_cast<int>(session.action());
}
