// `dlc check`.
#include "SharedOptions.h"

#include <algorithm>

using namespace dlc;
using namespace dlc::cli;

static Json toJson(const CheckReport &report) {
  Json issues = Json::array();
  for (const Error &issue : report.issues)
    issues.push_back({{"code", static_cast<int>(issue.code)}, {"message", issue.message}});
  Json operators = Json::object();
  for (const auto &[name, count] : report.operators)
    operators[name] = count;
  return {{"nodes", report.nodes}, {"operators", operators}, {"issues", issues}};
}

static ExitCode runCheck(const std::string &model, const CompileFlags &flags, Session &session) {
  Expected<CompileOptions> options = flags.options(session);
  if (!options)
    return session.fail(options.error());
  Expected<CheckReport> report = checkModel(model, *options);
  if (!report)
    return session.fail(report.error());
  if (session.json)
    session.printJson(toJson(*report));
  for (const Error &issue : report->issues)
    session.terminal.error(issue.message);
  if (report->issues.empty()) {
    session.terminal.note(model + ": " + formatCount(report->nodes, "node") +
                          ", nothing that dlc cannot compile");
    return ExitCode::Ok;
  }
  bool malformed = std::ranges::any_of(
      report->issues, [](const Error &issue) { return issue.code == ExitCode::BadInput; });
  return malformed ? ExitCode::BadInput : ExitCode::Unsupported;
}

void cli::addCheckCommand(CLI::App &app, Session &session) {
  struct CheckVerb {
    std::string model;
    CompileFlags flags;
  };
  auto verb = std::make_shared<CheckVerb>();
  CLI::App *command = addVerb(
      app, session, "check",
      "Lists every operator, attribute and type of a model that dlc cannot compile, by node",
      "dlc check model.onnx\ndlc check model.onnx --json --shape x=1x3x224x224");
  command->add_option("MODEL", verb->model, "An .onnx or .keras file")->required();
  verb->flags.add(*command);
  command->callback([verb, &session] {
    session.action = [verb, &session] { return runCheck(verb->model, verb->flags, session); };
  });
}
