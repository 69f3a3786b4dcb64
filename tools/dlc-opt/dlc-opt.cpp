// dlc-opt: runs passes on IR in text form, for tests and for looking into a compile.
#include "dlc/Autodiff/ReverseMode.h"
#include "dlc/Dialect/DL/IR/DLDialect.h"
#include "dlc/Pipelines/Pipelines.h"
#include "dlc/Reference/Interpreter.h"
#include "dlc/Schedule/ScheduleShapes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<dlc::dl::DLDialect, mlir::func::FuncDialect, mlir::LLVM::LLVMDialect>();
  dlc::registerReferenceModels(registry);
  dlc::autodiff::registerGradientRules(registry);
  dlc::schedule::registerScheduleShapes(registry);
  dlc::registerPassesAndPipelines();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "dlc optimizer driver\n", registry));
}
