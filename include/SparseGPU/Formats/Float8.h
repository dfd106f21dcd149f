//===- Float8.h - Floating-point numbers of 8 bits
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_FLOAT8_H
#define SPARSEGPU_FORMATS_FLOAT8_H

#include <cstdint>

namespace sparsegpu::formats {

/// E4M3: a sign, 4 bits of exponent (bias 7), 3 of fraction (OCP 8-bit Floating
/// Point Specification, revision 1.0). The largest number is 448; there is no
/// infinity; 0x7f and 0xff are NaN.
///
/// Rounds to nearest, ties to even, straight from the double. It does not
/// saturate: what would round beyond 448 (above 464), and infinity, gives NaN.
uint8_t toFloat8E4M3FN(double value);
double fromFloat8E4M3FN(uint8_t bits);

/// E5M2: 5 bits of exponent (bias 15), 2 of fraction, with infinities and NaN
/// as in IEEE 754. The largest number is 57344.
///
/// Rounds the same way; what would round beyond 57344 (from 61440 on) gives
/// infinity.
uint8_t toFloat8E5M2(double value);
double fromFloat8E5M2(uint8_t bits);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_FLOAT8_H
