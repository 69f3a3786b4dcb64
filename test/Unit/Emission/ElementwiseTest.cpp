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

TEST(ElementwiseEmission, ExponentialAndErrorFunctionOverTheirRange) {
  const std::string type = "tensor<37x29xf32>";
  auto scaled = [&](const char *op, const char *factor) {
    checkKernel({type}, {type},
                "%c = dl.constant dense<" + std::string(factor) +
                    "> : tensor<f32>\n%s = dl.mul %0, %c : (" + type + ", tensor<f32>) -> " + type +
                    "\n%y = dl." + op + " %s : (" + type + ") -> " + type,
                "%y");
  };
  // Arguments up to 3 times the factor: also where the exponential overflows and underflows.
  for (const char *factor : {"0.1", "1.0", "10.0", "29.5", "100.0"})
    scaled("exp", factor);
  for (const char *factor : {"0.01", "0.3", "1.3", "10.0"})
    scaled("erf", factor);
}

TEST(ElementwiseEmission, ExponentialAndErrorFunctionAtTheirLimits) {
  const std::string type = "tensor<37xf32>";
  for (const std::string op : {"exp", "erf", "gelu"})
    // x / 0 is -inf, NaN or inf.
    checkKernel({type}, {type},
                "%c = dl.constant dense<0.0> : tensor<f32>\n%s = dl.div %0, %c : (" + type +
                    ", tensor<f32>) -> " + type + "\n%y = dl." + op + " %s : (" + type + ") -> " +
                    type,
                "%y");
}
