//===- Float8Test.cpp - Floating-point numbers of 8 bits
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Float8.h"
#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Support/CounterHash.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
struct Type {
  ElementType type;
  uint8_t (*to)(double);
  double (*from)(uint8_t);
  /// The code of the largest number, and what comes above it.
  uint8_t largest, above;
};
} // namespace

static const Type types[] = {
    {ElementType::F8E4M3FN, toFloat8E4M3FN, fromFloat8E4M3FN, 0x7e, 0x7f},
    {ElementType::F8E5M2, toFloat8E5M2, fromFloat8E5M2, 0x7b, 0x7c},
};

TEST(Float8, KnownNumbers) {
  EXPECT_EQ(fromFloat8E4M3FN(0x7e), 448);
  EXPECT_EQ(fromFloat8E4M3FN(0x01), 0x1p-9);
  EXPECT_EQ(fromFloat8E4M3FN(0x38), 1);
  EXPECT_EQ(fromFloat8E4M3FN(0x08), 0x1p-6);
  EXPECT_EQ(fromFloat8E5M2(0x7b), 57344);
  EXPECT_EQ(fromFloat8E5M2(0x01), 0x1p-16);
  EXPECT_EQ(fromFloat8E5M2(0xbc), -1);
  EXPECT_EQ(fromFloat8E5M2(0xfc), -std::numeric_limits<double>::infinity());
}

TEST(Float8, AllCodesComeBack) {
  for (const Type &t : types)
    for (unsigned code = 0; code < 256; ++code) {
      double value = t.from(static_cast<uint8_t>(code));
      if (std::isnan(value))
        EXPECT_TRUE(std::isnan(t.from(t.to(value))));
      else
        EXPECT_EQ(t.to(value), code);
      if ((code & 0x7f) > 0 && (code & 0x7f) <= t.largest) {
        double below = t.from(static_cast<uint8_t>((code & 0x7f) - 1));
        EXPECT_LT(below, std::abs(value)) << code;
      }
    }
}

/// Between any two neighbours: the middle goes to the even one, everything else
/// to the nearer one, in doubles.
TEST(Float8, RoundsToNearestEven) {
  for (const Type &t : types)
    for (unsigned code = 0; code < t.largest; ++code) {
      double low = t.from(static_cast<uint8_t>(code));
      double high = t.from(static_cast<uint8_t>(code + 1));
      double middle = (low + high) / 2;
      uint8_t even = static_cast<uint8_t>(code + (code & 1));
      EXPECT_EQ(t.to(middle), even);
      EXPECT_EQ(t.to(-middle), even | 0x80);
      EXPECT_EQ(t.to(std::nextafter(middle, 0)), code);
      EXPECT_EQ(t.to(std::nextafter(middle, 1e9)), code + 1);
      EXPECT_EQ(t.to(std::nextafter(low, high)), code);
      EXPECT_EQ(t.to(std::nextafter(high, low)), code + 1);
    }
}

TEST(Float8, BeyondTheLargest) {
  // The next number, if there were one, would be 480 and 65536.
  EXPECT_EQ(toFloat8E4M3FN(464), 0x7e);
  EXPECT_EQ(toFloat8E4M3FN(std::nextafter(464, 1e9)), 0x7f);
  EXPECT_EQ(toFloat8E5M2(std::nextafter(61440, 0)), 0x7b);
  EXPECT_EQ(toFloat8E5M2(61440), 0x7c);
  for (const Type &t : types)
    for (double value : {1e5, 1e30, 1e300, std::numeric_limits<double>::max(),
                         std::numeric_limits<double>::infinity()}) {
      EXPECT_EQ(t.to(value), t.above);
      EXPECT_EQ(t.to(-value), t.above | 0x80);
    }
}

TEST(Float8, Storing) {
  std::vector<std::byte> out(4);
  for (const Type &t : types) {
    EXPECT_EQ(parseElementType(name(t.type)), t.type);
    EXPECT_TRUE(isFloat(t.type));
    EXPECT_EQ(byteSize(t.type), 1u);
    EXPECT_EQ(smallestSubnormal(t.type), t.from(1));
    EXPECT_EQ(epsilon(t.type), t.from(static_cast<uint8_t>(t.to(1) + 1)) - 1);
    double infinity = std::numeric_limits<double>::infinity();
    double values[] = {1, NAN, 1e6, infinity};
    // NaN is taken, what is too large refused.
    EXPECT_EQ(storeElements(t.type, values, 4, Overflow::Refuse, out.data()),
              2u);
    EXPECT_EQ(storeElements(t.type, values, 4, Overflow::Infinity, out.data()),
              4u);
    double back[4];
    loadElements(t.type, out.data(), 4, back);
    EXPECT_EQ(back[0], 1);
    EXPECT_TRUE(std::isnan(back[1]));
    EXPECT_FALSE(std::isfinite(back[2]));
    EXPECT_FALSE(std::isfinite(overflowAs(t.type, 1e6)));
    EXPECT_EQ(overflowAs(t.type, 1.01), 1.01);
    // Infinity can be stored where there is one.
    size_t stored =
        storeElements(t.type, &infinity, 1, Overflow::Refuse, out.data());
    EXPECT_EQ(stored, t.type == ElementType::F8E5M2 ? 1u : 0u);
  }
}
