// Fork-join over worker threads that spin for a while after each job and then sleep, so that the
// many short parallel loops of one inference cost about a microsecond each.
#ifndef DLC_LIB_RUNTIME_THREADPOOL_H
#define DLC_LIB_RUNTIME_THREADPOOL_H

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <pthread.h>

namespace dlcrt {

/// A parallel loop's body: what halide_do_par_for is given.
using Task = int (*)(void *userContext, int index, uint8_t *closure);

/// Largest number of threads that share one loop.
constexpr int maxThreads = 256;

/// Cores that this process may run on, at least 1.
int availableCores();

/// Gives thread `slot` its user context: slot 0 is the thread that called ThreadPool::run.
struct SlotContexts {
  uint8_t *base; ///< user context of slot 0
  size_t stride; ///< bytes from one slot's to the next's
  void *of(int slot) const { return base + stride * static_cast<size_t>(slot); }
};

/// One loop to share out: body(slots.of(slot), begin + i, closure) for each i in [0, count).
struct Loop {
  Task body;
  uint8_t *closure;
  int begin;
  int count;
  SlotContexts slots;
};

/// A set of threads with one job at a time. Reference-counted: contexts may share it.
class ThreadPool {
public:
  /// `threads` counts the calling one. Workers start with the first job. Null when memory is short.
  static ThreadPool *create(int threads);
  ThreadPool *retain();
  /// Stops and joins the workers with the last reference.
  void release();

  int threads() const { return size; }
  /// Runs the loop; 0, or what a failing body returned. Returns false, and runs nothing, when
  /// another thread's job has the workers.
  bool run(const Loop &loop, int &result);
  /// Between these, workers spin longer before they sleep: the next loop is near.
  void beginRun() { activeRuns.fetch_add(1, std::memory_order_relaxed); }
  void endRun() { activeRuns.fetch_sub(1, std::memory_order_relaxed); }

private:
  /// The indices of a job that one thread takes first, and others once they have none left. Loops
  /// over the rows of images meet the rows that the same core wrote in the loop before.
  struct alignas(64) Share {
    std::atomic<int64_t> next; ///< first index that no thread has claimed
    int64_t end;
  };
  struct Worker {
    ThreadPool *pool;
    pthread_t thread;
    int slot;
  };

  static void *workerMain(void *argument);
  void startWorkers();
  void shutDown();
  void work(Worker &self);
  void shareOut(int64_t count);
  void takeChunks(int slot);
  void takeFrom(Share &share, void *userContext);
  uint32_t awaitJob(uint32_t lastSeen);
  void awaitWorkers();

  /// Odd while a job may be joined; workers wait on it (a futex).
  alignas(64) std::atomic<uint32_t> generation;
  /// Workers inside of a job, or about to find that it is closed.
  alignas(64) std::atomic<uint32_t> joined;

  alignas(64) Loop job;
  int64_t chunk;
  int shareCount;         ///< shares of the job, the thread of slot i owns share i
  std::atomic<int> error; ///< what a failing body returned
  std::atomic<uint32_t> sleepers;
  std::atomic<uint32_t> activeRuns;
  std::atomic<uint32_t> occupied; ///< a thread is inside of run
  std::atomic<uint32_t> stopping;
  std::atomic<uint32_t> references;
  int size;     ///< threads, the calling one included
  int started;  ///< workers that exist
  bool tried;   ///< startWorkers has been called
  bool crowded; ///< more threads than cores: spinning would only delay the others
  Worker workers[maxThreads];
  Share shares[maxThreads];
};

} // namespace dlcrt

#endif // DLC_LIB_RUNTIME_THREADPOOL_H
