// Attaches the reference evaluation of every op family.
#include "Evaluation.h"

#include "dlc/Reference/Interpreter.h"

using namespace mlir;

void dlc::registerReferenceModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, dl::DLDialect *) {
    attachElementwiseReference(context);
    attachContractionReference(context);
    attachAttentionReference(context);
    attachRecurrentReference(context);
    attachWindowReference(context);
    attachReductionReference(context);
    attachNormalizationReference(context);
    attachShapeReference(context);
    attachIndexingReference(context);
    attachRandomReference(context);
  });
}
