// The half that runs in a child process: an HDF5 file, object by object, as records. Whatever is
// not a group or a plain dataset of numbers in this very file is refused.
#include "VariableStream.h"

#include <cerrno>
#include <cstring>
#include <hdf5.h>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::keras;

namespace {

/// Deeper than layers nest.
constexpr int maxDepth = 64;
/// More than a model has groups and variables.
constexpr size_t maxObjects = 1 << 20;
constexpr size_t maxNameBytes = 4096;
/// What a dataset may hold a stored byte.
constexpr uint64_t maxExpansion = 100;
constexpr uint64_t allowance = 4096;

/// An HDF5 identifier that is closed with `Close`.
template <herr_t (*Close)(hid_t)>
class Handle {
public:
  explicit Handle(hid_t id) : id(id) {}
  ~Handle() {
    if (id >= 0)
      Close(id);
  }
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;
  operator hid_t() const { return id; }
  bool isOpen() const { return id >= 0; }

private:
  hid_t id;
};
using File = Handle<H5Fclose>;
using Object = Handle<H5Oclose>;
using Properties = Handle<H5Pclose>;
using Space = Handle<H5Sclose>;
using Type = Handle<H5Tclose>;
using Attribute = Handle<H5Aclose>;

/// Thrown to end the process; caught in streamVariables.
struct Refusal {
  ExitCode code;
  std::string message;
};

class Streamer {
public:
  Streamer(uint64_t inputBytes, int output) : inputBytes(inputBytes), output(output) {}

  void walk(hid_t group, const std::string &path, int depth);
  void write(RecordHead head, const std::string &path, const std::string &text,
             const std::vector<uint64_t> &sizes, const void *data);

private:
  [[noreturn]] static void refuse(const std::string &path, const std::string &problem,
                                  ExitCode code = ExitCode::BadInput) {
    throw Refusal{code, "'" + path + "': " + problem};
  }
  void visit(hid_t group, const std::string &name, const std::string &path, int depth);
  void writeDataset(hid_t dataset, const std::string &path);
  std::vector<uint64_t> sizesOf(hid_t dataset, const std::string &path);
  void checkStorage(hid_t dataset, const std::string &path);
  std::string nameAttribute(hid_t group, const std::string &path);
  void writeAll(const void *data, uint64_t bytes);

  uint64_t inputBytes;
  int output;
  uint64_t written = 0;
  /// Addresses of objects, each of which has one name.
  std::set<haddr_t> seen;
};

} // namespace

//===-- Records ----------------------------------------------------------------------------===//

void Streamer::writeAll(const void *data, uint64_t bytes) {
  const auto *next = static_cast<const char *>(data);
  while (bytes != 0) {
    ssize_t count = ::write(output, next, bytes);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      throw Refusal{ExitCode::BadInput, "holds more than its file could"};
    next += count;
    bytes -= static_cast<uint64_t>(count);
    written += static_cast<uint64_t>(count);
  }
}

void Streamer::write(RecordHead head, const std::string &path, const std::string &text,
                     const std::vector<uint64_t> &sizes, const void *data) {
  static constexpr char padding[streamAlignment] = {};
  auto align = [this] { writeAll(padding, -written % streamAlignment); };
  head.pathBytes = static_cast<uint32_t>(path.size());
  head.textBytes = static_cast<uint32_t>(text.size());
  head.rank = static_cast<uint32_t>(sizes.size());
  writeAll(&head, sizeof(head));
  writeAll(sizes.data(), sizes.size() * sizeof(uint64_t));
  writeAll(path.data(), path.size());
  writeAll(text.data(), text.size());
  align();
  writeAll(data, head.dataBytes);
  align();
}

//===-- Datasets ---------------------------------------------------------------------------===//

static std::optional<DType> elementTypeOf(hid_t type) {
  size_t bytes = H5Tget_size(type);
  switch (H5Tget_class(type)) {
  case H5T_FLOAT:
    if (bytes == 4)
      return DType::F32;
    return bytes == 8 ? std::optional(DType::F64) : std::nullopt;
  case H5T_INTEGER: {
    bool isSigned = H5Tget_sign(type) != H5T_SGN_NONE;
    if (bytes == 1)
      return isSigned ? DType::I8 : DType::U8;
    if (bytes == 2)
      return isSigned ? DType::I16 : DType::U16;
    if (bytes == 4)
      return isSigned ? DType::I32 : DType::U32;
    if (bytes == 8)
      return isSigned ? DType::I64 : DType::U64;
    return std::nullopt;
  }
  default:
    return std::nullopt;
  }
}

/// The element type as this machine holds it; to be closed.
static hid_t memoryType(DType dtype) {
  switch (dtype) {
  case DType::F32:
    return H5Tcopy(H5T_NATIVE_FLOAT);
  case DType::F64:
    return H5Tcopy(H5T_NATIVE_DOUBLE);
  case DType::I8:
    return H5Tcopy(H5T_NATIVE_INT8);
  case DType::I16:
    return H5Tcopy(H5T_NATIVE_INT16);
  case DType::I32:
    return H5Tcopy(H5T_NATIVE_INT32);
  case DType::I64:
    return H5Tcopy(H5T_NATIVE_INT64);
  case DType::U8:
    return H5Tcopy(H5T_NATIVE_UINT8);
  case DType::U16:
    return H5Tcopy(H5T_NATIVE_UINT16);
  case DType::U32:
    return H5Tcopy(H5T_NATIVE_UINT32);
  case DType::U64:
    return H5Tcopy(H5T_NATIVE_UINT64);
  default:
    return H5I_INVALID_HID;
  }
}

std::vector<uint64_t> Streamer::sizesOf(hid_t dataset, const std::string &path) {
  Space space(H5Dget_space(dataset));
  int rank = space.isOpen() ? H5Sget_simple_extent_ndims(space) : -1;
  if (rank < 0 || H5Sget_simple_extent_type(space) == H5S_NULL)
    refuse(path, "expected a shape, found none");
  std::vector<hsize_t> sizes(static_cast<size_t>(rank));
  if (H5Sget_simple_extent_dims(space, sizes.data(), nullptr) < 0)
    refuse(path, "expected a shape, found a damaged one");
  return {sizes.begin(), sizes.end()};
}

/// Refuses datasets whose bytes are not here.
void Streamer::checkStorage(hid_t dataset, const std::string &path) {
  Properties properties(H5Dget_create_plist(dataset));
  if (!properties.isOpen())
    refuse(path, "is damaged");
  if (H5Pget_layout(properties) == H5D_VIRTUAL)
    refuse(path, "is a virtual dataset: its values are in other files, which dlc does not read");
  if (H5Pget_external_count(properties) != 0)
    refuse(path, "is an external dataset: its values are in other files, which dlc does not read");
  for (int index = 0; index < H5Pget_nfilters(properties); ++index) {
    unsigned flags = 0, config = 0;
    size_t values = 0;
    H5Z_filter_t filter = H5Pget_filter2(properties, static_cast<unsigned>(index), &flags, &values,
                                         nullptr, 0, nullptr, &config);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
        filter != H5Z_FILTER_FLETCHER32)
      refuse(path,
             "is compressed by filter " + std::to_string(filter) + ", expected deflate or none");
  }
}

void Streamer::writeDataset(hid_t dataset, const std::string &path) {
  checkStorage(dataset, path);
  Type type(H5Dget_type(dataset));
  std::optional<DType> dtype = type.isOpen() ? elementTypeOf(type) : std::nullopt;
  if (!dtype)
    refuse(path, "expected numbers of 32 or 64 bits, or integers, found another element type",
           ExitCode::Unsupported);
  // How Keras marks what HDF5 has no type for (bfloat16).
  if (H5Aexists(dataset, "dtype") > 0)
    refuse(path, "is stored as another type than it is, which dlc does not read",
           ExitCode::Unsupported);
  std::vector<uint64_t> sizes = sizesOf(dataset, path);
  Shape shape;
  for (uint64_t size : sizes)
    shape.push_back(static_cast<int64_t>(std::min<uint64_t>(size, INT64_MAX)));
  std::optional<int64_t> elements = elementCount(shape);
  uint64_t width = byteWidth(*dtype), stored = H5Dget_storage_size(dataset);
  uint64_t most = std::min(stored, inputBytes) * maxExpansion + allowance;
  if (!elements || static_cast<uint64_t>(*elements) > most / width ||
      (stored == 0 && *elements > 0))
    refuse(path, "has shape " + shapeString(shape) + ", but " + std::to_string(stored) +
                     " bytes are stored");
  std::vector<char> bytes(static_cast<size_t>(*elements) * width);
  Type memory(memoryType(*dtype));
  if (H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
    refuse(path, "cannot be read: its values are damaged");
  write({.kind = RecordKind::Tensor,
         .code = static_cast<uint32_t>(*dtype),
         .dataBytes = bytes.size()},
        path, "", sizes, bytes.data());
}

//===-- Groups -----------------------------------------------------------------------------===//

std::string Streamer::nameAttribute(hid_t group, const std::string &path) {
  if (H5Aexists(group, "name") <= 0)
    return {};
  Attribute attribute(H5Aopen(group, "name", H5P_DEFAULT));
  Type type(attribute.isOpen() ? H5Aget_type(attribute) : H5I_INVALID_HID);
  Space space(attribute.isOpen() ? H5Aget_space(attribute) : H5I_INVALID_HID);
  if (!type.isOpen() || H5Tget_class(type) != H5T_STRING ||
      H5Sget_simple_extent_npoints(space) != 1)
    refuse(path, "expected a text for attribute 'name'");
  if (H5Tis_variable_str(type) > 0) {
    char *text = nullptr;
    Type memory(H5Tcopy(type));
    if (H5Aread(attribute, memory, &text) < 0 || !text)
      refuse(path, "attribute 'name' is damaged");
    std::string name(text, strnlen(text, maxNameBytes));
    H5free_memory(text);
    return name;
  }
  size_t bytes = H5Tget_size(type);
  if (bytes > maxNameBytes)
    refuse(path, "attribute 'name' is too long");
  std::string text(bytes, '\0');
  if (H5Aread(attribute, type, text.data()) < 0)
    refuse(path, "attribute 'name' is damaged");
  return text.substr(0, text.find('\0'));
}

void Streamer::visit(hid_t group, const std::string &name, const std::string &path, int depth) {
  H5L_info_t link;
  if (H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT) < 0)
    refuse(path, "is damaged");
  if (link.type == H5L_TYPE_SOFT)
    refuse(path, "is a soft link, expected a group or a dataset");
  if (link.type != H5L_TYPE_HARD)
    refuse(path, "is a link to another file, which dlc does not read");
  Object object(H5Oopen(group, name.c_str(), H5P_DEFAULT));
  H5O_info_t info;
  if (!object.isOpen() || H5Oget_info(object, &info) < 0)
    refuse(path, "is damaged");
  if (!seen.insert(info.addr).second)
    refuse(path, "has two names in the file, expected one");
  if (seen.size() > maxObjects)
    refuse(path, "is one of more than " + std::to_string(maxObjects) + " objects");
  if (info.type == H5O_TYPE_DATASET)
    return writeDataset(object, path);
  if (info.type != H5O_TYPE_GROUP)
    refuse(path, "expected a group or a dataset, found another kind of object");
  walk(object, path, depth + 1);
}

void Streamer::walk(hid_t group, const std::string &path, int depth) {
  if (depth > maxDepth)
    refuse(path, "is nested in more than " + std::to_string(maxDepth) + " groups");
  if (!path.empty())
    write({.kind = RecordKind::Group}, path, nameAttribute(group, path), {}, nullptr);
  H5G_info_t info;
  if (H5Gget_info(group, &info) < 0)
    refuse(path, "is damaged");
  for (hsize_t index = 0; index < info.nlinks; ++index) {
    ssize_t bytes =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, nullptr, 0, H5P_DEFAULT);
    if (bytes <= 0 || static_cast<size_t>(bytes) > maxNameBytes)
      refuse(path, "holds a damaged name");
    std::string name(static_cast<size_t>(bytes) + 1, '\0');
    if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, name.data(), name.size(),
                           H5P_DEFAULT) < 0)
      refuse(path, "holds a damaged name");
    name.pop_back();
    visit(group, name, path.empty() ? name : path + "/" + name, depth);
  }
}

//===-- Entry ------------------------------------------------------------------------------===//

namespace {

/// The file as it is mapped, for a library that would rather copy it: it gets the one address
/// whenever it asks for memory.
struct Image {
  void *begin = nullptr;

  static void *allocate(size_t, H5FD_file_image_op_t, void *image) {
    return static_cast<Image *>(image)->begin;
  }
  static void *copy(void *to, const void *, size_t, H5FD_file_image_op_t, void *) { return to; }
  static void *reallocate(void *, size_t, H5FD_file_image_op_t, void *) { return nullptr; }
  static herr_t release(void *, H5FD_file_image_op_t, void *) { return 0; }
  static void *share(void *image) { return image; }
  static herr_t unshare(void *) { return 0; }
};

} // namespace

/// Opens the file behind `input`, which has no name. `image` outlives it.
static hid_t openImage(int input, uint64_t bytes, Image &image) {
  constexpr size_t growth = 1 << 16;
  image.begin = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, input, 0);
  if (bytes == 0 || image.begin == MAP_FAILED)
    return H5I_INVALID_HID;
  Properties access(H5Pcreate(H5P_FILE_ACCESS));
  H5FD_file_image_callbacks_t callbacks{Image::allocate, Image::copy,  Image::reallocate,
                                        Image::release,  Image::share, Image::unshare,
                                        &image};
  if (H5Pset_fapl_core(access, growth, /*backing_store=*/0) < 0 ||
      H5Pset_file_image_callbacks(access, &callbacks) < 0 ||
      H5Pset_file_image(access, image.begin, bytes) < 0)
    return H5I_INVALID_HID;
  return H5Fopen("variables", H5F_ACC_RDONLY, access);
}

void keras::streamVariables(int input, uint64_t inputBytes, int output) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
  Streamer streamer(inputBytes, output);
  try {
    Image image;
    File file(openImage(input, inputBytes, image));
    if (!file.isOpen())
      throw Refusal{ExitCode::BadInput, "expected an HDF5 file"};
    Object root(H5Oopen(file, "/", H5P_DEFAULT));
    if (!root.isOpen())
      throw Refusal{ExitCode::BadInput, "expected an HDF5 file, found no root group"};
    streamer.walk(root, "", 0);
    streamer.write({.kind = RecordKind::End}, "", "", {}, nullptr);
  } catch (const Refusal &refusal) {
    streamer.write({.kind = RecordKind::Error, .code = static_cast<uint32_t>(refusal.code)}, "",
                   refusal.message, {}, nullptr);
  }
}
