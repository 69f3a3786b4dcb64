// Fork-join over spinning workers; see ThreadPool.h.
//
// A job is open while `generation` is odd. A worker announces itself in `joined` before it looks at
// `generation` again, and the caller closes the job before it looks at `joined`, both sequentially
// consistent: either the caller sees the worker and waits for it, or the worker sees the job
// closed. So the fields of a job never change under a worker that reads them.
#include "ThreadPool.h"

#include <climits>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

using namespace dlcrt;

/// How long a worker looks for the next job before it sleeps: while a run is under way, and after.
static constexpr uint64_t spinInRunNanoseconds = 2'000'000;
static constexpr uint64_t spinIdleNanoseconds = 60'000;
/// Looks at a word, with a pause between them, before the clock or the scheduler is asked.
static constexpr int looksPerRound = 128;
/// Chunks a thread of a long loop: enough to even out, few enough to claim cheaply.
static constexpr int chunksPerThread = 8;

static void pauseThread() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

static uint64_t nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

static void futexWait(std::atomic<uint32_t> &word, uint32_t expected) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

static void futexWake(std::atomic<uint32_t> &word, int count) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

int dlcrt::availableCores() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof(cores), &cores) == 0) {
    int count = CPU_COUNT(&cores);
    return count < 1 ? 1 : count;
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN); // a mask wider than cpu_set_t
  return online < 1 ? 1 : online > maxThreads ? maxThreads : static_cast<int>(online);
}

ThreadPool *ThreadPool::create(int threads) {
  void *memory = nullptr;
  if (posix_memalign(&memory, alignof(ThreadPool), sizeof(ThreadPool)) != 0)
    return nullptr;
  memset(memory, 0, sizeof(ThreadPool)); // a valid, idle pool: there is no constructor to run
  auto *pool = static_cast<ThreadPool *>(memory);
  pool->size = threads;
  pool->crowded = threads > availableCores();
  pool->references.store(1, std::memory_order_relaxed);
  return pool;
}

ThreadPool *ThreadPool::retain() {
  references.fetch_add(1, std::memory_order_relaxed);
  return this;
}

void ThreadPool::release() {
  if (references.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  shutDown();
  free(this);
}

void ThreadPool::shutDown() {
  stopping.store(1, std::memory_order_seq_cst);
  generation.fetch_add(2, std::memory_order_seq_cst);
  futexWake(generation, INT_MAX);
  for (int i = 0; i < started; ++i)
    pthread_join(workers[i].thread, nullptr);
}

/// Fewer workers than asked for are no failure: the loop is shared by those that exist.
void ThreadPool::startWorkers() {
  tried = true;
  sigset_t all, before;
  sigfillset(&all); // the application's signals are its own threads' business
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (int i = 0; i + 1 < size; ++i) {
    workers[i].pool = this;
    workers[i].slot = i + 1;
    if (pthread_create(&workers[i].thread, nullptr, workerMain, &workers[i]) != 0)
      break;
    ++started;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void *ThreadPool::workerMain(void *argument) {
  auto *self = static_cast<Worker *>(argument);
  self->pool->work(*self);
  return nullptr;
}

void ThreadPool::work(Worker &self) {
  uint32_t lastSeen = 0;
  while (true) {
    lastSeen = awaitJob(lastSeen);
    if (stopping.load(std::memory_order_seq_cst))
      return;
    joined.fetch_add(1, std::memory_order_seq_cst);
    uint32_t current = generation.load(std::memory_order_seq_cst);
    if (current & 1) {
      lastSeen = current;
      takeChunks(self.slot);
    }
    joined.fetch_sub(1, std::memory_order_release);
  }
}

/// Returns a generation other than `lastSeen` that has an open job (or any, when stopping).
uint32_t ThreadPool::awaitJob(uint32_t lastSeen) {
  uint64_t start = crowded ? 0 : nanoseconds();
  while (true) {
    uint32_t current = generation.load(std::memory_order_acquire);
    for (int i = 0; i < looksPerRound; ++i) {
      if (((current & 1) && current != lastSeen) || stopping.load(std::memory_order_relaxed))
        return current;
      pauseThread();
      current = generation.load(std::memory_order_acquire);
    }
    bool inRun = activeRuns.load(std::memory_order_relaxed) != 0;
    uint64_t limit = inRun ? spinInRunNanoseconds : spinIdleNanoseconds;
    if (!crowded && nanoseconds() - start < limit)
      continue;
    sleepers.fetch_add(1, std::memory_order_seq_cst);
    current = generation.load(std::memory_order_seq_cst);
    if ((!(current & 1) || current == lastSeen) && !stopping.load(std::memory_order_seq_cst))
      futexWait(generation, current);
    sleepers.fetch_sub(1, std::memory_order_seq_cst);
    start = crowded ? 0 : nanoseconds();
  }
}

/// As equal shares as there are threads, in their order; at least one index each.
void ThreadPool::shareOut(int64_t count) {
  int64_t chunks = static_cast<int64_t>(size) * chunksPerThread;
  chunk = count > chunks ? count / chunks : 1;
  shareCount = count < size ? static_cast<int>(count) : size;
  for (int i = 0; i < shareCount; ++i) {
    shares[i].next.store(count * i / shareCount, std::memory_order_relaxed);
    shares[i].end = count * (i + 1) / shareCount;
  }
}

void ThreadPool::takeChunks(int slot) {
  void *userContext = job.slots.of(slot);
  for (int i = 0; i < shareCount; ++i)
    takeFrom(shares[(slot + i) % shareCount], userContext);
}

void ThreadPool::takeFrom(Share &share, void *userContext) {
  // Shares that are used up are only looked at.
  while (share.next.load(std::memory_order_relaxed) < share.end &&
         error.load(std::memory_order_relaxed) == 0) {
    int64_t first = share.next.fetch_add(chunk, std::memory_order_relaxed);
    int64_t last = first + chunk < share.end ? first + chunk : share.end;
    for (int64_t i = first; i < last; ++i) {
      int status = job.body(userContext, static_cast<int>(job.begin + i), job.closure);
      int none = 0;
      if (status != 0) // nobody needs the rest
        error.compare_exchange_strong(none, status, std::memory_order_relaxed);
    }
  }
}

/// Waits until no worker is inside of the closed job.
void ThreadPool::awaitWorkers() {
  for (int looks = 0; joined.load(std::memory_order_seq_cst) != 0; ++looks) {
    if (crowded || looks >= 8 * looksPerRound)
      sched_yield(); // a worker that is not on a core cannot finish
    else
      pauseThread();
  }
}

bool ThreadPool::run(const Loop &loop, int &result) {
  if (occupied.exchange(1, std::memory_order_acquire) != 0)
    return false;
  if (!tried)
    startWorkers();
  job = loop;
  shareOut(loop.count);
  error.store(0, std::memory_order_relaxed);

  generation.fetch_add(1, std::memory_order_seq_cst);
  uint32_t sleeping = sleepers.load(std::memory_order_seq_cst);
  if (sleeping != 0)
    futexWake(generation, loop.count - 1 < static_cast<int>(sleeping) ? loop.count - 1
                                                                      : static_cast<int>(sleeping));
  takeChunks(/*slot=*/0);
  generation.fetch_add(1, std::memory_order_seq_cst);
  awaitWorkers();

  result = error.load(std::memory_order_relaxed);
  occupied.store(0, std::memory_order_release);
  return true;
}
