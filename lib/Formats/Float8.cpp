//===- Float8.cpp - Floating-point numbers of 8 bits
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Float8.h"

#include <cmath>
#include <limits>

using namespace sparsegpu;

/// The bits of |value| for a finite value, in the number of bits that it takes:
/// more than 7 when it is too large.
static uint64_t roundMagnitude(double value, int mantissa, int minExponent) {
  value = std::abs(value);
  // Far too large; smaller ones keep the shift below in 64 bits.
  if (value >= 0x1p20)
    return 0x100;
  int exponent = value == 0 ? minExponent : std::ilogb(value);
  if (exponent < minExponent)
    exponent = minExponent;
  // Scaling by a power of two is exact, so this rounds once.
  double units = std::nearbyint(std::ldexp(value, mantissa - exponent));
  // The exponent field of a normal number counts from 1 at minExponent; its
  // implicit bit, kept in the units, supplies that one.
  return (static_cast<uint64_t>(exponent - minExponent) << mantissa) +
         static_cast<uint64_t>(units);
}

static double magnitude(unsigned bits, int mantissa, int minExponent) {
  int field = static_cast<int>(bits >> mantissa);
  int fraction = static_cast<int>(bits & ((1u << mantissa) - 1));
  if (field == 0)
    return std::ldexp(fraction, minExponent - mantissa);
  return std::ldexp(fraction + (1 << mantissa),
                    field - 1 + minExponent - mantissa);
}

static uint8_t sign(double value) { return std::signbit(value) ? 0x80 : 0; }

uint8_t formats::toFloat8E4M3FN(double value) {
  uint64_t bits = std::isfinite(value) ? roundMagnitude(value, 3, -6) : 0x7f;
  return sign(value) | static_cast<uint8_t>(bits > 0x7e ? 0x7f : bits);
}

double formats::fromFloat8E4M3FN(uint8_t bits) {
  if ((bits & 0x7f) == 0x7f)
    return std::numeric_limits<double>::quiet_NaN();
  double result = magnitude(bits & 0x7f, 3, -6);
  return bits & 0x80 ? -result : result;
}

uint8_t formats::toFloat8E5M2(double value) {
  if (std::isnan(value))
    return sign(value) | 0x7e;
  uint64_t bits = std::isinf(value) ? 0x7c : roundMagnitude(value, 2, -14);
  return sign(value) | static_cast<uint8_t>(bits > 0x7b ? 0x7c : bits);
}

double formats::fromFloat8E5M2(uint8_t bits) {
  if ((bits & 0x7f) > 0x7c)
    return std::numeric_limits<double>::quiet_NaN();
  double result = (bits & 0x7f) == 0x7c
                      ? std::numeric_limits<double>::infinity()
                      : magnitude(bits & 0x7f, 2, -14);
  return bits & 0x80 ? -result : result;
}
