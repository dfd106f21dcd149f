//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How an elementwise operation becomes a part of a contraction's epilogue.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_EPILOGUEPLAN_H
#define SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_EPILOGUEPLAN_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

#include <optional>

namespace sparsegpu {

/// An element for each iteration of some loops: of the tensor `value`, with
/// the subscripts `map`; or the scalar `value`; or the constant `splat`.
struct EpilogueSource {
  mlir::Value value;
  mlir::AffineMap map;
  mlir::TypedAttr splat;

  bool isTensor() const {
    return !splat && mlir::isa<mlir::RankedTensorType>(value.getType());
  }
};

/// How a contraction is made anew.
struct EpiloguePlan {
  /// What is added to the accumulator before the epilogue, times the factor of
  /// C, if anything.
  std::optional<EpilogueSource> addend;
  /// The operation whose body follows the epilogue, or null.
  mlir::linalg::LinalgOp user;
  /// For each argument of that body, where it comes from; no source: it is the
  /// contraction's own value, or is not used.
  mlir::SmallVector<std::optional<EpilogueSource>> sources;
  mlir::SmallVector<bool> isOwnValue;
  /// The new C.
  mlir::Value init;
  mlir::AffineMap map;
  bool beta = false;
};

/// Makes `op` anew by `plan`, in the place of the user whose body follows the
/// epilogue or, if there is none, in its own; replaces and erases both.
/// Everything that `plan` names dominates that place, and the new operation
/// fulfils its constraints.
EpilogueOpInterface applyEpiloguePlan(EpilogueOpInterface op,
                                      const EpiloguePlan &plan,
                                      mlir::IRRewriter &rewriter);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_EPILOGUEPLAN_H
