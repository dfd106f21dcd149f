//===- BitsTest.cpp - Fields, searches and permutations of bits -----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Expectations are written from the pseudo-code of the PTX ISA.

#include "OperationTest.h"

using namespace sparsegpu::emulator;

namespace {
class Bits : public OperationTest {
protected:
  static constexpr size_t kCount = 512;
};

uint32_t maskBits(uint32_t a, uint32_t b, bool clamp) {
  uint32_t position = clamp ? a : a & 31, width = clamp ? b : b & 31, mask = 0;
  for (uint64_t i = position; i < uint64_t(position) + width && i < 32; ++i)
    mask |= 1u << i;
  return mask;
}

uint32_t extendBits(uint32_t a, uint32_t b, bool clamp, bool isSigned) {
  uint32_t width = clamp ? std::min(b, 32u) : b & 31;
  uint32_t result = 0;
  for (uint32_t i = 0; i < 32; ++i) {
    bool bit =
        i < width ? a >> i & 1 : isSigned && width && (a >> (width - 1) & 1);
    result |= uint32_t(bit) << i;
  }
  return result;
}

template <typename T> uint32_t findLeading(T a, bool isSigned, bool shift) {
  unsigned bits = 8 * sizeof(T);
  if (isSigned && a >> (bits - 1) & 1)
    a = ~a;
  for (int i = bits - 1; i >= 0; --i)
    if (a >> i & 1)
      return shift ? bits - 1 - i : i;
  return ~0u;
}

uint32_t nthSet(uint32_t mask, uint32_t base, int32_t offset) {
  if (offset == 0)
    return mask >> base & 1 ? base : ~0u;
  int64_t left = std::abs(int64_t(offset));
  for (int i = base; i >= 0 && i < 32; i += offset > 0 ? 1 : -1)
    if ((mask >> i & 1) && --left == 0)
      return i;
  return ~0u;
}
} // namespace

TEST_F(Bits, MasksAndExtensions) {
  auto a = randomBits<uint32_t>(kCount), b = randomBits<uint32_t>(kCount);
  for (size_t i = 0; i < kCount; i += 2)
    b[i] &= 63;
  for (size_t i = 0; i < kCount; i += 3)
    a[i] &= 63;
  for (bool clamp : {false, true}) {
    std::string mode = clamp ? "clamp" : "wrap";
    auto masks = apply<uint32_t>("i32", "llvm.nvvm.bmsk." + mode,
                                 {"i32", "i32"}, "", a, b);
    auto sext = apply<uint32_t>("i32", "llvm.nvvm.sext." + mode, {"i32", "i32"},
                                "", a, b);
    auto zext = apply<uint32_t>("i32", "llvm.nvvm.zext." + mode, {"i32", "i32"},
                                "", a, b);
    for (size_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(masks[i], maskBits(a[i], b[i], clamp)) << a[i] << " " << b[i];
      ASSERT_EQ(sext[i], extendBits(a[i], b[i], clamp, true))
          << mode << " " << a[i] << " " << b[i];
      ASSERT_EQ(zext[i], extendBits(a[i], b[i], clamp, false))
          << mode << " " << a[i] << " " << b[i];
    }
  }
}

TEST_F(Bits, FindLeadingOne) {
  auto a = randomBits<uint32_t>(kCount);
  auto c = randomBits<uint64_t>(kCount);
  for (bool isSigned : {false, true})
    for (bool shift : {false, true}) {
      std::string name = isSigned ? "llvm.nvvm.flo.s." : "llvm.nvvm.flo.u.";
      std::string last = shift ? "i1 true" : "i1 false";
      auto x = apply<uint32_t>("i32", name + "i32", {"i32"}, last, a);
      auto y = apply<uint32_t>("i32", name + "i64", {"i64"}, last, c);
      for (size_t i = 0; i < kCount; ++i) {
        ASSERT_EQ(x[i], findLeading(a[i], isSigned, shift)) << a[i];
        ASSERT_EQ(y[i], findLeading(c[i], isSigned, shift)) << c[i];
      }
    }
}

TEST_F(Bits, FindNthSet) {
  auto mask = randomBits<uint32_t>(kCount), base = randomBits<uint32_t>(kCount);
  auto offset = randomBits<int32_t>(kCount);
  for (size_t i = 0; i < kCount; ++i) {
    base[i] &= 31;
    if (i % 8)
      offset[i] = offset[i] % 12;
  }
  auto found = apply<uint32_t>("i32", "llvm.nvvm.fns", {"i32", "i32", "i32"},
                               "", mask, base, offset);
  for (size_t i = 0; i < kCount; ++i)
    ASSERT_EQ(found[i], nthSet(mask[i], base[i], offset[i]))
        << mask[i] << " " << base[i] << " " << offset[i];
}

TEST_F(Bits, Permutations) {
  auto a = randomBits<uint32_t>(kCount), b = randomBits<uint32_t>(kCount),
       c = randomBits<uint32_t>(kCount);
  auto byteOf = [](uint32_t x, uint32_t y, uint32_t n) {
    uint64_t both = uint64_t(y) << 32 | x;
    return uint32_t(both >> (8 * (n & 7)) & 0xff);
  };
  auto general = apply<uint32_t>("i32", "llvm.nvvm.prmt", {"i32", "i32", "i32"},
                                 "", a, b, c);
  for (size_t i = 0; i < kCount; ++i) {
    uint32_t expected = 0;
    for (int n = 0; n < 4; ++n) {
      uint32_t nibble = c[i] >> (4 * n) & 15;
      uint32_t byte = byteOf(a[i], b[i], nibble);
      if (nibble & 8)
        byte = byte & 0x80 ? 0xff : 0;
      expected |= byte << (8 * n);
    }
    ASSERT_EQ(general[i], expected);
  }
  // Which byte goes to byte n for selector s, as rules instead of a table.
  struct Mode {
    const char *name;
    bool twoSources;
    int (*source)(int s, int n);
  };
  const Mode modes[] = {
      {"f4e", true, [](int s, int n) { return n + s; }},
      {"b4e", true, [](int s, int n) { return (s - n + 8) % 8; }},
      {"rc8", false, [](int s, int) { return s; }},
      {"ecl", false, [](int s, int n) { return std::max(s, n); }},
      {"ecr", false, [](int s, int n) { return std::min(s, n); }},
      {"rc16", false, [](int s, int n) { return (s & 1) * 2 + (n & 1); }},
  };
  for (const Mode &mode : modes) {
    std::string name = std::string("llvm.nvvm.prmt.") + mode.name;
    auto r =
        mode.twoSources
            ? apply<uint32_t>("i32", name, {"i32", "i32", "i32"}, "", a, b, c)
            : apply<uint32_t>("i32", name, {"i32", "i32"}, "", a, c);
    for (size_t i = 0; i < kCount; ++i)
      for (int n = 0; n < 4; ++n)
        ASSERT_EQ(r[i] >> (8 * n) & 0xff,
                  byteOf(a[i], b[i], mode.source(c[i] & 3, n)))
            << mode.name << " selector " << (c[i] & 3) << " byte " << n;
  }
}

TEST_F(Bits, IntegerArithmetic) {
  auto a = randomBits<uint32_t>(kCount), b = randomBits<uint32_t>(kCount),
       c = randomBits<uint32_t>(kCount);
  auto byte = [](uint32_t x, int i, bool isSigned) {
    uint8_t value = x >> (8 * i);
    return isSigned ? int32_t(int8_t(value)) : int32_t(value);
  };
  auto half = [](uint32_t x, int i, bool isSigned) {
    uint16_t value = x >> (16 * i);
    return isSigned ? int32_t(int16_t(value)) : int32_t(value);
  };
  for (bool s : {false, true})
    for (bool t : {false, true}) {
      std::string types = std::string(s ? "s." : "u.") + (t ? "s" : "u");
      auto four = apply<uint32_t>("i32", "llvm.nvvm.idp4a." + types,
                                  {"i32", "i32", "i32"}, "", a, b, c);
      for (bool high : {false, true}) {
        std::string name = "llvm.nvvm.idp2a." + types;
        // idp2a(a, b, is_hi, c): the flag stands before the sum.
        std::string body = R"(
  %pa = getelementptr i32, ptr %a, i64 %i64
  %pb = getelementptr i32, ptr %b, i64 %i64
  %pc = getelementptr i32, ptr %c, i64 %i64
  %x = load i32, ptr %pa
  %y = load i32, ptr %pb
  %z = load i32, ptr %pc
  %r = call i32 @)" + name +
                           "(i32 %x, i32 %y, i1 " + (high ? "true" : "false") +
                           R"(, i32 %z)
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %r, ptr %o
  ret void)";
        uint32_t *out = array<uint32_t>(kCount), *pa = array<uint32_t>(kCount),
                 *pb = array<uint32_t>(kCount), *pc = array<uint32_t>(kCount);
        std::copy(a.begin(), a.end(), pa);
        std::copy(b.begin(), b.end(), pb);
        std::copy(c.begin(), c.end(), pc);
        launch(load(kernel("ptr %out, ptr %a, ptr %b, ptr %c", body,
                           "declare i32 @" + name + "(i32, i32, i1, i32)\n")),
               {1}, {kCount}, out, pa, pb, pc);
        for (size_t i = 0; i < kCount; ++i) {
          uint32_t sum = c[i];
          for (int n = 0; n < 2; ++n)
            sum += half(a[i], n, s) * byte(b[i], n + 2 * high, t);
          ASSERT_EQ(out[i], sum) << types;
        }
      }
      for (size_t i = 0; i < kCount; ++i) {
        uint32_t sum = c[i];
        for (int n = 0; n < 4; ++n)
          sum += byte(a[i], n, s) * byte(b[i], n, t);
        ASSERT_EQ(four[i], sum) << types;
      }
    }
}
