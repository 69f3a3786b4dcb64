// Ops that draw random numbers: the integers of dlc/Support/CounterRandom.h, lane by lane.
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/Templates/Math.h"
#include "dlc/Support/CounterRandom.h"

using namespace mlir;
using Halide::Expr;

namespace dlc::codegen {
namespace {

Expr u32(uint32_t value) { return Halide::Internal::make_const(Halide::UInt(32), value); }
Expr u64(uint64_t value) { return Expr(value); }

Expr mixBits64(Expr x) {
  x = x + u64(0x9e3779b97f4a7c15);
  x = (x ^ (x >> u64(30))) * u64(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> u64(27))) * u64(0x94d049bb133111eb);
  return x ^ (x >> u64(31));
}

Expr mixBits32(Expr x) {
  x = (x ^ (x >> u32(16))) * u32(0x7feb352d);
  x = (x ^ (x >> u32(15))) * u32(0x846ca68b);
  return x ^ (x >> u32(16));
}

Expr randomBits(Expr key, Expr counter) {
  Expr low = Halide::cast<uint32_t>(key & u64(0xffffffff));
  Expr high = Halide::cast<uint32_t>(key >> u64(32));
  return mixBits32(mixBits32(counter + low) ^ high);
}

/// The row-major number of the element at `coords`, without the axes `shared`.
Expr counterAt(const Coords &coords, const templates::Sizes &shape, ArrayRef<int64_t> shared) {
  Expr counter = u32(0), stride = u32(1);
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (llvm::is_contained(shared, static_cast<int64_t>(axis)))
      continue;
    counter = counter + Halide::cast<uint32_t>(coords[axis]) * stride;
    stride = stride * Halide::cast<uint32_t>(shape[axis].expr());
  }
  return counter;
}

struct DropoutModel : ElementEmissionOpInterface::ExternalModel<DropoutModel, dl::DropoutOp> {
  Expr emitElement(Operation *operation, KernelEmitter &emitter, unsigned,
                   const Coords &coords) const {
    auto op = cast<dl::DropoutOp>(operation);
    Expr x = KernelEmitter::compute(emitter.at(op.getOperand(), coords));
    double rate = op.getRate().convertToDouble();
    if (op.isUndecided())
      return x;
    if (rate == 1)
      return math::constant(x, 0);
    auto keyPart = [&](int index) {
      return Halide::cast<uint64_t>(emitter.at(op.getKey(), {Expr(index)}));
    };
    Expr key = mixBits64(mixBits64(mixBits64(keyPart(0)) ^ keyPart(1)) ^
                         u64(static_cast<uint64_t>(op.getStream())));
    Expr counter = counterAt(coords, emitter.sizesOf(op.getOperand()), op.getSharedAxes());
    return Halide::select(randomBits(key, counter) >= u32(rateThreshold(rate)),
                          x / math::constant(x, 1 - rate), math::constant(x, 0));
  }
};

} // namespace

void attachRandomEmission(MLIRContext *context) {
  dl::DropoutOp::attachInterface<DropoutModel>(*context);
}

} // namespace dlc::codegen
