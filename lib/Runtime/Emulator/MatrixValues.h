//===- MatrixValues.h - Elements of matrices as host numbers ----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All without branches, so that loops over them become vector code.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXVALUES_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXVALUES_H

#include "MatrixOp.h"

#include <cstring>

/// Functions that are compiled once for each level of the processor.
#define SPARSEGPU_INLINE [[gnu::always_inline]] static inline

namespace sparsegpu::emulator {

template <typename To, typename From>
SPARSEGPU_INLINE To bitCast(const From &from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

/// A number with sign, `Exponent` and `Mantissa` bits whose layout is that of
/// IEEE. The largest exponent is infinity and NaN, unless `Finite`: then only
/// all ones is NaN (PTX ISA, "Alternate Floating-Point Data Formats": e4m3).
template <unsigned Exponent, unsigned Mantissa, bool Finite>
SPARSEGPU_INLINE float decodeFloat(uint32_t bits) {
  constexpr unsigned shift = 23 - Mantissa;
  constexpr uint32_t magnitudeMask = (1u << (Exponent + Mantissa)) - 1;
  constexpr uint32_t exponentMask = ((1u << Exponent) - 1) << 23;
  constexpr uint32_t rebias = (127 - ((1u << (Exponent - 1)) - 1)) << 23;
  uint32_t magnitude = bits & magnitudeMask;
  uint32_t sign = (bits >> (Exponent + Mantissa) & 1) << 31;
  uint32_t wide = magnitude << shift;
  uint32_t normal = wide + rebias;
  // A subnormal is normal in f32: without its implicit one.
  float subnormal = bitCast<float>(wide + rebias + (1u << 23)) -
                    bitCast<float>(rebias + (1u << 23));
  uint32_t special = wide | 0x7f800000;
  bool isSpecial = Finite ? magnitude == magnitudeMask
                          : (wide & exponentMask) == exponentMask;
  uint32_t result =
      (wide & exponentMask) == 0 ? bitCast<uint32_t>(subnormal) : normal;
  return bitCast<float>((isSpecial ? special : result) | sign);
}

/// The value of an element. `Type` is a float type other than f64.
template <ElementType Type> SPARSEGPU_INLINE float decodeElement(uint32_t x) {
  switch (Type) {
  case ElementType::F16:
    return decodeFloat<5, 10, false>(x);
  case ElementType::BF16:
    return bitCast<float>(x << 16);
  case ElementType::E4M3:
    return decodeFloat<4, 3, true>(x);
  case ElementType::E5M2:
    return decodeFloat<5, 2, false>(x);
  case ElementType::TF32: {
    // PTX ISA, "tf32": the low 13 bits have no meaning. A NaN stays one.
    bool isNaN = (x & 0x7fffffff) > 0x7f800000;
    return bitCast<float>(isNaN ? x | 0x400000 : x & 0xffffe000);
  }
  default:
    return bitCast<float>(x);
  }
}

/// The value of an element of an integer type.
template <ElementType Type> SPARSEGPU_INLINE int32_t decodeInteger(uint32_t x) {
  switch (Type) {
  case ElementType::S8:
    return static_cast<int8_t>(x);
  case ElementType::S4:
    return static_cast<int32_t>(x << 28) >> 28;
  default:
    return x;
  }
}

/// The nearest f16, ties to even; rounded once.
SPARSEGPU_INLINE uint16_t encodeHalf(double value) {
  uint64_t bits = bitCast<uint64_t>(value);
  uint64_t sign = bits >> 48 & 0x8000;
  uint64_t magnitude = bits & ~(uint64_t(1) << 63);
  // 2^28 has an ulp of 2^-24, the unit of subnormal halves.
  constexpr double magic = 268435456.0;
  uint64_t subnormal = bitCast<uint64_t>(bitCast<double>(magnitude) + magic) -
                       bitCast<uint64_t>(magic);
  uint64_t rounded =
      magnitude + ((uint64_t(1) << 41) - 1) + (magnitude >> 42 & 1);
  uint64_t normal = (rounded >> 42) - (uint64_t(1023 - 15) << 10);
  uint64_t result = magnitude < bitCast<uint64_t>(0x1p-14) ? subnormal : normal;
  // Half way from the largest half to the next one that there would be.
  result = magnitude >= bitCast<uint64_t>(65520.0) ? 0x7c00 : result;
  result = magnitude > uint64_t(0x7ff) << 52 ? 0x7fff : result;
  return static_cast<uint16_t>(sign | result);
}

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXVALUES_H
