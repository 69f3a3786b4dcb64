// The phase `codegen`: see CompileKernels.h.
#include "dlc/Pipelines/CompileKernels.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <sys/stat.h>
#include <thread>

using namespace mlir;
using namespace dlc;

/// Bytes of weights inside of the region: their printed form is a name.
static void appendResources(dl::KernelOp kernel, llvm::raw_ostream &os) {
  kernel.walk([&](dl::ConstantOp constant) {
    auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
    AsmResourceBlob *blob = resource ? resource.getRawHandle().getBlob() : nullptr;
    if (!blob)
      return;
    ArrayRef<char> data = blob->getData();
    os << hashBytes(std::string_view(data.data(), data.size())).hex() << "\n";
  });
}

std::string dlc::recipeText(dl::KernelOp kernel) {
  // In a function of its own, values are numbered the same everywhere.
  OpBuilder builder(kernel.getContext());
  OwningOpRef<func::FuncOp> function = func::FuncOp::create(
      kernel.getLoc(), "recipe",
      builder.getFunctionType(kernel.getOperandTypes(), kernel.getResultTypes()));
  builder.setInsertionPointToStart(function->addEntryBlock());
  IRMapping mapping;
  mapping.map(kernel.getInputs(), function->getArguments());
  auto copy = cast<dl::KernelOp>(builder.clone(*kernel, mapping));
  copy.removeSymbolAttr();
  copy.removeNotFusedAttr();
  for (NamedAttribute attribute : llvm::to_vector(copy->getDiscardableAttrs()))
    copy->removeDiscardableAttr(attribute.getName());
  func::ReturnOp::create(builder, kernel.getLoc(), copy->getResults());

  std::string text;
  llvm::raw_string_ostream out(text);
  function->print(out, OpPrintingFlags().useLocalScope());
  appendResources(kernel, out);
  return text;
}

std::string dlc::buildIdentity() {
  struct stat info{};
  if (stat("/proc/self/exe", &info) != 0)
    return {};
  return std::to_string(info.st_size) + "-" + std::to_string(info.st_mtim.tv_sec) + "." +
         std::to_string(info.st_mtim.tv_nsec);
}

/// `conv_gemm`-like words in symbols help who reads a profile of the process.
static std::string symbolFor(dl::KernelOp kernel, const Hash128 &recipe) {
  return "kernel_" + fusionClassName(kernel.getKind()).str() + "_" + recipe.hex().substr(0, 20);
}

namespace {

/// A recipe on its way to an object.
struct Job {
  dl::KernelOp kernel;
  std::string symbol;
  Hash128 key;
  std::optional<Expected<std::string>> result;
  bool fromCache = false;
};

/// Works through jobs with several threads; the calling one reports.
class JobRunner {
public:
  JobRunner(std::vector<Job> &jobs, const KernelCompilation &compilation)
      : jobs(jobs), compilation(compilation) {}

  void run(unsigned numThreads) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < numThreads; ++i)
      threads.emplace_back([this] { work(); });
    report();
    for (std::thread &thread : threads)
      thread.join();
  }

private:
  void work() {
    for (size_t index = next++; index < jobs.size(); index = next++) {
      if (!hasFailed)
        compile(jobs[index]);
      std::lock_guard lock(mutex);
      finished.push_back(index);
      changed.notify_one();
    }
  }

  void compile(Job &job) {
    if (compilation.cache)
      if (std::optional<std::string> object = compilation.cache->find(job.key)) {
        job.result = std::move(*object);
        job.fromCache = true;
        return;
      }
    job.result = compilation.compile(job.kernel, job.symbol);
    if (!*job.result)
      hasFailed = true;
    else if (compilation.cache)
      compilation.cache->store(job.key, **job.result);
  }

  void report() {
    for (size_t done = 0; done < jobs.size();) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return finished.size() > done; });
      size_t index = finished[done++];
      lock.unlock();
      if (compilation.progress)
        compilation.progress(jobs[index].symbol, done, jobs.size());
    }
  }

  std::vector<Job> &jobs;
  const KernelCompilation &compilation;
  std::atomic<size_t> next = 0;
  std::atomic<bool> hasFailed = false;
  std::mutex mutex; ///< of `finished`
  std::condition_variable changed;
  std::vector<size_t> finished;
};

} // namespace

/// One job a symbol, in the order of first use; sets the symbols that are missing.
static std::vector<Job> collectJobs(ModuleOp module, const std::string &environment) {
  llvm::MapVector<StringRef, Job> jobs;
  module.walk([&](dl::KernelOp kernel) {
    if (kernel.getSymbol() && jobs.contains(*kernel.getSymbol()))
      return;
    std::string recipe = recipeText(kernel);
    if (!kernel.getSymbol()) {
      Hash128 hash = Hasher().addField(recipe).addField(environment).finish();
      kernel.setSymbol(symbolFor(kernel, hash));
    }
    StringRef symbol = *kernel.getSymbol(); // owned by the context
    Hash128 key = Hasher().addField(recipe).addField(environment).addField(symbol).finish();
    jobs.insert({symbol, Job{kernel, symbol.str(), key, std::nullopt}});
  });
  std::vector<Job> result;
  for (auto &[symbol, job] : jobs)
    result.push_back(std::move(job));
  return result;
}

Expected<std::vector<KernelObject>> dlc::compileKernels(ModuleOp module,
                                                        const KernelCompilation &compilation) {
  std::vector<Job> jobs = collectJobs(module, compilation.environment);
  unsigned threads =
      compilation.jobs ? compilation.jobs : std::max(1u, std::thread::hardware_concurrency());
  JobRunner(jobs, compilation).run(std::min<size_t>(threads, jobs.size()));

  std::vector<KernelObject> objects;
  for (Job &job : jobs)
    if (job.result && !*job.result)
      return job.result->error();
  for (Job &job : jobs)
    objects.push_back({job.symbol, std::move(**job.result), job.fromCache});
  return objects;
}
