// Memory beside unmapped pages: a read or write outside of it faults.
#ifndef DLC_TEST_BENCHMARK_GUARDEDMEMORY_H
#define DLC_TEST_BENCHMARK_GUARDEDMEMORY_H

#include <cstddef>
#include <sys/mman.h>
#include <unistd.h>

namespace dlc::bench {

/// Memory that ends at an unmapped page, or without `guardEnd` begins at one.
class GuardedMemory {
public:
  GuardedMemory(size_t bytes, bool guardEnd) {
    const size_t page = size_t(sysconf(_SC_PAGESIZE));
    size = (bytes + page - 1) / page * page + 2 * page;
    base = static_cast<char *>(
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(base, page, PROT_NONE);
    mprotect(base + size - page, page, PROT_NONE);
    begin = guardEnd ? base + size - page - bytes : base + page;
  }
  GuardedMemory(const GuardedMemory &) = delete;
  GuardedMemory(GuardedMemory &&other) : base(other.base), begin(other.begin), size(other.size) {
    other.base = nullptr;
  }
  ~GuardedMemory() {
    if (base)
      munmap(base, size);
  }
  char *data() const { return begin; }

private:
  char *base, *begin;
  size_t size;
};

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_GUARDEDMEMORY_H
