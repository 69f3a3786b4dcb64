// The read-only constants of an artifact, as an ELF object or put into a linked file. Weights are
// hundreds of megabytes: they go from where they lie to the file in one copy, past assembler and
// linker.
#ifndef DLC_CODEGEN_HOST_CONSTANTOBJECT_H
#define DLC_CODEGEN_HOST_CONSTANTOBJECT_H

#include "dlc/Support/Error.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dlc::host {

/// Bytes of one constant and their place in the blob.
struct ConstantPiece {
  uint64_t offset = 0;
  std::span<const std::byte> bytes;
};

/// Alignment of the blob in bytes.
constexpr uint64_t constantBlobAlignment = 64;

/// The section that holds the blob.
constexpr std::string_view constantSection = ".dlc_constants";

/// Writes to file `descriptor`, from its start, an object with one read-only section of `size`
/// bytes and one hidden symbol on it. `pieces` are in the order of their offsets, within `size` and
/// apart; the gaps between them read as zeros.
Status writeConstantObject(int descriptor, std::string_view symbol,
                           std::span<const ConstantPiece> pieces, uint64_t size);

/// An object that defines the symbol but reserves `size` bytes of address space only, after
/// everything else; it is what appendConstants fills.
std::string constantPlaceholder(std::string_view symbol, uint64_t size);

/// Fills the placeholder in file `descriptor`, a shared library or executable that LLD wrote: the
/// blob is appended and mapped read-only. Nothing happens where the link dropped the placeholder as
/// unused.
Status appendConstants(int descriptor, std::span<const ConstantPiece> pieces, uint64_t size);

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_CONSTANTOBJECT_H
