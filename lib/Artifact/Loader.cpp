// Opens an artifact through the one symbol that all of them export, and converts between its plain
// C types and ours.
#include "dlc/Artifact/Loader.h"

#include "dlc/Runtime/ABI.h"
#include "dlc/Support/AtomicFile.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fstream>
#include <string_view>

using namespace dlc;

static_assert(static_cast<int>(DType::F32) == DLC_FLOAT32 &&
                  static_cast<int>(DType::I64) == DLC_INT64 &&
                  static_cast<int>(DType::Bool) == DLC_BOOL,
              "DType and dlc_dtype must have one order");

bool dlc::isArtifact(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  char magic[4] = {};
  file.read(magic, sizeof(magic));
  constexpr std::string_view elf = "\x7f"
                                   "ELF";
  return file && std::string_view(magic, sizeof(magic)) == elf;
}

struct Artifact::Library {
  std::string path;
  void *handle = nullptr;
  const dlc_artifact_table *table = nullptr;
  ModelDescription model;

  ~Library() {
    if (handle)
      dlclose(handle);
  }
};

struct Context::Handle {
  std::shared_ptr<const Artifact::Library> library;
  dlcrt_context *context = nullptr;

  const dlc_artifact_table &table() const { return *library->table; }
  ~Handle() {
    if (context)
      table().context_destroy(context);
  }
};

static std::string orEmpty(const char *text) { return text ? text : ""; }

static TensorDescription describeTensor(const dlc_tensor_info &info) {
  return {orEmpty(info.name), static_cast<DType>(info.dtype),
          Shape(info.dims, info.dims + info.rank)};
}

static std::vector<TensorDescription> describeTensors(const dlc_tensor_info *infos,
                                                      uint32_t count) {
  std::vector<TensorDescription> tensors;
  for (uint32_t i = 0; i < count; ++i)
    tensors.push_back(describeTensor(infos[i]));
  return tensors;
}

static KernelDescription describeKernel(const dlc_kernel_info &info) {
  return {orEmpty(info.name), orEmpty(info.kind), info.flops, info.bytes};
}

static ModelDescription describeModel(const dlc_artifact_table &table) {
  const dlc_model_info &info = *table.describe();
  ModelDescription model;
  model.name = orEmpty(info.name);
  model.version = orEmpty(info.version);
  model.stateBytes = info.state_bytes;
  model.constantBytes = info.constant_bytes;
  for (uint32_t i = 0; i < info.num_functions; ++i) {
    const dlc_function_info &function = info.functions[i];
    model.functions.push_back(
        {orEmpty(function.name), describeTensors(function.inputs, function.num_inputs),
         describeTensors(function.outputs, function.num_outputs), table.arena_bytes(i)});
  }
  for (uint64_t i = 0; i < info.num_slots; ++i)
    model.slots.push_back(
        {describeTensor(info.slots[i].tensor), info.slots[i].offset, info.slots[i].of_model != 0});
  for (uint32_t i = 0; i < info.num_symbols; ++i)
    model.symbols.push_back(orEmpty(info.symbols[i]));
  for (uint32_t i = 0; i < info.num_kernels; ++i)
    model.kernels.push_back(describeKernel(info.kernels[i]));
  return model;
}

/// Whether `file` holds all that its program headers place: the system's loader maps what is
/// missing, and reading there ends the process.
static bool isWhole(const MappedFile &file) {
  std::string_view text = file.text();
  Elf64_Ehdr header;
  if (text.size() < sizeof(header))
    return false;
  std::memcpy(&header, text.data(), sizeof(header));
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_phentsize != sizeof(Elf64_Phdr))
    return false;
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    uint64_t at = header.e_phoff + i * sizeof(Elf64_Phdr);
    Elf64_Phdr part;
    if (at < header.e_phoff || at > text.size() || text.size() - at < sizeof(part))
      return false;
    std::memcpy(&part, text.data() + at, sizeof(part));
    if (part.p_offset > text.size() || part.p_filesz > text.size() - part.p_offset)
      return false;
  }
  return true;
}

Expected<Artifact> Artifact::open(const std::string &path) {
  Expected<MappedFile> content = MappedFile::open(path);
  if (!content)
    return content.error();
  if (!isWhole(*content))
    return badInput(path +
                    ": expected a shared library made by `dlc compile`, found a file that is "
                    "none or is cut off");
  auto library = std::make_shared<Library>();
  library->path = path;
  // Without a slash, dlopen would search the system's folders.
  std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  library->handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library->handle)
    return badInput(path + ": cannot be loaded: " + orEmpty(dlerror()));
  library->table = static_cast<const dlc_artifact_table *>(dlsym(library->handle, "dlc_artifact"));
  if (!library->table)
    return badInput(path + ": expected a library made by `dlc compile`, found no symbol "
                           "'dlc_artifact'");
  if (library->table->abi_version != DLC_ABI_VERSION ||
      library->table->size != sizeof(dlc_artifact_table))
    return badInput(path + ": expected ABI version " + std::to_string(DLC_ABI_VERSION) +
                    ", found " + std::to_string(library->table->abi_version) +
                    ": compile the model again");
  library->model = describeModel(*library->table);
  return Artifact(std::move(library));
}

const ModelDescription &Artifact::description() const { return library->model; }

Expected<Context> Artifact::createContext(const ContextOptions &options) const {
  dlc_options native = {};
  native.size = sizeof(native);
  native.threads = options.threads;
  native.profile = options.profile;
  native.state = options.state;
  native.device = options.device;
  auto handle = std::make_unique<Context::Handle>();
  handle->library = library;
  handle->context = library->table->context_create(&native);
  if (!handle->context)
    return Error{ExitCode::Internal, library->path + ": out of memory for a context"};
  return Context(std::move(handle));
}

Context::Context(std::unique_ptr<Handle> handle) : handle(std::move(handle)) {}
Context::Context(Context &&) noexcept = default;
Context &Context::operator=(Context &&) noexcept = default;
Context::~Context() = default;

const ModelDescription &Context::description() const { return handle->library->model; }

/// False when the rank does not fit the ABI.
static bool toNative(const Tensor &tensor, dlc_tensor &native) {
  native = {};
  if (tensor.rank() > DLC_MAX_RANK)
    return false;
  native.data = const_cast<std::byte *>(tensor.raw());
  native.bytes = tensor.numBytes();
  native.dtype = static_cast<int32_t>(tensor.dtype());
  native.rank = static_cast<int32_t>(tensor.rank());
  for (size_t i = 0; i < tensor.shape().size(); ++i)
    native.shape[i] = tensor.shape()[i];
  return true;
}

static Expected<std::vector<dlc_tensor>> toNative(const std::string &path,
                                                  const std::vector<Tensor> &tensors) {
  std::vector<dlc_tensor> native(tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i)
    if (!toNative(tensors[i], native[i]))
      return badInput(path + ": input " + std::to_string(i) + ": expected a rank of at most " +
                      std::to_string(DLC_MAX_RANK) + ", found " +
                      std::to_string(tensors[i].rank()));
  return native;
}

static Error failure(const std::string &path, const dlc_artifact_table &table,
                     const dlcrt_context *context, dlc_status status) {
  std::string text = orEmpty(table.last_error(context));
  if (text.empty())
    text = orEmpty(table.status_string(status));
  bool callersFault = status == DLC_ERROR_ARGUMENT || status == DLC_ERROR_TYPE ||
                      status == DLC_ERROR_SHAPE || status == DLC_ERROR_CAPACITY;
  // What the model's own code refuses (an index out of range) lies in the data, too.
  bool datasFault = callersFault || status == DLC_ERROR_EXECUTION;
  return {datasFault ? ExitCode::BadInput : ExitCode::Internal, path + ": " + text};
}

static Shape shapeOf(const dlc_tensor &native) {
  return Shape(native.shape, native.shape + native.rank);
}

/// Tensors of ours for the outputs whose shape is known before the run; null data for the others.
static void placeOutputs(std::vector<dlc_tensor> &native, std::vector<Tensor> &outputs) {
  outputs.resize(native.size());
  for (size_t i = 0; i < native.size(); ++i) {
    Shape shape = shapeOf(native[i]);
    bool known = elementCount(shape).has_value();
    auto dtype = static_cast<DType>(native[i].dtype);
    bool fits = outputs[i] && outputs[i].dtype() == dtype && outputs[i].shape() == shape;
    if (known && !fits)
      outputs[i] = Tensor(dtype, std::move(shape));
    native[i].data = known ? outputs[i].raw() : nullptr;
    native[i].bytes = known ? outputs[i].numBytes() : 0;
  }
}

Status Context::run(const std::vector<Tensor> &inputs, std::vector<Tensor> &outputs,
                    uint32_t function) {
  const dlc_artifact_table &table = handle->table();
  const std::string &path = handle->library->path;
  assert(function < description().functions.size() && "no such function");
  auto nativeInputs = toNative(path, inputs);
  if (!nativeInputs)
    return nativeInputs.error();
  std::vector<dlc_tensor> native(description().functions[function].outputs.size());
  dlc_status status = table.output_shapes(handle->context, nativeInputs->data(), inputs.size(),
                                          native.data(), native.size(), function);
  if (status != DLC_OK)
    return failure(path, table, handle->context, status);
  placeOutputs(native, outputs);
  status = table.run(handle->context, nativeInputs->data(), inputs.size(), native.data(),
                     native.size(), function);
  if (status != DLC_OK)
    return failure(path, table, handle->context, status);
  for (size_t i = 0; i < native.size(); ++i) {
    if (native[i].data == outputs[i].raw())
      continue;
    outputs[i] = Tensor(static_cast<DType>(native[i].dtype), shapeOf(native[i]));
    std::copy_n(static_cast<const std::byte *>(native[i].data), native[i].bytes, outputs[i].raw());
  }
  return {};
}

Expected<std::vector<TensorDescription>> Context::outputShapes(const std::vector<Tensor> &inputs,
                                                               uint32_t function) {
  const dlc_artifact_table &table = handle->table();
  const std::string &path = handle->library->path;
  assert(function < description().functions.size() && "no such function");
  auto nativeInputs = toNative(path, inputs);
  if (!nativeInputs)
    return nativeInputs.error();
  std::vector<TensorDescription> described = description().functions[function].outputs;
  std::vector<dlc_tensor> native(described.size());
  dlc_status status = table.output_shapes(handle->context, nativeInputs->data(), inputs.size(),
                                          native.data(), native.size(), function);
  if (status != DLC_OK)
    return failure(path, table, handle->context, status);
  for (size_t i = 0; i < native.size(); ++i)
    described[i].dims = shapeOf(native[i]);
  return described;
}

void *Context::state() { return handle->table().state(handle->context); }

void Context::enableProfile(bool on) { handle->table().profile_enable(handle->context, on); }

void Context::resetProfile() { handle->table().profile_reset(handle->context); }

std::vector<KernelProfile> Context::profile() const {
  size_t count = handle->table().profile(handle->context, nullptr, 0);
  std::vector<dlc_profile_entry> entries(count);
  handle->table().profile(handle->context, entries.data(), count);
  std::vector<KernelProfile> profile;
  for (const dlc_profile_entry &entry : entries)
    profile.push_back({describeKernel(entry.kernel), entry.calls, entry.nanoseconds});
  return profile;
}
