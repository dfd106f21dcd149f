//===- ElementTypeTest.cpp - Conversions of numbers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Support/CounterHash.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

using namespace sparsegpu;
using namespace sparsegpu::formats;

static constexpr double inf = std::numeric_limits<double>::infinity();
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

static const ElementType allTypes[] = {
    ElementType::F64,  ElementType::F32, ElementType::F16,
    ElementType::BF16, ElementType::I8,  ElementType::I16,
    ElementType::I32,  ElementType::I64, ElementType::Index};

TEST(ElementType, NamesAndSizes) {
  const char *const names[] = {"f64", "f32", "f16", "bf16", "i8",
                               "i16", "i32", "i64", "index"};
  const size_t sizes[] = {8, 4, 2, 2, 1, 2, 4, 8, 8};
  for (size_t i = 0; i < std::size(allTypes); ++i) {
    EXPECT_EQ(name(allTypes[i]), names[i]);
    EXPECT_EQ(parseElementType(names[i]), allTypes[i]);
    EXPECT_EQ(byteSize(allTypes[i]), sizes[i]);
    EXPECT_EQ(isFloat(allTypes[i]), i < 4);
  }
  EXPECT_FALSE(parseElementType("f8"));
  EXPECT_FALSE(parseElementType("F32"));
}

TEST(ElementType, Indices) {
  EXPECT_EQ(indexType(0), ElementType::Index);
  EXPECT_EQ(indexType(8), ElementType::I8);
  EXPECT_EQ(indexType(16), ElementType::I16);
  EXPECT_EQ(indexType(32), ElementType::I32);
  EXPECT_EQ(indexType(64), ElementType::I64);
  EXPECT_FALSE(indexType(7));
  EXPECT_FALSE(indexType(128));
  EXPECT_EQ(maxIndex(ElementType::I8), 255);
  EXPECT_EQ(maxIndex(ElementType::I16), 65535);
  EXPECT_EQ(maxIndex(ElementType::I32), 4294967295);
  EXPECT_EQ(maxIndex(ElementType::Index), std::numeric_limits<int64_t>::max());
}

TEST(ElementType, EpsilonIsTheGapAboveOne) {
  EXPECT_EQ(fromHalf(toHalf(1) + 1) - 1, epsilon(ElementType::F16));
  EXPECT_EQ(fromBFloat16(toBFloat16(1) + 1) - 1, epsilon(ElementType::BF16));
  EXPECT_EQ(std::numeric_limits<float>::epsilon(), epsilon(ElementType::F32));
  EXPECT_EQ(std::numeric_limits<double>::epsilon(), epsilon(ElementType::F64));
  EXPECT_EQ(fromHalf(1), smallestSubnormal(ElementType::F16));
  EXPECT_EQ(fromBFloat16(1), smallestSubnormal(ElementType::BF16));
  EXPECT_EQ(std::numeric_limits<float>::denorm_min(),
            smallestSubnormal(ElementType::F32));
  EXPECT_EQ(std::numeric_limits<double>::denorm_min(),
            smallestSubnormal(ElementType::F64));
}

TEST(Half, KnownValues) {
  const std::pair<double, uint16_t> known[] = {
      {0.0, 0x0000},     {-0.0, 0x8000},           {1.0, 0x3c00},
      {-2.0, 0xc000},    {0.333251953125, 0x3555}, {65504.0, 0x7bff},
      {inf, 0x7c00},     {-inf, 0xfc00},           {0x1p-14, 0x0400},
      {0x1p-24, 0x0001}, {0x1.ff8p-15, 0x03ff}};
  for (auto [value, bits] : known) {
    EXPECT_EQ(toHalf(value), bits) << value;
    EXPECT_EQ(fromHalf(bits), value);
  }
  EXPECT_TRUE(std::isnan(fromHalf(toHalf(notANumber))));
  EXPECT_TRUE(std::isnan(fromHalf(0x7c01)));
}

TEST(Half, TiesGoToEven) {
  EXPECT_EQ(toHalf(2049), toHalf(2048));
  EXPECT_EQ(toHalf(2051), toHalf(2052));
  // The double lies just above a tie: rounding through float would lose that.
  EXPECT_EQ(toHalf(1 + 0x1p-11), toHalf(1));
  EXPECT_EQ(toHalf(1 + 0x1p-11 + 0x1p-40), 0x3c01);
  // Subnormal ties, and the border to zero.
  EXPECT_EQ(toHalf(0x1p-25), 0x0000);
  EXPECT_EQ(toHalf(std::nextafter(0x1p-25, 1)), 0x0001);
  EXPECT_EQ(toHalf(0x1.8p-24), 0x0002);
  EXPECT_EQ(toHalf(0x1p-26), 0x0000);
  EXPECT_EQ(toHalf(-0x1p-1074), 0x8000);
  // The border to infinity.
  EXPECT_EQ(toHalf(65519.999), 0x7bff);
  EXPECT_EQ(toHalf(65520), 0x7c00);
  EXPECT_EQ(toHalf(1e300), 0x7c00);
}

TEST(BFloat16, KnownValues) {
  const std::pair<double, uint16_t> known[] = {
      {0.0, 0x0000},      {-0.0, 0x8000},     {1.0, 0x3f80},
      {-2.0, 0xc000},     {inf, 0x7f80},      {-inf, 0xff80},
      {0x1p-126, 0x0080}, {0x1p-133, 0x0001}, {0x1.fep127, 0x7f7f}};
  for (auto [value, bits] : known) {
    EXPECT_EQ(toBFloat16(value), bits) << value;
    EXPECT_EQ(fromBFloat16(bits), value);
  }
  EXPECT_TRUE(std::isnan(fromBFloat16(toBFloat16(notANumber))));
  EXPECT_EQ(toBFloat16(257), toBFloat16(256));
  EXPECT_EQ(toBFloat16(259), toBFloat16(260));
  EXPECT_EQ(toBFloat16(1 + 0x1p-8 + 0x1p-45), 0x3f81);
  EXPECT_EQ(toBFloat16(0x1.ffp127), 0x7f80);
  EXPECT_EQ(toBFloat16(std::nextafter(0x1.ffp127, 0)), 0x7f7f);
  EXPECT_EQ(toBFloat16(0x1p-134), 0x0000);
  EXPECT_EQ(toBFloat16(0x1p-1000), 0x0000);
}

/// Every 16-bit pattern survives, and every double between two neighbours goes
/// to the nearer one, on a tie to the one with an even pattern.
template <typename To, typename From>
static void checkAllPatterns(To to, From from, uint16_t infinity) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    double value = from(static_cast<uint16_t>(bits));
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(from(to(value))));
      continue;
    }
    ASSERT_EQ(to(value), bits);
    if ((bits & 0x7fff) + 1 >= infinity)
      continue;
    double next = from(static_cast<uint16_t>(bits + 1));
    double middle = value / 2 + next / 2;
    uint16_t even = static_cast<uint16_t>(bits & 1 ? bits + 1 : bits);
    ASSERT_EQ(to(middle), even) << std::hexfloat << middle;
    ASSERT_EQ(to(std::nextafter(middle, value)), bits);
    ASSERT_EQ(to(std::nextafter(middle, next)), bits + 1);
  }
}

TEST(Half, AllPatterns) { checkAllPatterns(toHalf, fromHalf, 0x7c00); }

TEST(BFloat16, AllPatterns) {
  checkAllPatterns(toBFloat16, fromBFloat16, 0x7f80);
}

TEST(StoreElements, RoundTripsWhatFits) {
  const std::vector<double> values = {0, 1, -1, 2, -128, 127, 64, -3};
  for (ElementType type : allTypes) {
    std::vector<std::byte> bytes(values.size() * byteSize(type));
    ASSERT_EQ(storeElements(type, values.data(), values.size(),
                            Overflow::Refuse, bytes.data()),
              values.size());
    std::vector<double> back(values.size());
    loadElements(type, bytes.data(), back.size(), back.data());
    EXPECT_EQ(back, values) << name(type);
  }
}

TEST(StoreElements, RefusesWhatDoesNotFit) {
  std::array<std::byte, 64> bytes;
  auto stored = [&](ElementType type, double value,
                    Overflow overflow = Overflow::Refuse) {
    double values[] = {1, value};
    return storeElements(type, values, 2, overflow, bytes.data()) == 2;
  };
  EXPECT_FALSE(stored(ElementType::I8, 128));
  EXPECT_FALSE(stored(ElementType::I8, -129));
  EXPECT_FALSE(stored(ElementType::I16, 32768));
  EXPECT_FALSE(stored(ElementType::I32, 0x1p31));
  EXPECT_TRUE(stored(ElementType::I32, -0x1p31));
  EXPECT_FALSE(stored(ElementType::I64, 0x1p63));
  EXPECT_TRUE(stored(ElementType::I64, -0x1p63));
  for (ElementType type : {ElementType::I8, ElementType::I64})
    for (double bad : {0.5, notANumber, inf, -inf})
      EXPECT_FALSE(stored(type, bad));
  EXPECT_FALSE(stored(ElementType::F16, 65520));
  EXPECT_TRUE(stored(ElementType::F16, 65519));
  EXPECT_FALSE(stored(ElementType::BF16, -1e39));
  EXPECT_FALSE(stored(ElementType::F32, 1e39));
  for (ElementType type :
       {ElementType::F32, ElementType::F16, ElementType::BF16}) {
    EXPECT_TRUE(stored(type, 1e39, Overflow::Infinity));
    // An infinity in the input is no overflow.
    EXPECT_TRUE(stored(type, inf));
    EXPECT_TRUE(stored(type, notANumber));
  }
}
