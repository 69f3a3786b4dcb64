// Recurrent layers against values that ONNX Runtime gives for the same weights.
#include "Evaluate.h"

using namespace dlc;
using namespace dlc::test;

namespace {

constexpr int64_t steps = 3, batch = 2, features = 3, units = 2;

/// Quarters of the pattern, so that activations are not saturated.
Tensor small(Shape shape, unsigned seed) {
  Tensor made = pattern(DType::F64, std::move(shape), seed);
  for (int64_t i = 0; i < made.numElements(); ++i)
    made.setDouble(i, made.asDouble(i) / 4);
  return made;
}

const std::string sequenceType = "tensor<3x2x2xf64>", stateType = "tensor<2x2xf64>";
const std::vector<std::string> lstmTypes = {sequenceType, stateType, stateType, sequenceType,
                                            "tensor<3x2x8xf64>"};

/// Input, weights, recurrent matrix, bias, initial hidden state, initial cell state.
std::vector<Tensor> lstmOperands() {
  return {pattern(DType::F64, {steps, batch, features}, 1),
          small({features, 4 * units}, 2),
          small({units, 4 * units}, 3),
          small({4 * units}, 4),
          small({batch, units}, 5),
          small({batch, units}, 6)};
}

} // namespace

TEST(Recurrent, LstmForwards) {
  auto results = evaluate("dl.lstm %0 weights %1 recurrent %2 bias %3 hidden %4 cell %5",
                          lstmOperands(), lstmTypes);
  expectValues(results[0],
               {0.29925305, -0.34249386, -0.014250854, -0.19013961, 0.078115478, -0.058170687,
                -0.05831958, -0.15285455, 0.15252885, -0.2753388, -0.16882838, -0.13785893});
  expectValues(results[1], {0.15252885, -0.2753388, -0.16882838, -0.13785893});
  expectValues(results[2], {0.57658529, -0.45538071, -1.54354, -0.1518935});
}

TEST(Recurrent, LstmBackwardsKeepsEachStepAtItsPlace) {
  auto results =
      evaluate("dl.lstm %0 weights %1 recurrent %2 bias %3 hidden %4 cell %5 {reverse = true}",
               lstmOperands(), lstmTypes);
  expectValues(results[0],
               {0.29987997, -0.28693068, -0.012932548, -0.083326638, 0.082234196, 0.032008398,
                -0.041757084, -0.14306925, 0.15764022, -0.33821633, -0.084743865, -0.38375676});
  expectValues(results[1], {0.29987997, -0.28693068, -0.012932548, -0.083326638});
  expectValues(results[2], {0.56992251, -0.51720464, -1.4736794, -0.12061673});
}

TEST(Recurrent, LstmWithPeepholesAndAMask) {
  std::vector<Tensor> operands = lstmOperands();
  operands.push_back(small({3 * units}, 7));
  operands.push_back(tensor(DType::Bool, {steps, batch}, {1, 1, 1, 1, 1, 0}));
  auto results = evaluate("dl.lstm %0 weights %1 recurrent %2 bias %3 hidden %4 cell %5 peephole "
                          "%6 mask %7 {reverse = true}",
                          operands, lstmTypes);
  // The masked step of the second row has its initial state.
  const Tensor &initial = operands[4];
  expectValues(results[0], {0.34731865, -0.24890643, -0.0043210895, -0.087607116, 0.087540656,
                            0.003085799, -0.030463042, -0.33020842, 0.21098495, -0.26875505,
                            initial.asDouble(2), initial.asDouble(3)});
  expectValues(results[2], {0.56504285, -0.52369529, -1.3874822, -0.136686});
}

TEST(Recurrent, LstmTakesSumsAndPackedMatrices) {
  std::vector<Tensor> operands = lstmOperands();
  auto expected = evaluate("dl.lstm %0 weights %1 recurrent %2",
                           llvm::ArrayRef<Tensor>(operands).take_front(3), lstmTypes);
  Tensor sums = evaluate("dl.matmul %0, %1", {operands[0], operands[1]}, {"tensor<3x2x8xf64>"})[0];
  // Panels of 3 units, of which the last is padding: (1, units, gates * 3).
  Tensor packed(DType::F64, {1, units, 12});
  for (int64_t k = 0; k < units; ++k)
    for (int64_t gate = 0; gate < 4; ++gate)
      for (int64_t unit = 0; unit < units; ++unit)
        packed.setDouble((k * 4 + gate) * 3 + unit,
                         operands[2].asDouble((k * 4 + gate) * units + unit));
  auto results =
      evaluate("dl.lstm %0 recurrent %1 {packed_units = 3 : i64}", {sums, packed}, lstmTypes);
  for (size_t result = 0; result < expected.size(); ++result)
    expectValues(results[result], values(expected[result]), 1e-12);
}

TEST(Recurrent, GruResetsBeforeOrAfterTheProduct) {
  std::vector<Tensor> operands = {pattern(DType::F64, {steps, batch, features}, 1),
                                  small({features, 3 * units}, 2),
                                  small({units, 3 * units}, 3),
                                  small({3 * units}, 4),
                                  small({3 * units}, 8),
                                  small({batch, units}, 5)};
  std::vector<std::string> types = {sequenceType, stateType, "tensor<3x2x8xf64>"};
  std::string op = "dl.gru %0 weights %1 recurrent %2 bias %3 recurrent_bias %4 hidden %5";
  auto before = evaluate(op + " {reset_after = false}", operands, types);
  expectValues(before[0],
               {-0.20323426, 0.5167318, 0.59488261, -0.92707801, 0.77451289, -0.34358636, 0.8765676,
                -0.98428309, 0.26402551, -0.37222919, 0.97504818, -0.9817487});
  auto after = evaluate(op, operands, types);
  expectValues(after[0],
               {-0.19947377, 0.49155864, 0.59151787, -0.92741686, 0.77668172, -0.36490929,
                0.88114136, -0.98627067, 0.33179712, -0.49774456, 0.97726667, -0.98853838});
  expectValues(after[1], {0.33179712, -0.49774456, 0.97726667, -0.98853838});
}

TEST(Recurrent, SimpleRnn) {
  std::vector<Tensor> operands = {pattern(DType::F64, {steps, batch, features}, 1),
                                  small({features, units}, 2), small({units, units}, 3),
                                  small({units}, 4), small({batch, units}, 5)};
  std::vector<std::string> types = {sequenceType, stateType};
  std::string op = "dl.simple_rnn %0 weights %1 recurrent %2 bias %3 hidden %4";
  auto tanh = evaluate(op, operands, types);
  expectValues(tanh[0], {-0.94808531, -0.8568176, 0.99281275, -0.635149, 0.94847691, 0.94024527,
                         0.99084079, 0.81946743, -0.34345418, -0.47058612, 0.85527492, 0.9458189});
  operands.push_back(tensor(DType::Bool, {steps, batch}, {1, 1, 1, 1, 1, 0}));
  auto relu =
      evaluate(op + " mask %5 {reverse = true, activation = #dl.recurrent_activation<relu>}",
               operands, types);
  expectValues(relu[0], {0, 0, 3.125, 0, 1.625, 2, 2, 0.625, 0, 0, operands[4].asDouble(2),
                         operands[4].asDouble(3)});
  expectValues(relu[1], {0, 0, 3.125, 0});
}
