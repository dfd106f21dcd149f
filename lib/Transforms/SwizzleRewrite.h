//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Subscripts of a swizzled tile.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_TRANSFORMS_SWIZZLEREWRITE_H
#define SPARSEGPU_LIB_TRANSFORMS_SWIZZLEREWRITE_H

#include "SparseGPU/Transforms/BankModel.h"

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseMap.h"

namespace sparsegpu {

/// Writes columns under one layout, each key once: where its row is defined, so
/// that what a loop does not change is not computed in the loop.
class SwizzleRewriter {
public:
  /// `kernel` is the region whose entry block begins the kernel; keys are never
  /// computed outside of it.
  SwizzleRewriter(mlir::RewriterBase &rewriter, mlir::Region &kernel,
                  const XorLayout &layout)
      : rewriter(rewriter), kernel(kernel), layout(layout) {}

  /// The column under the layout, for an access of `user`.
  mlir::Value getColumn(mlir::Operation *user, mlir::Value row,
                        mlir::Value column);

private:
  mlir::Value getKey(mlir::Value row);
  /// `row` without terms that the key does not depend on.
  mlir::Value reduceRow(mlir::Value row);
  mlir::Value reduceApply(mlir::Value row);
  void setInsertionPoint(mlir::Value value);

  mlir::RewriterBase &rewriter;
  mlir::Region &kernel;
  XorLayout layout;
  llvm::DenseMap<mlir::Value, mlir::Value> keys, reduced;
};

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_TRANSFORMS_SWIZZLEREWRITE_H
