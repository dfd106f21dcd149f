//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What subscripts are multiples of, for alignment.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_TRANSFORMS_KNOWNDIVISOR_H
#define SPARSEGPU_LIB_TRANSFORMS_KNOWNDIVISOR_H

#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/Value.h"

namespace sparsegpu {

/// The largest power of two, up to 2^16, of which the integer `value` is known
/// to be a multiple: from constants, sums, products, shifts, minima,
/// selections, remainders, casts, affine.apply, and variables of scf.for.
/// Arithmetic is modulo a power of two or does not overflow: either way the
/// result holds.
int64_t getKnownDivisor(mlir::Value value);
int64_t getKnownDivisor(mlir::OpFoldResult value);

/// The largest power of two, up to 2^16, that divides `value`.
int64_t getPowerOfTwoDivisor(int64_t value);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_TRANSFORMS_KNOWNDIVISOR_H
