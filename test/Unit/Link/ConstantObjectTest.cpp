// The object of constants as LLVM's reader sees it.
#include "dlc/Codegen/Host/ConstantObject.h"

#include "llvm/Object/ELFObjectFile.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace dlc::host;

namespace {
struct WrittenObject {
  int file = memfd_create("constants", 0);
  std::unique_ptr<llvm::MemoryBuffer> buffer;
  std::unique_ptr<llvm::object::ObjectFile> object;

  WrittenObject(std::span<const ConstantPiece> pieces, uint64_t size) {
    dlc::Status status = writeConstantObject(file, "weights", pieces, size);
    EXPECT_TRUE(status) << status.error().message;
    buffer = std::move(*llvm::MemoryBuffer::getFile("/proc/self/fd/" + std::to_string(file),
                                                    /*IsText=*/false,
                                                    /*RequiresNullTerminator=*/false));
    auto parsed = llvm::object::ObjectFile::createObjectFile(*buffer);
    EXPECT_TRUE(static_cast<bool>(parsed));
    object = std::move(*parsed);
  }
  ~WrittenObject() { close(file); }
};
} // namespace

TEST(ConstantObjectTest, holdsPiecesAndZeros) {
  const char text[] = "abcdefghijklmnopqrstuvwxyz";
  auto bytes = std::as_bytes(std::span(text));
  ConstantPiece pieces[] = {{0, bytes.first(5)}, {64, bytes.subspan(5, 7)}, {130, bytes.first(1)}};
  WrittenObject written(pieces, 200);
  auto symbols = written.object->symbols();
  ASSERT_EQ(std::distance(symbols.begin(), symbols.end()), 1);
  llvm::object::ELFSymbolRef symbol = *symbols.begin();
  EXPECT_EQ(cantFail(symbol.getName()), "weights");
  EXPECT_EQ(symbol.getSize(), 200u);
  EXPECT_EQ(symbol.getOther(), llvm::ELF::STV_HIDDEN);
  llvm::object::ELFSectionRef section = *cantFail(symbol.getSection());
  EXPECT_EQ(section.getAlignment().value(), 64u);
  EXPECT_FALSE(section.getFlags() & llvm::ELF::SHF_WRITE);
  EXPECT_TRUE(section.getFlags() & llvm::ELF::SHF_ALLOC);
  llvm::StringRef content = cantFail(section.getContents());
  std::string expected(200, '\0');
  expected.replace(0, 5, "abcde").replace(64, 7, "fghijkl").replace(130, 1, "a");
  EXPECT_EQ(content.str(), expected);
}

TEST(ConstantObjectTest, withoutPieces) {
  WrittenObject written({}, 10);
  llvm::object::ELFSymbolRef symbol = *written.object->symbols().begin();
  EXPECT_EQ(cantFail((*cantFail(symbol.getSection())).getContents()).str(), std::string(10, '\0'));
}

TEST(ConstantObjectTest, saysWhenTheFileCannotBeWritten) {
  dlc::Status status = writeConstantObject(-1, "weights", {}, 10);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("cannot write constants"), std::string::npos);
}
