// Writes an ELF object with one section of constants; see ConstantObject.h. The layout is: ELF
// header, symbols, strings, section headers, and last the blob, so that it can be written without
// knowing more than its size.
#include "dlc/Codegen/Host/ConstantObject.h"

#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <elf.h>
#include <string>
#include <unistd.h>

using namespace dlc;
using namespace dlc::host;

namespace {

/// Sections, in the order of their headers.
enum Section : uint16_t { Null, Blob, Symbols, SymbolNames, SectionNames, StackNote, NumSections };

/// All that precedes the blob in the file.
struct Preamble {
  Elf64_Ehdr header = {};
  std::array<Elf64_Sym, 2> symbols = {};
  std::array<Elf64_Shdr, NumSections> sections = {};
};

} // namespace

/// Constants of more than 2 GiB must not stand between code and the data that code addresses, so
/// they are in a section for large data, which linkers put last.
#if defined(__x86_64__)
static constexpr uint16_t machine = EM_X86_64;
static constexpr uint64_t blobFlags = SHF_ALLOC | 0x10000000; // SHF_X86_64_LARGE
static constexpr std::string_view blobName = ".lrodata.dlc_constants";
#elif defined(__aarch64__)
static constexpr uint16_t machine = EM_AARCH64;
static constexpr uint64_t blobFlags = SHF_ALLOC;
static constexpr std::string_view blobName = ".rodata.dlc_constants";
#endif

/// Appends `name` with its zero; returns where it begins.
static uint32_t addString(std::string &table, std::string_view name) {
  auto offset = static_cast<uint32_t>(table.size());
  table.append(name).push_back('\0');
  return offset;
}

static Elf64_Shdr sectionHeader(uint32_t name, uint32_t type, uint64_t offset, uint64_t size) {
  Elf64_Shdr header = {};
  header.sh_name = name;
  header.sh_type = type;
  header.sh_offset = offset;
  header.sh_size = size;
  header.sh_addralign = 1;
  return header;
}

static Elf64_Ehdr fileHeader() {
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = machine;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shoff = offsetof(Preamble, sections);
  header.e_shnum = NumSections;
  header.e_shstrndx = SectionNames;
  return header;
}

/// Preamble and string tables, padded to where the blob begins.
static std::string preambleBytes(std::string_view symbol, uint64_t size) {
  std::string symbolNames(1, '\0'), sectionNames(1, '\0');
  Preamble preamble;
  preamble.header = fileHeader();
  preamble.symbols[1].st_name = addString(symbolNames, symbol);
  preamble.symbols[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT);
  preamble.symbols[1].st_other = STV_HIDDEN;
  preamble.symbols[1].st_shndx = Blob;
  preamble.symbols[1].st_size = size;

  uint32_t blob = addString(sectionNames, blobName), symtab = addString(sectionNames, ".symtab"),
           strtab = addString(sectionNames, ".strtab"),
           shstrtab = addString(sectionNames, ".shstrtab"),
           stackNote = addString(sectionNames, ".note.GNU-stack");
  uint64_t namesAt = sizeof(Preamble), sectionNamesAt = namesAt + symbolNames.size();
  uint64_t end = sectionNamesAt + sectionNames.size();
  uint64_t blobAt =
      (end + constantBlobAlignment - 1) / constantBlobAlignment * constantBlobAlignment;

  auto &sections = preamble.sections;
  sections[Blob] = sectionHeader(blob, SHT_PROGBITS, blobAt, size);
  sections[Blob].sh_flags = blobFlags;
  sections[Blob].sh_addralign = constantBlobAlignment;
  sections[Symbols] =
      sectionHeader(symtab, SHT_SYMTAB, offsetof(Preamble, symbols), sizeof(preamble.symbols));
  sections[Symbols].sh_link = SymbolNames;
  sections[Symbols].sh_info = 1; // the first symbol that is not local
  sections[Symbols].sh_entsize = sizeof(Elf64_Sym);
  sections[Symbols].sh_addralign = alignof(Elf64_Sym);
  sections[SymbolNames] = sectionHeader(strtab, SHT_STRTAB, namesAt, symbolNames.size());
  sections[SectionNames] = sectionHeader(shstrtab, SHT_STRTAB, sectionNamesAt, sectionNames.size());

  // Its absence would ask for an executable stack.
  sections[StackNote] = sectionHeader(stackNote, SHT_PROGBITS, blobAt, 0);

  std::string bytes(reinterpret_cast<const char *>(&preamble), sizeof(preamble));
  bytes += symbolNames;
  bytes += sectionNames;
  bytes.resize(blobAt, '\0');
  return bytes;
}

static Status writeFailure() {
  return Error{ExitCode::Internal,
               std::string("cannot write constants to a temporary file: ") + std::strerror(errno)};
}

static Status writeAt(int descriptor, const void *data, size_t size, uint64_t offset) {
  auto *bytes = static_cast<const char *>(data);
  while (size != 0) {
    ssize_t written = pwrite(descriptor, bytes, size, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return writeFailure();
    bytes += written;
    offset += static_cast<uint64_t>(written);
    size -= static_cast<size_t>(written);
  }
  return {};
}

Status dlc::host::writeConstantObject(int descriptor, std::string_view symbol,
                                      std::span<const ConstantPiece> pieces, uint64_t size) {
  std::string preamble = preambleBytes(symbol, size);
  uint64_t blobAt = preamble.size();
  // The file's length first: gaps, and what no piece covers at the end, are holes that read as
  // zeros.
  if (ftruncate(descriptor, static_cast<off_t>(blobAt + size)) != 0)
    return writeFailure();
  if (Status status = writeAt(descriptor, preamble.data(), preamble.size(), 0); !status)
    return status;
  [[maybe_unused]] uint64_t end = 0;
  for (const ConstantPiece &piece : pieces) {
    assert(piece.offset >= end && "pieces must be in order and apart");
    end = piece.offset + piece.bytes.size();
    assert(end <= size && "a piece lies outside of the blob");
    Status status =
        writeAt(descriptor, piece.bytes.data(), piece.bytes.size(), blobAt + piece.offset);
    if (!status)
      return status;
  }
  return {};
}
