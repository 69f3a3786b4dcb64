// Ahead-of-time compile, link and load of one kernel, with Halide's own runtime for its threads.
#include "CompiledKernel.h"
#include "Clock.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/LoweringPasses.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <stdexcept>

using namespace Halide;

namespace dlc::bench {

static void link(const std::string &object, const std::string &library) {
  std::string command = "ld.lld-22 -shared -o " + library + " " + object;
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error("cannot link " + object);
}

KernelWorkshop::KernelWorkshop(std::string target) : targetName(std::move(target)) {
  folder = (std::filesystem::temp_directory_path() / "dlc-kernel-bench-XXXXXX").string();
  if (!mkdtemp(folder.data()))
    throw std::runtime_error("cannot make " + folder);
  compile_standalone_runtime({{OutputFileType::object, folder + "/runtime.o"}},
                             Target("x86-64-linux"));
  link(folder + "/runtime.o", folder + "/runtime.so");
  void *runtime = dlopen((folder + "/runtime.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (!runtime)
    throw std::runtime_error(dlerror());
  setNumThreads = reinterpret_cast<int (*)(int)>(dlsym(runtime, "halide_set_num_threads"));
}

KernelWorkshop::~KernelWorkshop() {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

void KernelWorkshop::setThreads(int threads) { setNumThreads(threads); }

KernelWorkshop::Loaded KernelWorkshop::compile(const BuiltKernel &kernel,
                                               const std::string &assembly) {
  std::string name = "k" + std::to_string(serial++), base = folder + "/" + name;
  std::vector<Argument> args(kernel.params.begin(), kernel.params.end());
  Target target = Target(targetName).with_feature(Target::UserContext);
  Loaded loaded;
  const double start = threadSeconds();
  Pipeline pipeline = kernel.pipeline;
  templates::addLoweringPasses(pipeline, target.has_feature(Target::AVX512_Skylake));
  target = templates::makeStrict(pipeline, target, /*sumsProducts=*/!kernel.strictFloat);
  Module module = pipeline.compile_to_module(args, name, target, LinkageType::ExternalPlusArgv);
  module.compile({{OutputFileType::object, base + ".o"}});
  loaded.compileMs = 1e3 * (threadSeconds() - start);
  loaded.objectBytes = long(std::filesystem::file_size(base + ".o"));
  if (!assembly.empty())
    module.compile(
        {{OutputFileType::assembly, assembly + ".s"}, {OutputFileType::stmt, assembly + ".stmt"}});
  link(base + ".o", base + ".so");
  void *library = dlopen((base + ".so").c_str(), RTLD_NOW);
  if (!library)
    throw std::runtime_error(dlerror());
  loaded.call = reinterpret_cast<int (*)(void **)>(dlsym(library, (name + "_argv").c_str()));
  return loaded;
}

} // namespace dlc::bench
