// Loads are marked before Halide lowers; behind all of its passes the marked loads of an innermost
// loop, unrolled and in vectors, are known.
#include "dlc/Codegen/Halide/Templates/Prefetch.h"

#include "dlc/Codegen/Halide/Templates/LoweredLoops.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {

static const char *const marker = "dlc_prefetching_ahead";
static const char *const markerBefore = "dlc_prefetching_before";
static const char *const markerPlace = "dlc_asking_for_place";

bool isPrefetchingAhead(const Call *call) {
  return call->call_type == Call::PureExtern && call->name == marker;
}

static bool isAskingForPlace(const Call *call) {
  return call->call_type == Call::PureExtern && call->name == markerPlace;
}

bool isPrefetchingBefore(const Call *call) {
  return isAskingForPlace(call) ||
         (call->call_type == Call::PureExtern && call->name == markerBefore);
}

namespace {

constexpr int64_t lineBytes = 64;

/// A marked load, with what is known of it in one lane, free of the names that a loop's body binds.
struct Marked {
  std::string memory;
  int64_t bytes; ///< of an element
  Expr first;    ///< element that is asked for; undefined where the load's do not lie side by side
  int64_t elements;
  Expr share;
  int64_t shares;
  bool intoL1;
};

Expr lane(const Expr &value) {
  const auto *broadcast = value.as<Broadcast>();
  return broadcast ? lane(broadcast->value) : value;
}

/// The first of elements that lie side by side; undefined for others.
Expr firstElement(const Expr &index) {
  if (index.type().is_scalar())
    return index;
  const auto *ramp = index.as<Ramp>();
  return ramp && is_const_one(ramp->stride) ? ramp->base : Expr();
}

/// Knows what the names that a body binds stand for.
class WithLets : public IRMutator {
protected:
  using IRMutator::visit;

  Stmt visit(const LetStmt *op) override {
    bound[op->name] = substitute(bound, op->value);
    return IRMutator::visit(op);
  }
  Expr visit(const Let *op) override {
    bound[op->name] = substitute(bound, op->value);
    return IRMutator::visit(op);
  }

  std::map<std::string, Expr> bound;
};

/// Replaces marked loads by the loads, and lists them.
class TakeMarks : public WithLets {
public:
  std::vector<Marked> marks;

protected:
  using WithLets::visit;

  Expr visit(const Call *op) override {
    if (!isPrefetchingAhead(op))
      return IRMutator::visit(op);
    const Expr read = substitute(bound, op->args[0]);
    if (const auto *load = read.as<Load>()) {
      auto known = [&](size_t argument) { return *as_const_int(lane(op->args[argument])); };
      Expr first = firstElement(load->index);
      if (first.defined())
        first = first + substitute(bound, lane(op->args[1]));
      marks.push_back({load->name, load->type.element_of().bytes(), first,
                       std::max<int64_t>(known(2), load->type.lanes()),
                       substitute(bound, lane(op->args[3])), known(4), known(5) != 0});
    }
    return mutate(op->args[0]);
  }
};

/// What an iteration asks for: `elements` from `first` on.
struct Run {
  Expr first;
  int64_t elements = 0;
};

/// Elements that are asked for at known distances from `origin`.
struct Pieces {
  Expr origin;
  std::map<int64_t, int64_t> elements; ///< by the offset of the first
};

/// Of marked loads of one memory: what they ask for side by side is one run.
std::vector<Run> runsOf(const std::vector<Marked> &marks) {
  std::vector<Pieces> all;
  for (const Marked &mark : marks) {
    if (!mark.first.defined())
      return {};
    std::optional<int64_t> offset;
    auto near = std::ranges::find_if(all, [&](const Pieces &pieces) {
      offset = as_const_int(simplify(mark.first - pieces.origin));
      return offset.has_value();
    });
    if (near == all.end())
      near = all.insert(near, {mark.first, {}});
    int64_t &elements = near->elements[offset.value_or(0)];
    elements = std::max(elements, mark.elements);
  }
  std::vector<Run> runs;
  for (const Pieces &pieces : all) {
    int64_t begin = 0, end = -1;
    for (auto [offset, elements] : pieces.elements) {
      if (offset > end || end < 0) {
        runs.push_back({simplify(pieces.origin + int(offset)), 0});
        begin = end = offset;
      }
      end = std::max(end, offset + elements);
      runs.back().elements = end - begin;
    }
  }
  return runs;
}

/// What a line is asked for to be: kept in L2 or in L1, read, or written, which takes it from other
/// cores' caches.
enum class Use { ReadFromL2, ReadFromL1, Written };

/// Asks for the line of the element `index` of `bytes` each.
Stmt prefetch(const std::string &buffer, int bytes, const Expr &index, Use use) {
  Expr memory = reinterpret(UInt(64), Variable::make(Handle(), buffer));
  Expr address = memory + cast(UInt(64), cast(Int(64), index) * bytes);
  const int writes = use == Use::Written ? 1 : 0, locality = use == Use::ReadFromL2 ? 2 : 3;
  const int data = 1;
  return Evaluate::make(Call::make(Int(32), "llvm.prefetch.p0",
                                   {reinterpret(Handle(), address), writes, locality, data},
                                   Call::Extern));
}

class Prefetch : public IRMutator {
protected:
  using IRMutator::visit;

  Stmt visit(const For *op) override {
    if (holdsLoop(op->body) || !holdsCall(op->body, isPrefetchingAhead))
      return IRMutator::visit(op);
    TakeMarks taken;
    Stmt body = taken.mutate(op->body);
    std::map<std::string, std::vector<Marked>> memories;
    for (const Marked &mark : taken.marks)
      memories[mark.memory].push_back(mark);
    for (const auto &[name, marks] : memories)
      for (const Run &run : runsOf(marks))
        body = Block::make(prefetches(marks.front(), run), body);
    return withBody(op, body);
  }

  /// Marks outside of loops mean nothing.
  Expr visit(const Call *op) override {
    if (isPrefetchingAhead(op))
      return mutate(op->args[0]);
    return IRMutator::visit(op);
  }

private:
  /// A share of the lines behind `run`: all shares cover them, none leaves out a line.
  static Stmt prefetches(const Marked &mark, const Run &run) {
    const int64_t bytes = mark.bytes;
    const int64_t lines = (run.elements * bytes + lineBytes - 1) / lineBytes;
    const int perLine = int(lineBytes / bytes);
    Expr first = run.first + mark.share * int(lines) / int(mark.shares) * perLine;
    std::vector<Stmt> all;
    for (int64_t i = 0; i < (lines + mark.shares - 1) / mark.shares; ++i)
      all.push_back(prefetch(mark.memory, int(bytes), simplify(first + int(i) * perLine),
                             mark.intoL1 ? Use::ReadFromL1 : Use::ReadFromL2));
    return Block::make(all);
  }
};

/// The loads and stores that are marked to be asked for before, in a loop's body and outside of its
/// inner loops' own variables, each line once.
class TakeMarksBefore : public WithLets {
public:
  std::vector<Stmt> requests;

protected:
  using WithLets::visit;

  Expr visit(const Call *op) override {
    if (!isPrefetchingBefore(op))
      return IRMutator::visit(op);
    if (const auto *load = op->args[0].as<Load>(); load && !isAskingForPlace(op))
      request(load->name, load->index, load->type, Use::ReadFromL1);
    return mutate(op->args[0]);
  }
  Stmt visit(const Store *op) override {
    if (holdsCall(Evaluate::make(op->value), isAskingForPlace))
      request(op->name, op->index, op->value.type(), Use::Written);
    return WithLets::visit(op);
  }
  Stmt visit(const For *op) override {
    inner.push(op->name);
    Stmt result = IRMutator::visit(op);
    inner.pop(op->name);
    return result;
  }

private:
  void request(const std::string &buffer, const Expr &index, const Type &type, Use use) {
    Expr first = firstElement(index);
    if (!first.defined())
      return;
    first = simplify(substitute(bound, first));
    const int bytes = type.element_of().bytes();
    if (expr_uses_vars(first, inner) || isAsked(buffer, first, lineBytes / bytes))
      return;
    asked[buffer].push_back(first);
    requests.push_back(prefetch(buffer, bytes, first, use));
  }

  /// Whether the line of `first`, or one that begins less than a line before it, is asked for.
  bool isAsked(const std::string &buffer, const Expr &first, int64_t perLine) {
    return std::ranges::any_of(asked[buffer], [&](const Expr &other) {
      const auto distance = as_const_int(simplify(first - other));
      return distance && *distance >= 0 && *distance < perLine;
    });
  }

  std::map<std::string, std::vector<Expr>> asked;
  Scope<> inner;
};

/// Asks at the top of each loop that has others inside of it, innermost first.
class PrefetchBefore : public IRMutator {
protected:
  using IRMutator::visit;

  Stmt visit(const For *op) override {
    if (!holdsCall(op->body, isPrefetchingBefore))
      return op;
    const bool hasLoops = holdsLoop(op->body);
    ++depth;
    Stmt body = mutate(op->body);
    --depth;
    if (hasLoops || depth == 0) {
      TakeMarksBefore taken;
      body = taken.mutate(body);
      if (hasLoops)
        for (const Stmt &request : taken.requests)
          body = Block::make(request, body);
    }
    return withBody(op, body);
  }

  /// Marks outside of loops mean nothing.
  Expr visit(const Call *op) override {
    if (depth == 0 && isPrefetchingBefore(op))
      return mutate(op->args[0]);
    return IRMutator::visit(op);
  }

private:
  int depth = 0;
};

} // namespace

Expr prefetchingBefore(Expr load) {
  const Type type = load.type();
  return Call::make(type, markerBefore, {std::move(load)}, Call::PureExtern);
}

std::unique_ptr<IRMutator> prefetchBeforePass() { return std::make_unique<PrefetchBefore>(); }

Expr prefetchingAhead(Expr load, const Ahead &ahead) {
  const Type type = load.type();
  return Call::make(type, marker,
                    {std::move(load), ahead.distance, ahead.elements, ahead.share, ahead.shares,
                     int(ahead.intoL1)},
                    Call::PureExtern);
}

bool readsBuffer(const Call *call) {
  if (call->call_type == Call::Image)
    return true;
  if (call->call_type != Call::Halide)
    return false;
  Function function(call->func);
  const std::vector<Expr> &values = function.values();
  const auto *read = values.size() == 1 ? values[0].as<Call>() : nullptr;
  return read && read->call_type == Call::Image;
}

namespace {
/// Has something else stand for each read of a buffer.
class ReplaceReads : public IRMutator {
public:
  explicit ReplaceReads(std::function<Expr(Expr read)> replacement)
      : replacement(std::move(replacement)) {}

protected:
  using IRMutator::visit;
  Expr visit(const Call *op) override {
    Expr call = IRMutator::visit(op);
    return readsBuffer(op) ? replacement(std::move(call)) : call;
  }

private:
  std::function<Expr(Expr read)> replacement;
};
} // namespace

void askBefore(Func func, const std::vector<Var> &vars) {
  ReplaceReads ask([&](Expr read) {
    const bool dependsOnAll =
        std::ranges::all_of(vars, [&](const Var &var) { return expr_uses_var(read, var.name()); });
    return dependsOnAll ? prefetchingBefore(std::move(read)) : read;
  });
  for (Expr &value : func.function().definition().values())
    value = ask.mutate(value);
}

void askForPlaces(Func func) {
  for (Expr &value : func.function().definition().values()) {
    const Type type = value.type();
    value = Call::make(type, markerPlace, {std::move(value)}, Call::PureExtern);
  }
}

Expr askingAhead(const Expr &value, const Ahead &ahead) {
  return ReplaceReads([&](Expr read) { return prefetchingAhead(std::move(read), ahead); })
      .mutate(value);
}

Stmt prefetchFirst(const std::string &buffer) {
  return prefetch(buffer, /*bytes=*/1, 0, Use::ReadFromL1);
}

std::unique_ptr<IRMutator> prefetchPass() { return std::make_unique<Prefetch>(); }

} // namespace dlc::templates
