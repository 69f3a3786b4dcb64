// Names that artifacts export.
#include "dlc/Artifact/Description.h"

#include <gtest/gtest.h>

using namespace dlc;

TEST(DescriptionTest, prefixesAreIdentifiersOfTheirOwn) {
  EXPECT_EQ(symbolPrefix("resnet50"), "resnet50");
  EXPECT_EQ(symbolPrefix("ResNet-50 v1.5"), "ResNet_50_v1_5");
  EXPECT_EQ(symbolPrefix("2nd"), "m_2nd");
  EXPECT_EQ(symbolPrefix("while"), "while_");
  EXPECT_EQ(symbolPrefix("template"), "template_");
  EXPECT_EQ(symbolPrefix(""), "model");
  EXPECT_EQ(symbolPrefix("../-_"), "model");
  EXPECT_EQ(symbolPrefix("_hidden_"), "hidden");
  EXPECT_EQ(symbolPrefix("dlc"), "m_dlc");
  EXPECT_EQ(symbolPrefix("dlcrt_run"), "m_dlcrt_run");
  EXPECT_EQ(symbolPrefix("halide_malloc"), "m_halide_malloc");
  EXPECT_EQ(symbolPrefix("gr\xc3\xb6\xc3\x9f"
                         "e"),
            "gr_e");
  EXPECT_EQ(symbolPrefix(std::string(1000, 'a')), std::string(64, 'a'));
}

TEST(DescriptionTest, functionsDoNotTakeTheNamesOfWrappers) {
  EXPECT_EQ(functionSuffix("run"), "run");
  EXPECT_EQ(functionSuffix("train_step"), "train_step");
  EXPECT_EQ(functionSuffix("state"), "state_");
  EXPECT_EQ(functionSuffix("context"), "context_");
  EXPECT_EQ(functionSuffix("main:0"), "main_0");
}

TEST(DescriptionTest, versionScriptListsEveryExport) {
  ModelDescription model;
  model.name = "m";
  model.functions = {{"run", {}, {}}, {"init", {}, {}}};
  std::string script = versionScript(model);
  for (const char *name : {"dlc_artifact;", "m_run;", "m_init;", "m_profile;", "local: *;"})
    EXPECT_NE(script.find(name), std::string::npos) << name;
}

TEST(DescriptionTest, typesAreReadable) {
  TensorDescription tensor{"x", DType::I64, {symbolicDim(1), 3, unknownDim, symbolicDim(7)}};
  EXPECT_EQ(typeString(tensor, {"batch", "length"}), "int64[length,3,?,?]");
  EXPECT_EQ(typeString({"s", DType::Bool, {}}, {}), "bool[]");
}
