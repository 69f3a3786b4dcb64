// One dl.kernel as a Halide pipeline: expressions are pulled from the kernel's results back to its
// operands; the anchor, if there is one, puts Funcs of its own in between.
#ifndef DLC_CODEGEN_HALIDE_KERNELEMITTER_H
#define DLC_CODEGEN_HALIDE_KERNELEMITTER_H

#include "dlc/Codegen/Halide/KernelSizes.h"
#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

#include <Halide.h>

#include <functional>
#include <memory>
#include <vector>

namespace dlc::codegen {

/// A place in a tensor: one expression an axis, outermost axis first.
using Coords = std::vector<Halide::Expr>;

/// What one loop walks: axes [first, last) of the outputs as one, in steps of `step` elements of
/// the innermost of them.
struct LoopAxes {
  unsigned first = 0, last = 0;
  int64_t step = 1;
};

/// The loops over which a kernel's outputs are computed. `vars`, `extents` and `axes` run from the
/// innermost loop outwards; `coords` gives the place in the output tensors for those variables.
struct IterationSpace {
  std::vector<Halide::Var> vars;
  templates::Sizes extents;
  /// Of the outputs, wherever they lie in memory: the emitter knows.
  std::vector<LoopAxes> axes;
  Coords coords;
};

/// Of loops c, x, y, n over a channels-last image with one spatial axis (y then is of one turn), or
/// with two.
std::vector<LoopAxes> imageAxes(bool oneAxis);

class StepEmitter;

class KernelEmitter {
public:
  KernelEmitter(dl::KernelOp kernel, const schedule::MachineFacts &facts);

  dl::KernelOp getKernel() const { return kernel; }
  const schedule::MachineFacts &getFacts() const { return facts; }
  /// The kernel's schedule; the analytic model's choice where it carries none. Anchors obey its
  /// family and its parameters.
  template <typename Attr>
  Attr getSchedule() const {
    return llvm::dyn_cast<Attr>(scheduleAttr);
  }

  /// The element of `value` at `coords`, which has one entry an axis of `value`. Floats narrower
  /// than 32 bits keep their type: widen with `compute`.
  Halide::Expr at(mlir::Value value, const Coords &coords);
  /// Same where `coords` is a place in a result that `value` broadcasts to.
  Halide::Expr broadcastAt(mlir::Value value, const Coords &coords);

  /// A dimension of a tensor of the kernel: a constant, or an expression over the symbols that the
  /// kernel is called with.
  templates::Size size(mlir::AffineExpr dim);
  /// All dimensions of `tensor`, outermost axis first.
  templates::Sizes sizesOf(mlir::Value tensor);
  templates::Sizes sizesOf(llvm::ArrayRef<mlir::AffineExpr> dims);

  /// `expr` in the type to compute in: f32 for f16 and bf16, itself otherwise.
  static Halide::Expr compute(Halide::Expr expr);
  /// Halide's type for elements of `value` in expressions (bool is Bool) and in memory (bool is
  /// u8).
  static Halide::Type exprType(mlir::Type tensorOrElement);
  static Halide::Type storageType(mlir::Type tensorOrElement);

  /// Called by anchors: the element of `value` is `element(coords)` from now on.
  void define(mlir::Value value, std::function<Halide::Expr(const Coords &)> element);
  /// Called by anchors; without a call the outputs' own axes are the loops, adjacent ones joined
  /// where every tensor allows it.
  void setIterationSpace(IterationSpace space) { this->space = std::move(space); }
  /// Called by anchors: schedules the output Func (a tuple where the kernel has several results).
  void setSchedule(std::function<void(Halide::Func output)> apply) { schedule = std::move(apply); }
  /// Called by anchors without a template: a correct schedule for any Funcs, with every reduction
  /// at root. The loops are the outputs' own axes, none joined.
  void scheduleGenerically() { generic = true; }

  /// Whether axes [first, last) of the result shape `shape` can be walked by one linear index when
  /// computing `value`: each tensor under it has either all of them or none. Then a place in the
  /// group is written (0, ..., 0, linear).
  bool isLinearizable(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> shape, unsigned first,
                      unsigned last);
  /// The same of all of the kernel's results, and of the memory that they are written to.
  bool outputsAreLinearizable(llvm::ArrayRef<mlir::AffineExpr> shape, unsigned first,
                              unsigned last);
  /// Places in axes [first, last) for a linear index: (0, ..., 0, linear) where `linear` holds for
  /// all of the kernel's results, else by division.
  Coords splitLinear(Halide::Expr linear, llvm::ArrayRef<mlir::AffineExpr> shape, unsigned first,
                     unsigned last, bool linearizable);

  /// The shape of the kernel's outputs (all alike).
  dl::Dims outputShape();
  /// The values that the kernel yields.
  mlir::ValueRange yielded();

  /// Builds everything. After it, `pipeline()` and `arguments()` are ready to compile.
  void emit();
  Halide::Pipeline pipeline() const;
  std::vector<Halide::Argument> arguments() const;

private:
  IterationSpace defaultSpace();
  /// Bounds and strides of the output buffers.
  void describeOutputs();
  schedule::InjectiveParams injectiveParams();
  /// Puts the squares of the transpose family between the one transpose and the output.
  void emitTranspose(const schedule::TransposeParams &params);

  dl::KernelOp kernel;
  const schedule::MachineFacts &facts;
  mlir::Attribute scheduleAttr;
  KernelSizes sizes;
  std::vector<Halide::ImageParam> parameters;
  llvm::DenseMap<mlir::Value, std::function<Halide::Expr(const Coords &)>> definitions;
  llvm::DenseMap<mlir::Value, std::vector<std::pair<Coords, Halide::Expr>>> emitted;
  std::optional<IterationSpace> space;
  std::function<void(Halide::Func)> schedule;
  bool generic = false;
  Halide::Func output;
};

} // namespace dlc::codegen

#include "dlc/Codegen/Halide/EmissionInterfaces.h.inc"

#endif // DLC_CODEGEN_HALIDE_KERNELEMITTER_H
