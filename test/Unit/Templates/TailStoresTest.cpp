// Stores of a vector's first lanes, of numbers that constants and that loops tell.
#include "dlc/Codegen/Halide/Templates/LoweringPasses.h"

#include <gtest/gtest.h>

using namespace Halide;

namespace dlc::templates {
namespace {

/// Stores that a predicate guards.
class MaskedStores : public Internal::IRVisitor {
public:
  int count = 0;

protected:
  using IRVisitor::visit;
  void visit(const Internal::Store *op) override {
    count += !Internal::is_const_one(op->predicate);
    IRVisitor::visit(op);
  }
};

int maskedStoresOf(Func out, bool masksStores) {
  Pipeline pipeline(out);
  addLoweringPasses(pipeline, masksStores);
  const Module module = pipeline.compile_to_module({}, "kernel", Target("x86-64-linux-avx2"));
  MaskedStores stores;
  for (const Internal::LoweredFunc &function : module.functions())
    function.body.accept(&stores);
  return stores.count;
}

/// The first `elements` of a row, in vectors of 8 of which the last is not full.
template <typename Element>
Func buildRow(int elements) {
  Var i("i"), tile("tile"), lane("lane");
  Func out("out");
  out(i) = cast<Element>(i + 3);
  out.bound(i, 0, elements);
  out.split(i, tile, lane, 8, TailStrategy::GuardWithIf).vectorize(lane).never_partition(tile);
  return out;
}

/// Of each row r of `rows` the first r elements are 7, the others 1.
Func buildTriangle(int columns, int rows) {
  Var i("i"), r("r");
  RDom below(0, columns, 0, rows);
  below.where(below.x < below.y);
  Func out("out");
  out(i, r) = 1.f;
  out(below.x, below.y) = 7.f;
  out.bound(i, 0, columns).bound(r, 0, rows);
  out.update().allow_race_conditions().vectorize(below.x);
  return out;
}

TEST(TailStores, AreMaskedOnlyWhereThatIsFast) {
  EXPECT_GT(maskedStoresOf(buildRow<float>(5), /*masksStores=*/true), 0);
  EXPECT_EQ(maskedStoresOf(buildRow<float>(5), /*masksStores=*/false), 0);
  EXPECT_GT(maskedStoresOf(buildTriangle(8, 9), /*masksStores=*/true), 0);
  EXPECT_EQ(maskedStoresOf(buildTriangle(8, 9), /*masksStores=*/false), 0);
}

template <typename Element>
void expectRow() {
  for (int elements = 1; elements <= 17; ++elements) {
    Pipeline pipeline(buildRow<Element>(elements));
    addLoweringPasses(pipeline, /*masksStores=*/false);
    Buffer<Element> row = Buffer<Element>(elements + 8).cropped(0, 0, elements);
    Buffer<Element> whole(row.data(), elements + 8);
    whole.fill(Element(1));
    pipeline.realize(row);
    for (int i = 0; i < elements + 8; ++i)
      EXPECT_EQ(whole(i), Element(i < elements ? i + 3 : 1)) << elements << " at " << i;
  }
}

TEST(TailStores, StoreNothingBehindTheEnd) {
  expectRow<float>();
  expectRow<double>();
  expectRow<int8_t>();
}

TEST(TailStores, NumbersThatALoopTells) {
  const int columns = 8, rows = 12;
  Pipeline pipeline(buildTriangle(columns, rows));
  addLoweringPasses(pipeline, /*masksStores=*/false);
  Buffer<float> out = pipeline.realize({columns, rows});
  for (int r = 0; r < rows; ++r)
    for (int i = 0; i < columns; ++i)
      EXPECT_EQ(out(i, r), i < r ? 7.f : 1.f) << i << ", " << r;
}

} // namespace
} // namespace dlc::templates
