// Decoding and resizing.
#include "ImageFiles.h"

#include <gtest/gtest.h>

#include <cmath>
#include <span>

using namespace dlc;
using namespace dlc::test;

static Expected<Image> decode(const std::string &file) {
  return decodeImage(std::as_bytes(std::span(file)), "p");
}

static void expectRefused(const std::string &file, const std::string &text) {
  auto image = decode(file);
  ASSERT_FALSE(image) << "expected a failure that says: " << text;
  EXPECT_EQ(image.error().code, ExitCode::BadInput);
  EXPECT_NE(image.error().message.find(text), std::string::npos) << image.error().message;
}

static Image gradient(int64_t height, int64_t width) {
  return makeImage(height, width, [](int64_t y, int64_t x, int channel) {
    return static_cast<int>((y * 5 + x * 3 + channel * 40) % 256);
  });
}

TEST(Image, PngIsExact) {
  Image image = gradient(17, 31);
  auto read = decode(encodePng(image));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->width, 31);
  EXPECT_EQ(read->height, 17);
  EXPECT_EQ(read->pixels, image.pixels);
}

TEST(Image, GreyIsRepeatedAndAlphaDropped) {
  auto grey = decode(encodePng(1, 3, 1, "abc"));
  ASSERT_TRUE(grey) << grey.error().message;
  EXPECT_EQ(std::string(grey->pixels.begin(), grey->pixels.end()), "aaabbbccc");
  auto alpha = decode(encodePng(1, 2, 4, std::string("abc\0xyz\x80", 8)));
  ASSERT_TRUE(alpha) << alpha.error().message;
  EXPECT_EQ(std::string(alpha->pixels.begin(), alpha->pixels.end()), "abcxyz");
}

TEST(Image, JpegIsClose) {
  Image image = makeImage(24, 40, [](int64_t, int64_t x, int) { return static_cast<int>(x * 6); });
  auto read = decode(encodeJpeg(image));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->width, 40);
  ASSERT_EQ(read->height, 24);
  for (size_t i = 0; i != image.pixels.size(); ++i)
    ASSERT_NEAR(read->pixels[i], image.pixels[i], 8) << "at " << i;
}

TEST(Image, TruncatedFilesAreRefused) {
  for (const std::string &file : {encodePng(gradient(33, 65)), encodeJpeg(gradient(33, 65))})
    for (size_t size : {size_t{0}, size_t{3}, size_t{10}, size_t{40}, file.size() / 2,
                        file.size() * 3 / 4, file.size() - 20}) {
      auto image = decode(file.substr(0, size));
      EXPECT_FALSE(image) << size << " of " << file.size();
    }
}

TEST(Image, DimensionBombsAreRefused) {
  // The header of a small PNG, with other dimensions and its checksum corrected.
  auto withSize = [](uint32_t width, uint32_t height) {
    std::string file = encodePng(gradient(2, 2));
    for (int i = 0; i != 4; ++i) {
      file[16 + static_cast<size_t>(i)] = static_cast<char>(width >> (24 - 8 * i));
      file[20 + static_cast<size_t>(i)] = static_cast<char>(height >> (24 - 8 * i));
    }
    uint32_t crc = 0xffffffffu;
    for (size_t i = 12; i != 29; ++i) {
      crc ^= static_cast<uint8_t>(file[i]);
      for (int bit = 0; bit != 8; ++bit)
        crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
    }
    crc = ~crc;
    for (int i = 0; i != 4; ++i)
      file[29 + static_cast<size_t>(i)] = static_cast<char>(crc >> (24 - 8 * i));
    return file;
  };
  ASSERT_TRUE(decode(withSize(2, 2)));
  expectRefused(withSize(9000, 9000), "cannot hold 9000x9000 pixels");
  expectRefused(withSize(90000, 90000), "");
  expectRefused(withSize(0, 5), "");
  std::string jpeg = encodeJpeg(gradient(8, 8));
  size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\xdc\xff\xdc");
  expectRefused(jpeg, "pixels");
}

TEST(Image, OtherFilesAreRefused) {
  expectRefused("GIF89a", "expected a PNG or JPEG image");
  expectRefused("", "expected a PNG or JPEG image");
}

TEST(ImageResize, SameSizeIsACopy) {
  Image image = gradient(5, 7);
  EXPECT_EQ(resizeImage(image, 5, 7, ResizeFilter::Linear, true).pixels, image.pixels);
}

TEST(ImageResize, LinearUsesHalfPixelCentres) {
  Image image = makeImage(1, 2, [](int64_t, int64_t x, int) { return x ? 200 : 100; });
  Image wide = resizeImage(image, 1, 4, ResizeFilter::Linear, false);
  const int expected[] = {100, 125, 175, 200};
  for (int64_t x = 0; x != 4; ++x)
    EXPECT_EQ(wide.at(0, x)[0], expected[x]);
  // Without antialiasing 5 -> 2 takes the points 0.75 and 3.25 only.
  Image five =
      makeImage(1, 5, [](int64_t, int64_t x, int) { return static_cast<int>(x * x * 10); });
  Image two = resizeImage(five, 1, 2, ResizeFilter::Linear, false);
  EXPECT_EQ(two.at(0, 0)[0], 8);   // 0.25 * 0 + 0.75 * 10
  EXPECT_EQ(two.at(0, 1)[0], 108); // 0.75 * 90 + 0.25 * 160
}

TEST(ImageResize, AntialiasingAveragesWhatItCovers) {
  Image image = makeImage(8, 8, [](int64_t y, int64_t x, int) { return (x + y) % 2 ? 255 : 0; });
  Image small = resizeImage(image, 2, 2, ResizeFilter::Linear, true);
  for (uint8_t value : small.pixels)
    EXPECT_NEAR(value, 128, 1);
  Image nearest = resizeImage(image, 2, 2, ResizeFilter::Nearest, true);
  EXPECT_EQ(nearest.at(0, 0)[0], image.at(2, 2)[0]);
}

TEST(ImageResize, ConstantsStayConstant) {
  Image image = makeImage(7, 5, [](int64_t, int64_t, int channel) { return 50 * (channel + 1); });
  for (auto filter : {ResizeFilter::Nearest, ResizeFilter::Linear, ResizeFilter::Cubic})
    for (bool antialias : {false, true}) {
      Image result = resizeImage(image, 3, 11, filter, antialias);
      for (int64_t i = 0; i != 33; ++i)
        for (int channel = 0; channel != 3; ++channel)
          EXPECT_EQ(result.pixels[static_cast<size_t>(i * 3 + channel)], 50 * (channel + 1));
    }
}
