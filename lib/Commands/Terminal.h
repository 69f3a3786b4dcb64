// What reaches the user's terminal: results on stdout, everything else on stderr.
#ifndef DLC_LIB_COMMANDS_TERMINAL_H
#define DLC_LIB_COMMANDS_TERMINAL_H

#include "dlc/Driver/Compiler.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace dlc::cli {

/// The console of one run. Progress is shown only where stderr is a terminal, colours only without
/// NO_COLOR.
class Terminal {
public:
  Terminal();
  ~Terminal() { clearProgress(); }
  Terminal(const Terminal &) = delete;
  Terminal &operator=(const Terminal &) = delete;

  /// Without warnings, progress and the summary of what went well.
  void setQuiet(bool value) { quiet = value; }

  /// `dlc: error: message` on stderr, always.
  void error(std::string_view message);
  /// `dlc: warning: message` on stderr.
  void warning(std::string_view message);
  /// `dlc: note: message` on stderr: a choice that the user may want to know of.
  void remark(std::string_view message);
  /// A line on stdout.
  void print(std::string_view line);
  /// The same, left out with --quiet.
  void note(std::string_view line);
  /// Whether showProgress draws anything.
  bool showsProgress() const { return progressEnabled && !quiet; }
  /// Draws or redraws the progress bar, at most twenty times a second.
  void showProgress(const Progress &progress);
  void clearProgress();

  /// `text` in bold or in a colour, where stdout shows it.
  std::string bold(std::string_view text) const;
  std::string red(std::string_view text) const;
  std::string green(std::string_view text) const;

private:
  void diagnostic(std::string_view kind, std::string_view colour, std::string_view message);
  std::string styled(std::string_view code, std::string_view text) const;

  bool quiet = false;
  bool progressEnabled = false;
  bool colourErrors = false;
  bool colourOutput = false;
  bool progressShown = false;
  std::chrono::steady_clock::time_point lastDrawn;
};

/// A text table: columns as wide as their content, the first to the left, the others to the right.
class TextTable {
public:
  explicit TextTable(std::vector<std::string> header) : rows{std::move(header)} {}
  void add(std::vector<std::string> row) { rows.push_back(std::move(row)); }
  /// Columns that hold text rather than numbers are aligned to the left.
  void alignLeft(size_t column) { leftColumns.push_back(column); }
  std::string text() const;

private:
  std::vector<std::vector<std::string>> rows;
  std::vector<size_t> leftColumns;
};

/// `3.4 MB`; powers of ten.
std::string formatBytes(double bytes);
/// `7.71 GFLOP`, `812 MFLOP`.
std::string formatFlops(double flops);
/// `value` with `digits` digits after the point.
std::string formatNumber(double value, int digits);
/// Three significant digits, `1.2e-07`.
std::string formatError(double value);
/// Singular or plural: `1 kernel`, `3 kernels`.
std::string formatCount(uint64_t count, std::string_view noun);

} // namespace dlc::cli

#endif // DLC_LIB_COMMANDS_TERMINAL_H
