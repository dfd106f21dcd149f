//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Views of shared buffers, which the transforms of shared memory do not want to
// see: kernels from elsewhere have them.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_TRANSFORMS_FOLDSHAREDVIEWS_H
#define SPARSEGPU_LIB_TRANSFORMS_FOLDSHAREDVIEWS_H

#include "mlir/IR/PatternMatch.h"

namespace sparsegpu {

/// Lets accesses in `scope` to views of workgroup memory go to the buffer
/// itself, with subscripts that are computed by `arith` and `affine.apply`, and
/// erases the views that nothing uses any more. Accesses are those that
/// getSharedAccess knows; views memref.subview (of stride 1 in the last
/// dimension where an access has several elements), expand_shape,
/// collapse_shape (where an access stays in one row) and cast of ranked
/// memrefs. Other views and accesses stay as they are.
void foldSharedViews(mlir::RewriterBase &rewriter, mlir::Operation *scope);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_TRANSFORMS_FOLDSHAREDVIEWS_H
