// dlc-conformance: runs the ONNX backend tests, each in a child process, a few at a time.
//
//   dlc-conformance DATA [--filter TEXT] [--jobs N] [--report FILE] [--at-least N]
//
// DATA is onnx/backend/test/data of the onnx package. With --filter only tests whose name contains
// TEXT are run, and of the report their lines alone change. Exits 1 where a test crashes, hangs or
// gives a wrong number, or where fewer than --at-least pass.
#include "Report.h"
#include "dlc/Support/AtomicFile.h"
#include "dlc/Support/Temporaries.h"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

using namespace dlc::conformance;
namespace fs = std::filesystem;

namespace {

constexpr unsigned secondsPerTest = 120;

struct Options {
  std::string data;
  std::string filter;
  std::string report;
  size_t jobs = 2;
  size_t minimumPasses = 0;
};

/// Runs the test and leaves the verdict in `file`: a digit, then the reason.
[[noreturn]] void runInChild(const Case &test, const std::string &scratch,
                             const std::string &file) {
  ::alarm(secondsPerTest);
  if (!std::freopen((scratch + "/stderr").c_str(), "w", stderr))
    ::_exit(2);
  Outcome outcome = runCase(test, scratch);
  std::string text(1, static_cast<char>('0' + static_cast<int>(outcome.verdict)));
  bool written = static_cast<bool>(dlc::writeFileAtomically(file, text + outcome.reason));
  std::fflush(nullptr);
  ::_exit(written ? 0 : 2);
}

Outcome readOutcome(int status, const std::string &file) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    return {Verdict::Timeout, "more than " + std::to_string(secondsPerTest) + " s"};
  if (WIFSIGNALED(status))
    return {Verdict::Crash, std::string("signal ") + ::strsignal(WTERMSIG(status))};
  auto text = dlc::readFile(file);
  if (!text || text->empty())
    return {Verdict::Crash, "exited with " + std::to_string(WEXITSTATUS(status))};
  return {static_cast<Verdict>((*text)[0] - '0'), text->substr(1)};
}

/// Runs every case, `jobs` at a time. Results are in the order of `cases`.
std::vector<Result> runAll(const std::vector<Case> &cases, size_t jobs, const fs::path &scratch) {
  std::vector<Result> results(cases.size());
  std::map<pid_t, size_t> running;
  auto folderOf = [&](size_t index) { return scratch / std::to_string(index); };
  auto collect = [&] {
    int status = 0;
    pid_t child = ::waitpid(-1, &status, 0);
    auto found = running.find(child);
    if (found == running.end())
      return;
    size_t index = found->second;
    running.erase(found);
    results[index] = {cases[index], readOutcome(status, folderOf(index) / "verdict")};
    std::error_code ignored;
    fs::remove_all(folderOf(index), ignored);
    const Outcome &outcome = results[index].outcome;
    if (outcome.verdict > Verdict::Unsupported)
      std::printf("%s %s: %s\n", std::string(verdictName(outcome.verdict)).c_str(),
                  cases[index].name.c_str(), outcome.reason.c_str());
  };
  for (size_t index = 0; index < cases.size(); ++index) {
    while (running.size() >= jobs)
      collect();
    fs::create_directory(folderOf(index));
    std::fflush(nullptr);
    pid_t child = ::fork();
    if (child == 0)
      runInChild(cases[index], folderOf(index), folderOf(index) / "verdict");
    if (child > 0)
      running[child] = index;
    else
      results[index] = {cases[index], {Verdict::Failed, "cannot fork"}};
  }
  while (!running.empty())
    collect();
  return results;
}

/// Writes the report of `results`; those of a part of the suite go into the report that is there.
bool writeReport(const Options &options, std::vector<Result> results) {
  if (!options.filter.empty()) {
    auto page = dlc::readFile(options.report);
    auto merged =
        withEarlier(findCases(options.data, ""), results, page ? std::string_view(*page) : "");
    if (!merged) {
      std::fprintf(stderr, "dlc-conformance: %s is no report of this suite: run without --filter\n",
                   options.report.c_str());
      return false;
    }
    results = std::move(*merged);
  }
  auto status = dlc::writeFileAtomically(options.report, report(results));
  if (!status)
    std::fprintf(stderr, "dlc-conformance: %s\n", status.error().message.c_str());
  return static_cast<bool>(status);
}

bool parseCount(const char *text, size_t &value) {
  std::string_view digits(text);
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

/// False where the command line is wrong.
bool parse(int argc, char **argv, Options &options) {
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (!word.starts_with("--")) {
      options.data = word;
      continue;
    }
    if (++i == argc)
      return false;
    if (word == "--filter")
      options.filter = argv[i];
    else if (word == "--report")
      options.report = argv[i];
    else if (word == "--jobs" && !parseCount(argv[i], options.jobs))
      return false;
    else if (word == "--at-least" && !parseCount(argv[i], options.minimumPasses))
      return false;
    else if (word != "--jobs" && word != "--at-least")
      return false;
  }
  return !options.data.empty() && options.jobs > 0;
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: dlc-conformance DATA [--filter TEXT] [--jobs N] [--report FILE] "
                         "[--at-least N]\n");
    return 2;
  }
  std::vector<Case> cases = findCases(options.data, options.filter);
  if (cases.empty()) {
    std::fprintf(stderr, "dlc-conformance: no tests in %s\n", options.data.c_str());
    return 1;
  }
  dlc::Expected<dlc::TemporaryFolder> scratch = dlc::TemporaryFolder::create("conformance");
  if (!scratch) {
    std::fprintf(stderr, "dlc-conformance: %s\n", scratch.error().message.c_str());
    return 1;
  }
  std::vector<Result> results = runAll(cases, options.jobs, scratch->path());
  if (!options.report.empty() && !writeReport(options, results))
    return 1;
  size_t passed = count(results, Verdict::Pass);
  size_t broken = count(results, Verdict::Wrong) + count(results, Verdict::Crash) +
                  count(results, Verdict::Timeout);
  std::printf("%zu of %zu pass, %zu unsupported, %zu wrong, %zu failed, %zu crash, %zu time out\n",
              passed, results.size(), count(results, Verdict::Unsupported),
              count(results, Verdict::Wrong), count(results, Verdict::Failed),
              count(results, Verdict::Crash), count(results, Verdict::Timeout));
  return broken || passed < options.minimumPasses ? 1 : 0;
}
