//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Load-compute pipelining of one loop, for passes, transform operations and
// embedders alike. docs/Pipelining.md has the form, the rules and the picture.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_PIPELINELOADS_H
#define SPARSEGPU_TRANSFORMS_PIPELINELOADS_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"

namespace sparsegpu {

/// Attributes of an scf.for, i64: stages that are wanted for it.
constexpr llvm::StringLiteral kSharedStagesAttr = "sparse_gpu.shared_stages";
constexpr llvm::StringLiteral kRegisterStagesAttr =
    "sparse_gpu.register_stages";
/// Unit attribute of an scf.for that is the result of pipelining.
constexpr llvm::StringLiteral kPipelinedAttr = "sparse_gpu.pipelined";

/// Unit attribute of a group whose copies are all in regions of other
/// operations, so that their tokens are not visible.
constexpr llvm::StringLiteral kNoTokensAttr = "sparse_gpu.no_tokens";

/// The ranges of stages (PIPE-1).
constexpr int64_t kMaxSharedStages = 6;
constexpr int64_t kMaxRegisterStages = 4;

/// Stages of one loop.
struct LoadStages {
  int64_t shared = 3;    ///< Slots of each buffer; 1: no asynchronous overlap.
  int64_t registers = 2; ///< Reads run this minus one steps ahead.
};

/// Pipelines `loop` with these stages, which are clipped to static extents.
/// Returns the loop that took its place; `loop` itself, unchanged or with
/// reordered register loads only, where a remark was emitted or there was
/// nothing to do; failure, with an error on the loop, if stages are out of
/// range.
mlir::FailureOr<mlir::scf::ForOp> pipelineLoads(mlir::RewriterBase &rewriter,
                                                mlir::scf::ForOp loop,
                                                LoadStages stages);

/// The load-and-use loops in `scope`, inner ones first: loops whose body has
/// an nvgpu.device_async_wait, and copies to workgroup memory, loops of copies
/// excluded. Loops that pipelineLoads made are not among them. Buffers that
/// are filled asynchronously, but in no such loop, get a remark.
llvm::SmallVector<mlir::scf::ForOp> findLoadLoops(mlir::Operation *scope);

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_PIPELINELOADS_H
