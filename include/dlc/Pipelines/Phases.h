// The phase table: what --compile-to, --compile-from, --dump-ir and the documentation are driven
// by.
#ifndef DLC_PIPELINES_PHASES_H
#define DLC_PIPELINES_PHASES_H

#include <optional>
#include <span>
#include <string_view>

namespace dlc {

/// In the order in which a model passes through.
enum class Phase { Import, Differentiate, Optimize, Fuse, Schedule, Codegen, Host, Link };

struct PhaseInfo {
  Phase phase;
  std::string_view name;    ///< as on the command line
  std::string_view promise; ///< what holds after it
};

/// Every phase, in order; indexed by Phase.
std::span<const PhaseInfo> phases();
std::string_view phaseName(Phase phase);
std::optional<Phase> findPhase(std::string_view name);

} // namespace dlc

#endif // DLC_PIPELINES_PHASES_H
