//===- HostBits.cpp - Small numbers and searches in bits ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostFunctions.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

using namespace sparsegpu::emulator;

namespace {

/// PTX ISA, "Alternate Floating Point Data Formats". e5m2 has infinities; e4m3
/// has one NaN in their place, and more numbers.
struct Float8 {
  int mantissa, bias;
  double largest;
};
constexpr Float8 kE4M3 = {3, 7, 448};
constexpr Float8 kE5M2 = {2, 15, 57344};
constexpr uint32_t kNaN8 = 0x7f;
constexpr uint32_t kNaN16 = 0x7fff;

/// Rounded to nearest even; beyond the largest number, that number.
uint32_t narrowFloat8(float x, uint32_t isE5M2) {
  const Float8 &format = isE5M2 ? kE5M2 : kE4M3;
  if (std::isnan(x))
    return kNaN8;
  uint32_t sign = std::signbit(x) ? 0x80 : 0;
  double magnitude = std::fabs(static_cast<double>(x));
  if (magnitude > format.largest)
    magnitude = format.largest;
  if (magnitude == 0)
    return sign;
  int exponent;
  std::frexp(magnitude, &exponent);
  --exponent; // magnitude = 1.m * 2^exponent
  bool subnormal = exponent < 1 - format.bias;
  int unit = (subnormal ? 1 - format.bias : exponent) - format.mantissa;
  auto units =
      static_cast<uint32_t>(std::nearbyint(std::ldexp(magnitude, -unit)));
  // A carry out of the mantissa moves on into the exponent by itself.
  if (!subnormal)
    units += static_cast<uint32_t>(exponent + format.bias - 1)
             << format.mantissa;
  return sign | units;
}

/// Exact: every number is one of f16.
uint32_t widenFloat8(uint32_t bits, uint32_t isE5M2) {
  if (isE5M2)
    return (bits & 0x7f) > 0x7c ? kNaN16 : bits << 8;
  uint32_t sign = (bits & 0x80) << 8, rest = bits & 0x7f;
  if (rest == kNaN8)
    return kNaN16;
  if (rest == 0)
    return sign;
  constexpr int rebias = 15 - 7;
  if (rest >> 3)
    return sign | ((rest << 7) + (rebias << 10));
  // A subnormal, m * 2^-9, is normal as f16.
  int top = 31 - __builtin_clz(rest);
  return sign | (static_cast<uint32_t>(top - 9 + 15) << 10) |
         ((rest << (10 - top)) & 0x3ff);
}

/// PTX ISA, "fns": the pseudo-code under Semantics.
uint32_t findNthSet(uint32_t mask, uint32_t base, int32_t offset) {
  constexpr uint32_t notFound = ~0u;
  if (base > 31)
    return notFound;
  if (offset == 0)
    return mask >> base & 1 ? base : notFound;
  int64_t count = std::llabs(static_cast<int64_t>(offset)) - 1;
  int step = offset > 0 ? 1 : -1;
  for (int position = static_cast<int>(base); position >= 0 && position < 32;
       position += step)
    if (mask >> position & 1 && count-- == 0)
      return position;
  return notFound;
}

} // namespace

static const HostFunction functions[] = {
    {"float8.narrow", reinterpret_cast<void *>(narrowFloat8)},
    {"float8.widen", reinterpret_cast<void *>(widenFloat8)},
    {"fns", reinterpret_cast<void *>(findNthSet)},
};

HostFunctionTable sparsegpu::emulator::hostBitsFunctions() { return functions; }
