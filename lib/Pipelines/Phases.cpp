// The phases' names and promises.
#include "dlc/Pipelines/Phases.h"

#include <array>

using namespace dlc;

static constexpr std::array<PhaseInfo, 8> phaseTable{{
    {Phase::Import, "import",
     "only dl ops; every type and shape that can be inferred is; locations name the model's nodes"},
    {Phase::Differentiate, "differentiate",
     "nothing that only training modes mean is undecided; in training, the functions of a step "
     "exist"},
    {Phase::Optimize, "optimize",
     "canonical; constants folded; channels-last activations; weights packed as constants"},
    {Phase::Fuse, "fuse",
     "every compute op sits in a dl.kernel; each edge that was not fused has its reason recorded"},
    {Phase::Schedule, "schedule", "each kernel carries a legal schedule for the target"},
    {Phase::Codegen, "codegen",
     "each distinct recipe is compiled to an object once, in parallel, through the cache"},
    {Phase::Host, "host",
     "the driver function is LLVM dialect: one arena plan, calls to kernels and to the runtime"},
    {Phase::Link, "link", "the artifact"},
}};

std::span<const PhaseInfo> dlc::phases() { return phaseTable; }

std::string_view dlc::phaseName(Phase phase) { return phaseTable[static_cast<size_t>(phase)].name; }

std::optional<Phase> dlc::findPhase(std::string_view name) {
  for (const PhaseInfo &info : phaseTable)
    if (info.name == name)
      return info.phase;
  return std::nullopt;
}
