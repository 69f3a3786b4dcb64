// A row's reduction under construction. Private to the templates.
#ifndef DLC_LIB_CODEGEN_HALIDE_TEMPLATES_REDUCTIONBUILDER_H
#define DLC_LIB_CODEGEN_HALIDE_TEMPLATES_REDUCTIONBUILDER_H

#include "dlc/Codegen/Halide/Templates/RowReduce.h"

#include <functional>
#include <vector>

namespace dlc::templates {

/// `value` at an element of a row, where nothing is read unless `i` is below `extent`.
Halide::Expr guardedValue(const Halide::Expr &value, const Halide::Expr &i, const Size &extent);

/// Collects vectors of partial results and folds them.
class ReductionBuilder {
public:
  /// `last`: lanes of the masked vector, `lanes` or half of these. `together`: whether the terms of
  /// a tile's vectors are computed beside each other, operation by operation.
  ReductionBuilder(const RowReduction &reduction, int lanes, int last, bool together);

  /// The vector of elements from `begin`, `masked` where the row ends inside of it.
  void addVector(const Size &begin, bool masked);

  /// A loop over `tiles` tiles of `count` vectors from `begin`: a partial result each.
  void addTiles(const Size &begin, const Size &tiles, int count);

  /// Folds the vectors into one, and that by halves: each half is a shuffle in a register.
  RowStage finish();

private:
  using VectorOf = std::function<Halide::Expr(Halide::Expr lane)>;

  /// The fold of all vectors, at `lane`.
  Halide::Expr foldVectors(const Halide::Expr &lane) const;
  /// Adds the squares of `values` to `sums`, of which there are a few for a start: a chain of
  /// products and additions takes fewer instructions than a tree.
  void addSquares(std::vector<Halide::Expr> &sums, const Halide::Expr &lane) const;
  /// What is added of `value`.
  Halide::Expr termOf(const Halide::Expr &value) const;
  /// The arguments of a Func of partial results.
  std::vector<Halide::Var> withRows(Halide::Var lane) const;
  /// The place in such a Func.
  std::vector<Halide::Expr> at(Halide::Expr lane) const;
  /// The row's element `i`, in the type to fold in.
  Halide::Expr valueAt(Halide::Expr i) const;

  const RowReduction &reduction;
  const int lanes, last;
  const bool together;
  std::vector<VectorOf> folds;  ///< of some vectors each
  std::vector<VectorOf> values; ///< one vector each
  std::vector<VectorOf> halves; ///< half a vector each
  RowStage stage;
};

} // namespace dlc::templates

#endif // DLC_LIB_CODEGEN_HALIDE_TEMPLATES_REDUCTIONBUILDER_H
