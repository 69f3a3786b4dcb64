// Names that an artifact exports, and how its tensors are written for people.
#include "dlc/Artifact/Description.h"

#include <algorithm>
#include <array>

using namespace dlc;

static constexpr size_t maxNameLength = 64;

/// C99 and C++20, with the common extensions `asm` and `typeof`. Sorted.
static constexpr std::array keywords = {"alignas",
                                        "alignof",
                                        "and",
                                        "and_eq",
                                        "asm",
                                        "auto",
                                        "bitand",
                                        "bitor",
                                        "bool",
                                        "break",
                                        "case",
                                        "catch",
                                        "char",
                                        "char16_t",
                                        "char32_t",
                                        "char8_t",
                                        "class",
                                        "co_await",
                                        "co_return",
                                        "co_yield",
                                        "compl",
                                        "concept",
                                        "const",
                                        "const_cast",
                                        "consteval",
                                        "constexpr",
                                        "constinit",
                                        "continue",
                                        "decltype",
                                        "default",
                                        "delete",
                                        "do",
                                        "double",
                                        "dynamic_cast",
                                        "else",
                                        "enum",
                                        "explicit",
                                        "export",
                                        "extern",
                                        "false",
                                        "float",
                                        "for",
                                        "friend",
                                        "goto",
                                        "if",
                                        "inline",
                                        "int",
                                        "long",
                                        "mutable",
                                        "namespace",
                                        "new",
                                        "noexcept",
                                        "not",
                                        "not_eq",
                                        "nullptr",
                                        "operator",
                                        "or",
                                        "or_eq",
                                        "private",
                                        "protected",
                                        "public",
                                        "register",
                                        "reinterpret_cast",
                                        "requires",
                                        "restrict",
                                        "return",
                                        "short",
                                        "signed",
                                        "sizeof",
                                        "static",
                                        "static_assert",
                                        "static_cast",
                                        "struct",
                                        "switch",
                                        "template",
                                        "this",
                                        "thread_local",
                                        "throw",
                                        "true",
                                        "try",
                                        "typedef",
                                        "typeid",
                                        "typename",
                                        "typeof",
                                        "union",
                                        "unsigned",
                                        "using",
                                        "virtual",
                                        "void",
                                        "volatile",
                                        "wchar_t",
                                        "while",
                                        "xor",
                                        "xor_eq"};

/// Suffixes that the ABI's own wrappers have, in the order of the header.
static constexpr std::array wrapperSuffixes = {
    "describe",   "context_create", "context_destroy", "output_shapes", "state",
    "last_error", "status_string",  "profile_enable",  "profile_reset", "profile"};

static bool isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Letters and digits kept, everything between them one `_`.
static std::string identifier(std::string_view text, std::string_view fallback) {
  std::string result;
  for (char c : text) {
    bool keep = isWord(c) || (c == '_' && !result.empty());
    if (keep)
      result += c;
    else if (!result.empty() && result.back() != '_')
      result += '_';
    if (result.size() == maxNameLength)
      break;
  }
  while (!result.empty() && result.back() == '_')
    result.pop_back();
  if (result.empty())
    result = fallback;
  if (result[0] >= '0' && result[0] <= '9')
    result.insert(0, "m_");
  if (std::find(keywords.begin(), keywords.end(), result) != keywords.end())
    result += '_';
  return result;
}

std::string dlc::symbolPrefix(std::string_view modelName) {
  std::string prefix = identifier(modelName, "model");
  if (prefix.starts_with("dlc") || prefix.starts_with("halide"))
    prefix.insert(0, "m_");
  return prefix;
}

std::string dlc::functionSuffix(std::string_view functionName) {
  std::string suffix = identifier(functionName, "run");
  auto taken = [&](std::string_view name) { return suffix == name; };
  bool reserved = std::any_of(wrapperSuffixes.begin(), wrapperSuffixes.end(), taken) ||
                  taken("context") || taken("options");
  return reserved ? suffix + '_' : suffix;
}

std::vector<std::string> dlc::exportedNames(const ModelDescription &model) {
  std::string prefix = symbolPrefix(model.name) + '_';
  std::vector<std::string> names;
  for (const FunctionDescription &function : model.functions)
    names.push_back(prefix + functionSuffix(function.name));
  for (std::string_view suffix : wrapperSuffixes)
    names.push_back(prefix + std::string(suffix));
  return names;
}

std::string dlc::versionScript(const ModelDescription &model) {
  std::string script = "{\n  global:\n    dlc_artifact;\n";
  for (const std::string &name : exportedNames(model))
    script += "    " + name + ";\n";
  return script + "  local: *;\n};\n";
}

std::string dlc::typeString(const TensorDescription &tensor,
                            const std::vector<std::string> &symbols) {
  std::string text(dtypeName(tensor.dtype));
  text += '[';
  for (size_t i = 0; i < tensor.dims.size(); ++i) {
    if (i != 0)
      text += ',';
    int64_t dim = tensor.dims[i];
    if (dim >= 0)
      text += std::to_string(dim);
    else if (isSymbolicDim(dim) && symbolOfDim(dim) < symbols.size())
      text += symbols[symbolOfDim(dim)];
    else
      text += '?';
  }
  return text + ']';
}
