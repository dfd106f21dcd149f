//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// XOR layouts of tiles in shared memory: the pass sparse-gpu-swizzle, for use
// from elsewhere.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_SWIZZLE_H
#define SPARSEGPU_TRANSFORMS_SWIZZLE_H

#include "SparseGPU/Transforms/BankModel.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"

namespace sparsegpu {

/// Chooses for `buffer` the smallest XOR layout under which no access has bank
/// conflicts, and rewrites the subscripts of all accesses; or of none, if there
/// are no conflicts.
///
/// `buffer` is a memref in workgroup memory, in a gpu.launch or a function. If
/// conflicts remain under every layout, takes the best and emits a remark
/// (SWZ-6); if accesses cannot be analysed, emits a remark with the rule
/// (SWZ-1 to SWZ-5), changes nothing and fails. With `explain`, says what it
/// did in a remark too.
mlir::FailureOr<LayoutChoice>
swizzleBuffer(mlir::TypedValue<mlir::MemRefType> buffer,
              mlir::RewriterBase &rewriter, bool explain = false);

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_SWIZZLE_H
