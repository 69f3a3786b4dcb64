// Compiled elementwise ops that are more than an expression on their operands' values.
#include "CheckKernel.h"

using namespace dlc::test;

TEST(ElementwiseEmission, BitcastKeepsBytes) {
  checkOp("dl.bitcast %0 {to = i32}", {"tensor<3x7xf32>"}, {"tensor<3x7xi32>"});
  checkOp("dl.bitcast %0 {to = i16}", {"tensor<13xf16>"}, {"tensor<13xi16>"});
  checkOp("dl.bitcast %0 {to = i64}", {"tensor<5xf64>"}, {"tensor<5xi64>"});
  checkOp("dl.bitcast %0 {to = ui8}", {"tensor<7xi1>"}, {"tensor<7xui8>"});
  checkOp("dl.bitcast %0 {to = i1}", {"tensor<7xi8>"}, {"tensor<7xi1>"});
}
