//===- ElementType.cpp - Types of stored numbers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/ElementType.h"

#include "SparseGPU/Formats/Float8.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
struct TypeInfo {
  std::string_view name;
  size_t bytes;
  double epsilon;
  double smallest;
};
} // namespace

/// Indexed by ElementType.
static constexpr std::array<TypeInfo, 11> typeTable = {{
    {"f64", 8, 0x1p-52, 0x1p-1074},
    {"f32", 4, 0x1p-23, 0x1p-149},
    {"f16", 2, 0x1p-10, 0x1p-24},
    {"bf16", 2, 0x1p-7, 0x1p-133},
    {"f8E4M3FN", 1, 0x1p-3, 0x1p-9},
    {"f8E5M2", 1, 0x1p-2, 0x1p-16},
    {"i8", 1, 0, 0},
    {"i16", 2, 0, 0},
    {"i32", 4, 0, 0},
    {"i64", 8, 0, 0},
    {"index", 8, 0, 0},
}};

static const TypeInfo &info(ElementType type) {
  return typeTable[static_cast<size_t>(type)];
}

std::string_view formats::name(ElementType type) { return info(type).name; }

std::optional<ElementType> formats::parseElementType(std::string_view name) {
  for (size_t i = 0; i < typeTable.size(); ++i)
    if (typeTable[i].name == name)
      return static_cast<ElementType>(i);
  return std::nullopt;
}

size_t formats::byteSize(ElementType type) { return info(type).bytes; }

bool formats::isFloat(ElementType type) { return info(type).epsilon != 0; }

double formats::epsilon(ElementType type) { return info(type).epsilon; }

double formats::smallestSubnormal(ElementType type) {
  return info(type).smallest;
}

std::optional<ElementType> formats::indexType(unsigned width) {
  switch (width) {
  case 0:
    return ElementType::Index;
  case 8:
    return ElementType::I8;
  case 16:
    return ElementType::I16;
  case 32:
    return ElementType::I32;
  case 64:
    return ElementType::I64;
  default:
    return std::nullopt;
  }
}

int64_t formats::maxIndex(ElementType type) {
  size_t bytes = byteSize(type);
  if (bytes >= 8)
    return std::numeric_limits<int64_t>::max();
  return (int64_t(1) << (8 * bytes)) - 1;
}

//===----------------------------------------------------------------------===//
// Small floating-point types
//===----------------------------------------------------------------------===//

/// Rounds a double to a binary format of 16 bits with `mantissa` stored bits
/// of significand and the exponent range [minExponent, maxExponent] of normal
/// numbers.
///
/// 1. NaN and infinity map to themselves.
/// 2. The significand, as an integer of 53 bits, is shifted so that its last
///    bit is the last bit of the target at this exponent; below the normal
///    range the last bit stays that of the smallest normal number, which gives
///    subnormals.
/// 3. What was shifted out decides the rounding: above one half, or one half
///    with an odd result, adds one. A carry runs into the exponent field,
///    which is the right result, infinity included.
static uint16_t roundTo16(double value, int mantissa, int minExponent,
                          int maxExponent) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  uint16_t sign = static_cast<uint16_t>((bits >> 48) & 0x8000);
  int exponentField = static_cast<int>((bits >> 52) & 0x7ff);
  uint64_t fraction = bits & ((uint64_t(1) << 52) - 1);
  uint16_t infinity =
      static_cast<uint16_t>((maxExponent - minExponent + 2) << mantissa);
  if (exponentField == 0x7ff) {
    if (fraction == 0)
      return sign | infinity;
    return sign | infinity | static_cast<uint16_t>(1 << (mantissa - 1));
  }
  if (exponentField == 0) // zero, or far below the smallest subnormal
    return sign;
  int exponent = exponentField - 1023;
  if (exponent > maxExponent)
    return sign | infinity;

  uint64_t significand = fraction | (uint64_t(1) << 52);
  int shift = 52 - mantissa;
  // The field of a normal number counts from 1 at minExponent; its implicit
  // bit, kept in the significand, supplies that one.
  int field = exponent - minExponent;
  if (exponent < minExponent) {
    shift += minExponent - exponent;
    field = 0;
  }
  if (shift > 54)
    return sign;
  uint64_t kept = significand >> shift;
  uint64_t rest = significand & ((uint64_t(1) << shift) - 1);
  uint64_t half = uint64_t(1) << (shift - 1);
  if (rest > half || (rest == half && (kept & 1)))
    ++kept;
  return sign | static_cast<uint16_t>(
                    (static_cast<uint64_t>(field) << mantissa) + kept);
}

uint16_t formats::toHalf(double value) { return roundTo16(value, 10, -14, 15); }

double formats::fromHalf(uint16_t bits) {
  double sign = bits & 0x8000 ? -1.0 : 1.0;
  int exponent = (bits >> 10) & 0x1f;
  int fraction = bits & 0x3ff;
  if (exponent == 0x1f)
    return fraction ? std::numeric_limits<double>::quiet_NaN()
                    : sign * std::numeric_limits<double>::infinity();
  if (exponent == 0)
    return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(0x400 | fraction, exponent - 25);
}

uint16_t formats::toBFloat16(double value) {
  return roundTo16(value, 7, -126, 127);
}

double formats::fromBFloat16(uint16_t bits) {
  uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

/// Stores numbers that `convert` maps to a T; it returns false for a number
/// that does not fit.
template <typename T, typename Convert>
static size_t storeAs(const double *input, size_t count, std::byte *output,
                      Convert convert) {
  for (size_t i = 0; i < count; ++i) {
    T value;
    if (!convert(input[i], value))
      return i;
    std::memcpy(output + i * sizeof(T), &value, sizeof(T));
  }
  return count;
}

template <typename T>
static size_t storeInteger(const double *input, size_t count,
                           std::byte *output) {
  // Both limits are powers of two, so exact as doubles.
  constexpr double low = static_cast<double>(std::numeric_limits<T>::min());
  return storeAs<T>(input, count, output, [](double number, T &value) {
    if (!(number >= low && number < -low) || number != std::trunc(number))
      return false;
    value = static_cast<T>(number);
    return true;
  });
}

size_t formats::storeElements(ElementType type, const double *input,
                              size_t count, Overflow overflow,
                              std::byte *output) {
  auto acceptable = [overflow](double number, bool resultIsInfinite) {
    return overflow == Overflow::Infinity || !resultIsInfinite ||
           std::isinf(number);
  };
  switch (type) {
  case ElementType::F64:
    if (count)
      std::memcpy(output, input, count * sizeof(double));
    return count;
  case ElementType::F32:
    return storeAs<float>(input, count, output, [&](double from, float &to) {
      to = static_cast<float>(from);
      return acceptable(from, std::isinf(to));
    });
  case ElementType::F16:
    return storeAs<uint16_t>(input, count, output,
                             [&](double from, uint16_t &to) {
                               to = toHalf(from);
                               return acceptable(from, (to & 0x7fff) == 0x7c00);
                             });
  case ElementType::BF16:
    return storeAs<uint16_t>(input, count, output,
                             [&](double from, uint16_t &to) {
                               to = toBFloat16(from);
                               return acceptable(from, (to & 0x7fff) == 0x7f80);
                             });
  case ElementType::F8E4M3FN:
    return storeAs<uint8_t>(input, count, output,
                            [&](double from, uint8_t &to) {
                              to = toFloat8E4M3FN(from);
                              return overflow == Overflow::Infinity ||
                                     (to & 0x7f) != 0x7f || std::isnan(from);
                            });
  case ElementType::F8E5M2:
    return storeAs<uint8_t>(input, count, output,
                            [&](double from, uint8_t &to) {
                              to = toFloat8E5M2(from);
                              return acceptable(from, (to & 0x7f) == 0x7c);
                            });
  case ElementType::I8:
    return storeInteger<int8_t>(input, count, output);
  case ElementType::I16:
    return storeInteger<int16_t>(input, count, output);
  case ElementType::I32:
    return storeInteger<int32_t>(input, count, output);
  case ElementType::I64:
  case ElementType::Index:
    return storeInteger<int64_t>(input, count, output);
  }
  return 0;
}

template <typename T, typename Convert>
static void loadAs(const std::byte *input, size_t count, double *output,
                   Convert convert) {
  for (size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, input + i * sizeof(T), sizeof(T));
    output[i] = static_cast<double>(convert(value));
  }
}

void formats::loadElements(ElementType type, const std::byte *input,
                           size_t count, double *output) {
  auto same = [](auto value) { return value; };
  switch (type) {
  case ElementType::F64:
    return loadAs<double>(input, count, output, same);
  case ElementType::F32:
    return loadAs<float>(input, count, output, same);
  case ElementType::F16:
    return loadAs<uint16_t>(input, count, output, fromHalf);
  case ElementType::BF16:
    return loadAs<uint16_t>(input, count, output, fromBFloat16);
  case ElementType::F8E4M3FN:
    return loadAs<uint8_t>(input, count, output, fromFloat8E4M3FN);
  case ElementType::F8E5M2:
    return loadAs<uint8_t>(input, count, output, fromFloat8E5M2);
  case ElementType::I8:
    return loadAs<int8_t>(input, count, output, same);
  case ElementType::I16:
    return loadAs<int16_t>(input, count, output, same);
  case ElementType::I32:
    return loadAs<int32_t>(input, count, output, same);
  case ElementType::I64:
  case ElementType::Index:
    return loadAs<int64_t>(input, count, output, same);
  }
}

double formats::overflowAs(ElementType type, double value) {
  if (!isFloat(type) || !std::isfinite(value))
    return value;
  std::byte stored[8];
  double back = value;
  storeElements(type, &value, 1, Overflow::Infinity, stored);
  loadElements(type, stored, 1, &back);
  return std::isfinite(back) ? value : back;
}
