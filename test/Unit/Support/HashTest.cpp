// Hashes are stable across machines and framed where it matters.
#include "dlc/Support/Hash.h"

#include <gtest/gtest.h>

using namespace dlc;

TEST(Hash, PublishedVector) {
  // BLAKE3's published test vector for the empty input, first 16 bytes.
  EXPECT_EQ(hashBytes(std::string_view()).hex(), "af1349b9f5f9a1a6a0404dea36dcc949");
}

TEST(Hash, PiecesDoNotMatterFieldsDo) {
  EXPECT_EQ(Hasher().addBytes("ab").addBytes("c").finish(), hashBytes("abc"));
  EXPECT_NE(Hasher().addField("ab").addField("c").finish(),
            Hasher().addField("a").addField("bc").finish());
}

TEST(Hash, FinishMayBeCalledAgain) {
  Hasher hasher;
  Hash128 first = hasher.addInt(1).finish();
  EXPECT_EQ(hasher.finish(), first);
  EXPECT_NE(hasher.addInt(2).finish(), first);
}
