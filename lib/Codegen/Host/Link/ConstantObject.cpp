// Writes an ELF object with one section of constants; see ConstantObject.h. The layout is: ELF
// header, symbols, strings, section headers, and last the blob, so that it can be written without
// knowing more than its size.
#include "dlc/Codegen/Host/ConstantObject.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <elf.h>
#include <string>
#include <unistd.h>
#include <vector>

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

/// What the section of constants is. Large data: more than 2 GiB of it must not stand between code
/// and the data that code addresses.
struct BlobSection {
  uint32_t type;
  uint64_t flags;
  uint64_t size;
  uint64_t alignment;
};

} // namespace

static constexpr uint64_t pageBytes = 4096;
static constexpr uint64_t readOnlyFlags = SHF_ALLOC | 0x10000000; // SHF_X86_64_LARGE

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
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shoff = offsetof(Preamble, sections);
  header.e_shnum = NumSections;
  header.e_shstrndx = SectionNames;
  return header;
}

/// Preamble and string tables, padded to where the blob begins.
static std::string preambleBytes(std::string_view symbol, const BlobSection &section) {
  std::string symbolNames(1, '\0'), sectionNames(1, '\0');
  Preamble preamble;
  preamble.header = fileHeader();
  preamble.symbols[1].st_name = addString(symbolNames, symbol);
  preamble.symbols[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT);
  preamble.symbols[1].st_other = STV_HIDDEN;
  preamble.symbols[1].st_shndx = Blob;
  preamble.symbols[1].st_size = section.size;

  uint32_t blob = addString(sectionNames, constantSection),
           symtab = addString(sectionNames, ".symtab"), strtab = addString(sectionNames, ".strtab"),
           shstrtab = addString(sectionNames, ".shstrtab"),
           stackNote = addString(sectionNames, ".note.GNU-stack");
  uint64_t namesAt = sizeof(Preamble), sectionNamesAt = namesAt + symbolNames.size();
  uint64_t end = sectionNamesAt + sectionNames.size();
  uint64_t blobAt =
      (end + constantBlobAlignment - 1) / constantBlobAlignment * constantBlobAlignment;

  auto &sections = preamble.sections;
  sections[Blob] = sectionHeader(blob, section.type, blobAt, section.size);
  sections[Blob].sh_flags = section.flags;
  sections[Blob].sh_addralign = section.alignment;
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
               std::string("link: cannot write constants: ") + std::strerror(errno)};
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

/// The gaps between pieces are left to what the file has there.
static Status writePieces(int descriptor, std::span<const ConstantPiece> pieces,
                          [[maybe_unused]] uint64_t size, uint64_t blobAt) {
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

Status dlc::host::writeConstantObject(int descriptor, std::string_view symbol,
                                      std::span<const ConstantPiece> pieces, uint64_t size) {
  std::string preamble =
      preambleBytes(symbol, {SHT_PROGBITS, readOnlyFlags, size, constantBlobAlignment});
  // The length first: gaps, and what no piece covers at the end, are holes that read as zeros.
  if (ftruncate(descriptor, static_cast<off_t>(preamble.size() + size)) != 0)
    return writeFailure();
  if (Status status = writeAt(descriptor, preamble.data(), preamble.size(), 0); !status)
    return status;
  return writePieces(descriptor, pieces, size, preamble.size());
}

std::string dlc::host::constantPlaceholder(std::string_view symbol, uint64_t size) {
  // Writable, so that linkers put it behind all that has bytes in the file.
  return preambleBytes(symbol, {SHT_NOBITS, readOnlyFlags | SHF_WRITE, size, pageBytes});
}

namespace {

/// The headers of a linked file.
struct LinkedFile {
  int descriptor = -1;
  Elf64_Ehdr header = {};
  std::vector<Elf64_Phdr> segments;
  std::vector<Elf64_Shdr> sections;
  std::string names;

  Status read();
  Status write() const;
  /// The section of constants; null where there is none.
  Elf64_Shdr *findBlob();
  /// The last segment in memory, which ends with the blob; null where another does.
  Elf64_Phdr *findSegment(const Elf64_Shdr &blob);
};

} // namespace

static Status readAt(int descriptor, void *data, size_t size, uint64_t offset) {
  if (pread(descriptor, data, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size))
    return {};
  return internalError("link: the linked file ends early");
}

Status LinkedFile::read() {
  if (Status status = readAt(descriptor, &header, sizeof(header), 0); !status)
    return status;
  segments.resize(header.e_phnum);
  sections.resize(header.e_shnum);
  if (sections.empty() || header.e_shstrndx >= sections.size())
    return internalError("link: the linked file has no section names");
  Status status =
      readAt(descriptor, segments.data(), segments.size() * sizeof(Elf64_Phdr), header.e_phoff);
  if (status)
    status =
        readAt(descriptor, sections.data(), sections.size() * sizeof(Elf64_Shdr), header.e_shoff);
  if (!status)
    return status;
  names.resize(sections[header.e_shstrndx].sh_size);
  return readAt(descriptor, names.data(), names.size(), sections[header.e_shstrndx].sh_offset);
}

Status LinkedFile::write() const {
  Status status =
      writeAt(descriptor, segments.data(), segments.size() * sizeof(Elf64_Phdr), header.e_phoff);
  if (!status)
    return status;
  return writeAt(descriptor, sections.data(), sections.size() * sizeof(Elf64_Shdr), header.e_shoff);
}

Elf64_Shdr *LinkedFile::findBlob() {
  for (Elf64_Shdr &section : sections)
    if (section.sh_name < names.size() && names.c_str() + section.sh_name == constantSection)
      return &section;
  return nullptr;
}

Elf64_Phdr *LinkedFile::findSegment(const Elf64_Shdr &blob) {
  Elf64_Phdr *last = nullptr;
  for (Elf64_Phdr &segment : segments)
    if (segment.p_type == PT_LOAD)
      last = &segment;
  bool endsSegment = last && blob.sh_addr >= last->p_vaddr &&
                     last->p_vaddr + last->p_memsz == blob.sh_addr + blob.sh_size &&
                     blob.sh_addr % pageBytes == 0;
  return endsSegment ? last : nullptr;
}

/// Gives `segment`, which ends with the blob at `blobAt`, its bytes in front of that: what it had
/// in the file, and zeros.
static Status moveBefore(int descriptor, Elf64_Phdr &segment, uint64_t before, uint64_t blobAt) {
  std::string bytes(before, '\0');
  if (Status status =
          readAt(descriptor, bytes.data(), std::min(before, segment.p_filesz), segment.p_offset);
      !status)
    return status;
  segment.p_offset = blobAt - before;
  segment.p_filesz = segment.p_memsz;
  return writeAt(descriptor, bytes.data(), before, segment.p_offset);
}

/// LLD puts large data without bytes in the file last in memory. Where nothing else is writable it
/// is a segment of its own, which becomes read-only; else (kernels for devices have variables) it
/// stays the end of theirs. Its bytes become the last of the file.
Status dlc::host::appendConstants(int descriptor, std::span<const ConstantPiece> pieces,
                                  uint64_t size) {
  LinkedFile file;
  file.descriptor = descriptor;
  if (Status status = file.read(); !status)
    return status;
  Elf64_Shdr *blob = file.findBlob();
  if (!blob)
    return {};
  Elf64_Phdr *segment = file.findSegment(*blob);
  off_t end = lseek(descriptor, 0, SEEK_END);
  if (!segment || end < 0 || blob->sh_size != size)
    return internalError("link: the linker laid out the constants in an unknown way");

  uint64_t before = blob->sh_addr - segment->p_vaddr;
  uint64_t blobAt = (static_cast<uint64_t>(end) + before + pageBytes - 1) / pageBytes * pageBytes;
  if (before == 0)
    *segment = {PT_LOAD, PF_R, blobAt, blob->sh_addr, blob->sh_addr, size, size, pageBytes};
  else if (Status status = moveBefore(descriptor, *segment, before, blobAt); !status)
    return status;
  blob->sh_type = SHT_PROGBITS;
  blob->sh_flags = readOnlyFlags;
  blob->sh_offset = blobAt;
  if (ftruncate(descriptor, static_cast<off_t>(blobAt + size)) != 0)
    return writeFailure();
  if (Status status = writePieces(descriptor, pieces, size, blobAt); !status)
    return status;
  return file.write();
}
