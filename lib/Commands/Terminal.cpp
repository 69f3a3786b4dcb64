// Lines, bars, tables.
#include "Terminal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::cli;

static bool hasColour(int descriptor) {
  const char *noColour = std::getenv("NO_COLOR");
  const char *term = std::getenv("TERM");
  return ::isatty(descriptor) && !(noColour && *noColour) &&
         !(term && std::string_view(term) == "dumb");
}

/// `text` with what could move the cursor or end the line replaced: messages quote untrusted names.
static std::string oneLine(std::string_view text) {
  std::string line(text);
  for (char &character : line)
    if (static_cast<unsigned char>(character) < 0x20 || character == 0x7f)
      character = ' ';
  return line;
}

static void writeLine(FILE *stream, const std::string &line) {
  std::fwrite(line.data(), 1, line.size(), stream);
  std::fputc('\n', stream);
  std::fflush(stream);
}

Terminal::Terminal()
    : progressEnabled(::isatty(STDERR_FILENO)), colourErrors(hasColour(STDERR_FILENO)),
      colourOutput(hasColour(STDOUT_FILENO)) {}

std::string Terminal::styled(std::string_view code, std::string_view text) const {
  if (!colourOutput)
    return std::string(text);
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}
std::string Terminal::bold(std::string_view text) const { return styled("1", text); }
std::string Terminal::red(std::string_view text) const { return styled("31", text); }
std::string Terminal::green(std::string_view text) const { return styled("32", text); }

void Terminal::diagnostic(std::string_view kind, std::string_view colour,
                          std::string_view message) {
  clearProgress();
  std::string label = std::string(kind) + ":";
  if (colourErrors)
    label = "\033[" + std::string(colour) + "m" + label + "\033[0m";
  writeLine(stderr, "dlc: " + label + " " + oneLine(message));
}

void Terminal::error(std::string_view message) { diagnostic("error", "1;31", message); }

void Terminal::warning(std::string_view message) {
  if (!quiet)
    diagnostic("warning", "1;35", message);
}

void Terminal::remark(std::string_view message) {
  if (!quiet)
    diagnostic("note", "1;36", message);
}

void Terminal::print(std::string_view line) {
  clearProgress();
  writeLine(stdout, std::string(line));
}

void Terminal::note(std::string_view line) {
  if (!quiet)
    print(line);
}

static size_t terminalWidth() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

void Terminal::showProgress(const Progress &progress) {
  if (!showsProgress())
    return;
  auto now = std::chrono::steady_clock::now();
  if (progressShown && now - lastDrawn < std::chrono::milliseconds(50) &&
      progress.done != progress.total)
    return;
  constexpr size_t barWidth = 24;
  std::string line = std::string(progress.phase);
  if (progress.total != 0) {
    size_t filled =
        static_cast<size_t>(std::min(progress.done, progress.total) * barWidth / progress.total);
    line += " [" + std::string(filled, '#') + std::string(barWidth - filled, '.') + "] " +
            std::to_string(progress.done) + "/" + std::to_string(progress.total);
  }
  line = oneLine(line + " " + std::string(progress.item));
  line.resize(std::min(line.size(), terminalWidth() - 1));
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  progressShown = true;
  lastDrawn = now;
}

void Terminal::clearProgress() {
  if (!progressShown)
    return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  progressShown = false;
}

std::string TextTable::text() const {
  std::vector<size_t> widths(rows.front().size(), 0);
  for (const auto &row : rows)
    for (size_t column = 0; column != row.size(); ++column)
      widths[column] = std::max(widths[column], row[column].size());
  std::string result;
  for (const auto &row : rows) {
    std::string line;
    for (size_t column = 0; column != row.size(); ++column) {
      std::string space(widths[column] - row[column].size(), ' ');
      bool left = column == 0 || std::ranges::find(leftColumns, column) != leftColumns.end();
      line += (column ? "  " : "") + (left ? row[column] + space : space + row[column]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
  }
  if (!result.empty())
    result.pop_back();
  return result;
}

static std::string withUnit(double value, std::string_view unit) {
  constexpr std::array<std::string_view, 6> prefixes{"", "k", "M", "G", "T", "P"};
  size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 != prefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  int digits = prefix == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return formatNumber(value, digits) + " " + std::string(prefixes[prefix]) + std::string(unit);
}

std::string cli::formatBytes(double bytes) { return withUnit(bytes, "B"); }
std::string cli::formatFlops(double flops) { return withUnit(flops, "FLOP"); }

std::string cli::formatNumber(double value, int digits) {
  // The sign of what is not a number says nothing.
  if (std::isnan(value))
    return "nan";
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

std::string cli::formatError(double value) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.1e", value);
  return text;
}

std::string cli::formatCount(uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}
