//===- HostMath.cpp - Arithmetic that compiled code calls the host for ----===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Directed rounding modes, and the conversions to half types that the x86 back
// end leaves to a library which the process may not have.
//
//===----------------------------------------------------------------------===//

#include "HostFunctions.h"

#include <cfenv>
#include <cmath>
#include <cstring>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

using namespace sparsegpu::emulator;

#pragma STDC FENV_ACCESS ON

namespace {

/// Rounds in the named mode while it lives.
class RoundingScope {
public:
  explicit RoundingScope(int mode) {
#if defined(__SSE__)
    // Only the mode of SSE, in which all arithmetic is done: much cheaper than
    // fesetround.
    saved = _mm_getcsr();
    unsigned bits = mode == FE_DOWNWARD     ? _MM_ROUND_DOWN
                    : mode == FE_UPWARD     ? _MM_ROUND_UP
                    : mode == FE_TOWARDZERO ? _MM_ROUND_TOWARD_ZERO
                                            : _MM_ROUND_NEAREST;
    _mm_setcsr((saved & ~_MM_ROUND_MASK) | bits);
#else
    saved = std::fegetround();
    std::fesetround(mode);
#endif
  }
  ~RoundingScope() {
#if defined(__SSE__)
    _mm_setcsr(saved);
#else
    std::fesetround(saved);
#endif
  }

private:
  unsigned saved;
};

/// Keeps arithmetic from being moved out of a RoundingScope.
template <typename T> T opaque(T value) {
  volatile T kept = value;
  return kept;
}

template <typename T, int Mode> T addRounded(T a, T b) {
  RoundingScope scope(Mode);
  return opaque(opaque(a) + opaque(b));
}
template <typename T, int Mode> T mulRounded(T a, T b) {
  RoundingScope scope(Mode);
  return opaque(opaque(a) * opaque(b));
}
template <typename T, int Mode> T divRounded(T a, T b) {
  RoundingScope scope(Mode);
  return opaque(opaque(a) / opaque(b));
}
template <typename T, int Mode> T fmaRounded(T a, T b, T c) {
  RoundingScope scope(Mode);
  return opaque(std::fma(opaque(a), opaque(b), opaque(c)));
}
template <typename T, int Mode> T rcpRounded(T a) {
  RoundingScope scope(Mode);
  return opaque(opaque(T(1)) / opaque(a));
}
template <typename T, int Mode> T sqrtRounded(T a) {
  RoundingScope scope(Mode);
  return opaque(std::sqrt(opaque(a)));
}
template <typename To, typename From, int Mode> To convertRounded(From a) {
  RoundingScope scope(Mode);
  return opaque(static_cast<To>(opaque(a)));
}

uint32_t bitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

/// Bits of the nearest number with `mantissa` explicit bits and `exponent`
/// exponent bits, ties to even; exact from double, so that no conversion rounds
/// twice.
uint16_t narrow(double value, int mantissa, int exponentBits) {
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  uint16_t infinity = ((1 << exponentBits) - 1) << mantissa;
  if (std::isnan(value))
    return sign | infinity | (1 << (mantissa - 1));
  double magnitude = std::fabs(value);
  if (std::isinf(magnitude))
    return sign | infinity;
  if (magnitude == 0)
    return sign;
  int bias = (1 << (exponentBits - 1)) - 1;
  int exponent;
  std::frexp(magnitude, &exponent);
  exponent -= 1; // magnitude = 1.m * 2^exponent
  bool subnormal = exponent < 1 - bias;
  int unit = (subnormal ? 1 - bias : exponent) - mantissa;
  double scaled = std::nearbyint(std::ldexp(magnitude, -unit));
  uint32_t units = static_cast<uint32_t>(scaled);
  // A carry out of the mantissa moves on into the exponent by itself.
  uint32_t bits = subnormal
                      ? units
                      : (static_cast<uint32_t>(exponent + bias) << mantissa) +
                            (units - (1u << mantissa));
  return sign | (bits >= infinity ? infinity : bits);
}

float widenHalf(uint16_t bits) {
  uint32_t sign = (bits & 0x8000u) << 16;
  uint32_t exponent = bits >> 10 & 0x1f, mantissa = bits & 0x3ff;
  uint32_t result;
  if (exponent == 0x1f) {
    result = sign | 0x7f800000 | mantissa << 13;
  } else if (exponent) {
    result = sign | (exponent + 112) << 23 | mantissa << 13;
  } else {
    float value = std::ldexp(static_cast<float>(mantissa), -24);
    result = sign | bitsOf(value);
  }
  float x;
  std::memcpy(&x, &result, sizeof(x));
  return x;
}

// The calling convention passes both half types in the low bits of a vector
// register, so _Float16 carries the bits of either. (A __bf16 would make the
// compiler call the very functions that are defined here.)
_Float16 makeHalf(uint16_t bits) {
  _Float16 x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

_Float16 truncsfhf2(float x) { return makeHalf(narrow(x, 10, 5)); }
_Float16 truncdfhf2(double x) { return makeHalf(narrow(x, 10, 5)); }
_Float16 truncdfbf2(double x) { return makeHalf(narrow(x, 7, 8)); }
_Float16 truncsfbf2(float x) {
  uint32_t bits = bitsOf(x);
  if (std::isnan(x))
    return makeHalf(bits >> 16 | 0x40);
  bits += 0x7fff + (bits >> 16 & 1);
  return makeHalf(bits >> 16);
}
float extendhfsf2(_Float16 x) {
  uint16_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return widenHalf(bits);
}
double extendhfdf2(_Float16 x) { return extendhfsf2(x); }

} // namespace

#define MODES(name, suffix, fn, ...)                                           \
  {name ".z" suffix,                                                           \
   reinterpret_cast<void *>(fn<__VA_ARGS__, FE_TOWARDZERO>)},                  \
      {name ".m" suffix,                                                       \
       reinterpret_cast<void *>(fn<__VA_ARGS__, FE_DOWNWARD>)},                \
  {                                                                            \
    name ".p" suffix, reinterpret_cast<void *>(fn<__VA_ARGS__, FE_UPWARD>)     \
  }
#define BOTH_TYPES(name, fn)                                                   \
  MODES(name, ".f", fn, float), MODES(name, ".d", fn, double)

static const HostFunction functions[] = {
    BOTH_TYPES("add", addRounded),
    BOTH_TYPES("mul", mulRounded),
    BOTH_TYPES("div", divRounded),
    BOTH_TYPES("fma", fmaRounded),
    BOTH_TYPES("rcp", rcpRounded),
    BOTH_TYPES("sqrt", sqrtRounded),
    MODES("s64tof", "", convertRounded, float, int64_t),
    MODES("s64tod", "", convertRounded, double, int64_t),
    MODES("u64tof", "", convertRounded, float, uint64_t),
    MODES("u64tod", "", convertRounded, double, uint64_t),
    MODES("dtof", "", convertRounded, float, double),
    {"__truncsfhf2", reinterpret_cast<void *>(truncsfhf2)},
    {"__truncdfhf2", reinterpret_cast<void *>(truncdfhf2)},
    {"__truncsfbf2", reinterpret_cast<void *>(truncsfbf2)},
    {"__truncdfbf2", reinterpret_cast<void *>(truncdfbf2)},
    {"__extendhfsf2", reinterpret_cast<void *>(extendhfsf2)},
    {"__extendhfdf2", reinterpret_cast<void *>(extendhfdf2)},
};

HostFunctionTable sparsegpu::emulator::hostMathFunctions() { return functions; }
