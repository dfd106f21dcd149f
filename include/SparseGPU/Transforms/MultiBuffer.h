//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Shared buffers with a slot for each of several iterations, for passes,
// transform operations and embedders alike. docs/Pipelining.md says when.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_MULTIBUFFER_H
#define SPARSEGPU_TRANSFORMS_MULTIBUFFER_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"

namespace sparsegpu {

/// The largest number of slots (MBUF-1).
constexpr int64_t kMaxSlots = 6;

/// Gives the workgroup buffers that are used in `loop`, and in no smaller loop,
/// `slots` slots, 2 to kMaxSlots, and removes barriers that only kept the
/// writes of an iteration behind the reads of the one before. Returns the loop
/// that took its place; `loop` itself where no buffer got slots, after a remark
/// for each; failure, with an error on the loop, if `slots` is out of range.
mlir::FailureOr<mlir::scf::ForOp>
multiBuffer(mlir::RewriterBase &rewriter, mlir::scf::ForOp loop, int64_t slots);

/// The loops in `scope` that are the smallest around all uses of a workgroup
/// buffer. Buffers for which there is none get a remark (MBUF-3); those of
/// loops that are already pipelined are left out.
llvm::SmallVector<mlir::scf::ForOp> findBufferLoops(mlir::Operation *scope);

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_MULTIBUFFER_H
