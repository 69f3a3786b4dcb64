// Compiled pools against the reference.
#include "CheckKernel.h"

using namespace dlc::test;

/// The attributes of a pool, in the printed form of each list.
static std::string window(const std::string &kernel, const std::string &strides,
                          const std::string &dilations, const std::string &begin,
                          const std::string &end, const std::string &more = "") {
  return "{kernel_shape = array<i64: " + kernel + ">, strides = array<i64: " + strides +
         ">, dilations = array<i64: " + dilations + ">, pads_begin = array<i64: " + begin +
         ">, pads_end = array<i64: " + end + ">" + more + "}";
}

static const std::string last = ", layout = #dl.layout<channels_last>";

TEST(WindowEmission, ChannelsFirst) {
  std::string attributes = window("3, 2", "2, 1", "1, 2", "1, 0", "1, 1");
  for (const char *op : {"dl.max_pool %0 ", "dl.average_pool %0 ", "dl.lp_pool %0 "})
    checkOp(op + attributes, {"tensor<2x3x7x9xf32>"}, {"tensor<2x3x4x8xf32>"}, 1e-5);
  checkOp("dl.max_pool %0 " + window("3", "2", "1", "1", "0"), {"tensor<2x3x9xf32>"},
          {"tensor<2x3x4xf32>"});
  checkOp("dl.max_pool %0 " + window("2, 2, 3", "1, 2, 1", "1, 1, 1", "0, 1, 0", "0, 0, 1"),
          {"tensor<1x2x4x5x6xf32>"}, {"tensor<1x2x3x3x5xf32>"});
}

TEST(WindowEmission, ChannelsLast) {
  for (const char *op : {"dl.max_pool %0 ", "dl.average_pool %0 ", "dl.lp_pool %0 "}) {
    checkOp(op + window("3, 3", "2, 2", "1, 1", "1, 1", "1, 1", last), {"tensor<2x9x11x13xf32>"},
            {"tensor<2x5x6x13xf32>"}, 1e-5);
    checkOp(op + window("7, 5", "1, 1", "1, 1", "0, 0", "0, 0", last), {"tensor<3x7x5x37xf32>"},
            {"tensor<3x1x1x37xf32>"}, 1e-5);
    checkOp(op + window("3", "1", "2", "2", "1", last), {"tensor<2x9x5xf32>"},
            {"tensor<2x8x5xf32>"}, 1e-5);
    // Windows that overlap share the folds of their columns' lines.
    checkOp(op + window("3, 3", "1, 1", "2, 2", "2, 2", "2, 2", last), {"tensor<2x5x9x19xf32>"},
            {"tensor<2x5x9x19xf32>"}, 1e-5);
    checkOp(op + window("5, 4", "2, 1", "1, 2", "2, 3", "2, 3", last), {"tensor<1x7x17x33xf32>"},
            {"tensor<1x4x17x33xf32>"}, 1e-5);
    checkOp(op + window("4, 5", "1, 2", "1, 1", "1, 0", "2, 0", last), {"tensor<1x4x5x16xf32>"},
            {"tensor<1x4x1x16xf32>"}, 1e-5);
  }
}

TEST(WindowEmission, CeilModeAndPaddingInTheMean) {
  std::string ceil = ", ceil_mode = true", pads = ", count_include_pad = true";
  for (const std::string &layout : {std::string(), last}) {
    std::string in = layout.empty() ? "tensor<1x5x8x9xf32>" : "tensor<1x8x9x5xf32>";
    std::string out = layout.empty() ? "tensor<1x5x4x5xf32>" : "tensor<1x4x5x5xf32>";
    for (const std::string &more : {ceil, ceil + pads})
      checkOp("dl.average_pool %0 " + window("3, 2", "2, 2", "1, 1", "0, 1", "0, 0", more + layout),
              {in}, {out}, 1e-5);
    checkOp("dl.max_pool %0 " + window("3, 2", "2, 2", "1, 1", "0, 1", "0, 0", ceil + layout), {in},
            {out});
    std::string same = layout.empty() ? "tensor<1x5x8x9xf32>" : "tensor<1x8x9x5xf32>";
    checkOp("dl.average_pool %0 " + window("3, 3", "1, 1", "1, 1", "1, 1", "1, 1", pads + layout),
            {in}, {same}, 1e-5);
  }
}

TEST(WindowEmission, OtherTypesAndNorms) {
  checkOp("dl.max_pool %0 " + window("2, 2", "1, 1", "1, 1", "0, 0", "0, 0"),
          {"tensor<1x2x5x5xi8>"}, {"tensor<1x2x4x4xi8>"});
  checkOp("dl.max_pool %0 " + window("2, 2", "1, 1", "1, 1", "0, 0", "0, 0", last),
          {"tensor<1x5x5x3xf64>"}, {"tensor<1x4x4x3xf64>"});
  for (const char *p : {", p = 1 : i64", ", p = 3 : i64"})
    checkOp("dl.lp_pool %0 " + window("2, 3", "1, 1", "1, 1", "0, 0", "0, 0", p),
            {"tensor<1x2x5x5xf32>"}, {"tensor<1x2x4x3xf32>"}, 1e-4);
}

TEST(WindowEmission, Indices) {
  for (const char *order : {"", ", column_major = true"})
    checkOp("dl.max_pool_with_indices %0 " + window("3, 2", "2, 1", "1, 1", "1, 0", "1, 1", order),
            {"tensor<2x3x7x5xf32>"}, {"tensor<2x3x4x5xf32>", "tensor<2x3x4x5xi64>"});
}

TEST(WindowEmission, PrologueAndEpilogue) {
  checkKernel({"tensor<1x6x6x19xf32>"}, {"tensor<1x3x3x19xf32>"},
              "%x = dl.relu %0 : (tensor<1x6x6x19xf32>) -> tensor<1x6x6x19xf32>\n"
              "%y = dl.average_pool %x " +
                  window("2, 2", "2, 2", "1, 1", "0, 0", "0, 0", last) +
                  " : (tensor<1x6x6x19xf32>) -> tensor<1x3x3x19xf32>\n"
                  "%z = dl.tanh %y : (tensor<1x3x3x19xf32>) -> tensor<1x3x3x19xf32>",
              "%z", 1e-5);
}

// What is computed into windows that stand apart: padding is none of it.
TEST(WindowEmission, ComputedInput) {
  for (const char *op : {"dl.max_pool %n ", "dl.average_pool %n ", "dl.lp_pool %n "})
    for (bool first : {true, false}) {
      std::string in = first ? "tensor<2x5x7x9xf32>" : "tensor<2x7x9x37xf32>";
      std::string factor = first ? "tensor<5x1x1xf32>" : "tensor<37xf32>";
      std::string out = first ? "tensor<2x5x3x5xf32>" : "tensor<2x3x5x37xf32>";
      checkKernel({in, factor}, {out},
                  "%m = dl.mul %0, %1 : (" + in + ", " + factor + ") -> " + in +
                      "\n%n = dl.sub %m, %1 : (" + in + ", " + factor + ") -> " + in +
                      "\n%y = " + op +
                      window("2, 2", "3, 2", "2, 1", "1, 0", "1, 1", first ? std::string() : last) +
                      " : (" + in + ") -> " + out,
                  "%y", 1e-5);
    }
}

TEST(WindowEmission, MaxPoolGradient) {
  for (const std::string &layout : {std::string(), last}) {
    bool first = layout.empty();
    checkOp("dl.max_pool_gradient %0, %1 " + window("3, 2", "2, 1", "1, 2", "1, 0", "1, 1", layout),
            {first ? "tensor<2x3x7x9xf32>" : "tensor<2x7x9x3xf32>",
             first ? "tensor<2x3x4x8xf32>" : "tensor<2x4x8x3xf32>"},
            {first ? "tensor<2x3x7x9xf32>" : "tensor<2x7x9x3xf32>"}, 1e-5);
  }
  // Windows side by side, with and without a rest.
  const std::string last = ", layout = #dl.layout<channels_last>";
  checkOp("dl.max_pool_gradient %0, %1 " + window("2, 2", "2, 2", "1, 1", "0, 0", "0, 0", last),
          {"tensor<2x7x8x35xf32>", "tensor<2x3x4x35xf32>"}, {"tensor<2x7x8x35xf32>"});
  checkOp("dl.max_pool_gradient %0, %1 " + window("3, 2", "3, 2", "1, 1", "0, 0", "0, 0"),
          {"tensor<2x5x9x11xf32>", "tensor<2x5x3x5xf32>"}, {"tensor<2x5x9x11xf32>"});
  checkOp("dl.max_pool_gradient %0, %1 " + window("2", "2", "1", "0", "0"),
          {"tensor<1x2x9xf64>", "tensor<1x2x4xf64>"}, {"tensor<1x2x9xf64>"});
}
