// Which operator, at which version of the operator set, is converted by which function.
#ifndef DLC_LIB_IMPORT_ONNX_OPTABLE_H
#define DLC_LIB_IMPORT_ONNX_OPTABLE_H

#include "dlc/Import/ONNX/Model.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"

#include <limits>
#include <map>
#include <vector>

namespace dlc::onnx {

class NodeContext;

/// Converts one node. Fails only after a diagnostic on the NodeContext.
using ImportFunction = llvm::LogicalResult (*)(NodeContext &);

/// One row: an operator between two versions of its operator set.
struct OpEntry {
  llvm::StringRef opType;
  ImportFunction import = nullptr;
  /// Inputs that must be present, and the most that may be given; checked before `import` is
  /// called.
  unsigned minInputs = 1;
  unsigned maxInputs = 1;
  /// Where any number may be given: from which on none of them may be left out.
  unsigned firstRepeated = 0;
  /// Inclusive.
  int64_t minOpset = 1;
  int64_t maxOpset = newestOpset;
  /// What of the operator is not taken, for the documentation.
  llvm::StringRef limits = {};
  llvm::StringRef domain = {};
};

/// For `OpEntry::maxInputs`: any number.
constexpr unsigned anyNumber = std::numeric_limits<unsigned>::max();

/// All rows. Filled once by the families' register functions.
class OpTable {
public:
  void add(OpEntry entry);
  /// The row for this operator at this version, or null.
  const OpEntry *find(llvm::StringRef domain, llvm::StringRef opType, int64_t opset) const;
  /// Whether any version of the operator is known.
  bool knows(llvm::StringRef domain, llvm::StringRef opType) const;
  /// By domain, name and version.
  std::vector<OpEntry> entries() const;

  /// The table of every family.
  static const OpTable &get();

private:
  std::map<std::pair<llvm::StringRef, llvm::StringRef>, std::vector<OpEntry>> rows;
};

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_OPTABLE_H
