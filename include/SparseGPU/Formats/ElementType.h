//===- ElementType.h - Types of stored numbers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_ELEMENTTYPE_H
#define SPARSEGPU_FORMATS_ELEMENTTYPE_H

#include "SparseGPU/Support/Expected.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sparsegpu::formats {

/// The type of one element of a storage field. Integers carry no sign: values
/// are read as two's complement, positions and coordinates as unsigned.
/// Index is MLIR's `index`, 64 bits wide.
enum class ElementType {
  F64,
  F32,
  F16,
  BF16,
  /// Float8.h.
  F8E4M3FN,
  F8E5M2,
  I8,
  I16,
  I32,
  I64,
  Index
};

/// "f64", "bf16", "f8E5M2", "i8", "index": MLIR's spelling.
std::string_view name(ElementType type);

/// The type with that name, if there is one.
std::optional<ElementType> parseElementType(std::string_view name);

/// Bytes of one element.
size_t byteSize(ElementType type);

bool isFloat(ElementType type);

/// The distance from 1 to the next larger number of a floating-point type,
/// twice the unit roundoff. Zero for integers.
double epsilon(ElementType type);

/// The smallest positive number of a floating-point type. Zero for integers.
double smallestSubnormal(ElementType type);

/// The integer type with `width` bits; width 0 is Index, as in upstream's
/// sparse tensor encoding. Nothing for other widths than 0, 8, 16, 32, 64.
std::optional<ElementType> indexType(unsigned width);

/// The largest index that an integer type holds as an unsigned number;
/// 2^63 - 1 for 64 bits, because sizes are signed.
int64_t maxIndex(ElementType type);

/// IEEE 754 binary16, rounded to nearest, ties to even, straight from the
/// double (no intermediate rounding to float). Overflow gives infinity, a NaN
/// stays a (quiet) NaN.
uint16_t toHalf(double value);
double fromHalf(uint16_t bits);

/// bfloat16 (the upper half of binary32), rounded as toHalf does.
uint16_t toBFloat16(double value);
double fromBFloat16(uint16_t bits);

/// What to do with a number that is beyond the largest of its type: refuse it,
/// or store infinity. F8E4M3FN has no infinity and takes NaN instead; so for it
/// infinity itself is such a number.
enum class Overflow { Refuse, Infinity };

/// Stores `count` numbers as `type` from `output` on, which must have room for
/// count * byteSize(type) bytes.
///
/// Floating-point types round to nearest even. Integer types take only numbers
/// that they hold exactly.
/// Returns the position of the first number that cannot be stored, or count.
size_t storeElements(ElementType type, const double *input, size_t count,
                     Overflow overflow, std::byte *output);

/// Reads `count` elements of `type`; integers as signed numbers. 64-bit
/// integers beyond 2^53 are rounded.
void loadElements(ElementType type, const std::byte *input, size_t count,
                  double *output);

/// The infinity (in F8E4M3FN, the NaN) that a finite `value` becomes when it is
/// stored in a float type, or `value` itself, unrounded, when it stays finite.
double overflowAs(ElementType type, double value);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_ELEMENTTYPE_H
