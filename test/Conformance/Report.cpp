// Writes the results of the conformance suite as a page.
#include "Report.h"

#include <algorithm>
#include <array>
#include <map>

using namespace dlc::conformance;

namespace {

constexpr std::array verdicts{Verdict::Pass,   Verdict::Unsupported, Verdict::Wrong,
                              Verdict::Failed, Verdict::Crash,       Verdict::Timeout};

/// `reason` without the model's path, which differs between machines, and safe in a table.
std::string withoutPath(const Result &result) {
  std::string reason = result.outcome.reason;
  for (const std::string &path :
       {result.test.model, result.test.model.substr(0, result.test.model.rfind('/'))}) {
    for (size_t at; (at = reason.find(path + ": ")) != std::string::npos;)
      reason.erase(at, path.size() + 2);
  }
  std::replace(reason.begin(), reason.end(), '|', '/');
  return reason;
}

/// The cells of a row of a table.
std::vector<std::string> cellsOf(std::string_view line) {
  std::vector<std::string> cells;
  while (line.starts_with("| ")) {
    line.remove_prefix(2);
    size_t end = line.find(" |");
    if (end == std::string_view::npos)
      break;
    cells.emplace_back(line.substr(0, end));
    line.remove_prefix(end + 1);
  }
  return cells;
}

std::string groupRow(std::string_view group, const std::vector<Result> &results) {
  std::vector<Result> members;
  std::copy_if(results.begin(), results.end(), std::back_inserter(members),
               [&](const Result &result) { return group.empty() || result.test.group == group; });
  std::string row =
      "| " + std::string(group.empty() ? "all" : group) + " | " + std::to_string(members.size());
  for (Verdict verdict : verdicts)
    row += " | " + std::to_string(count(members, verdict));
  return row + " |\n";
}

} // namespace

std::string_view dlc::conformance::verdictName(Verdict verdict) {
  switch (verdict) {
  case Verdict::Pass:
    return "pass";
  case Verdict::Unsupported:
    return "unsupported";
  case Verdict::Wrong:
    return "wrong";
  case Verdict::Failed:
    return "failed";
  case Verdict::Crash:
    return "crash";
  case Verdict::Timeout:
    return "timeout";
  }
  __builtin_unreachable();
}

size_t dlc::conformance::count(const std::vector<Result> &results, Verdict verdict) {
  return static_cast<size_t>(
      std::count_if(results.begin(), results.end(),
                    [&](const Result &result) { return result.outcome.verdict == verdict; }));
}

std::string dlc::conformance::report(const std::vector<Result> &results) {
  std::string page = "# ONNX conformance\n\n"
                     "The backend tests of the onnx package, each compiled, run and compared by "
                     "`dlc-conformance`, which wrote this page.\n\n"
                     "| group | tests";
  for (Verdict verdict : verdicts)
    page += " | " + std::string(verdictName(verdict));
  page += " |\n|---|";
  for (size_t i = 0; i <= verdicts.size(); ++i)
    page += "---:|";
  page += "\n";
  for (std::string_view group : groups())
    page += groupRow(group, results);
  page += groupRow("", results) +
          "\n## What does not pass\n\n| test | verdict | reason |\n|---|---|---|\n";
  for (const Result &result : results)
    if (result.outcome.verdict != Verdict::Pass)
      page += "| " + result.test.name + " | " + std::string(verdictName(result.outcome.verdict)) +
              " | " + withoutPath(result) + " |\n";
  return page;
}

std::optional<std::vector<Result>> dlc::conformance::withEarlier(const std::vector<Case> &all,
                                                                 const std::vector<Result> &some,
                                                                 std::string_view page) {
  std::map<std::string, Outcome> outcomes;
  bool sameSuite = false;
  for (size_t begin = 0; begin < page.size();) {
    size_t end = std::min(page.find('\n', begin), page.size());
    std::vector<std::string> cells = cellsOf(page.substr(begin, end - begin));
    begin = end + 1;
    if (cells.size() > 1 && cells[0] == "all")
      sameSuite = cells[1] == std::to_string(all.size());
    for (Verdict verdict : verdicts)
      if (cells.size() == 3 && cells[1] == verdictName(verdict))
        outcomes[cells[0]] = {verdict, cells[2]};
  }
  if (!sameSuite)
    return std::nullopt;
  for (const Result &result : some)
    outcomes[result.test.name] = result.outcome;
  std::vector<Result> results;
  for (const Case &test : all)
    results.push_back({test, outcomes[test.name]}); // Outcome() passes: such tests have no row.
  return results;
}
