// The read-only constants of an artifact as a relocatable ELF object. Weights are hundreds of
// megabytes: they go from where they lie into the object in one copy, and no assembler sees them.
#ifndef DLC_CODEGEN_HOST_CONSTANTOBJECT_H
#define DLC_CODEGEN_HOST_CONSTANTOBJECT_H

#include "dlc/Support/Error.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace dlc::host {

/// Bytes of one constant and their place in the blob.
struct ConstantPiece {
  uint64_t offset = 0;
  std::span<const std::byte> bytes;
};

/// Alignment of the blob in bytes.
constexpr uint64_t constantBlobAlignment = 64;

/// Writes to file `descriptor`, from its start, an object with one read-only section of `size`
/// bytes and one hidden symbol on it. `pieces` are in the order of their offsets, within `size` and
/// apart; the gaps between them read as zeros.
Status writeConstantObject(int descriptor, std::string_view symbol,
                           std::span<const ConstantPiece> pieces, uint64_t size);

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_CONSTANTOBJECT_H
