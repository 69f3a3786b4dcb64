// Artifacts of each kind: what they export and need, and that they run, from our loader, from C and
// C++ compiled by gcc alone, and by themselves.
#include "FakeArtifact.h"
#include "dlc/Artifact/GeneratedHeader.h"
#include "dlc/Artifact/Loader.h"
#include "dlc/Support/AtomicFile.h"

#include "llvm/Object/ELFObjectFile.h"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <set>
#include <thread>

using namespace dlc;
using dlc::host::ArtifactKind;
namespace fs = std::filesystem;

namespace {
std::string folder() {
  std::string path = fake::temporaryPath("folder");
  fs::create_directories(path);
  return path;
}

/// A path in the temporary folder with a fresh artifact.
std::string linked(ArtifactKind kind, const std::string &name, const std::string &prefix = "fake",
                   float scale = 2) {
  std::string path = folder() + "/" + name;
  Status status = fake::link(kind, path, prefix, scale);
  EXPECT_TRUE(status) << status.error().message;
  return path;
}

std::set<std::string> lines(const std::string &text) {
  std::set<std::string> result;
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = std::min(text.find('\n', begin), text.size());
    result.insert(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

bool haveCompiler(const char *name) {
  std::string output;
  return fake::shell(std::string(name) + " --version", output) == 0;
}

/// Symbols of the dynamic table, defined or not; versions left out.
std::set<std::string> dynamicSymbols(const std::string &path, bool undefined) {
  auto owner = llvm::cantFail(llvm::object::ObjectFile::createObjectFile(path));
  auto *elf = llvm::cast<llvm::object::ELFObjectFileBase>(owner.getBinary());
  std::set<std::string> names;
  for (llvm::object::ELFSymbolRef symbol : elf->getDynamicSymbolIterators()) {
    uint32_t flags = llvm::cantFail(symbol.getFlags());
    if (((flags & llvm::object::SymbolRef::SF_Undefined) != 0) == undefined)
      names.insert(llvm::cantFail(symbol.getName()).str());
  }
  return names;
}

Tensor matrix(int64_t rows, int64_t columns, float first) {
  Tensor tensor(DType::F32, {rows, columns});
  for (int64_t i = 0; i < rows * columns; ++i)
    tensor.data<float>()[i] = first + static_cast<float>(i);
  return tensor;
}

void expectScaled(Context &context, int64_t rows, int64_t columns, float scale) {
  Tensor a = matrix(rows, columns, 1);
  std::vector<Tensor> outputs;
  Status status = context.run({a, matrix(rows, 3, 0)}, outputs);
  ASSERT_TRUE(status) << status.error().message;
  ASSERT_EQ(outputs.size(), 2u);
  ASSERT_EQ(outputs[0].shape(), a.shape());
  ASSERT_EQ(outputs[1].shape(), Shape{rows * columns});
  for (int64_t i = 0; i < rows * columns; ++i)
    ASSERT_EQ(outputs[0].asDouble(i), static_cast<double>(scale * a.data<float>()[i]));
}

struct LinkTest : testing::Test {
  ~LinkTest() override { fs::remove_all(folder()); }
};
} // namespace

TEST_F(LinkTest, sharedLibraryExportsOnlyItsNames) {
  std::string path = linked(ArtifactKind::SharedLibrary, "fake.so");
  std::vector<std::string> names = exportedNames(fake::description());
  std::set<std::string> expected(names.begin(), names.end());
  expected.insert("dlc_artifact");
  EXPECT_EQ(dynamicSymbols(path, /*undefined=*/false), expected);
}

TEST_F(LinkTest, artifactsNeedTheCLibraryOnly) {
  for (auto [kind, name] :
       {std::pair{ArtifactKind::SharedLibrary, "fake.so"}, {ArtifactKind::Executable, "fake"}}) {
    std::string path = linked(kind, name), output;
    ASSERT_EQ(fake::shell("readelf -d " + path, output), 0);
    size_t needed = 0;
    for (const std::string &line : lines(output)) {
      if (line.find("(NEEDED)") == std::string::npos)
        continue;
      ++needed;
      EXPECT_TRUE(line.find("[libc.so.6]") != std::string::npos ||
                  line.find("[libm.so.6]") != std::string::npos ||
                  line.find("[libpthread.so.0]") != std::string::npos)
          << line;
    }
    EXPECT_GE(needed, 1u);
    EXPECT_EQ(output.find("TEXTREL"), std::string::npos);
    std::set<std::string> undefined = dynamicSymbols(path, /*undefined=*/true);
    EXPECT_TRUE(undefined.count("pthread_create"));
    for (const std::string &symbol : undefined)
      EXPECT_TRUE(!symbol.starts_with("_Z") && !symbol.starts_with("__cxa") &&
                  !symbol.starts_with("_Unwind") && !symbol.starts_with("__gxx"))
          << symbol;
  }
}

TEST_F(LinkTest, constantsAreMappedReadOnlyFromTheirOwnSegment) {
  std::string path = linked(ArtifactKind::SharedLibrary, "fake.so"), output;
  ASSERT_EQ(fake::shell("readelf -lSW " + path, output), 0);
  EXPECT_EQ(output.find("readelf:"), std::string::npos) << output; // its warnings
  auto owner = llvm::cantFail(llvm::object::ObjectFile::createObjectFile(path));
  auto *elf = llvm::cast<llvm::object::ELF64LEObjectFile>(owner.getBinary());
  auto segments = llvm::cantFail(elf->getELFFile().program_headers());
  uint64_t address = 0;
  for (llvm::object::SectionRef section : elf->sections())
    if (std::string_view(llvm::cantFail(section.getName())) == host::constantSection) {
      address = section.getAddress();
      llvm::StringRef content = llvm::cantFail(section.getContents());
      ASSERT_EQ(content.size(), 8u);
      EXPECT_EQ(reinterpret_cast<const float *>(content.data())[1], 3.0f);
    }
  ASSERT_NE(address, 0u);
  size_t covering = 0;
  for (const auto &segment : segments)
    if (segment.p_type == llvm::ELF::PT_LOAD && segment.p_vaddr <= address &&
        address < segment.p_vaddr + segment.p_memsz) {
      ++covering;
      EXPECT_EQ(segment.p_flags, unsigned(llvm::ELF::PF_R));
    }
  EXPECT_EQ(covering, 1u);
}

TEST_F(LinkTest, strippedLibrariesStillRun) {
  std::string path = linked(ArtifactKind::SharedLibrary, "fake.so"), output;
  for (const char *tool : {"strip", "llvm-strip-22"}) {
    std::string stripped = path + "." + tool;
    if (fake::shell(std::string(tool) + " -o " + stripped + " " + path, output) == 127)
      continue;
    EXPECT_EQ(output, "");
    Expected<Artifact> artifact = Artifact::open(stripped);
    ASSERT_TRUE(artifact) << artifact.error().message;
    Expected<Context> context = artifact->createContext();
    ASSERT_TRUE(context);
    expectScaled(*context, 5, 4, 2);
  }
}

TEST_F(LinkTest, loaderRunsIt) {
  Expected<Artifact> artifact = Artifact::open(linked(ArtifactKind::SharedLibrary, "fake.so"));
  ASSERT_TRUE(artifact) << artifact.error().message;
  EXPECT_EQ(artifact->description().name, "fake");
  EXPECT_EQ(artifact->description().symbols, (std::vector<std::string>{"N", "M", "K"}));
  ASSERT_EQ(artifact->description().functions.size(), 4u);
  EXPECT_EQ(artifact->description().functions[0].inputs[1].dims, (Shape{symbolicDim(0), 3}));
  for (int threads : {0, 1, 2, 5}) {
    Expected<Context> context = artifact->createContext({.threads = threads});
    ASSERT_TRUE(context) << context.error().message;
    expectScaled(*context, 7, 13, 2);
    expectScaled(*context, 1, 1, 2);
    expectScaled(*context, 0, 3, 2);
  }
}

TEST_F(LinkTest, loaderHandlesUnknownExtentsStateAndProfile) {
  Expected<Artifact> artifact = Artifact::open(linked(ArtifactKind::SharedLibrary, "fake.so"));
  ASSERT_TRUE(artifact);
  Expected<Context> context = artifact->createContext({.threads = 2, .profile = true});
  ASSERT_TRUE(context);
  auto shapes = context->outputShapes({matrix(4, 3, -5)}, /*function=*/1);
  ASSERT_TRUE(shapes);
  EXPECT_EQ((*shapes)[0].dims, (Shape{-1, 2}));
  std::vector<Tensor> outputs;
  ASSERT_TRUE(context->run({matrix(4, 3, -5)}, outputs, /*function=*/1)); // -5 -2 1 4
  EXPECT_EQ(outputs[0].shape(), (Shape{2, 2}));
  EXPECT_EQ(outputs[0].asDouble(3), 4);
  ASSERT_TRUE(context->run({}, outputs, /*function=*/3));
  ASSERT_TRUE(context->run({}, outputs, /*function=*/3));
  EXPECT_EQ(outputs[0].asDouble(0), 6);
  EXPECT_EQ(*static_cast<float *>(context->state()), 6);
  expectScaled(*context, 3, 3, 2);
  std::vector<KernelProfile> profile = context->profile();
  ASSERT_EQ(profile.size(), 2u);
  EXPECT_EQ(profile[0].kernel.kind, "injective");
  EXPECT_EQ(profile[0].calls, 1u);
  context->resetProfile();
  EXPECT_EQ(context->profile()[0].calls, 0u);
}

TEST_F(LinkTest, loaderReportsFailures) {
  std::string path = linked(ArtifactKind::SharedLibrary, "fake.so");
  Expected<Artifact> artifact = Artifact::open(path);
  ASSERT_TRUE(artifact);
  Expected<Context> context = artifact->createContext();
  ASSERT_TRUE(context);
  std::vector<Tensor> outputs;
  Status status = context->run({matrix(2, 2, 0), matrix(3, 3, 0)}, outputs);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ExitCode::BadInput);
  EXPECT_EQ(status.error().message,
            path + ": run: input 'b': dimension 0: expected 2 (N, as in input 'a'), found 3");
  EXPECT_FALSE(context->run({Tensor(DType::F32, {1, 1, 1, 1, 1, 1, 1, 1, 1})}, outputs));

  Expected<Artifact> absent = Artifact::open(path + ".absent");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ExitCode::BadInput);
  ASSERT_TRUE(writeFileAtomically(path + ".text", "no library"));
  EXPECT_FALSE(Artifact::open(path + ".text"));
  Expected<Artifact> foreign = Artifact::open("/lib/x86_64-linux-gnu/libm.so.6");
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().message.find("dlc_artifact"), std::string::npos)
      << foreign.error().message;
}

TEST_F(LinkTest, contextsOfTwoArtifactsRunSideBySide) {
  auto first = Artifact::open(linked(ArtifactKind::SharedLibrary, "fake.so"));
  auto second = Artifact::open(linked(ArtifactKind::SharedLibrary, "other.so", "other", 5));
  ASSERT_TRUE(first && second);
  auto work = [](Artifact artifact, float scale) {
    Expected<Context> context = artifact.createContext({.threads = 2});
    ASSERT_TRUE(context);
    for (int i = 0; i < 200; ++i)
      expectScaled(*context, 9, 5, scale);
  };
  std::thread one(work, *first, 2.0f), two(work, *second, 5.0f), three(work, *first, 2.0f);
  one.join();
  two.join();
  three.join();
}

static constexpr const char *userProgram = R"(
#include "PREFIX.h"
#include <stdio.h>
int PREFIX_twice(void) {
  float a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {0, 0, 0, 0, 0, 1};
  dlc_tensor in[2] = {{a, sizeof a, DLC_FLOAT32, 2, {2, 3}}, {b, 0, DLC_FLOAT32, 2, {2, 3}}};
  dlc_tensor out[PREFIX_UPPER_RUN_NUM_OUTPUTS] = {{0, 0, 0, 0, {0}}, {0, 0, 0, 0, {0}}};
  dlc_options options = {sizeof(dlc_options), 2, 0, 0, 0, 0, 0, 0, 0};
  PREFIX_context *context = PREFIX_context_create(&options);
  dlc_status status = PREFIX_run(context, in, 2, out, 2);
  printf("%s %s %g\n", PREFIX_describe()->name, PREFIX_status_string(status), ((float *)out[0].data)[5]);
  in[0].shape[1] = 4;
  status = PREFIX_run(context, in, 1, out, 2);
  printf("%s\n", PREFIX_last_error(context));
  PREFIX_context_destroy(context);
  return status == DLC_ERROR_ARGUMENT ? 0 : 1;
}
)";

/// Writes the program's part for one model, and the model's header; returns the source's path.
static std::string writeUser(const std::string &prefix, const std::string &suffix) {
  std::string text = userProgram;
  std::string upper = prefix == "fake" ? "FAKE" : "OTHER";
  for (auto [what, with] : {std::pair{std::string("PREFIX_UPPER"), upper}, {"PREFIX", prefix}})
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what))
      text.replace(at, what.size(), with);
  std::string path = folder() + "/use_" + prefix + suffix;
  EXPECT_TRUE(writeFileAtomically(path, text));
  EXPECT_TRUE(writeFileAtomically(folder() + "/" + prefix + ".h",
                                  generatedHeader(fake::description(prefix))));
  return path;
}

TEST_F(LinkTest, gccAloneUsesASharedLibrary) {
  std::string library = linked(ArtifactKind::SharedLibrary, "libfake.so"), output;
  for (auto [compiler, suffix] :
       {std::pair{"gcc -std=c99 -pedantic", ".c"}, {"g++ -std=c++17", ".cpp"}}) {
    if (!haveCompiler(compiler))
      GTEST_SKIP() << compiler << " is not installed";
    std::string source = writeUser("fake", suffix), program = folder() + "/program";
    std::string rest = folder() + "/main" + suffix;
    ASSERT_TRUE(writeFileAtomically(
        rest, "int fake_twice(void);\nint main(void) { return fake_twice(); }\n"));
    ASSERT_EQ(fake::shell(std::string(compiler) + " -Wall -Wextra -Werror " + source + " " + rest +
                              " " + library + " -Wl,-rpath," + folder() + " -o " + program,
                          output),
              0)
        << output;
    EXPECT_EQ(fake::shell(program, output), 0);
    EXPECT_EQ(output, "fake success 12\nrun: expected 2 inputs, found 1\n");
  }
}

TEST_F(LinkTest, examplesBuildAndRun) {
  std::string library = linked(ArtifactKind::SharedLibrary, "libfake.so"), output;
  writeUser("fake", ".c"); // for the header
  struct Example {
    const char *compiler, *source, *output;
  };
  const Example examples[] = {
      {"gcc -std=c99", "run_model.c", "scaled: 2x2 0 2 4 6\ncounted: 4 15 16 17 18\n"},
      {"g++ -std=c++17", "run_model.cpp", "scaled: 16 bytes\ncounted: 16 bytes\n"}};
  for (const Example &example : examples) {
    if (!haveCompiler(example.compiler))
      GTEST_SKIP() << example.compiler << " is not installed";
    std::string program = folder() + "/example";
    ASSERT_EQ(fake::shell(std::string(example.compiler) + " -Wall -Wextra -Werror -I" + folder() +
                              " -DMODEL_HEADER='\"fake.h\"' -DMODEL=fake " EXAMPLES_DIR "/" +
                              example.source + " " + library + " -Wl,-rpath," + folder() +
                              " -lpthread -o " + program,
                          output),
              0)
        << output;
    EXPECT_EQ(fake::shell(program, output), 0);
    EXPECT_EQ(output, example.output);
  }
}

TEST_F(LinkTest, twoStaticModelsShareOneProgram) {
  if (!haveCompiler("gcc"))
    GTEST_SKIP() << "gcc is not installed";
  for (auto [kind, suffix] :
       {std::pair{ArtifactKind::StaticLibrary, ".a"}, {ArtifactKind::Object, ".o"}}) {
    std::string first = linked(kind, std::string("fake") + suffix), output;
    std::string second = linked(kind, std::string("other") + suffix, "other", 7);
    std::string main = folder() + "/main.c", program = folder() + "/program";
    ASSERT_TRUE(writeFileAtomically(main,
                                    "#include \"fake.h\"\n#include \"other.h\"\n"
                                    "int fake_twice(void), other_twice(void);\n"
                                    "int main(void) { return fake_twice() | other_twice(); }\n"));
    std::string sources = writeUser("fake", ".c") + " " + writeUser("other", ".c") + " " + main;
    ASSERT_EQ(fake::shell("gcc -Wall -Wextra -Werror -fuse-ld=bfd " + sources + " " + first + " " +
                              second + " -lm -lpthread -o " + program,
                          output),
              0)
        << output;
    EXPECT_EQ(output, "");
    EXPECT_EQ(fake::shell(program, output), 0);
    EXPECT_EQ(output, "fake success 12\nrun: expected 2 inputs, found 1\n"
                      "other success 42\nrun: expected 2 inputs, found 1\n");
  }
}

/// A version 1 .npy file of f32.
static void writeNpy(const std::string &path, const Tensor &tensor) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (int64_t extent : tensor.shape())
    header += std::to_string(extent) + ",";
  header += "), }";
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 255);
  file += static_cast<char>(header.size() >> 8);
  file += header;
  file.append(reinterpret_cast<const char *>(tensor.raw()), tensor.numBytes());
  ASSERT_TRUE(writeFileAtomically(path, file));
}

TEST_F(LinkTest, executableRunsFiles) {
  std::string program = linked(ArtifactKind::Executable, "fake"), output;
  std::string a = folder() + "/a.npy", b = folder() + "/b.npy";
  writeNpy(a, matrix(2, 3, 1));
  writeNpy(b, matrix(2, 3, 0));
  EXPECT_EQ(fake::shell(program + " --threads 2 " + a + " " + b, output), 0);
  EXPECT_EQ(output, "scaled: float32[2,3] 2 4 6 8 10 12 (largest: 12 at 5)\n"
                    "counted: float32[6] 15 16 17 18 19 20 (largest: 20 at 5)\n");
  ASSERT_EQ(fake::shell(program + " " + a + " " + b + " --output " + folder(), output), 0)
      << output;
  std::string scaled = *readFile(folder() + "/scaled.npy");
  ASSERT_EQ(scaled.size() % 64, 24u);
  EXPECT_NE(scaled.find("'shape': (2, 3), }"), std::string::npos) << scaled;
  Tensor expected = matrix(2, 3, 1);
  for (int64_t i = 0; i < 6; ++i)
    expected.data<float>()[i] *= 2;
  EXPECT_EQ(scaled.substr(scaled.size() - 24),
            std::string(reinterpret_cast<const char *>(expected.raw()), 24));
  // What it wrote, it reads.
  EXPECT_EQ(fake::shell(program + " " + folder() + "/scaled.npy " + b, output), 0);
  EXPECT_NE(output.find("scaled: float32[2,3] 4 8 12"), std::string::npos) << output;
}

TEST_F(LinkTest, executableRefusesBadFiles) {
  std::string program = linked(ArtifactKind::Executable, "fake"), output;
  std::string a = folder() + "/a.npy", b = folder() + "/b.npy", bad = folder() + "/bad.npy";
  writeNpy(a, matrix(2, 3, 1));
  writeNpy(b, matrix(3, 3, 0));
  EXPECT_EQ(fake::shell(program + " --help", output), 0);
  EXPECT_NE(output.find("input a: float32[N,M]"), std::string::npos) << output;
  EXPECT_EQ(fake::shell(program, output), 2);
  EXPECT_EQ(fake::shell(program + " --fast " + a + " " + b, output), 2);
  EXPECT_EQ(fake::shell(program + " " + a + " " + b, output), 1);
  EXPECT_EQ(output,
            "error: run: input 'b': dimension 0: expected 2 (N, as in input 'a'), found 3\n");
  EXPECT_EQ(fake::shell(program + " " + a + " " + bad, output), 1);
  EXPECT_EQ(output, "error: " + bad + ": No such file or directory\n");
  std::string whole = *readFile(b);
  for (size_t length : {0, 6, 9, 10, 11, 12, 40, 127, 128, 150}) {
    ASSERT_TRUE(writeFileAtomically(bad, whole.substr(0, length)));
    EXPECT_EQ(fake::shell(program + " " + a + " " + bad, output), 1) << length;
    EXPECT_TRUE(output.starts_with("error: " + bad)) << length << ": " << output;
  }
}

TEST_F(LinkTest, missingSymbolsAreNamedAndNothingIsLeft) {
  std::string runtimeOnly = folder() + "/broken.so";
  host::LinkRequest request;
  request.prefix = "broken";
  for (ArtifactKind kind : {ArtifactKind::SharedLibrary, ArtifactKind::Executable}) {
    request.kind = kind;
    Status status = linkArtifact(request, runtimeOnly);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ExitCode::Internal);
    EXPECT_NE(status.error().message.find("dlc_model"), std::string::npos)
        << status.error().message;
  }
  request.objects = {"not an object"};
  EXPECT_FALSE(linkArtifact(request, runtimeOnly));
  EXPECT_TRUE(fs::is_empty(folder()));
  Status unwritable = fake::link(ArtifactKind::SharedLibrary, folder() + "/absent/fake.so");
  ASSERT_FALSE(unwritable);
  EXPECT_EQ(unwritable.error().code, ExitCode::BadInput);
}

TEST_F(LinkTest, equalRequestsGiveEqualFiles) {
  for (auto kind : {ArtifactKind::SharedLibrary, ArtifactKind::StaticLibrary, ArtifactKind::Object,
                    ArtifactKind::Executable}) {
    std::string first = *readFile(linked(kind, "fake"));
    EXPECT_EQ(first, *readFile(linked(kind, "fake")));
  }
}
