// Which elementwise kernels compute several vectors beside each other.
#include "dlc/Codegen/Halide/Templates/Injective.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

using namespace Halide;

namespace dlc::templates {
namespace {

/// The lanes of the widest store.
class WidestStore : public Internal::IRVisitor {
public:
  int lanes = 0;

protected:
  using IRVisitor::visit;
  void visit(const Internal::Store *op) override {
    lanes = std::max(lanes, op->value.type().lanes());
    IRVisitor::visit(op);
  }
};

/// Of a kernel over `columns` x 3 elements made of two inputs.
int widestStore(int columns, const MachineFacts &facts,
                const std::function<Expr(ImageParam, ImageParam, Expr, Expr)> &value) {
  ImageParam a(Float(32), 2), b(Float(32), 2);
  Var i("i"), r("r");
  Func out("out");
  out(i, r) = value(a, b, i, r);
  scheduleInjective(out, {columns, 3}, {.tasks = 1}, facts);
  const Module module = out.compile_to_module({a, b}, "kernel", Target("x86-64-linux-avx2"));
  WidestStore widest;
  for (const Internal::LoweredFunc &function : module.functions())
    function.body.accept(&widest);
  return widest.lanes;
}

Expr sum(ImageParam a, ImageParam b, const Expr &i, const Expr &r) { return a(i, r) + b(i, 0); }

TEST(Injective, LoadsSeveralVectorsBeforeItStoresThem) {
  const MachineFacts narrow, wide = schedule::avx512Facts(narrow);
  EXPECT_EQ(widestStore(256, wide, sum), 64);
  EXPECT_EQ(widestStore(64, wide, sum), 64);
  EXPECT_EQ(widestStore(1000, wide, sum), 64);
  EXPECT_EQ(widestStore(100, wide, sum), 16); // of 7 vectors 8 would be computed
  EXPECT_EQ(widestStore(256, narrow, sum), 8);
}

TEST(Injective, OnlyWhatLiesSideBySideIsLoadedSo) {
  const MachineFacts facts = schedule::avx512Facts({});
  auto everyOther = [](ImageParam a, ImageParam, const Expr &i, const Expr &r) {
    return a(2 * i, r);
  };
  auto acrossRows = [](ImageParam a, ImageParam b, const Expr &i, const Expr &r) {
    return a(i, r) + b(r, i);
  };
  auto gathered = [](ImageParam a, ImageParam b, const Expr &i, const Expr &r) {
    return a(clamp(cast<int>(b(i, r)), 0, 9), r);
  };
  EXPECT_EQ(widestStore(256, facts, everyOther), 16);
  EXPECT_EQ(widestStore(256, facts, acrossRows), 16);
  EXPECT_EQ(widestStore(256, facts, gathered), 16);
}

} // namespace
} // namespace dlc::templates
