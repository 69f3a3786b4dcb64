// A parser for the one form of dictionary that numpy.lib.format writes and promises to read.
#include "NpyHeader.h"

#include <array>
#include <charconv>
#include <optional>

using namespace dlc;

namespace {

struct Description {
  std::string_view text; ///< without the byte order
  DType dtype;
};

constexpr std::array<Description, 13> descriptions{{{"f4", DType::F32},
                                                    {"f8", DType::F64},
                                                    {"f2", DType::F16},
                                                    {"V2", DType::BF16},
                                                    {"i1", DType::I8},
                                                    {"i2", DType::I16},
                                                    {"i4", DType::I32},
                                                    {"i8", DType::I64},
                                                    {"u1", DType::U8},
                                                    {"u2", DType::U16},
                                                    {"u4", DType::U32},
                                                    {"u8", DType::U64},
                                                    {"b1", DType::Bool}}};

/// As NumPy's own limit.
constexpr size_t maxRank = 64;

class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : rest(text) {}

  Expected<NpyHeader> parse() {
    bool complete = consume('{') && parseEntries() && consume('}');
    skipSpace();
    if (!complete || !rest.empty())
      return badInput(failure.empty() ? "expected an .npy header dictionary, found damaged text"
                                      : failure);
    if (!hasDescription || !hasOrder || !hasShape)
      return badInput("expected descr, fortran_order and shape in the .npy header, found fewer");
    return header;
  }

private:
  bool parseEntries() {
    while (!peek('}')) {
      std::optional<std::string_view> key = parseString();
      if (!key || !consume(':') || !parseValue(*key))
        return false;
      if (!consume(','))
        return true;
    }
    return true;
  }

  bool parseValue(std::string_view key) {
    if (key == "descr" && !hasDescription)
      return hasDescription = parseDescription();
    if (key == "fortran_order" && !hasOrder)
      return hasOrder = parseBool();
    if (key == "shape" && !hasShape)
      return hasShape = parseShape();
    return false;
  }

  bool parseDescription() {
    std::optional<std::string_view> text = parseString();
    if (!text) {
      failure = "expected an array of numbers, found a structured .npy file";
      return false;
    }
    if (!text->empty() && text->front() == '>') {
      failure = "expected little-endian numbers, found '" + std::string(*text) +
                "'; convert with a.astype(a.dtype.newbyteorder('<'))";
      return false;
    }
    if (!text->empty() && (text->front() == '<' || text->front() == '|'))
      for (const Description &each : descriptions)
        if (text->substr(1) == each.text) {
          header.dtype = each.dtype;
          return true;
        }
    failure = "expected an array of numbers or bool, found dtype '" + printable(*text) + "'";
    return false;
  }

  bool parseBool() {
    skipSpace();
    for (auto [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
      if (!rest.starts_with(word))
        continue;
      rest.remove_prefix(std::string_view(word).size());
      header.fortranOrder = value;
      return true;
    }
    return false;
  }

  bool parseShape() {
    if (!consume('('))
      return false;
    while (!peek(')')) {
      skipSpace();
      int64_t dim = 0;
      auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), dim);
      if (error != std::errc() || dim < 0 || header.shape.size() == maxRank)
        return false;
      rest.remove_prefix(static_cast<size_t>(end - rest.data()));
      if (rest.starts_with('L')) // written by Python 2
        rest.remove_prefix(1);
      header.shape.push_back(dim);
      if (!consume(','))
        break;
    }
    return consume(')');
  }

  std::optional<std::string_view> parseString() {
    skipSpace();
    if (rest.empty() || (rest.front() != '\'' && rest.front() != '"'))
      return std::nullopt;
    size_t end = rest.find(rest.front(), 1);
    if (end == std::string_view::npos)
      return std::nullopt;
    std::string_view text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return text;
  }

  static std::string printable(std::string_view text) {
    std::string result(text.substr(0, 40));
    for (char &character : result)
      if (character < ' ' || character > '~')
        character = '?';
    return result;
  }

  void skipSpace() {
    size_t begin = rest.find_first_not_of(" \t\n\r");
    rest.remove_prefix(begin == std::string_view::npos ? rest.size() : begin);
  }
  bool peek(char character) {
    skipSpace();
    return rest.starts_with(character);
  }
  bool consume(char character) {
    if (!peek(character))
      return false;
    rest.remove_prefix(1);
    return true;
  }

  std::string_view rest;
  NpyHeader header;
  std::string failure;
  bool hasDescription = false;
  bool hasOrder = false;
  bool hasShape = false;
};

} // namespace

Expected<NpyHeader> dlc::parseNpyHeader(std::string_view text) {
  return HeaderParser(text).parse();
}

std::string dlc::npyDescription(DType dtype) {
  for (const Description &each : descriptions)
    if (each.dtype == dtype)
      return (byteWidth(dtype) == 1 ? "|" : "<") + std::string(each.text);
  return {};
}
