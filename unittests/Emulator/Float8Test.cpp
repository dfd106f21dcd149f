//===- Float8Test.cpp - Conversions of small floating-point numbers -------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperationTest.h"

using namespace sparsegpu::emulator;

namespace {

/// A format by its definition: the value of each of its bit patterns.
struct Format {
  int mantissa, bias;
  bool hasInfinity;
  double value(uint32_t bits) const {
    int exponentBits = 7 - mantissa;
    uint32_t exponent = bits >> mantissa & ((1u << exponentBits) - 1);
    uint32_t fraction = bits & ((1u << mantissa) - 1);
    uint32_t top = (1u << exponentBits) - 1;
    double sign = bits & 0x80 ? -1 : 1;
    if (exponent == top && hasInfinity)
      return fraction ? NAN : sign * INFINITY;
    if (exponent == top && fraction == (1u << mantissa) - 1)
      return NAN;
    if (exponent == 0)
      return sign * std::ldexp(fraction, 1 - bias - mantissa);
    return sign * std::ldexp((1u << mantissa) + fraction,
                             int(exponent) - bias - mantissa);
  }
  /// The nearest finite number, ties to an even pattern, by looking at all.
  uint32_t nearest(double x) const {
    if (std::isnan(x))
      return 0x7f;
    uint32_t best = 0;
    if (std::isfinite(x)) // Far out all distances are the same.
      x = std::copysign(std::min(std::fabs(x), 1e6), x);
    double bestDistance = INFINITY;
    for (uint32_t bits = 0; bits < 0x80; ++bits) {
      double v = value(bits);
      if (!std::isfinite(v))
        continue;
      double distance = std::fabs(std::fabs(x) - v);
      if (distance < bestDistance || (distance == bestDistance && !(bits & 1)))
        best = bits, bestDistance = distance;
    }
    if (std::isinf(x))
      best = hasInfinity ? 0x7b : 0x7e;
    return best | (std::signbit(x) ? 0x80 : 0);
  }
};
const Format e4m3 = {3, 7, false}, e5m2 = {2, 15, true};

float halfToFloat(uint16_t bits) {
  double sign = bits & 0x8000 ? -1 : 1;
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  if (exponent == 31)
    return fraction ? NAN : sign * INFINITY;
  if (exponent == 0)
    return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

class Float8 : public OperationTest {
protected:
  /// Numbers around the range of the formats, ties, and special values.
  std::vector<float> numbers(const Format &format, size_t count) {
    std::vector<float> values;
    for (size_t i = 0; i < count; ++i) {
      double v = format.value(generator() & 0xff);
      double w = format.value((generator() & 0x7f) + 1);
      switch (generator() % 4) {
      case 0:
        values.push_back(v);
        break;
      case 1: // Between two neighbours.
        values.push_back((v + format.value((generator() & 0x7f))) / 2);
        break;
      case 2:
        values.push_back(w * (1 + std::ldexp(generator() % 1000, -14)));
        break;
      default:
        values.push_back(bitsAs<float>(uint32_t(generator())));
      }
    }
    for (uint32_t bits = 0; bits < 0x7e; ++bits) {
      // Every tie and its neighbours.
      float tie = (format.value(bits) + format.value(bits + 1)) / 2;
      values.push_back(tie);
      values.push_back(std::nextafter(tie, 1e9f));
      values.push_back(std::nextafter(-tie, 1e9f));
    }
    values.insert(values.end(), {0.0f, -0.0f, 1e-30f, -1e-30f, 1e30f, INFINITY,
                                 -INFINITY, NAN});
    return values;
  }
};
} // namespace

TEST_F(Float8, NarrowFromFloat) {
  for (bool isE5M2 : {false, true})
    for (bool relu : {false, true}) {
      const Format &format = isE5M2 ? e5m2 : e4m3;
      auto a = numbers(format, 500), b = a;
      std::shuffle(b.begin(), b.end(), generator);
      a.resize(800);
      std::string name = std::string("llvm.nvvm.ff.to.") +
                         (isE5M2 ? "e5m2x2" : "e4m3x2") + ".rn" +
                         (relu ? ".relu" : "");
      auto r = apply<uint16_t>("i16", name, {"float", "float"}, "", a, b);
      auto expected = [&](float x) {
        return relu && x <= 0 ? 0 : format.nearest(x);
      };
      for (size_t i = 0; i < r.size(); ++i) {
        // -0 under .relu: either zero.
        if (relu && ((a[i] == 0 && std::signbit(a[i])) ||
                     (b[i] == 0 && std::signbit(b[i]))))
          continue;
        ASSERT_EQ(r[i], expected(a[i]) << 8 | expected(b[i]))
            << name << " " << a[i] << " " << b[i];
      }
    }
}

TEST_F(Float8, NarrowFromHalf) {
  auto bits = randomBits<uint32_t>(1024);
  for (bool isE5M2 : {false, true}) {
    const Format &format = isE5M2 ? e5m2 : e4m3;
    std::string name = std::string("llvm.nvvm.f16x2.to.") +
                       (isE5M2 ? "e5m2x2" : "e4m3x2") + ".rn";
    auto r = apply<uint16_t>("i16", name, {"<2 x half>"}, "", bits);
    for (size_t i = 0; i < r.size(); ++i)
      ASSERT_EQ(r[i], format.nearest(halfToFloat(bits[i] >> 16)) << 8 |
                          format.nearest(halfToFloat(bits[i])))
          << name << " " << bits[i];
  }
}

TEST_F(Float8, WidenEveryNumber) {
  std::vector<uint16_t> pairs(256);
  for (unsigned i = 0; i < 256; ++i)
    pairs[i] = i << 8 | (255 - i);
  for (bool isE5M2 : {false, true})
    for (bool relu : {false, true}) {
      const Format &format = isE5M2 ? e5m2 : e4m3;
      std::string name = std::string("llvm.nvvm.") +
                         (isE5M2 ? "e5m2x2" : "e4m3x2") + ".to.f16x2.rn" +
                         (relu ? ".relu" : "");
      auto r = apply<uint32_t>("<2 x half>", name, {"i16"}, "", pairs);
      for (unsigned i = 0; i < 256; ++i)
        for (unsigned half : {0u, 1u}) {
          float got = halfToFloat(r[i] >> (16 * half));
          double want = format.value(half ? i : 255 - i);
          if (relu && want < 0)
            want = 0;
          if (std::isnan(want))
            EXPECT_TRUE(std::isnan(got)) << name << " " << i;
          else
            EXPECT_EQ(got, want) << name << " " << i;
        }
    }
}

/// x with its mantissa cut after `bits` bits: toward zero.
static float cut(float x, int dropped) {
  return bitsAs<float>(bitsAs<uint32_t>(x) & (~0u << dropped));
}

TEST_F(Float8, TowardZero) {
  auto raw = randomBits<uint32_t>(1024);
  std::vector<float> a;
  for (uint32_t bits : raw)
    a.push_back(bitsAs<float>(bits));
  for (size_t i = 0; i < a.size(); i += 2) // Within the range of f16.
    a[i] = std::ldexp(float(int64_t(generator())), int(generator() % 40) - 80);
  a[0] = 65519.9f, a[2] = -70000, a[4] = INFINITY, a[6] = 1e-7f;
  auto bf = apply<uint16_t>("bfloat", "llvm.nvvm.f2bf16.rz", {"float"}, "", a);
  auto nearest =
      apply<uint16_t>("bfloat", "llvm.nvvm.f2bf16.rn", {"float"}, "", a);
  auto h = apply<uint16_t>("half", "llvm.nvvm.f2f16.rz", {"float"}, "", a);
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]))
      continue;
    uint32_t bits = bitsAs<uint32_t>(a[i]);
    ASSERT_EQ(bf[i], bits >> 16) << a[i];
    // Subnormal numbers too, whatever the host's instructions do to them.
    ASSERT_EQ(nearest[i], (bits + 0x7fff + (bits >> 16 & 1)) >> 16) << a[i];
    float got = halfToFloat(h[i]);
    if (std::isinf(a[i])) {
      ASSERT_EQ(got, a[i]);
      continue;
    }
    // Not beyond, and the next number away from zero is beyond.
    float magnitude = std::fabs(a[i]);
    ASSERT_LE(std::fabs(got), magnitude) << a[i];
    ASSERT_GT(halfToFloat((h[i] & 0x7fff) + 1), magnitude) << a[i];
    ASSERT_EQ(std::signbit(got), std::signbit(a[i]));
  }
}

TEST_F(Float8, TF32) {
  auto bits = randomBits<uint32_t>(512);
  std::vector<float> a;
  for (uint32_t word : bits)
    a.push_back(bitsAs<float>(word));
  a[0] = bitsAs<float>(0x7f7fffff);
  a[1] = -a[0];
  auto plain = apply<uint32_t>("i32", "llvm.nvvm.f2tf32.rna", {"float"}, "", a);
  auto finite = apply<uint32_t>("i32", "llvm.nvvm.f2tf32.rna.satfinite",
                                {"float"}, "", a);
  auto zero =
      apply<uint32_t>("i32", "llvm.nvvm.f2tf32.rz.relu", {"float"}, "", a);
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]))
      continue;
    ASSERT_EQ(bitsAs<float>(zero[i]), a[i] > 0 ? cut(a[i], 13) : 0);
    if (std::isinf(a[i]))
      continue;
    float below = cut(a[i], 13);
    uint32_t next = bitsAs<uint32_t>(below) + (1u << 13);
    bool up = (bitsAs<uint32_t>(a[i]) & 0x1fff) >= 0x1000;
    uint32_t expected = up ? next : bitsAs<uint32_t>(below);
    ASSERT_EQ(plain[i], expected) << a[i];
    if ((expected & 0x7fffffff) == 0x7f800000)
      expected -= 1u << 13;
    ASSERT_EQ(finite[i], expected) << a[i];
  }
  EXPECT_EQ(plain[0], 0x7f800000u);
  EXPECT_EQ(finite[0], 0x7f7fe000u);
}

TEST_F(Float8, FusedMultiplyAddOfBfloatRoundsOnce) {
  // 1.0078125 * 1.0078125 is 1.01568603515625, just a tie of bfloat less or
  // more than which the addend decides, however small it is.
  auto bf = [](float x) {
    return static_cast<uint16_t>(bitsAs<uint32_t>(x) >> 16);
  };
  // (1 + 2^-7) * 1.5 = 1.51171875 = 1.5 + 1.5 * 2^-7: half way.
  std::vector<uint16_t> a(4, bf(1.0078125f)), b(4, bf(1.5f)),
      c = {bf(1e-30f), bf(-1e-30f), bf(0), bf(-0.0f)};
  auto r = apply<uint16_t>("bfloat", "llvm.nvvm.fma.rn.bf16",
                           {"bfloat", "bfloat", "bfloat"}, "", a, b, c);
  EXPECT_EQ(r[0], bf(1.515625f));
  EXPECT_EQ(r[1], bf(1.5078125f));
  EXPECT_EQ(r[2], bf(1.515625f)); // The even one.
  EXPECT_EQ(r[3], bf(1.515625f));
  // Against quadruple precision.
  auto x = randomBits<uint16_t>(1024), y = randomBits<uint16_t>(1024),
       z = randomBits<uint16_t>(1024);
  auto wide = [](uint16_t bits) {
    return static_cast<__float128>(bitsAs<float>(uint32_t(bits) << 16));
  };
  for (size_t i = 0; i < x.size(); ++i) {
    // Exponents near one.
    x[i] = (x[i] & 0x83ff) | 0x3c00;
    y[i] = (y[i] & 0x83ff) | 0x3c00;
    z[i] = (z[i] & 0x87ff) | 0x3800;
  }
  auto s = apply<uint16_t>("bfloat", "llvm.nvvm.fma.rn.bf16",
                           {"bfloat", "bfloat", "bfloat"}, "", x, y, z);
  for (size_t i = 0; i < x.size(); ++i) {
    __float128 exact = wide(x[i]) * wide(y[i]) + wide(z[i]);
    auto distance = [&](uint16_t bits) {
      __float128 d = wide(bits) - exact;
      return d < 0 ? -d : d;
    };
    ASSERT_LE(distance(s[i]), distance(s[i] + 1)) << i;
    if (s[i] & 0x7fff)
      ASSERT_LE(distance(s[i]), distance(s[i] - 1)) << i;
  }
}
