// Elementwise loop nests: vectors inside, as few fused loops outside as the cores need.
#include "dlc/Codegen/Halide/Templates/Injective.h"

#include <algorithm>
#include <map>

using namespace Halide;

namespace dlc::templates {

/// Bytes of the widest value that `func` makes: its vectors hold lanes of that.
static int widestBytes(const Func &func) {
  int bytes = 1;
  for (const Type &type : func.types())
    bytes = std::max(bytes, type.bytes());
  return bytes;
}

static int64_t pieces(const std::vector<int64_t> &extents,
                      const schedule::InjectiveParams &params) {
  int64_t elements = 1;
  for (int64_t extent : extents)
    elements *= extent;
  return std::clamp<int64_t>(elements / std::max(1L, params.elementsPerTask), 1, params.tasks);
}

void scheduleInjective(Func output, const std::vector<int64_t> &extents,
                       const schedule::InjectiveParams &params, const MachineFacts &facts) {
  const std::vector<Var> args = output.args();
  for (size_t i = 0; i < args.size(); ++i)
    output.bound(args[i], 0, int(extents[i]));
  if (args.empty())
    return;
  VectorTile tile = vectoriseGuarded(output, args[0], extents[0], facts.lanes(widestBytes(output)),
                                     params.vectorsPerTile);
  std::vector<Var> loops;
  std::vector<int64_t> counts;
  for (size_t i = args.size(); i-- > 1;) {
    loops.push_back(args[i]);
    counts.push_back(extents[i]);
  }
  loops.push_back(tile.outer);
  counts.push_back(tile.tiles);
  paralleliseOutermost(output, loops, counts, pieces(extents, params));
}

void scheduleGeneric(const std::vector<GenericOutput> &outputs,
                     const schedule::InjectiveParams &params, const MachineFacts &facts) {
  std::vector<Internal::Function> roots;
  for (const GenericOutput &output : outputs)
    roots.push_back(output.func.function());
  for (auto &[name, function] : Internal::build_environment(roots)) {
    Func func(function);
    bool isOutput = std::any_of(roots.begin(), roots.end(), [&](const Internal::Function &root) {
      return root.name() == function.name();
    });
    if (!isOutput && function.has_update_definition())
      func.compute_root();
  }
  for (const GenericOutput &output : outputs) {
    Func func = output.func;
    if (!func.has_update_definition()) {
      scheduleInjective(func, output.extents, params, facts);
      continue;
    }
    for (size_t i = 0; i < output.extents.size(); ++i)
      func.bound(func.args()[i], 0, int(output.extents[i]));
  }
}

} // namespace dlc::templates
