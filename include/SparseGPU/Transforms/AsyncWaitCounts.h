//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How many groups of asynchronous copies a wait may leave in flight.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_ASYNCWAITCOUNTS_H
#define SPARSEGPU_TRANSFORMS_ASYNCWAITCOUNTS_H

#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "llvm/ADT/DenseMap.h"

namespace sparsegpu {

/// For each `nvgpu.device_async_wait` in `scope`: the smallest number of
/// groups that a thread commits after the group whose token the wait has, and
/// before the wait, over all paths. Groups complete in the order of commits
/// (PTX ISA, cp.async.wait_group), so a wait that leaves this many in flight
/// has waited for its group, and one that leaves more has not on some path.
///
/// Requires that `scope` is executed by a thread from its beginning; waits in
/// a function nested in `scope` count from the beginning of that function.
/// Tokens are followed through scf.for and scf.if. A token that comes from
/// anywhere else, or a wait in unstructured control flow, gives 0, which is
/// always right.
llvm::DenseMap<mlir::nvgpu::DeviceAsyncWaitOp, int64_t>
computeAsyncWaitCounts(mlir::Operation *scope);

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_ASYNCWAITCOUNTS_H
