// Scratch memory of one thread; see Scratch.h.
#include "Scratch.h"

#include <stdlib.h>
#include <sys/mman.h>

using namespace dlcrt;

static constexpr size_t pageBytes = 4096;
static constexpr size_t hugePageBytes = size_t(2) << 20;
static constexpr size_t paddingBytes = 128;
static constexpr size_t unit = 128;

uint8_t *dlcrt::allocateBlock(size_t bytes) {
  if (bytes > SIZE_MAX / 2)
    return nullptr;
  // A huge page saves the TLB misses of strided kernels; below two of them the rounding costs more.
  bool huge = bytes >= 2 * hugePageBytes;
  size_t alignment = huge ? hugePageBytes : pageBytes;
  void *memory = nullptr;
  if (posix_memalign(&memory, alignment, bytes + paddingBytes) != 0)
    return nullptr;
  if (huge)
    madvise(memory, bytes, MADV_HUGEPAGE); // advice: a refusal changes nothing
  return static_cast<uint8_t *>(memory);
}

void ScratchStack::grow() {
  free(block);
  capacity = demand + demand / 4;
  block = allocateBlock(capacity);
  if (!block)
    capacity = 0;
}

void *ScratchStack::allocate(size_t bytes) {
  if (bytes > SIZE_MAX / 4)
    return nullptr;
  size_t size = sizeof(Header) + ((bytes + unit - 1) & ~(unit - 1));
  Header *header;
  if (size <= capacity - used) {
    header = reinterpret_cast<Header *>(block + used);
    *header = {top, size, /*freed=*/0, /*heap=*/0};
    top = header;
    used += size;
  } else {
    void *memory = nullptr;
    if (posix_memalign(&memory, unit, size + paddingBytes) != 0)
      return nullptr;
    header = static_cast<Header *>(memory);
    *header = {nullptr, size, /*freed=*/0, /*heap=*/1};
    heapLive += size;
  }
  if (used + heapLive > demand)
    demand = used + heapLive;
  return header + 1;
}

void ScratchStack::release(void *pointer) {
  if (!pointer)
    return;
  Header *header = static_cast<Header *>(pointer) - 1;
  if (header->heap) {
    heapLive -= header->size;
    free(header);
  } else {
    header->freed = 1;
    while (top && top->freed) {
      used -= top->size;
      top = top->below;
    }
  }
  // Now, not when it is next asked for: a second call then allocates nothing.
  if (!top && heapLive == 0 && demand > capacity)
    grow();
}

void ScratchStack::destroy() {
  free(block);
  *this = ScratchStack();
}
