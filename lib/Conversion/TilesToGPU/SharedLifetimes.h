//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which buffers in shared memory can have the same place.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_TILESTOGPU_SHAREDLIFETIMES_H
#define SPARSEGPU_LIB_CONVERSION_TILESTOGPU_SHAREDLIFETIMES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace sparsegpu {

/// Whether the contents of `a` and `b`, buffers of a launch, are never wanted
/// at the same time by any threads of a block:
///
/// 1. In the innermost block of operations that has all uses of both, those of
///    one come before those of the other.
/// 2. Between them each path has a `gpu.barrier`.
/// 3. So has each path from the later uses back to the earlier ones, if the
///    launch has a loop around them.
/// 4. Asynchronous copies to the earlier one are waited for before that
///    barrier, with no group left in flight; likewise those to the later one.
///
/// False where a use is not understood: a buffer that is passed on to anything
/// but views, casts and accesses.
bool canShareMemory(mlir::memref::AllocOp a, mlir::memref::AllocOp b,
                    mlir::gpu::LaunchOp launch);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_TILESTOGPU_SHAREDLIFETIMES_H
