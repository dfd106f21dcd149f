//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Asynchronous copies in place of loads and stores, for passes, transform
// operations and embedders alike. docs/Pipelining.md says which.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_ASYNCCOPIES_H
#define SPARSEGPU_TRANSFORMS_ASYNCCOPIES_H

#include "mlir/IR/PatternMatch.h"

namespace sparsegpu {

/// Turns the copies from global to workgroup memory through registers in
/// `kernel`, a function, a launch or an operation around some, into
/// nvgpu.device_async_copy of 4, 8 or 16 bytes, with a group and a wait for it
/// before the next barrier or access that may need what was copied. A remark
/// for each store of a global load that stays (ASYNC-1 to ASYNC-4). Returns the
/// number of asynchronous copies. The target has cp.async: sm_80 or later.
unsigned createAsyncCopies(mlir::RewriterBase &rewriter,
                           mlir::Operation *kernel);

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_ASYNCCOPIES_H
