// Scratch memory of one thread: what kernels get from halide_malloc. After the first run it never
// calls malloc again: blocks that did not fit are remembered as demand, and the stack grows to it
// as soon as it is empty.
#ifndef DLC_LIB_RUNTIME_SCRATCH_H
#define DLC_LIB_RUNTIME_SCRATCH_H

#include <cstddef>
#include <cstdint>

namespace dlcrt {

/// Page-aligned memory of at least `bytes` and 128 readable bytes behind them; on huge pages where
/// that pays. Null when memory is short. Freed with free().
uint8_t *allocateBlock(size_t bytes);

/// A stack of 128-byte aligned allocations that also bears frees out of order. All-zero bytes are a
/// valid empty stack. Used by one thread at a time.
class ScratchStack {
public:
  /// Null when memory is short or `bytes` is absurd.
  void *allocate(size_t bytes);
  /// `pointer` is from allocate of this stack, or null.
  void release(void *pointer);
  /// Gives all memory back; nothing may be live.
  void destroy();

private:
  struct alignas(128) Header {
    Header *below;  ///< the allocation under this one in the stack
    size_t size;    ///< header and payload
    uint32_t freed; ///< released while something above it was live
    uint32_t heap;  ///< did not fit in the block
  };
  static_assert(sizeof(Header) == 128, "payloads must be 128-byte aligned");

  void grow();

  uint8_t *block;
  size_t capacity;
  size_t used;     ///< bytes of the block under live allocations
  size_t heapLive; ///< bytes of live allocations outside of the block
  size_t demand;   ///< the largest used + heapLive so far
  Header *top;
};

} // namespace dlcrt

#endif // DLC_LIB_RUNTIME_SCRATCH_H
