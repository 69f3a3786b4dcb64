// The kernel of a recurrence as a Halide pipeline: one step, which the host repeats.
#ifndef DLC_CODEGEN_HALIDE_STEPEMITTER_H
#define DLC_CODEGEN_HALIDE_STEPEMITTER_H

#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/Templates/RecurrentStep.h"

#include <memory>

namespace dlc::codegen {

class StepEmitter {
public:
  StepEmitter(dl::KernelOp kernel, const schedule::MachineFacts &facts);

  const schedule::MachineFacts &getFacts() const { return facts; }
  const schedule::RnnStepParams &getParams() const { return params; }

  /// The element of what the step reads as its argument `index` (the order of getStepInputs), in
  /// the type to compute in.
  Halide::Expr input(unsigned index, const Coords &coords) const;
  /// The same, where it is read behind the product: its line is asked for before that.
  Halide::Expr inputBehind(unsigned index, const Coords &coords) const;
  /// The element of a state at unit `k` and `row`.
  using States = std::function<Halide::Expr(Halide::Expr k, Halide::Expr row)>;
  /// Gates [first, first + count) of the `total` that the columns of a matrix have.
  struct GateRange {
    int64_t first = 0, count = 1, total = 1;
  };
  /// States [first, first + count) of those for which a matrix has rows; all of them with count =
  /// 0.
  struct DepthRange {
    int64_t first = 0, count = 0;
  };
  /// The product of `states`, numbered from 0, with a part of the matrix that is argument `matrix`,
  /// packed in panels of `packedUnits` units: a sum for each gate of the range and unit.
  const templates::RecurrentStep &multiply(const States &states, unsigned matrix,
                                           int64_t packedUnits, GateRange gates, DepthRange depth);
  /// The states that are argument `index`.
  States states(unsigned index) const;
  /// `value`, which reads the product made last, computed once for all of its uses.
  Halide::Expr share(Halide::Expr value);
  /// Keeps values that are read at other places too: a Func over (unit, row) whose values read the
  /// product made last. A further product can read it.
  Halide::Func keep(const std::vector<Halide::Expr> &values);
  /// The place of the outputs: a unit and a row of the batch.
  Halide::Var unit{"unit"}, row{"row"};
  /// Sets what the step writes, in the order of getStepOutputs; values read the product made last.
  void setOutputs(const std::vector<Halide::Expr> &values);

  /// Builds everything. After it, `pipeline()` and `arguments()` are ready to compile.
  void emit();
  Halide::Pipeline pipeline() const;
  std::vector<Halide::Argument> arguments() const;

private:
  /// A thread an element, the products in launches of their own.
  void scheduleOnDevice();
  /// Elements between neighbours along the axes of `argument`, as the kernel holds its tensor.
  dl::Dims stridesOf(const StepArgument &argument);

  dl::KernelOp kernel;
  RecurrentOpInterface op;
  const schedule::MachineFacts &facts;
  schedule::RnnStepParams params;
  KernelSizes sizes;
  std::vector<Halide::ImageParam> parameters;
  /// Products, each with the Func that reads it: those that are kept, and the output.
  struct Stage {
    templates::RecurrentStep product;
    Halide::Func result;
  };
  /// Defines `result` over (unit, row) with the product made last.
  void define(Halide::Func result, const std::vector<Halide::Expr> &values);
  void defineOnDevice(const std::vector<Halide::Expr> &values);
  std::vector<std::unique_ptr<Stage>> stages;
  Halide::Func output{"out"};
  Halide::Func computed{"computed"}; ///< on a device: the output's values, before any is stored
};

} // namespace dlc::codegen

#endif // DLC_CODEGEN_HALIDE_STEPEMITTER_H
