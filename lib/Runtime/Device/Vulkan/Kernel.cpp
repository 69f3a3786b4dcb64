// Kernels: from Halide's bytes to pipelines, and their launches.
#include "Vulkan.h"

#include <stdlib.h>
#include <string.h>

namespace dlcrt::vulkan {

namespace {

struct Program {
  const char *source;
  size_t bytes;
};

/// An entry point, ready to be launched.
struct Kernel {
  Module module;
  uint32_t threads[3];
  Handle setLayout, layout, pipeline;
};

} // namespace

void *loadProgram(Device &device, const char *source, size_t bytes) {
  auto *program = static_cast<Program *>(malloc(sizeof(Program)));
  if (program)
    *program = {source, bytes};
  else
    setError(*device.context, "vulkan: out of memory for a program");
  return program;
}

void unloadProgram(Device &, void *program) { free(program); }

static bool makeSetLayout(Device &device, Kernel &kernel) {
  State &state = of(device);
  SetLayoutBinding bindings[maxLaunchArguments];
  const uint32_t count = kernel.module.numUniforms + kernel.module.numStorageBuffers;
  const uint32_t most = state.properties.limits.maxStageStorageBuffers;
  if (count > maxLaunchArguments || kernel.module.numStorageBuffers > most) {
    setError(*device.context,
             "vulkan: kernel %s takes %u tensors, device '%s' binds at most %u: choose another "
             "with dlc_options.device",
             kernel.module.name, kernel.module.numStorageBuffers, state.properties.name, most);
    return false;
  }
  for (uint32_t i = 0; i < count; ++i)
    bindings[i] = {i, i < kernel.module.numUniforms ? DescriptorUniform : DescriptorStorage, 1,
                   ShaderStageCompute, nullptr};
  SetLayoutInfo info = {TypeSetLayout, nullptr, 0, count, bindings};
  return succeeded(device,
                   state.call.createSetLayout(state.device, &info, nullptr, &kernel.setLayout),
                   "vkCreateDescriptorSetLayout");
}

static bool makePipeline(Device &device, Kernel &kernel) {
  State &state = of(device);
  Code code = prepareCode(device, kernel.module);
  if (!code.words)
    return false;
  memcpy(kernel.threads, code.threads, sizeof(kernel.threads));
  ShaderModuleInfo shader = {TypeShaderModule, nullptr, 0, code.count * sizeof(uint32_t),
                             code.words};
  Handle module = nullptr;
  bool made =
      succeeded(device, state.call.createShaderModule(state.device, &shader, nullptr, &module),
                "vkCreateShaderModule");
  free(code.words);
  if (!made)
    return false;
  PipelineLayoutInfo layout = {TypePipelineLayout, nullptr, 0, 1, &kernel.setLayout, 0, nullptr};
  made = succeeded(device,
                   state.call.createPipelineLayout(state.device, &layout, nullptr, &kernel.layout),
                   "vkCreatePipelineLayout");
  if (made) {
    ShaderStageInfo stage = {TypeShaderStage,    nullptr, 0, ShaderStageCompute, module,
                             kernel.module.name, nullptr};
    ComputePipelineInfo info = {
        TypeComputePipeline, nullptr, PipelineDispatchBase, stage, kernel.layout, nullptr, 0};
    made = succeeded(device,
                     state.call.createComputePipelines(state.device, nullptr, 1, &info, nullptr,
                                                       &kernel.pipeline),
                     "vkCreateComputePipelines");
  }
  state.call.destroyShaderModule(state.device, module, nullptr);
  return made;
}

void *findEntry(Device &device, void *program, const char *name) {
  auto *kernel = static_cast<Kernel *>(calloc(1, sizeof(Kernel)));
  if (!kernel) {
    setError(*device.context, "vulkan: out of memory for a kernel");
    return nullptr;
  }
  const Program &code = *static_cast<Program *>(program);
  if (findModule(device, code.source, code.bytes, name, kernel->module) &&
      makeSetLayout(device, *kernel) && makePipeline(device, *kernel))
    return kernel;
  releaseEntry(device, kernel);
  return nullptr;
}

void releaseEntry(Device &device, void *entry) {
  State &state = of(device);
  auto *kernel = static_cast<Kernel *>(entry);
  if (kernel->pipeline)
    state.call.destroyPipeline(state.device, kernel->pipeline, nullptr);
  if (kernel->layout)
    state.call.destroyPipelineLayout(state.device, kernel->layout, nullptr);
  if (kernel->setLayout)
    state.call.destroySetLayout(state.device, kernel->setLayout, nullptr);
  free(kernel);
}

/// Whether the device can run blocks of that shape, and the kernel was made for them.
static bool checkShape(Device &device, const Kernel &kernel, const LaunchShape &shape) {
  const DeviceProperties &properties = of(device).properties;
  const Limits &limits = properties.limits;
  uint64_t threads = 1;
  bool fits = true, same = true;
  for (int i = 0; i < 3; ++i) {
    threads *= kernel.threads[i];
    fits &= kernel.threads[i] <= limits.maxGroupThreads[i];
    same &= kernel.threads[i] == static_cast<uint32_t>(shape.threads[i]);
  }
  if (!same)
    setError(*device.context, "vulkan: kernel %s: expected blocks of %ux%ux%u, found %dx%dx%d",
             kernel.module.name, kernel.threads[0], kernel.threads[1], kernel.threads[2],
             shape.threads[0], shape.threads[1], shape.threads[2]);
  else if (!fits || threads > limits.maxThreads ||
           kernel.module.sharedBytes > limits.maxSharedBytes)
    setError(*device.context,
             "vulkan: kernel %s needs blocks of %llu threads with %u bytes of shared memory, "
             "device '%s' has %u and %u: choose another with dlc_options.device",
             kernel.module.name, static_cast<unsigned long long>(threads),
             kernel.module.sharedBytes, properties.name, limits.maxThreads, limits.maxSharedBytes);
  else
    return true;
  return false;
}

/// The scalars of a launch, behind each other, where the kernel finds them.
static bool bindScalars(Device &device, const LaunchArgument *arguments, int count,
                        DescriptorBuffer &binding) {
  State &state = of(device);
  uint64_t bytes = 0, place = 0;
  for (int i = 0; i < count; ++i)
    bytes += arguments[i].isTensor ? 0 : arguments[i].bytes;
  // Drivers read blocks of four words.
  constexpr uint64_t blockBytes = 16;
  binding = {state.staging.buffer, 0, (bytes + blockBytes - 1) / blockBytes * blockBytes};
  if (!stage(device, binding.range, state.properties.limits.uniformOffsetAlignment, binding.offset))
    return false;
  for (int i = 0; i < count; ++i)
    if (!arguments[i].isTensor) {
      memcpy(state.stagingMemory + binding.offset + place, arguments[i].value, arguments[i].bytes);
      place += arguments[i].bytes;
    }
  return true;
}

/// A tensor, from the last binding step before it on.
static bool bindTensor(Device &device, const Kernel &kernel, const LaunchArgument &argument,
                       DescriptorBuffer &binding) {
  const State &state = of(device);
  const auto address = *static_cast<const uint64_t *>(argument.value);
  const Buffer *buffer = findBuffer(device, address);
  if (!buffer)
    return false;
  const uint64_t offset = (address - buffer->address) / bindingStep * bindingStep;
  const uint64_t left = buffer->bytes - offset;
  uint64_t range = address - buffer->address - offset + argument.bytes;
  constexpr uint64_t word = sizeof(uint32_t);
  range = (range + word) / word * word;
  range = range < left ? range : left;
  const uint32_t most = state.properties.limits.maxStorageRange;
  if (range > most) {
    setError(*device.context,
             "vulkan: kernel %s has a tensor of %llu bytes, device '%s' binds at most %u: choose "
             "another with dlc_options.device",
             kernel.module.name, static_cast<unsigned long long>(argument.bytes),
             state.properties.name, most);
    return false;
  }
  binding = {buffer->buffer, offset, range};
  return true;
}

/// A descriptor set with the arguments of a launch; null where one cannot be bound.
static Handle bindArguments(Device &device, const Kernel &kernel, const LaunchArgument *arguments,
                            int count) {
  State &state = of(device);
  DescriptorBuffer buffers[maxLaunchArguments];
  uint32_t numBuffers = kernel.module.numUniforms;
  if (!makeDescriptorRoom(device, kernel.module.numStorageBuffers) ||
      (numBuffers && !bindScalars(device, arguments, count, buffers[0])))
    return nullptr;
  for (int i = 0; i < count; ++i)
    if (arguments[i].isTensor && !bindTensor(device, kernel, arguments[i], buffers[numBuffers++]))
      return nullptr;
  if (numBuffers != kernel.module.numUniforms + kernel.module.numStorageBuffers) {
    setError(*device.context, "vulkan: kernel %s: expected %u tensors, found %u",
             kernel.module.name, kernel.module.numStorageBuffers,
             numBuffers - kernel.module.numUniforms);
    return nullptr;
  }
  Handle set = takeDescriptorSet(device, kernel.setLayout, kernel.module.numStorageBuffers);
  if (!set)
    return nullptr;
  WriteDescriptor writes[maxLaunchArguments];
  for (uint32_t i = 0; i < numBuffers; ++i)
    writes[i] = {TypeWriteDescriptor,
                 nullptr,
                 set,
                 i,
                 0,
                 1,
                 i < kernel.module.numUniforms ? DescriptorUniform : DescriptorStorage,
                 nullptr,
                 &buffers[i],
                 nullptr};
  state.call.updateSets(state.device, numBuffers, writes, 0, nullptr);
  return set;
}

/// Records the blocks, in as many parts as the device's grids need.
static void dispatch(State &state, const int *blocks) {
  const uint32_t *most = state.properties.limits.maxGroups;
  const uint32_t total[] = {static_cast<uint32_t>(blocks[0]), static_cast<uint32_t>(blocks[1]),
                            static_cast<uint32_t>(blocks[2])};
  auto part = [&](int dimension, uint32_t begin) {
    uint32_t left = total[dimension] - begin;
    return left < most[dimension] ? left : most[dimension];
  };
  for (uint32_t z = 0; z < total[2]; z += part(2, z))
    for (uint32_t y = 0; y < total[1]; y += part(1, y))
      for (uint32_t x = 0; x < total[0]; x += part(0, x))
        state.call.dispatch(state.commands, x, y, z, part(0, x), part(1, y), part(2, z));
}

bool launch(Device &device, void *entry, const LaunchShape &shape, const LaunchArgument *arguments,
            int count) {
  State &state = of(device);
  const Kernel &kernel = *static_cast<Kernel *>(entry);
  if (!checkShape(device, kernel, shape))
    return false;
  Handle set = bindArguments(device, kernel, arguments, count);
  if (!set || !record(device))
    return false;
  state.call.bindPipeline(state.commands, BindPointCompute, kernel.pipeline);
  state.call.bindSets(state.commands, BindPointCompute, kernel.layout, 0, 1, &set, 0, nullptr);
  dispatch(state, shape.blocks);
  orderCommands(device);
  return true;
}

} // namespace dlcrt::vulkan
