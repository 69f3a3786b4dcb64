// The text of generated headers; that they compile is tested with artifacts (../Link).
#include "dlc/Artifact/GeneratedHeader.h"

#include <gtest/gtest.h>

using namespace dlc;

static ModelDescription imageModel() {
  ModelDescription model;
  model.name = "net-1";
  model.version = "0.1";
  model.functions = {
      {"run", {{"data", DType::F32, {1, 3, 7, 5}}}, {{"p", DType::F16, {symbolicDim(0), 9}}}}};
  model.symbols = {"N"};
  return model;
}

TEST(GeneratedHeaderTest, statesSizes) {
  std::string text = generatedHeader(imageModel());
  for (const char *line :
       {"#ifndef NET_1_H\n", "#define NET_1_RUN_NUM_INPUTS 1\n",
        "#define NET_1_RUN_INPUT_0_BYTES 420\n", "#define NET_1_RUN_INPUT_0_DIM_3 5\n",
        "#define NET_1_RUN_OUTPUT_0_DIM_1 9\n", "/* p: float16[N,9] */\n",
        "dlc_status net_1_run(net_1_context *context,", "typedef enum dlc_dtype {",
        "size_t net_1_profile("})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  EXPECT_EQ(text.find("OUTPUT_0_BYTES"), std::string::npos);
  EXPECT_EQ(text.find("OUTPUT_0_DIM_0"), std::string::npos);
  EXPECT_EQ(text.find("PREFIX"), std::string::npos);
}

TEST(GeneratedHeaderTest, namesCannotLeaveTheirComments) {
  ModelDescription model = imageModel();
  model.name = "x */ int y; /*\n#error \\";
  model.functions[0].inputs[0].name = "*/\n#error in\\";
  model.symbols[0] = "*/ #error sym";
  std::string text = generatedHeader(model);
  EXPECT_EQ(text.find("\n#error in"), std::string::npos);
  EXPECT_EQ(text.find("*/ int y"), std::string::npos);
  EXPECT_EQ(text.find("*/ #error"), std::string::npos);
  EXPECT_EQ(text.find("\\\n"), std::string::npos);
}
