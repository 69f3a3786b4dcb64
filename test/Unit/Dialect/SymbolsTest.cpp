// Expressions of sizes: products and quotients, bounds, names, types that carry them.
#include "dlc/Dialect/DL/IR/Symbols.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "gtest/gtest.h"

using namespace dlc::dl;
using namespace mlir;

namespace {

class SymbolsTest : public testing::Test {
protected:
  AffineExpr symbol(unsigned index) { return getAffineSymbolExpr(index, &context); }
  AffineExpr number(int64_t value) { return getAffineConstantExpr(value, &context); }
  Type f32() { return Float32Type::get(&context); }

  MLIRContext context;
  AffineExpr n = symbol(0), h = symbol(1);
};

TEST_F(SymbolsTest, ProductsAreOneWhateverTheOrder) {
  EXPECT_EQ(productOf({n, number(3), h}, &context), productOf({h * 3, n}, &context));
  EXPECT_EQ(productOf({}, &context), number(1));
  EXPECT_EQ(productOf({number(2), number(0)}, &context), number(0));
}

TEST_F(SymbolsTest, QuotientsThatLeaveNoRest) {
  EXPECT_EQ(exactQuotient(productOf({n, h, number(12)}, &context), n * 4), h * 3);
  EXPECT_EQ(exactQuotient(n * 384, number(12)), n * 32);
  EXPECT_EQ(exactQuotient((h + 1) * 2 * n, h + 1), n * 2);
  EXPECT_EQ(exactQuotient(h * 4 + 8, number(4)), h + 2);
  EXPECT_EQ(exactQuotient(n, n), number(1));
}

TEST_F(SymbolsTest, QuotientsThatDependOnTheSymbols) {
  EXPECT_FALSE(exactQuotient(n, h));
  EXPECT_FALSE(exactQuotient(n * 3, number(2)));
  EXPECT_FALSE(exactQuotient(h + 1, number(2)));
  EXPECT_FALSE(exactQuotient(n, number(0)));
}

TEST_F(SymbolsTest, BoundsFromSymbolsOfAtLeastOne) {
  EXPECT_TRUE(isAtLeast(n, 1));
  EXPECT_FALSE(isAtLeast(n, 2));
  EXPECT_TRUE(isAtLeast((n - 1).floorDiv(2), 0));
  EXPECT_FALSE(isAtLeast((n - 3).floorDiv(2) + 1, 1));
  EXPECT_TRUE(isAtLeast(n * h * 2 + 1, 3));
  EXPECT_FALSE(isAtLeast(n - h, 0));
}

TEST_F(SymbolsTest, BoundsFromSymbolsThatMayBeZero) {
  llvm::SmallBitVector fromZero(1, true);
  EXPECT_TRUE(isAtLeast(n, 0, fromZero));
  EXPECT_FALSE(isAtLeast(n, 1, fromZero));
  EXPECT_TRUE(isAtLeast(n + h, 1, fromZero));
  EXPECT_FALSE(isAtLeast(n * h, 1, fromZero));
  EXPECT_EQ(lowerBound((n + 3).floorDiv(2), fromZero), 1);
}

TEST_F(SymbolsTest, DivisorsFromTheInside) {
  AffineExpr inner = (n + 1).floorDiv(h);
  EXPECT_EQ(divisorsIn({inner, n.floorDiv(2)}), Dims({h}));
  EXPECT_EQ(divisorsIn(n % inner), Dims({h, inner}));
  EXPECT_TRUE(divisorsIn(n * h).empty());
}

TEST_F(SymbolsTest, BoundsOfWhatIsMissingToAMultiple) {
  AffineExpr missing = (h + 15).floorDiv(16) * 16 - h;
  EXPECT_EQ(lowerBound(missing), 0);
  EXPECT_EQ(lowerBound(-missing), -15);
  // A half of it, as it looks once it is simplified: -h / 2 + (h + 15) / 16 * 8.
  EXPECT_EQ(lowerBound(simplified(missing.floorDiv(2))), 0);
  EXPECT_EQ(lowerBound(number(4) - h % 4), 1);
  EXPECT_FALSE(lowerBound(number(4) - h));
  // What two sums of quotients have in common.
  EXPECT_EQ(lowerBound((h + 2).floorDiv(4) * 3 - (h + 2).floorDiv(4) * 3), 0);
  // Each part of a size that was halved again and again is looked at once.
  AffineExpr halved = h;
  for (int i = 0; i < 60; ++i)
    halved = (halved + 1).floorDiv(2) + 1;
  EXPECT_EQ(lowerBound(halved), 2);
  // Numbers that overflow are no bound.
  constexpr int64_t huge = int64_t(1) << 62;
  EXPECT_FALSE(lowerBound(h * huge + n * huge));
}

TEST_F(SymbolsTest, RemaindersThatFillAMultiple) {
  AffineExpr filled = (h + 15).floorDiv(16) * 16;
  EXPECT_EQ(withoutRemainders(h + (number(16) - h % 16) % 16), filled);
  EXPECT_EQ(withoutRemainders(h + (-h) % 16), filled);
  EXPECT_EQ(withoutRemainders(h - h % 16), h.floorDiv(16) * 16);
  EXPECT_EQ(exactQuotient(filled, number(8)), (h + 15).floorDiv(16) * 2);
  EXPECT_EQ(withoutRemainders(n * h + 1), n * h + 1);
  for (int64_t size : {1, 15, 16, 17, 37})
    EXPECT_EQ(evaluateDim(withoutRemainders((h * 3 - n) % 5), {7, size}), (size * 3 - 7 + 10) % 5);
}

TEST_F(SymbolsTest, EvaluatedAsTheCallDoes) {
  AffineExpr size = (h - 3).floorDiv(2) + n * 5;
  EXPECT_EQ(evaluateDim(size, {2, 8}), 12);
  EXPECT_EQ(evaluateDim(size, {2, 2}), 9); // rounded down below 0
  EXPECT_EQ(evaluateDim(h % 4, {1, 7}), 3);
  EXPECT_EQ(evaluateDim(h.ceilDiv(4), {1, 7}), 2);
}

TEST_F(SymbolsTest, PrintedByName) {
  std::vector<std::string> names{"batch", "x.2"};
  EXPECT_EQ(expressionString(n, names), "batch");
  EXPECT_EQ(expressionString((h - 1).floorDiv(2) + 1, names), "(x.2 - 1)/2 + 1");
  EXPECT_EQ(expressionString((h + 1) * 2, names), "(x.2 + 1)*2");
  EXPECT_EQ(expressionString(n * h, names), "batch*x.2");
  EXPECT_EQ(expressionString(-h + 512, names), "512 - x.2");
  EXPECT_EQ(expressionString(h * -2 + n - 1, names), "batch - x.2*2 - 1");
  EXPECT_EQ(expressionString(-n, names), "batch*-1");
  EXPECT_EQ(expressionString(n - h, {"past", "past + 1"}), "past - 'past + 1'");
}

TEST_F(SymbolsTest, TypesAreEqualWhereSizesAre) {
  RankedTensorType type = tensorOf({n, number(3), h.floorDiv(2)}, f32());
  EXPECT_EQ(type.getShape(), (ArrayRef<int64_t>{ShapedType::kDynamic, 3, ShapedType::kDynamic}));
  EXPECT_EQ(dimsOf(type), (Dims{n, number(3), h.floorDiv(2)}));
  EXPECT_EQ(type, tensorOf(dimsOf(type), f32()));
  EXPECT_NE(type, tensorOf({n, number(3), h}, f32()));
  EXPECT_FALSE(tensorOf({number(2), number(3)}, f32()).getEncoding());
}

TEST_F(SymbolsTest, EqualSumsAreOneSize) {
  EXPECT_EQ(tensorOf({(h * 2 + 2) * 2}, f32()), tensorOf({(h * 2 + 1) * 2 + 2}, f32()));
  EXPECT_EQ(tensorOf({(h - 1).floorDiv(2) + 1}, f32()), tensorOf({(h + 1).floorDiv(2)}, f32()));
  EXPECT_EQ(tensorOf({h - h + 3}, f32()), tensorOf({number(3)}, f32()));
  // Products are equal whichever of their factors holds the number.
  EXPECT_EQ(productOf({n, h * 4 + 4}, &context), productOf({number(4), h + 1, n}, &context));
  EXPECT_EQ(exactQuotient(productOf({n, h * 4 + 4}, &context), h + 1), n * 4);
  EXPECT_EQ(factorsOf(h * 2 + 3).size(), 1u);
  // What holds no symbol alone stays as it is written.
  EXPECT_EQ(dimsOf(tensorOf({n * h + 1}, f32()))[0], n * h + 1);
}

TEST_F(SymbolsTest, WhatIsNotKnownStaysUnknown) {
  auto unknown = RankedTensorType::get({ShapedType::kDynamic, 3}, f32());
  EXPECT_FALSE(hasKnownDims(unknown));
  EXPECT_EQ(tensorOf(dimsOf(unknown), f32()), unknown);
}

TEST_F(SymbolsTest, ShapesAtSymbols) {
  RankedTensorType type = tensorOf({n, number(3), h.floorDiv(2)}, f32());
  EXPECT_EQ(shapeAt(type, {5, 9}), (SmallVector<int64_t>{5, 3, 4}));
  EXPECT_EQ(likelyBytes(type), 64 * 3 * 32 * 4);
}

} // namespace
