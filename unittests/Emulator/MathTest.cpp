//===- MathTest.cpp - Arithmetic, conversions and functions ---------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"
#include "HostFunctions.h"

#include "llvm/ADT/APFloat.h"

#include <cfenv>
#include <cmath>
#include <cstring>
#include <limits>

using namespace sparsegpu::emulator;

namespace {
class Math : public EmulatorTest {
protected:
  /// out[i] = op(a[i], b[i], c[i]) for one intrinsic with these types.
  template <typename R, typename A>
  std::vector<R> apply(const std::string &name, const std::string &resultType,
                       const std::string &type, unsigned operands,
                       const std::vector<A> &a, const std::vector<A> &b = {},
                       const std::vector<A> &c = {}) {
    std::string body, arguments, types;
    const char *names[] = {"a", "b", "c"};
    for (unsigned i = 0; i < operands; ++i) {
      std::string n = names[i];
      body += "  %p" + n + " = getelementptr " + type + ", ptr %" + n +
              ", i64 %i64\n  %v" + n + " = load " + type + ", ptr %p" + n +
              "\n";
      arguments += (i ? ", " : "") + type + " %v" + n;
      types += (i ? ", " : "") + type;
    }
    body += "  %r = call " + resultType + " @" + name + "(" + arguments +
            ")\n  %po = getelementptr " + resultType +
            ", ptr %out, i64 %i64\n  store " + resultType +
            " %r, ptr %po\n  ret void";
    Kernel *k = load(
        kernel("ptr %out, ptr %a, ptr %b, ptr %c", body,
               "declare " + resultType + " @" + name + "(" + types + ")\n"));
    R *out = array<R>(a.size());
    auto upload = [&](const std::vector<A> &v) {
      A *data = array<A>(std::max<size_t>(v.size(), 1));
      std::copy(v.begin(), v.end(), data);
      return data;
    };
    launch(k, {1}, {uint32_t(a.size())}, out, upload(a), upload(b), upload(c));
    return std::vector<R>(out, out + a.size());
  }
};

const float inf = std::numeric_limits<float>::infinity();
const float notANumber = std::numeric_limits<float>::quiet_NaN();

uint32_t bits(float x) {
  uint32_t b;
  std::memcpy(&b, &x, 4);
  return b;
}
} // namespace

TEST_F(Math, DirectedRounding) {
  std::vector<float> a, b, c;
  for (int i = 0; i < 100; ++i) {
    a.push_back(1.0f + i * 0.37f);
    b.push_back(3.0f - i * 0.11f);
    c.push_back(-0.7f + i * 1e-3f);
  }
  // Toward minus infinity is at most, toward plus infinity at least the exact
  // value, and they are neighbours.
  auto low = apply<float>("llvm.nvvm.fma.rm.f", "float", "float", 3, a, b, c);
  auto high = apply<float>("llvm.nvvm.fma.rp.f", "float", "float", 3, a, b, c);
  auto zero = apply<float>("llvm.nvvm.fma.rz.f", "float", "float", 3, a, b, c);
  auto near = apply<float>("llvm.nvvm.fma.rn.f", "float", "float", 3, a, b, c);
  for (int i = 0; i < 100; ++i) {
    // Products of floats are exact in double; the sum of this range nearly so.
    long double exact = (long double)a[i] * b[i] + c[i];
    EXPECT_LE((long double)low[i], exact);
    EXPECT_GE((long double)high[i], exact);
    EXPECT_LE(high[i], std::nextafter(low[i], inf));
    EXPECT_EQ(zero[i], exact > 0 ? low[i] : high[i]);
    EXPECT_EQ(near[i], std::fma(a[i], b[i], c[i]));
  }
  auto addLow = apply<float>("llvm.nvvm.add.rm.f", "float", "float", 2,
                             std::vector<float>{1.0f, 16777216.0f},
                             std::vector<float>{1e-10f, 1.0f});
  EXPECT_EQ(addLow[0], 1.0f);
  EXPECT_EQ(addLow[1], 16777216.0f);
  auto divHigh =
      apply<double>("llvm.nvvm.div.rp.d", "double", "double", 2,
                    std::vector<double>{1.0}, std::vector<double>{3.0});
  EXPECT_EQ(divHigh[0], std::nextafter(1.0 / 3.0, 1.0));
  auto sqrtZ = apply<float>("llvm.nvvm.sqrt.rz.f", "float", "float", 1,
                            std::vector<float>{2.0f, 4.0f});
  EXPECT_LE((double)sqrtZ[0], std::sqrt(2.0));
  EXPECT_EQ(sqrtZ[1], 2.0f);
}

TEST_F(Math, FlushSaturateMinMax) {
  std::vector<float> x{1e-40f, -1e-40f, 0.5f, 2.0f, -3.0f, notANumber, inf};
  auto sat = apply<float>("llvm.nvvm.saturate.f", "float", "float", 1, x);
  std::vector<float> expected{1e-40f, 0, 0.5f, 1, 0, 0, 1};
  for (size_t i = 0; i < x.size(); ++i)
    EXPECT_EQ(bits(sat[i]), bits(expected[i])) << i;
  auto ftz = apply<float>("llvm.nvvm.add.rn.ftz.f", "float", "float", 2, x,
                          std::vector<float>(x.size(), 0.0f));
  EXPECT_EQ(bits(ftz[0]), bits(0.0f));
  EXPECT_EQ(ftz[2], 0.5f);
  auto min = apply<float>("llvm.nvvm.fmin.f", "float", "float", 2, x,
                          std::vector<float>(x.size(), 1.0f));
  EXPECT_EQ(min[5], 1.0f); // NaN loses
  EXPECT_EQ(min[4], -3.0f);
  auto minNaN = apply<float>("llvm.nvvm.fmin.nan.f", "float", "float", 2, x,
                             std::vector<float>(x.size(), 1.0f));
  EXPECT_TRUE(std::isnan(minNaN[5]));
  auto xorsign =
      apply<float>("llvm.nvvm.fmax.xorsign.abs.f", "float", "float", 2,
                   std::vector<float>{-3, 2}, std::vector<float>{1, -5});
  EXPECT_EQ(xorsign[0], -3.0f);
  EXPECT_EQ(xorsign[1], -5.0f);
}

TEST_F(Math, ApproximationsAndRounding) {
  std::vector<float> x{0.25f, 1.5f, 2.5f, 3.75f, 100.0f};
  auto check = [&](const char *name, double (*fn)(double)) {
    auto y = apply<float>(name, "float", "float", 1, x);
    for (size_t i = 0; i < x.size(); ++i)
      EXPECT_NEAR(y[i], fn(x[i]), 1e-6 * std::max(1.0, std::fabs(fn(x[i]))))
          << name;
  };
  check("llvm.nvvm.lg2.approx.f", [](double v) { return std::log2(v); });
  check("llvm.nvvm.sin.approx.f", [](double v) { return std::sin(v); });
  check("llvm.nvvm.cos.approx.ftz.f", [](double v) { return std::cos(v); });
  check("llvm.nvvm.rsqrt.approx.f", [](double v) { return 1 / std::sqrt(v); });
  check("llvm.nvvm.rcp.rn.f", [](double v) { return 1 / v; });
  check("llvm.nvvm.floor.f", [](double v) { return std::floor(v); });
  check("llvm.nvvm.ceil.ftz.f", [](double v) { return std::ceil(v); });
  check("llvm.nvvm.round.f", [](double v) { return std::nearbyint(v); });
  check("llvm.nvvm.trunc.f", [](double v) { return std::trunc(v); });
  std::vector<float> small{0.25f, 1.5f, -2.5f, 10.0f};
  auto e =
      apply<float>("llvm.nvvm.ex2.approx.ftz.f32", "float", "float", 1, small);
  for (size_t i = 0; i < small.size(); ++i)
    EXPECT_NEAR(e[i], std::exp2(small[i]), 1e-6 * std::exp2(small[i]));
}

TEST_F(Math, FloatToInteger) {
  std::vector<float> x{2.5f, -2.5f, 3e9f, -3e9f, notANumber, 0.99f};
  auto rn = apply<int32_t>("llvm.nvvm.f2i.rn", "i32", "float", 1, x);
  EXPECT_EQ(rn, (std::vector<int32_t>{2, -2, INT32_MAX, INT32_MIN, 0, 1}));
  auto rm = apply<int32_t>("llvm.nvvm.f2i.rm", "i32", "float", 1, x);
  EXPECT_EQ(rm, (std::vector<int32_t>{2, -3, INT32_MAX, INT32_MIN, 0, 0}));
  auto up = apply<uint32_t>("llvm.nvvm.f2ui.rp", "i32", "float", 1, x);
  EXPECT_EQ(up, (std::vector<uint32_t>{3, 0, 3000000000u, 0, 0, 1}));
}

TEST_F(Math, IntegerToFloatAndNarrowing) {
  std::vector<int32_t> x{16777217, -16777217};
  auto rz = apply<float>("llvm.nvvm.i2f.rz", "float", "i32", 1, x);
  EXPECT_EQ(rz[0], 16777216.0f);
  auto rp = apply<float>("llvm.nvvm.i2f.rp", "float", "i32", 1, x);
  EXPECT_EQ(rp[0], 16777218.0f);
  EXPECT_EQ(rp[1], -16777216.0f);
  auto d = apply<float>("llvm.nvvm.d2f.rm", "float", "double", 1,
                        std::vector<double>{1.0 + 1e-12, -1.0 - 1e-12});
  EXPECT_EQ(d[0], 1.0f);
  EXPECT_EQ(d[1], std::nextafter(-1.0f, -2.0f));
  auto packed =
      apply<uint32_t>("llvm.nvvm.ff2bf16x2.rn", "<2 x bfloat>", "float", 2,
                      std::vector<float>{1.0f}, std::vector<float>{-2.0f});
  EXPECT_EQ(packed[0], 0x3f80c000u); // the first operand is the upper half
  auto packedHalf =
      apply<uint32_t>("llvm.nvvm.ff2f16x2.rn", "<2 x half>", "float", 2,
                      std::vector<float>{1.0f}, std::vector<float>{-2.0f});
  EXPECT_EQ(packedHalf[0], 0x3c00c000u);
  auto tf32 =
      apply<uint32_t>("llvm.nvvm.f2tf32.rna", "i32", "float", 1,
                      std::vector<float>{1.0f + 0x1p-11f, 1.0f + 0x1p-12f});
  EXPECT_EQ(tf32[0], bits(1.0f + 0x1p-10f));
  EXPECT_EQ(tf32[1], bits(1.0f));
}

TEST_F(Math, HalfConversionsOfAllValues) {
  // Every half to float and back through the kernel, against arithmetic.
  const char *body = R"(
  %p = getelementptr i16, ptr %in, i64 %i64
  %h = load half, ptr %p
  %f = fpext half %h to float
  %q = getelementptr float, ptr %wide, i64 %i64
  store float %f, ptr %q
  %back = fptrunc float %f to half
  %r = getelementptr half, ptr %out, i64 %i64
  store half %back, ptr %r
  ret void)";
  uint16_t *in = iota<uint16_t>(65536);
  float *wide = array<float>(65536);
  uint16_t *out = array<uint16_t>(65536);
  launch(load(kernel("ptr %in, ptr %wide, ptr %out", body)), {64}, {1024}, in,
         wide, out);
  for (uint32_t h = 0; h < 65536; ++h) {
    int exponent = h >> 10 & 31, mantissa = h & 1023;
    float sign = h & 0x8000 ? -1.0f : 1.0f;
    if (exponent == 31) {
      EXPECT_EQ(std::isnan(wide[h]), mantissa != 0);
      continue;
    }
    float expected =
        sign * (exponent ? std::ldexp(1024.0f + mantissa, exponent - 25)
                         : std::ldexp(float(mantissa), -24));
    ASSERT_EQ(bits(wide[h]), bits(expected)) << h;
    ASSERT_EQ(out[h], h);
  }
}

TEST_F(Math, NarrowingRoundsToEven) {
  const char *body = R"(
  %p = getelementptr float, ptr %in, i64 %i64
  %f = load float, ptr %p
  %h = fptrunc float %f to half
  %b = fptrunc float %f to bfloat
  %d = fpext float %f to double
  %hd = fptrunc double %d to half
  %q = getelementptr half, ptr %h0, i64 %i64
  store half %h, ptr %q
  %r = getelementptr bfloat, ptr %b0, i64 %i64
  store bfloat %b, ptr %r
  %s = getelementptr half, ptr %d0, i64 %i64
  store half %hd, ptr %s
  ret void)";
  std::vector<float> values{1.0f + 0x1p-11f, 1.0f + 3 * 0x1p-11f,
                            1.0f + 0x1p-8f,  1.0f + 3 * 0x1p-8f,
                            65519.0f,        65520.0f,
                            0x1p-25f,        0x1.8p-25f,
                            -0x1p-14f,       1e38f};
  float *in = array<float>(values.size());
  std::copy(values.begin(), values.end(), in);
  uint16_t *h = array<uint16_t>(10), *b = array<uint16_t>(10),
           *d = array<uint16_t>(10);
  launch(load(kernel("ptr %in, ptr %h0, ptr %b0, ptr %d0", body)), {1}, {10},
         in, h, b, d);
  uint16_t half[] = {0x3c00, 0x3c02, 0x3c04, 0x3c0c, 0x7bff,
                     0x7c00, 0x0000, 0x0001, 0x8400, 0x7c00};
  uint16_t bfloat[] = {0x3f80, 0x3f80, 0x3f80, 0x3f82, 0x4780,
                       0x4780, 0x3300, 0x3340, 0xb880, 0x7e96};
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(h[i], half[i]) << i;
    EXPECT_EQ(d[i], half[i]) << i;
    EXPECT_EQ(b[i], bfloat[i]) << i;
  }
}

TEST_F(Math, Integers) {
  std::vector<uint32_t> a{0x80000000u, 0xffffffffu, 12345678u},
      b{0x80000000u, 2u, 87654321u}, c{1, 2, 3};
  auto hi = apply<uint32_t>("llvm.nvvm.mulhi.ui", "i32", "i32", 2, a, b);
  auto his = apply<uint32_t>("llvm.nvvm.mulhi.i", "i32", "i32", 2, a, b);
  auto sad = apply<uint32_t>("llvm.nvvm.sad.ui", "i32", "i32", 3, a, b, c);
  auto m24 = apply<uint32_t>("llvm.nvvm.mul24.ui", "i32", "i32", 2, a, b);
  auto dp = apply<uint32_t>("llvm.nvvm.idp4a.s.u", "i32", "i32", 3, a, b, c);
  auto prmt = apply<uint32_t>(
      "llvm.nvvm.prmt", "i32", "i32", 3, std::vector<uint32_t>{0x83828180u},
      std::vector<uint32_t>{0x07060504u}, std::vector<uint32_t>{0x8742u});
  auto shift = apply<uint32_t>("llvm.nvvm.fshl.clamp", "i32", "i32", 3, a, b,
                               std::vector<uint32_t>{1, 40, 8});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(hi[i], uint32_t(uint64_t(a[i]) * b[i] >> 32));
    EXPECT_EQ(his[i], uint32_t(int64_t(int32_t(a[i])) * int32_t(b[i]) >> 32));
    EXPECT_EQ(sad[i], c[i] + (a[i] > b[i] ? a[i] - b[i] : b[i] - a[i]));
    EXPECT_EQ(m24[i], (a[i] & 0xffffff) * (b[i] & 0xffffff));
    int32_t sum = c[i];
    for (int k = 0; k < 4; ++k)
      sum += int8_t(a[i] >> 8 * k) * int32_t(uint8_t(b[i] >> 8 * k));
    EXPECT_EQ(dp[i], uint32_t(sum));
  }
  // Nibbles from the lowest: 2, 4, 7, and the sign of byte 0.
  EXPECT_EQ(prmt[0], 0xff070482u);
  EXPECT_EQ(shift[0], 1u);
  EXPECT_EQ(shift[1], 2u); // by 32: the lower word
  EXPECT_EQ(shift[2], uint32_t(((uint64_t(a[2]) << 32 | b[2]) << 8) >> 32));
}

TEST_F(Math, LibdeviceCallsWithoutCUDA) {
  std::vector<float> x{0.1f, 0.5f, 0.9f};
  const std::pair<const char *, double (*)(double)> cases[] = {
      {"__nv_expf", std::exp},
      {"__nv_tanhf", std::tanh},
      {"__nv_erff", std::erf},
      {"__nv_logf", std::log},
      {"__nv_sqrtf", std::sqrt},
      {"__nv_fast_expf", std::exp},
      {"__nv_sinf", std::sin},
      {"__nv_log1pf", std::log1p},
      {"__nv_fabsf", std::fabs},
      {"__nv_ceilf", std::ceil},
      {"__nv_rsqrtf", [](double v) { return 1 / std::sqrt(v); }},
      {"__nv_sinpif", [](double v) { return std::sin(M_PI * v); }}};
  for (auto &[name, fn] : cases) {
    auto y = apply<float>(name, "float", "float", 1, x);
    for (size_t i = 0; i < x.size(); ++i)
      EXPECT_NEAR(y[i], fn(x[i]), 2e-7 * std::max(1.0, std::fabs(fn(x[i]))))
          << name;
  }
  auto p = apply<double>("__nv_pow", "double", "double", 2,
                         std::vector<double>{2.0, 3.0},
                         std::vector<double>{10.0, 0.5});
  EXPECT_EQ(p[0], 1024.0);
  EXPECT_DOUBLE_EQ(p[1], std::sqrt(3.0));
  auto m = apply<float>("__nv_fmaf", "float", "float", 3, x, x, x);
  EXPECT_EQ(m[0], std::fma(x[0], x[0], x[0]));
}

//===----------------------------------------------------------------------===//
// The library functions that a host without half arithmetic needs
//===----------------------------------------------------------------------===//

template <typename Fn> static Fn *hostFunction(const char *name) {
  void *address = findHostFunction(name);
  EXPECT_NE(address, nullptr) << "no function " << name;
  return reinterpret_cast<Fn *>(address);
}

TEST(HostMath, NarrowingAgreesWithAPFloat) {
  auto *halfOfFloat = hostFunction<_Float16(float)>("__truncsfhf2");
  auto *halfOfDouble = hostFunction<_Float16(double)>("__truncdfhf2");
  auto *bfloatOfFloat = hostFunction<_Float16(float)>("__truncsfbf2");
  auto *bfloatOfDouble = hostFunction<_Float16(double)>("__truncdfbf2");
  auto expected = [](double x, const llvm::fltSemantics &semantics) {
    llvm::APFloat value(x);
    bool lost;
    value.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &lost);
    return uint16_t(value.bitcastToAPInt().getZExtValue());
  };
  auto bitsOf = [](auto x) {
    uint16_t b;
    std::memcpy(&b, &x, sizeof(b));
    return b;
  };
  uint64_t state = 1;
  for (int i = 0; i < 200000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    uint32_t word = state >> 32;
    float f;
    std::memcpy(&f, &word, 4);
    // Doubles near the halfway points of both formats, of every exponent.
    double d = std::ldexp(1.0 + (word & 0x7ff) / 2048.0 + (word >> 31) * 1e-13,
                          int(word >> 12 & 63) - 40);
    if (std::isnan(f))
      continue;
    ASSERT_EQ(bitsOf(halfOfFloat(f)), expected(f, llvm::APFloat::IEEEhalf()))
        << f;
    ASSERT_EQ(bitsOf(bfloatOfFloat(f)), expected(f, llvm::APFloat::BFloat()))
        << f;
    ASSERT_EQ(bitsOf(halfOfDouble(d)), expected(d, llvm::APFloat::IEEEhalf()))
        << d;
    ASSERT_EQ(bitsOf(bfloatOfDouble(d)), expected(d, llvm::APFloat::BFloat()))
        << d;
  }
  EXPECT_EQ(bitsOf(halfOfFloat(notANumber)) & 0x7fff, 0x7e00);
  EXPECT_EQ(bitsOf(bfloatOfFloat(notANumber)) & 0x7fff, 0x7fc0);
}

TEST(HostMath, WideningAgreesWithAPFloat) {
  auto *widen = hostFunction<float(_Float16)>("__extendhfsf2");
  for (uint32_t b = 0; b < 65536; ++b) {
    uint16_t narrow = b;
    _Float16 h;
    std::memcpy(&h, &narrow, 2);
    llvm::APFloat value(llvm::APFloat::IEEEhalf(), llvm::APInt(16, b));
    if (value.isNaN()) {
      EXPECT_TRUE(std::isnan(widen(h)));
      continue;
    }
    bool lost;
    value.convert(llvm::APFloat::IEEEsingle(),
                  llvm::APFloat::rmNearestTiesToEven, &lost);
    ASSERT_EQ(bits(widen(h)), bits(value.convertToFloat())) << b;
  }
}
