// Chooses schedule parameters from machine facts and static shapes, without measuring: zero tuning
// must be good. Plain C++; the schedule phase calls it, the benchmark checks it.
#ifndef DLC_SCHEDULE_ANALYTICMODEL_H
#define DLC_SCHEDULE_ANALYTICMODEL_H

#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

#include <cstdint>

namespace dlc::schedule {

/// A contraction's extents; a convolution has rows = N*H*W, depth = kh*kw*ci, batch = groups.
struct GemmShape {
  int64_t rows = 1, columns = 1, depth = 1, batch = 1;
  int elementBytes = 4;
  /// Bytes of the left operand that a row adds (a 3x3 stride-1 convolution reads each input pixel
  /// nine times but adds one): 0 means depth * elementBytes.
  int64_t lhsBytesPerRow = 0;
  /// A convolution's output width, when windows slide: a tile of rows that does not divide it wraps
  /// around a line's end and addresses each of its pixels on its own. 0: rows are evenly spaced.
  int64_t lineWidth = 0;
  /// Extent of the innermost reduction axis where the left operand is dense along it and the right
  /// one is a constant that is stored as the template reads it; 0: it is not so.
  int64_t packedDepth = 0;
  /// The left operand is dense along rows rather than along the depth, and packed tile by tile.
  bool lhsDenseAlongRows = false;
  /// A padded convolution: its image is copied with its padding, and a tile of the copy's pixels
  /// that never wraps has one address. Of groups with few channels a block has a copy of its
  /// pixels.
  bool padded = false;
  /// The rows are pixels of one image. A block of rows that ends in another one needs all lines of
  /// both, so that a copy for each block would be one of whole images.
  bool oneImage = true;
  /// `rows` is a guess: a call may have any number of them.
  bool openRows = false;
  /// The right operand is a constant, which is stored in panels.
  bool storedPanels = false;
};

/// Cheapest register tile, loop order, blocks and tasks for `shape`.
GemmParams chooseGemm(const GemmShape &shape, const MachineFacts &facts);

/// The cycles of one core that chooseGemm's model predicts for `params`, all tasks together, in the
/// widest vectors of `facts` and on units as wide as these: tiles that suit such units were
/// measured to suit those that take vectors in pieces.
double predictGemmCycles(const GemmShape &shape, const GemmParams &params,
                         const MachineFacts &facts);

/// An attention's extents; `batch` counts heads times whatever is around them.
struct AttentionShape {
  int64_t rows = 1, keys = 1, depth = 1, columns = 1, batch = 1;
  int elementBytes = 4;
};
AttentionParams chooseAttention(const AttentionShape &shape, const MachineFacts &facts);

/// A convolution with packed weights over channels-last images; 1-D has height 1.
struct ConvShape {
  int64_t batch = 1, outputHeight = 1, outputWidth = 1;
  int64_t inputChannels = 1, outputChannels = 1, groups = 1; ///< channels of all groups together
  int64_t kernelHeight = 1, kernelWidth = 1, strideHeight = 1, strideWidth = 1;
  bool padded = false; ///< any pad is not zero
  int elementBytes = 4;
};

/// The contraction over flat output pixels that direct_conv makes of `conv`: pass it to chooseGemm.
GemmShape gemmShapeOf(const ConvShape &conv);

/// A sliding window's output extents.
struct WindowShape {
  int64_t channels = 1, height = 1, width = 1, batch = 1;
  int64_t taps = 1; ///< elements of the window
  int elementBytes = 4;
  int64_t inputRowBytes = 0; ///< one input row, all channels
  int64_t inputHeight = 1;
  int64_t strideHeight = 1, strideWidth = 1, kernelHeight = 1;
  bool openHeight = false; ///< known at the call only
  bool dilated = false;    ///< taps are not on neighbouring lines
};
/// Bytes of a pixel's channels with which all windows pass over an image before they pass over it
/// with the next ones: as many as keep the lines under a line of windows, the one that is written
/// and the weights in half of L1. 0 where windows pass once, with all channels: where the lines
/// stay in L1 anyway, where the image is far away, or where so few channels are less than a cache
/// line, or two where pixels are no whole lines.
int64_t channelBytesTogether(const WindowShape &shape, const MachineFacts &facts);

/// Windows of at most this many taps are unrolled whole.
inline constexpr int64_t maxUnrolledTaps = 25;
/// `facts` in the vectors of windows over `channels`: where units take a vector in pieces, these
/// pieces if whole vectors would leave many lanes empty that they fill.
MachineFacts windowFacts(int64_t channels, int elementBytes, const MachineFacts &facts);
/// Whether tiles of `rows` compute few rows beyond a `height`, which are not stored.
bool fillsRowTiles(int64_t height, int64_t rows);
/// Whether tiles of `rows` x `columns` windows read few lines that the tiles before have read, and
/// their own as long pieces: all channels then pass together, and nothing need be asked for.
bool readsLinesOnce(int64_t rows, int64_t columns, int64_t kernelHeight, int64_t strideHeight);
/// Whether the folds of the lines under `span` columns of an image, `vectors` each, stay in
/// registers beside what is read and folded.
bool holdsFolds(int64_t span, int64_t vectors, const MachineFacts &facts);

DepthwiseParams chooseDepthwise(const WindowShape &shape, const MachineFacts &facts);
WindowParams chooseWindow(const WindowShape &shape, const MachineFacts &facts);

/// Reductions over the innermost axis of `columns`, `rows` times.
struct RowReduceShape {
  int64_t columns = 1, rows = 1;
  int elementBytes = 4;
  int cyclesPerVector = 2; ///< arithmetic per vector of elements, all stages: 2 a norm, 8 a softmax
};
RowReduceParams chooseRowReduce(const RowReduceShape &shape, const MachineFacts &facts);

/// Elementwise work.
struct InjectiveShape {
  int64_t elements = 1;
  int elementBytes = 4;
  int operands = 2; ///< tensors of about `elements` that are read or written
  int cyclesPerVector = 1;
};
InjectiveParams chooseInjective(const InjectiveShape &shape, const MachineFacts &facts);

/// A scan along `length` elements, with `inner` behind each and `outer` rows of all that.
struct ScanShape {
  int64_t inner = 1, length = 1, outer = 1;
  int elementBytes = 4;
};
ScanParams chooseScan(const ScanShape &shape, const MachineFacts &facts);

TransposeParams chooseTranspose(int64_t elements, int elementBytes, const MachineFacts &facts);

/// gemv over `columns` outputs of `depth` terms each.
GemvParams chooseGemv(int64_t columns, int64_t depth, const MachineFacts &facts);

/// A step of a recurrence: (rows, depth) times (depth, gates * units).
struct RnnStepShape {
  int64_t rows = 1, units = 1, gates = 1, depth = 1;
  int elementBytes = 4;
};
RnnStepParams chooseRnnStep(const RnnStepShape &shape, const MachineFacts &facts);

/// On a device: the block and thread tiles that keep its limits.
GPUGemmParams chooseGPUGemm(const GemmShape &shape, const DeviceFacts &device);
GPURowReduceParams chooseGPURowReduce(const RowReduceShape &shape, const DeviceFacts &device);
/// For `elements` of the result.
GPUWindowParams chooseGPUWindow(int64_t elements, const DeviceFacts &device);
GPUInjectiveParams chooseGPUInjective(int64_t elements, const DeviceFacts &device);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_ANALYTICMODEL_H
