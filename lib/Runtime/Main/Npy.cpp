// .npy files of the executable; see Npy.h. Files come from anywhere: every number in a header is
// checked against the length of the file.
#include "Npy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

using namespace dlcrt;

/// numpy's type codes, in the order of dlc_dtype; bfloat16 has none.
static const char *const descriptors[] = {"<f4", "<f8", "<f2", "",    "|i1", "<i2", "<i4",
                                          "<i8", "|u1", "<u2", "<u4", "<u8", "|b1"};
static const uint8_t widths[] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1};
static constexpr size_t magicBytes = 10; // "\x93NUMPY", version, header length

namespace {
/// A whole file.
struct File {
  uint8_t *data = nullptr;
  size_t size = 0;
};
} // namespace

static bool complain(const char *path, const char *problem) {
  fprintf(stderr, "error: %s: %s\n", path, problem);
  return false;
}

static bool readAll(const char *path, File &file) {
  FILE *stream = fopen(path, "rb");
  if (!stream)
    return complain(path, strerror(errno));
  bool good = fseek(stream, 0, SEEK_END) == 0;
  long size = good ? ftell(stream) : -1;
  good = size >= 0 && fseek(stream, 0, SEEK_SET) == 0;
  if (good) {
    file.size = static_cast<size_t>(size);
    file.data = static_cast<uint8_t *>(malloc(file.size + 1));
    good = file.data && fread(file.data, 1, file.size, stream) == file.size;
    if (file.data)
      file.data[file.size] = 0;
  }
  fclose(stream);
  return good || complain(path, "cannot be read");
}

/// The text after `'key':` in a header, or null.
static const char *valueOf(const char *header, const char *key) {
  const char *found = strstr(header, key);
  if (!found)
    return nullptr;
  found += strlen(key);
  while (*found == ' ' || *found == ':')
    ++found;
  return found;
}

static bool parseShape(const char *text, dlc_tensor &tensor) {
  if (!text || *text != '(')
    return false;
  tensor.rank = 0;
  ++text;
  while (*text != ')') {
    char *end = nullptr;
    errno = 0;
    long long extent = strtoll(text, &end, 10);
    if (end == text || errno != 0 || extent < 0 || tensor.rank == DLC_MAX_RANK)
      return false;
    tensor.shape[tensor.rank++] = extent;
    text = end;
    while (*text == ',' || *text == ' ')
      ++text;
  }
  return true;
}

static bool parseDescriptor(const char *text, dlc_tensor &tensor) {
  for (int32_t dtype = 0; text && dtype <= DLC_BOOL; ++dtype) {
    const char *code = descriptors[dtype];
    size_t length = strlen(code);
    if (length == 0 || text[0] != '\'' || strncmp(text + 2, code + 1, length - 1) != 0)
      continue;
    if (text[1 + length] != '\'' || (text[1] != '<' && text[1] != '|' && text[1] != '='))
      continue;
    tensor.dtype = dtype;
    return true;
  }
  return false;
}

/// Bytes of a dense tensor; false when they do not fit.
static bool denseBytes(const dlc_tensor &tensor, uint64_t &bytes) {
  bytes = widths[tensor.dtype];
  for (int32_t i = 0; i < tensor.rank; ++i)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(tensor.shape[i]), &bytes))
      return false;
  return true;
}

static bool parseNpy(const char *path, File &file, dlc_tensor &tensor) {
  size_t length = file.size < magicBytes + 2 ? 0 : file.data[8] | size_t(file.data[9]) << 8;
  size_t begin = magicBytes;
  if (length != 0 && file.data[6] >= 2) { // versions 2 and 3: a header length of four bytes
    length |= size_t(file.data[10]) << 16 | size_t(file.data[11]) << 24;
    begin += 2;
  }
  if (length == 0 || length > file.size - begin)
    return complain(path, "expected an .npy header, found the end of the file");
  uint8_t *data = file.data + begin + length;
  uint8_t first = *data;
  *data = 0; // the header's end, for the string functions
  auto *header = reinterpret_cast<const char *>(file.data + begin);
  const char *order = valueOf(header, "'fortran_order'");
  bool typed = parseDescriptor(valueOf(header, "'descr'"), tensor);
  bool shaped = parseShape(valueOf(header, "'shape'"), tensor);
  bool rowMajor = order && strncmp(order, "False", 5) == 0;
  *data = first;
  if (!typed || !shaped || !rowMajor)
    return complain(path, "expected a row-major .npy of numbers with at most 8 dimensions");
  uint64_t bytes = 0;
  size_t rest = file.size - begin - length;
  if (!denseBytes(tensor, bytes) || bytes > rest)
    return complain(path, "has less data than its header says");
  memmove(file.data, data, bytes); // to malloc's alignment
  tensor.data = file.data;
  tensor.bytes = bytes;
  return true;
}

static bool parseRaw(const char *path, File &file, const dlc_tensor_info &info,
                     dlc_tensor &tensor) {
  tensor.dtype = info.dtype;
  tensor.rank = info.rank;
  for (int32_t i = 0; i < info.rank; ++i) {
    if (info.dims[i] < 0)
      return complain(path, "this input has symbolic dimensions: give it as .npy");
    tensor.shape[i] = info.dims[i];
  }
  uint64_t bytes = 0;
  if (!denseBytes(tensor, bytes) || bytes != file.size) {
    fprintf(stderr, "error: %s: expected %" PRIu64 " bytes for input '%s', found %zu\n", path,
            bytes, info.name, file.size);
    return false;
  }
  tensor.data = file.data;
  tensor.bytes = bytes;
  return true;
}

bool dlcrt::readTensor(const char *path, const dlc_tensor_info &info, dlc_tensor &tensor) {
  File file;
  if (!readAll(path, file))
    return false;
  bool npy = file.size >= 6 && memcmp(file.data, "\x93NUMPY", 6) == 0;
  if (npy ? parseNpy(path, file, tensor) : parseRaw(path, file, info, tensor))
    return true;
  free(file.data);
  return false;
}

/// The header of version 1, padded so that the data begins at a multiple of 64.
static size_t npyHeader(char *out, size_t capacity, const char *descriptor,
                        const dlc_tensor &tensor) {
  int used = snprintf(out + magicBytes, capacity - magicBytes,
                      "{'descr': '%s', 'fortran_order': False, 'shape': (", descriptor);
  size_t end = magicBytes + static_cast<size_t>(used);
  for (int32_t i = 0; i < tensor.rank; ++i)
    end += static_cast<size_t>(snprintf(out + end, capacity - end, "%" PRId64 "%s", tensor.shape[i],
                                        i + 1 < tensor.rank ? ", "
                                        : tensor.rank == 1  ? ","
                                                            : ""));
  end += static_cast<size_t>(snprintf(out + end, capacity - end, "), }"));
  while ((end + 1) % 64 != 0)
    out[end++] = ' ';
  out[end++] = '\n';
  size_t length = end - magicBytes;
  memcpy(out, "\x93NUMPY\x01\x00", 8);
  out[8] = static_cast<char>(length & 0xff);
  out[9] = static_cast<char>(length >> 8);
  return end;
}

static bool writeAsFloat(FILE *stream, const dlc_tensor &tensor) {
  auto *values = static_cast<const uint16_t *>(tensor.data);
  bool good = true;
  for (uint64_t i = 0; good && i < tensor.bytes / 2; ++i) {
    uint32_t bits = uint32_t(values[i]) << 16;
    good = fwrite(&bits, sizeof(bits), 1, stream) == 1;
  }
  return good;
}

bool dlcrt::writeNpy(const char *path, const dlc_tensor &tensor) {
  bool widen = tensor.dtype == DLC_BFLOAT16;
  char header[512];
  size_t headerBytes =
      npyHeader(header, sizeof(header), widen ? "<f4" : descriptors[tensor.dtype], tensor);
  FILE *stream = fopen(path, "wb");
  if (!stream)
    return complain(path, strerror(errno));
  bool good = fwrite(header, 1, headerBytes, stream) == headerBytes;
  good = good && (widen ? writeAsFloat(stream, tensor)
                        : fwrite(tensor.data, 1, tensor.bytes, stream) == tensor.bytes);
  good = fclose(stream) == 0 && good;
  return good || complain(path, "cannot be written");
}
