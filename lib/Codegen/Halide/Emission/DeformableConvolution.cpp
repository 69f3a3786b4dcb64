// Deformable convolutions: each tap of each channel is read between the elements of the image once
// for all output channels, then summed plainly.
#include "Convolution.h"
#include "Sampling.h"

using namespace mlir;
using dlc::templates::Size;
using dlc::templates::Sizes;
using Halide::Expr;

namespace dlc::codegen {
namespace {

/// What the taps of a kernel read.
class Samples {
public:
  Samples(dl::DeformConvOp op, KernelEmitter &emitter)
      : op(op), emitter(emitter), input(emitter.sizesOf(op.getInput())),
        filter(emitter.sizesOf(op.getFilter())) {}

  /// (x, y, tap, image, channel); a sum over neighbours, so that it is stored and not made again
  /// for each output channel.
  Halide::Func build() {
    Expr row = y * stride(0) - begin(0) + (tap / width()) * dilation(0) + moved(0);
    Expr column = x * stride(1) - begin(1) + (tap % width()) * dilation(1) + moved(1);
    SampledAxis rows = sampled(row, input[2]), columns = sampled(column, input[3]);
    Halide::RDom k({{0, 2}, {0, 2}}, "neighbour");
    Expr inside = Halide::Internal::const_true();
    Coords place{image, channel, rows.index(k.y, inside), columns.index(k.x, inside)};
    Expr element = KernelEmitter::compute(emitter.at(op.getInput(), place));
    Expr weight = rows.weight(k.y) * columns.weight(k.x);
    if (op.getMask())
      weight *= KernelEmitter::compute(emitter.at(op.getMask(), {image, slot(), y, x}));
    Expr zero = Halide::Internal::make_zero(element.type());
    Halide::Func samples("samples");
    samples(x, y, tap, image, channel) = zero;
    samples(x, y, tap, image, channel) += Halide::select(inside, weight * element, zero);
    return samples;
  }

private:
  /// Linearly between elements, zeros around them.
  static SampledAxis sampled(const Expr &place, const Size &size) {
    return {place, size, dl::SampleMode::Linear, dl::SamplePadding::Zeros, /*aligned=*/false};
  }
  /// The tap among those of all offset groups.
  Expr slot() const {
    Expr perGroup = (input[1] / static_cast<int64_t>(op.getOffsetGroups())).expr();
    return (channel / perGroup) * (filter[2] * filter[3]).expr() + tap;
  }
  /// By how much data moves the tap along spatial axis `axis`.
  Expr moved(int axis) {
    return KernelEmitter::compute(emitter.at(op.getOffset(), {image, slot() * 2 + axis, y, x}));
  }
  Expr width() const { return filter[3].expr(); }
  int stride(unsigned axis) { return static_cast<int>(op.getStrides()[axis]); }
  int dilation(unsigned axis) { return static_cast<int>(op.getDilations()[axis]); }
  int begin(unsigned axis) { return static_cast<int>(op.getPadsBegin()[axis]); }

  mutable dl::DeformConvOp op;
  KernelEmitter &emitter;
  Sizes input, filter;
  Halide::Var x{"x"}, y{"y"}, tap{"tap"}, image{"image"}, channel{"channel"};
};

} // namespace

void emitDeformConv(dl::DeformConvOp op, KernelEmitter &emitter) {
  Halide::Func samples = Samples(op, emitter).build();
  Sizes filter = emitter.sizesOf(op.getFilter());
  Expr groupInputs = filter[1].expr(), width = filter[3].expr();
  Expr groupOutputs = (filter[0] / static_cast<int64_t>(op.getGroups())).expr();
  auto term = [=, &emitter](const Coords &coords, const Halide::RDom &k) mutable {
    Expr channel = (coords[1] / groupOutputs) * groupInputs + k[0];
    Expr value = samples(coords[3], coords[2], k[1] * width + k[2], coords[0], channel);
    return value * KernelEmitter::compute(
                       emitter.at(op.getFilter(), {coords[1], Expr(k[0]), Expr(k[1]), Expr(k[2])}));
  };
  emitPlainSum(emitter, op, drop(filter, 1, 0), term, op.getBias(), /*channelAxis=*/1);
}

} // namespace dlc::codegen
