// Asks the drivers that artifacts would open, through the few functions that tell of devices.
#include "dlc/Driver/Targets.h"

#include "dlc/Runtime/VulkanInterface.h"
#include "dlc/Schedule/MachineFacts.h"

#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace dlc;

namespace {

/// A driver's library, left open: some leave threads behind.
class DriverLibrary {
public:
  explicit DriverLibrary(const char *file) : handle(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
    if (!handle)
      problem = dlerror();
  }
  explicit operator bool() const { return handle; }
  template <typename Function>
  bool find(Function &function, const char *name) const {
    function = reinterpret_cast<Function>(dlsym(handle, name));
    return function;
  }
  std::string problem;

private:
  void *handle;
};

} // namespace

static std::string bytesText(uint64_t bytes) {
  if (bytes >= (uint64_t(1) << 30))
    return std::to_string(bytes >> 30) + " GiB";
  if (bytes >= (uint64_t(1) << 20))
    return std::to_string(bytes >> 20) + " MiB";
  return std::to_string(bytes >> 10) + " KiB";
}

static TargetReport hostTarget() {
  schedule::MachineFacts facts = schedule::hostMachineFacts();
  TargetReport report{"cpu", {}, {}, {}};
  report.limits = {{"vector", std::to_string(facts.vectorBytes * 8) + " bits"},
                   {"vector registers", std::to_string(facts.vectorRegisters)},
                   {"cores", std::to_string(facts.cores)},
                   {"L1", bytesText(static_cast<uint64_t>(facts.l1Bytes))},
                   {"L2", bytesText(static_cast<uint64_t>(facts.l2Bytes))},
                   {"L3", bytesText(static_cast<uint64_t>(facts.l3Bytes))}};
  report.devices.push_back({0, "this machine", {}});
  return report;
}

static TargetReport deviceTarget(schedule::DeviceKind kind) {
  schedule::DeviceFacts facts = schedule::deviceFacts(kind);
  TargetReport report{std::string(schedule::deviceName(kind)), {}, {}, {}};
  report.limits = {{"threads of a block", std::to_string(facts.maxThreads)},
                   {"shared memory", bytesText(static_cast<uint64_t>(facts.sharedBytes))},
                   {"subgroup", std::to_string(facts.subgroup)},
                   {"registers of a thread", std::to_string(facts.registers)}};
  return report;
}

//===-- OpenCL -----------------------------------------------------------------------------===//

namespace {

enum OpenCLConstant : uint32_t {
  DeviceTypeAll = 0xFFFFFFFF,
  DeviceTypeCPU = 1 << 1,
  DeviceType = 0x1000,
  MaxComputeUnits = 0x1002,
  MaxWorkGroupSize = 0x1004,
  GlobalMemSize = 0x101F,
  LocalMemSize = 0x1023,
  DeviceName = 0x102B,
  DeviceVersion = 0x102F,
  SVMCapabilities = 0x1053,
};

/// The functions of libOpenCL that are asked.
struct OpenCLQueries {
  int32_t (*platforms)(uint32_t, void **, uint32_t *);
  int32_t (*devices)(void *, uint64_t, uint32_t, void **, uint32_t *);
  int32_t (*info)(void *, uint32_t, size_t, void *, size_t *);

  uint64_t number(void *device, uint32_t what) const {
    uint64_t value = 0;
    info(device, what, sizeof(value), &value, nullptr);
    return value;
  }
  std::string text(void *device, uint32_t what) const {
    char value[256] = "";
    info(device, what, sizeof(value) - 1, value, nullptr);
    return value;
  }
};

} // namespace

static TargetReport findOpenCL() {
  TargetReport report = deviceTarget(schedule::DeviceKind::OpenCL);
  DriverLibrary library("libOpenCL.so.1");
  OpenCLQueries cl{};
  if (!library) {
    report.missing = "no OpenCL loader: install ocl-icd-libopencl1 and a driver, such as "
                     "pocl-opencl-icd (" +
                     library.problem + ")";
    return report;
  }
  constexpr uint32_t most = 16;
  void *platforms[most], *devices[most];
  uint32_t numPlatforms = 0;
  if (!library.find(cl.platforms, "clGetPlatformIDs") ||
      !library.find(cl.devices, "clGetDeviceIDs") || !library.find(cl.info, "clGetDeviceInfo") ||
      cl.platforms(most, platforms, &numPlatforms) != 0 || numPlatforms == 0) {
    report.missing = "an OpenCL loader without a driver: install one, such as pocl-opencl-icd";
    return report;
  }
  // In the order of the runtime (lib/Runtime/Device/OpenCL.cpp).
  for (bool cpus : {false, true})
    for (uint32_t p = 0; p < numPlatforms && p < most; ++p) {
      uint32_t count = 0;
      if (cl.devices(platforms[p], DeviceTypeAll, most, devices, &count) != 0)
        continue;
      for (uint32_t d = 0; d < count && d < most; ++d) {
        if (((cl.number(devices[d], DeviceType) & DeviceTypeCPU) != 0) != cpus)
          continue;
        bool usable = cl.number(devices[d], SVMCapabilities) & 1;
        report.devices.push_back(
            {static_cast<int>(report.devices.size()),
             cl.text(devices[d], DeviceName),
             {{"version", cl.text(devices[d], DeviceVersion)},
              {"units", std::to_string(cl.number(devices[d], MaxComputeUnits) & 0xFFFFFFFF)},
              {"threads of a block", std::to_string(cl.number(devices[d], MaxWorkGroupSize))},
              {"shared memory", bytesText(cl.number(devices[d], LocalMemSize))},
              {"memory", bytesText(cl.number(devices[d], GlobalMemSize))},
              {"usable", usable ? "yes" : "no: it has no shared virtual memory"}}});
      }
    }
  if (report.devices.empty())
    report.missing = "OpenCL platforms without a device";
  return report;
}

//===-- CUDA -------------------------------------------------------------------------------===//

namespace {

enum CUDAAttribute : int32_t {
  MaxThreadsPerBlock = 1,
  MaxSharedMemoryPerBlock = 8,
  WarpSize = 10,
  MaxRegistersPerBlock = 12,
  MultiprocessorCount = 16,
  ComputeCapabilityMajor = 75,
  ComputeCapabilityMinor = 76,
};

/// The functions of libcuda that are asked.
struct CUDAQueries {
  int32_t (*init)(uint32_t);
  int32_t (*count)(int32_t *);
  int32_t (*get)(int32_t *, int32_t);
  int32_t (*name)(char *, int32_t, int32_t);
  int32_t (*memory)(size_t *, int32_t);
  int32_t (*attribute)(int32_t *, int32_t, int32_t);

  bool load(const DriverLibrary &library) {
    return library.find(init, "cuInit") && library.find(count, "cuDeviceGetCount") &&
           library.find(get, "cuDeviceGet") && library.find(name, "cuDeviceGetName") &&
           library.find(memory, "cuDeviceTotalMem_v2") &&
           library.find(attribute, "cuDeviceGetAttribute");
  }
  int32_t number(int32_t device, CUDAAttribute what) const {
    int32_t value = 0;
    attribute(&value, what, device);
    return value;
  }
};

} // namespace

static TargetReport findCUDA() {
  TargetReport report = deviceTarget(schedule::DeviceKind::CUDA);
  report.limits.emplace_back("PTX", "sm_75 and later");
  DriverLibrary library("libcuda.so.1");
  CUDAQueries cuda{};
  if (!library) {
    report.missing = "no driver of NVIDIA's (" + library.problem + ")";
    return report;
  }
  int32_t count = 0;
  if (!cuda.load(library) || cuda.init(0) != 0 || cuda.count(&count) != 0 || count == 0) {
    report.missing = "a driver of NVIDIA's that finds no GPU";
    return report;
  }
  for (int32_t ordinal = 0; ordinal < count; ++ordinal) {
    int32_t device = 0;
    char name[128] = "";
    size_t memory = 0;
    cuda.get(&device, ordinal);
    cuda.name(name, sizeof(name) - 1, device);
    cuda.memory(&memory, device);
    auto number = [&](CUDAAttribute what) { return std::to_string(cuda.number(device, what)); };
    report.devices.push_back(
        {ordinal,
         name,
         {{"compute capability",
           number(ComputeCapabilityMajor) + "." + number(ComputeCapabilityMinor)},
          {"multiprocessors", number(MultiprocessorCount)},
          {"threads of a block", number(MaxThreadsPerBlock)},
          {"shared memory",
           bytesText(static_cast<uint64_t>(cuda.number(device, MaxSharedMemoryPerBlock)))},
          {"subgroup", number(WarpSize)},
          {"registers of a block", number(MaxRegistersPerBlock)},
          {"memory", bytesText(memory)}}});
  }
  return report;
}

//===-- Vulkan -----------------------------------------------------------------------------===//

namespace {

/// The functions of libvulkan that are asked, and the instance that they are asked of.
class VulkanQueries {
public:
  explicit VulkanQueries(const DriverLibrary &library) {
    namespace vk = dlcrt::vulkan;
    decltype(vk::Functions::createInstance) createInstance = nullptr;
    if (!library.find(createInstance, "vkCreateInstance") ||
        !library.find(destroy, "vkDestroyInstance") ||
        !library.find(enumerate, "vkEnumeratePhysicalDevices") ||
        !library.find(getProperties, "vkGetPhysicalDeviceProperties") ||
        !library.find(getMemory, "vkGetPhysicalDeviceMemoryProperties"))
      return;
    const vk::ApplicationInfo application = {vk::TypeApplication, nullptr, "dlc", 1, "dlc", 1,
                                             vk::version12};
    const vk::InstanceInfo info = {vk::TypeInstance, nullptr, 0,      &application, 0,
                                   nullptr,          0,       nullptr};
    if (createInstance(&info, nullptr, &instance) != 0)
      instance = nullptr;
  }
  ~VulkanQueries() {
    if (instance)
      destroy(instance, nullptr);
  }
  VulkanQueries(const VulkanQueries &) = delete;
  VulkanQueries &operator=(const VulkanQueries &) = delete;

  std::vector<dlcrt::vulkan::Handle> devices() const {
    dlcrt::vulkan::Handle found[16];
    uint32_t count = 16;
    // A positive result tells that there are more.
    if (!instance || enumerate(instance, &count, found) < 0)
      return {};
    return std::vector<dlcrt::vulkan::Handle>(found, found + count);
  }
  dlcrt::vulkan::DeviceProperties properties(dlcrt::vulkan::Handle device) const {
    dlcrt::vulkan::DeviceProperties result = {};
    getProperties(device, &result);
    return result;
  }
  /// Bytes of the device's own memory.
  uint64_t memory(dlcrt::vulkan::Handle device) const {
    dlcrt::vulkan::MemoryProperties memory = {};
    getMemory(device, &memory);
    uint64_t bytes = 0;
    for (uint32_t heap = 0; heap < memory.numHeaps; ++heap)
      if (memory.heaps[heap].flags & dlcrt::vulkan::MemoryDeviceLocal)
        bytes += memory.heaps[heap].bytes;
    return bytes;
  }

private:
  dlcrt::vulkan::Handle instance = nullptr;
  decltype(dlcrt::vulkan::Functions::destroyInstance) destroy = nullptr;
  decltype(dlcrt::vulkan::Functions::enumerateDevices) enumerate = nullptr;
  decltype(dlcrt::vulkan::Functions::getProperties) getProperties = nullptr;
  decltype(dlcrt::vulkan::Functions::getMemoryProperties) getMemory = nullptr;
};

} // namespace

static std::string versionText(uint32_t version) {
  return std::to_string(version >> 22) + "." + std::to_string(version >> 12 & 0x3FF);
}

static TargetReport findVulkan() {
  TargetReport report = deviceTarget(schedule::DeviceKind::Vulkan);
  DriverLibrary library("libvulkan.so.1");
  if (!library) {
    report.missing = "no Vulkan loader: install libvulkan1 and a driver, such as "
                     "mesa-vulkan-drivers (" +
                     library.problem + ")";
    return report;
  }
  VulkanQueries vulkan(library);
  // In the order of the runtime (lib/Runtime/Device/Vulkan/Open.cpp).
  for (bool cpus : {false, true})
    for (dlcrt::vulkan::Handle device : vulkan.devices()) {
      const dlcrt::vulkan::DeviceProperties found = vulkan.properties(device);
      if ((found.deviceType == dlcrt::vulkan::DeviceTypeCPU) != cpus)
        continue;
      const bool usable = found.apiVersion >= dlcrt::vulkan::version12;
      report.devices.push_back({static_cast<int>(report.devices.size()),
                                found.name,
                                {{"version", versionText(found.apiVersion)},
                                 {"threads of a block", std::to_string(found.limits.maxThreads)},
                                 {"shared memory", bytesText(found.limits.maxSharedBytes)},
                                 {"memory", bytesText(vulkan.memory(device))},
                                 {"usable", usable ? "yes" : "no: it has no Vulkan 1.2"}}});
    }
  if (report.devices.empty())
    report.missing =
        "a Vulkan loader without a device: install a driver, such as mesa-vulkan-drivers";
  return report;
}

//===-- All --------------------------------------------------------------------------------===//

/// The signal that ends a process which calls `find`, or 0. Drivers are others' code: some abort
/// where they miss a file (PoCL without /sys).
template <typename Find>
static int signalOf(Find find) {
  pid_t child = ::fork();
  if (child == 0) {
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) // the caller's handlers are not for this process
      ::signal(signal, SIG_DFL);
    int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    (void)find();
    ::_exit(0);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child)
    return 0;
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/// What `find` reports, unless its driver ends the process.
template <typename Find>
static TargetReport findSafely(schedule::DeviceKind kind, Find find) {
  int signal = signalOf(find);
  if (signal == 0)
    return find();
  TargetReport report = deviceTarget(kind);
  report.missing = "a driver that ends the process which asks for its devices (" +
                   std::string(::strsignal(signal)) + ")";
  return report;
}

std::vector<TargetReport> dlc::findTargets() {
  return {hostTarget(), findSafely(schedule::DeviceKind::OpenCL, findOpenCL),
          findSafely(schedule::DeviceKind::CUDA, findCUDA),
          findSafely(schedule::DeviceKind::Vulkan, findVulkan)};
}
