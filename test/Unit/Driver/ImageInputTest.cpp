// From image to model input.
#include "ImageFiles.h"

#include "dlc/Driver/ImageInput.h"

#include <gtest/gtest.h>

using namespace dlc;
using namespace dlc::test;

/// Red 10 y + x, green 100, blue 200.
static Image testImage(int64_t height, int64_t width) {
  return makeImage(height, width, [](int64_t y, int64_t x, int channel) {
    return channel == 0 ? static_cast<int>(10 * y + x) : channel * 100;
  });
}

static Tensor convert(const Image &image, const ImageOptions &options, const Shape &shape,
                      DType dtype = DType::F32) {
  auto tensor = imageToTensor(image, options, shape, dtype, "p.png");
  EXPECT_TRUE(tensor) << tensor.error().message;
  return tensor ? *tensor : Tensor(dtype, {0});
}

static ImageOptions raw() { return *findImagePreset("raw"); }

TEST(ImageInput, LayoutFollowsTheShape) {
  Image image = testImage(2, 4);
  Tensor nchw = convert(image, raw(), {1, 3, 2, 4});
  EXPECT_EQ(nchw.shape(), (Shape{1, 3, 2, 4}));
  EXPECT_EQ(nchw.asDouble(7), 13);
  EXPECT_EQ(nchw.asDouble(8), 100);
  Tensor nhwc = convert(image, raw(), {-1, 2, 4, 3});
  EXPECT_EQ(nhwc.shape(), (Shape{1, 2, 4, 3}));
  EXPECT_EQ(nhwc.asDouble(1), 100);
  EXPECT_EQ(nhwc.asDouble(2), 200);
  EXPECT_EQ(convert(image, raw(), {3, 2, 4}).shape(), (Shape{3, 2, 4}));
  EXPECT_EQ(convert(image, raw(), {1, 3, -1, -1}).shape(), (Shape{1, 3, 2, 4}));
}

TEST(ImageInput, ChannelsCanBeSwappedOrMerged) {
  ImageOptions options = raw();
  options.channels = ImageOptions::Channels::BGR;
  EXPECT_EQ(convert(testImage(1, 1), options, {1, 3, 1, 1}).asDouble(0), 200);
  Tensor grey = convert(testImage(1, 1), raw(), {1, 1, 1, 1});
  EXPECT_NEAR(grey.asDouble(0), 0.587 * 100 + 0.114 * 200, 1e-4);
}

TEST(ImageInput, ImagenetNormalises) {
  Image image = makeImage(300, 400, [](int64_t, int64_t, int channel) { return 50 * channel; });
  Tensor tensor = convert(image, *findImagePreset("imagenet"), {1, 3, 224, 224});
  EXPECT_NEAR(tensor.asDouble(0), -0.485 / 0.229, 1e-5);
  EXPECT_NEAR(tensor.asDouble(224 * 224), (50 / 255.0 - 0.456) / 0.224, 1e-5);
  EXPECT_NEAR(tensor.asDouble(2 * 224 * 224), (100 / 255.0 - 0.406) / 0.225, 1e-5);
}

TEST(ImageInput, CropTakesTheCentre) {
  // 4x8 to 2x2 at the fraction 0.5: the short side becomes 4 (no resize), then the centre 2x2.
  ImageOptions options = raw();
  options.resize = ImageOptions::Resize::Crop;
  options.cropFraction = 0.5;
  Tensor tensor = convert(testImage(4, 8), options, {1, 3, 2, 2});
  EXPECT_EQ(tensor.asDouble(0), 13);
  EXPECT_EQ(tensor.asDouble(3), 24);
}

TEST(ImageInput, RecognitionPadsNarrowLinesAndSqueezesWideOnes) {
  auto options = *findImagePreset("ocr-rec");
  Image image = makeImage(24, 50, [](int64_t, int64_t, int) { return 255; });
  Tensor padded = convert(image, options, {1, 3, 48, 320});
  EXPECT_FLOAT_EQ(static_cast<float>(padded.asDouble(99)), 1);
  EXPECT_EQ(padded.asDouble(100), 0);
  Image wide = makeImage(10, 500, [](int64_t, int64_t, int) { return 255; });
  EXPECT_FLOAT_EQ(static_cast<float>(convert(wide, options, {1, 3, 48, 320}).asDouble(319)), 1);
  EXPECT_EQ(convert(image, options, {-1, 3, -1, -1}).shape(), (Shape{1, 3, 48, 100}));
}

TEST(ImageInput, DetectionRoundsOpenSizes) {
  auto options = *findImagePreset("ocr-det");
  EXPECT_EQ(convert(testImage(100, 150), options, {-1, 3, -1, -1}).shape(),
            (Shape{1, 3, 736, 1088})); // 736 / 100 * 150 is 34.5 times 32
}

TEST(ImageInput, PadKeepsTheAspectRatio) {
  ImageOptions options = raw();
  options.resize = ImageOptions::Resize::Pad;
  Image image = makeImage(4, 2, [](int64_t, int64_t, int) { return 9; });
  Tensor tall = convert(image, options, {1, 3, 4, 4});
  EXPECT_EQ(tall.asDouble(1), 9);
  EXPECT_EQ(tall.asDouble(2), 0);
  Image flat = makeImage(2, 4, [](int64_t, int64_t, int) { return 9; });
  Tensor wide = convert(flat, options, {1, 3, 4, 4});
  EXPECT_EQ(wide.asDouble(7), 9);
  EXPECT_EQ(wide.asDouble(8), 0);
}

TEST(ImageInput, IntegersAreRounded) {
  Tensor tensor = convert(testImage(1, 3), raw(), {1, 1, 3, 3}, DType::U8);
  EXPECT_EQ(tensor.dtype(), DType::U8);
  EXPECT_EQ(tensor.asInt(1), 82); // 0.299 + 58.7 + 22.8
}

TEST(ImageInput, ShapesThatFitNoImage) {
  auto refuse = [](const Shape &shape, const std::string &text) {
    ImageOptions options;
    options.resize = ImageOptions::Resize::None;
    auto tensor = imageToTensor(testImage(2, 2), options, shape, DType::F32, "p.png");
    ASSERT_FALSE(tensor);
    EXPECT_EQ(tensor.error().message.rfind("p.png: ", 0), 0u);
    EXPECT_NE(tensor.error().message.find(text), std::string::npos) << tensor.error().message;
  };
  refuse({2, 2}, "rank 3 or 4");
  refuse({8, 3, 2, 2}, "batch 1");
  refuse({1, 5, 2, 2}, "1 or 3 channels");
  refuse({1, 3, 4, 2}, "expected 2x4 pixels, found 2x2");
  refuse({1, 3, 0, 2}, "cannot be made");
  refuse({1, 3, 1ll << 40, 1ll << 40}, "cannot be made");
}

TEST(ImageInput, PresetsHaveNames) {
  EXPECT_FALSE(findImagePreset("nothing"));
  for (const std::string &name : imagePresetNames())
    EXPECT_TRUE(findImagePreset(name)) << name;
}
