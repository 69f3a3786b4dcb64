// Variables as an HDF5 file, as Keras lays it out.
#include "Variables.h"

#include <hdf5.h>
#include <mutex>

using namespace dlc;
using namespace dlc::keras;

namespace {

/// An HDF5 file that exists in memory only.
class MemoryFile {
public:
  MemoryFile();
  ~MemoryFile();
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  bool addGroup(const std::string &path, const std::string &name);
  bool addTensor(const std::string &path, const Tensor &tensor);
  /// Empty after a failure.
  std::vector<std::byte> bytes();

private:
  hid_t file = H5I_INVALID_HID;
  /// Groups on the way to an object are made as they are needed.
  hid_t withParents = H5I_INVALID_HID;
  /// Without times, so that equal variables make equal files.
  hid_t datasets = H5I_INVALID_HID;
};

} // namespace

MemoryFile::MemoryFile() {
  constexpr size_t growth = 1 << 20;
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, growth, /*backing_store=*/0);
  file = H5Fcreate("variables", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  withParents = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(withParents, 1);
  datasets = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(datasets, false);
}

MemoryFile::~MemoryFile() {
  H5Pclose(datasets);
  H5Pclose(withParents);
  if (file >= 0)
    H5Fclose(file);
}

bool MemoryFile::addGroup(const std::string &path, const std::string &name) {
  hid_t group = H5Gcreate2(file, path.c_str(), withParents, H5P_DEFAULT, H5P_DEFAULT);
  if (group < 0)
    return false;
  bool done = true;
  if (!name.empty()) {
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    hid_t attribute = H5Acreate2(group, "name", type, space, H5P_DEFAULT, H5P_DEFAULT);
    const char *text = name.c_str();
    done = attribute >= 0 && H5Awrite(attribute, type, &text) >= 0;
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
  }
  H5Gclose(group);
  return done;
}

/// The file's element type; to be closed. Invalid for types that Keras does not store.
static hid_t storedType(DType dtype) {
  switch (dtype) {
  case DType::F32:
    return H5Tcopy(H5T_IEEE_F32LE);
  case DType::F64:
    return H5Tcopy(H5T_IEEE_F64LE);
  case DType::I8:
    return H5Tcopy(H5T_STD_I8LE);
  case DType::I16:
    return H5Tcopy(H5T_STD_I16LE);
  case DType::I32:
    return H5Tcopy(H5T_STD_I32LE);
  case DType::I64:
    return H5Tcopy(H5T_STD_I64LE);
  case DType::U8:
    return H5Tcopy(H5T_STD_U8LE);
  case DType::U16:
    return H5Tcopy(H5T_STD_U16LE);
  case DType::U32:
    return H5Tcopy(H5T_STD_U32LE);
  case DType::U64:
    return H5Tcopy(H5T_STD_U64LE);
  default:
    return H5I_INVALID_HID;
  }
}

bool MemoryFile::addTensor(const std::string &path, const Tensor &tensor) {
  hid_t type = storedType(tensor.dtype());
  if (type < 0)
    return false;
  std::vector<hsize_t> sizes(tensor.shape().begin(), tensor.shape().end());
  hid_t space = sizes.empty()
                    ? H5Screate(H5S_SCALAR)
                    : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
  hid_t dataset = H5Dcreate2(file, path.c_str(), type, space, withParents, datasets, H5P_DEFAULT);
  bool done =
      dataset >= 0 && (tensor.numElements() == 0 ||
                       H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.raw()) >= 0);
  if (dataset >= 0)
    H5Dclose(dataset);
  H5Sclose(space);
  H5Tclose(type);
  return done;
}

std::vector<std::byte> MemoryFile::bytes() {
  if (file < 0 || H5Fflush(file, H5F_SCOPE_GLOBAL) < 0)
    return {};
  ssize_t size = H5Fget_file_image(file, nullptr, 0);
  if (size <= 0)
    return {};
  std::vector<std::byte> image(static_cast<size_t>(size));
  if (H5Fget_file_image(file, image.data(), image.size()) != size)
    return {};
  return image;
}

Expected<std::vector<std::byte>> keras::writeVariables(const Variables &variables) {
  // Debian's HDF5 is not for more than one thread at once.
  static std::mutex mutex;
  std::lock_guard<std::mutex> guard(mutex);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  MemoryFile file;
  // In the order of paths, groups come before what they hold.
  for (const auto &[path, name] : variables.groups)
    if (!file.addGroup(path, name))
      return internalError("cannot make the HDF5 group '" + path + "'");
  for (const auto &[path, tensor] : variables.tensors)
    if (!file.addTensor(path, tensor))
      return internalError("cannot write the HDF5 dataset '" + path + "'");
  std::vector<std::byte> bytes = file.bytes();
  if (bytes.empty())
    return internalError("cannot make an HDF5 file in memory");
  return bytes;
}
