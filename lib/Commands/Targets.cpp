// `dlc targets`.
#include "Command.h"

#include "dlc/Driver/Targets.h"

using namespace dlc;
using namespace dlc::cli;

using Facts = std::vector<std::pair<std::string, std::string>>;

static Json toJson(const Facts &facts) {
  Json result = Json::object();
  for (const auto &[name, value] : facts)
    result[name] = value;
  return result;
}

static std::string joined(const Facts &facts) {
  std::string text;
  for (const auto &[name, value] : facts)
    text += (text.empty() ? "" : ", ") + name + " " + value;
  return text;
}

static void print(const TargetReport &target, Terminal &terminal) {
  terminal.print(terminal.bold(target.name) + ": " + joined(target.limits));
  for (const DeviceReport &device : target.devices)
    if (!device.facts.empty())
      terminal.print("  " + std::to_string(device.ordinal) + ": " + device.name + ": " +
                     joined(device.facts));
  if (!target.missing.empty())
    terminal.print("  not here: " + target.missing);
}

static ExitCode listTargets(Session &session) {
  Json targets = Json::array();
  for (const TargetReport &target : findTargets()) {
    if (!session.json) {
      print(target, session.terminal);
      continue;
    }
    Json devices = Json::array();
    for (const DeviceReport &device : target.devices)
      devices.push_back(
          {{"ordinal", device.ordinal}, {"name", device.name}, {"facts", toJson(device.facts)}});
    Json entry{{"name", target.name}, {"limits", toJson(target.limits)}, {"devices", devices}};
    if (!target.missing.empty())
      entry["missing"] = target.missing;
    targets.push_back(entry);
  }
  if (session.json)
    session.printJson({{"targets", targets}});
  return ExitCode::Ok;
}

void cli::addTargetsCommand(CLI::App &app, Session &session) {
  CLI::App *command = addVerb(app, session, "targets",
                              "Lists what models can be compiled for, and which of it is here",
                              "dlc targets\n"
                              "dlc targets --json");
  command->callback([&session] { session.action = [&session] { return listTargets(session); }; });
}
