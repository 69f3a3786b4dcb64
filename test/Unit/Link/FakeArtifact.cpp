// Links the fake model; see FakeArtifact.h.
#include "FakeArtifact.h"

#include "dlc/Support/AtomicFile.h"

#include <cstdio>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace dlc;

ModelDescription fake::description(const std::string &prefix) {
  ModelDescription model;
  model.name = prefix;
  model.version = "test";
  model.symbols = {"N", "M", "K"};
  TensorDescription a{"a", DType::F32, {symbolicDim(0), symbolicDim(1)}};
  TensorDescription b{"b", DType::F32, {symbolicDim(0), 3}};
  model.functions = {
      {"run", {a, b}, {{"scaled", DType::F32, a.dims}, {"counted", DType::F32, {symbolicDim(2)}}}},
      {"filter", {b}, {{"kept", DType::F32, {unknownDim, 2}}}},
      {"fail", {b}, {}},
      {"train_step", {}, {{"loss", DType::F32, {1}}}}};
  model.kernels = {{"scale", "injective", 100, 800}, {"sum", "row_reduce", 0, 0}};
  model.stateBytes = sizeof(float);
  model.slots = {{{"steps", DType::F32, {}}, 0, false}};
  model.constantBytes = 2 * sizeof(float);
  return model;
}

std::string fake::temporaryPath(const std::string &name) {
  return testing::TempDir() + "dlc-link-" + std::to_string(getpid()) + "-" + name;
}

Status fake::link(host::ArtifactKind kind, const std::string &path, const std::string &prefix,
                  float scale) {
  Expected<std::string> object =
      readFile(prefix == "fake" ? FAKE_MODEL_OBJECT : OTHER_MODEL_OBJECT);
  if (!object)
    return object.error();
  const float constants[2] = {scale, 3};
  host::LinkRequest request;
  request.kind = kind;
  request.objects = {*object};
  request.constants = {{0, std::as_bytes(std::span(&constants[0], 1))},
                       {4, std::as_bytes(std::span(&constants[1], 1))}};
  request.constantBytes = sizeof(constants);
  request.prefix = prefix;
  request.exports = exportedNames(description(prefix));
  return linkArtifact(request, path);
}

int fake::shell(const std::string &command, std::string &output) {
  output.clear();
  FILE *pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe)
    return -1;
  char buffer[4096];
  while (size_t count = fread(buffer, 1, sizeof(buffer), pipe))
    output.append(buffer, count);
  int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
