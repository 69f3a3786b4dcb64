// The table of docs/Conformance.md, and the summary on the terminal.
#ifndef DLC_TEST_CONFORMANCE_REPORT_H
#define DLC_TEST_CONFORMANCE_REPORT_H

#include "RunCase.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dlc::conformance {

/// A test with what came of it.
struct Result {
  Case test;
  Outcome outcome;
};

std::string_view verdictName(Verdict verdict);

/// How many of `results` have this verdict.
size_t count(const std::vector<Result> &results, Verdict verdict);

/// Markdown: a row a group, then the tests that do not pass, by reason. Does not depend on the
/// machine's paths or on time.
std::string report(const std::vector<Result> &results);

/// A result for each of `all`: that of `some` for the tests that were run now, for the others what
/// `page`, an earlier report, says. Nullopt where the page is of another suite.
std::optional<std::vector<Result>>
withEarlier(const std::vector<Case> &all, const std::vector<Result> &some, std::string_view page);

} // namespace dlc::conformance

#endif // DLC_TEST_CONFORMANCE_REPORT_H
