// TfIdfVectorizer on numbers: how often each of a list of n-grams occurs in a sequence.
#include "Families.h"

#include "../NodeContext.h"

using namespace mlir;

namespace dlc::onnx {

namespace {

/// The n-grams of one length, one a row.
struct Grams {
  int64_t length = 0;
  Ints numbers;

  int64_t count() const { return static_cast<int64_t>(numbers.size()) / length; }
};

} // namespace

/// The pool cut into n-grams by length, shortest first. `counts[n - 1]` is where those of length n
/// begin.
static FailureOr<SmallVector<Grams>> readPool(NodeContext &c) {
  std::optional<Ints> pool = c.intsAttr("pool_int64s"), counts = c.intsAttr("ngram_counts");
  if (c.failed())
    return failure();
  if (!pool || !counts)
    return c.hasAttr("pool_strings") ? c.unsupported("counts strings")
                                     : c.badInput("lacks 'pool_int64s' or 'ngram_counts'");
  SmallVector<Grams> grams;
  for (auto [index, begin] : llvm::enumerate(*counts)) {
    int64_t length = static_cast<int64_t>(index) + 1;
    int64_t end = index + 1 < counts->size() ? (*counts)[index + 1] : pool->size();
    if (begin < 0 || end < begin || end > static_cast<int64_t>(pool->size()) ||
        (end - begin) % length != 0)
      return c.badInput("attribute 'ngram_counts' does not cut the pool into n-grams");
    grams.push_back({length, Ints(pool->begin() + begin, pool->begin() + end)});
  }
  return grams;
}

/// How often each of `grams` occurs in the rows of `input` (rows, numbers) with `skip` numbers left
/// out between its parts: (rows, grams) in f32; null where none fits.
static Value countGrams(NodeContext &c, Value input, const Grams &grams, int64_t skip) {
  Ints shape = c.shapeOf(input);
  int64_t starts = shape[1] - (grams.length - 1) * (skip + 1);
  if (starts < 1 || grams.count() == 0)
    return {};
  Value all;
  for (int64_t part = 0; part < grams.length; ++part) {
    Tensor wanted(DType::I64, {1, 1, grams.count()});
    for (int64_t gram = 0; gram < grams.count(); ++gram)
      wanted.setInt(gram, grams.numbers[gram * grams.length + part]);
    Value found = c.sliceAxis(input, 1, part * (skip + 1), starts);
    Value equal =
        c.create<dl::EqualOp>(c.reshape(found, {shape[0], starts, 1}), c.constant(wanted));
    all = all ? c.create<dl::AndOp>(all, equal) : equal;
  }
  if (c.failed())
    return {};
  return c.create<dl::ReduceOp>(
      c.cast(all, c.builder().getF32Type()),
      dl::ReduceKindAttr::get(c.builder().getContext(), dl::ReduceKind::Sum), c.i64s({1}),
      c.flag(false));
}

/// A matrix that puts the count of n-gram i, times its weight, into column `columns[i]`.
static Tensor placement(ArrayRef<int64_t> columns, ArrayRef<double> weights, int64_t width) {
  Tensor matrix(DType::F32, {static_cast<int64_t>(columns.size()), width});
  for (auto [gram, column] : llvm::enumerate(columns))
    matrix.setDouble(gram * width + column, weights.empty() ? 1 : weights[gram]);
  return matrix;
}

static LogicalResult importTfIdf(NodeContext &c) {
  std::string mode = c.stringAttr("mode", "TF");
  int64_t longest = c.requiredIntAttr("max_gram_length");
  int64_t shortest = c.requiredIntAttr("min_gram_length");
  int64_t maxSkip = c.requiredIntAttr("max_skip_count");
  std::optional<Ints> columns = c.intsAttr("ngram_indexes");
  SmallVector<double> weights = c.floatsAttr("weights").value_or(SmallVector<double>());
  FailureOr<SmallVector<Grams>> pool = readPool(c);
  if (failed(pool))
    return failure();
  int64_t grams = 0, width = 0;
  for (const Grams &some : *pool)
    grams += some.count();
  for (int64_t column : columns.value_or(Ints()))
    width = column < 0 || column >= (1 << 20) ? (1 << 20) : std::max(width, column + 1);
  if ((mode != "TF" && mode != "IDF" && mode != "TFIDF") || !columns ||
      static_cast<int64_t>(columns->size()) != grams || width >= (1 << 20) || grams == 0 ||
      (!weights.empty() && static_cast<int64_t>(weights.size()) != grams))
    return c.badInput("expects a mode TF, IDF or TFIDF, and a column (and a weight) an n-gram");
  Ints shape = c.shapeOf(c.input(0));
  if (shape.empty() || shape.size() > 2)
    return c.badInput("expects a sequence, or a batch of them");
  int64_t rows = shape.size() == 2 ? shape[0] : 1;
  Value input = c.cast(c.reshape(c.input(0), {rows, shape.back()}), c.builder().getI64Type());
  Type f32 = c.builder().getF32Type();
  SmallVector<Value> counts;
  for (const Grams &some : *pool) {
    if (some.count() == 0)
      continue;
    Value total = c.expand(c.scalar(f32, 0), {rows, some.count()});
    bool counted = some.length >= shortest && some.length <= longest;
    // Between the parts of a single number there is nothing to skip.
    for (int64_t skip = 0; counted && skip <= (some.length == 1 ? 0 : maxSkip); ++skip) {
      Value found = countGrams(c, input, some, skip);
      if (!found)
        break;
      total = c.create<dl::AddOp>(total, found);
    }
    counts.push_back(total);
  }
  Value all =
      counts.size() == 1 ? counts.front() : c.create<dl::ConcatOp>(ValueRange(counts), uint64_t(1));
  if (mode == "IDF")
    all = c.create<dl::MinOp>(all, c.scalar(f32, 1));
  if (mode == "TF")
    weights.clear();
  Value result = c.create<dl::MatmulOp>(all, c.constant(placement(*columns, weights, width)));
  return c.setOutput(0, shape.size() == 2 ? result : c.reshape(result, {width}));
}

void registerTermFrequencyImporters(OpTable &table) {
  table.add({.opType = "TfIdfVectorizer", .import = importTfIdf, .limits = "no strings"});
}

} // namespace dlc::onnx
