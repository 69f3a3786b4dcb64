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

TEST(ElementwiseEmission, InfinitiesAndNaN) {
  const std::string type = "tensor<2x61xf32>";
  for (const char *op : {"abs",
                         "ceil",
                         "celu {alpha = 0.5}",
                         "clip {maximum = 1.0, minimum = -0.5}",
                         "elu",
                         "gelu",
                         "hard_sigmoid",
                         "hard_swish",
                         "leaky_relu",
                         "mish",
                         "neg",
                         "relu",
                         "round",
                         "selu {alpha = 1.67, gamma = 1.05}",
                         "shrink",
                         "sigmoid",
                         "sign",
                         "softplus",
                         "softsign",
                         "sqrt",
                         "tanh",
                         "thresholded_relu"}) {
    std::string name(op), attributes;
    if (size_t brace = name.find(' '); brace != std::string::npos) {
      attributes = name.substr(brace);
      name.resize(brace);
    }
    checkOp("dl." + name + " %0" + attributes, {type}, {type}, 1e-5);
  }
  for (const char *op : {"max", "min", "add", "div", "prelu"})
    checkOp("dl." + std::string(op) + " %0, %1", {type, type}, {type}, 1e-5);
  for (const char *op : {"equal", "less", "less_or_equal", "greater", "greater_or_equal"})
    checkOp("dl." + std::string(op) + " %0, %1", {type, type}, {"tensor<2x61xi1>"});
}

TEST(ElementwiseEmission, NotANumberAndInfinityOfEveryFloat) {
  for (const std::string type : {"f16", "bf16", "f32", "f64"}) {
    const std::string operand = "tensor<37x" + type + ">";
    checkOp("dl.is_nan %0", {operand}, {"tensor<37xi1>"});
    checkOp("dl.is_inf %0", {operand}, {"tensor<37xi1>"});
    // What a cast makes, in the same kernel.
    for (const std::string to : {"f16", "bf16", "f32", "f64"}) {
      const std::string result = "tensor<37x" + to + ">";
      checkKernel({operand}, {"tensor<37xi1>"},
                  "%c = dl.cast %0 {to = " + to + "} : (" + operand + ") -> " + result +
                      "\n%y = dl.is_nan %c : (" + result + ") -> tensor<37xi1>",
                  "%y");
    }
  }
}
