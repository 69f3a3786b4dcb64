// How a gradient rule is written down and attached. Private to the layer.
//
//   unary<dl::TanhOp>(context, [](auto, Term x, Term y, Term dy) { return dy * (1.0 - y * y); });
//
// says that the operand's cotangent is that expression of the operand x, the result y and its
// cotangent dy. `binary` has one expression an operand, built only where it is wanted; `rule` is
// for everything else; `zero` names ops through which no gradient flows, and why.
#ifndef DLC_LIB_AUTODIFF_RULES_RULES_H
#define DLC_LIB_AUTODIFF_RULES_RULES_H

#include "dlc/Autodiff/GradientBuilder.h"

namespace dlc::autodiff {

/// The external model of DifferentiableOpInterface on Op that calls a captureless Rule(Op,
/// GradientBuilder &), which returns a LogicalResult.
template <typename Op, typename Rule>
struct RuleModel : DifferentiableOpInterface::ExternalModel<RuleModel<Op, Rule>, Op> {
  llvm::LogicalResult emitGradient(mlir::Operation *op, GradientBuilder &gradient) const {
    return Rule{}(llvm::cast<Op>(op), gradient);
  }
};

template <typename Op, typename Rule>
void rule(mlir::MLIRContext *context, Rule) {
  Op::template attachInterface<RuleModel<Op, Rule>>(*context);
}

/// An attribute's number.
inline double number(const llvm::APFloat &value) { return value.convertToDouble(); }

/// Operand 0's cotangent as an expression of (op, x, y, dy).
template <typename Op, typename Formula>
void unary(mlir::MLIRContext *context, Formula) {
  rule<Op>(context, [](Op op, GradientBuilder &g) {
    g.add(0, Formula{}(op, g.operand(0), g.result(), g.cotangent()));
    return llvm::success();
  });
}

/// Two operands' cotangents as expressions of (op, a, b, y, dy).
template <typename Op, typename Left, typename Right>
void binary(mlir::MLIRContext *context, Left, Right) {
  rule<Op>(context, [](Op op, GradientBuilder &g) {
    if (g.wants(0))
      g.add(0, Left{}(op, g.operand(0), g.operand(1), g.result(), g.cotangent()));
    if (g.wants(1))
      g.add(1, Right{}(op, g.operand(0), g.operand(1), g.result(), g.cotangent()));
    return llvm::success();
  });
}

/// A text as a type, to name reasons by.
template <unsigned size>
struct Reason {
  char text[size];
  constexpr Reason(const char (&source)[size]) { std::copy_n(source, size, text); }
};

template <typename Op, Reason reason>
struct ZeroModel : DifferentiableOpInterface::ExternalModel<ZeroModel<Op, reason>, Op> {
  llvm::LogicalResult emitGradient(mlir::Operation *, GradientBuilder &) const {
    return llvm::success();
  }
  llvm::StringRef getZeroGradientReason(mlir::Operation *) const { return reason.text; }
};

/// No gradient flows through these ops.
template <Reason reason, typename... Ops>
void zero(mlir::MLIRContext *context) {
  (Ops::template attachInterface<ZeroModel<Ops, reason>>(*context), ...);
}

/// One a family, in the file of its name.
void attachElementwiseRules(mlir::MLIRContext *context);
void attachContractionRules(mlir::MLIRContext *context);
void attachWindowRules(mlir::MLIRContext *context);
void attachRecurrentRules(mlir::MLIRContext *context);
void attachReductionRules(mlir::MLIRContext *context);
void attachNormalizationRules(mlir::MLIRContext *context);
void attachShapeRules(mlir::MLIRContext *context);
void attachIndexingRules(mlir::MLIRContext *context);
void attachRandomRules(mlir::MLIRContext *context);

} // namespace dlc::autodiff

#endif // DLC_LIB_AUTODIFF_RULES_RULES_H
