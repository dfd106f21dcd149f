//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From the IR of a kernel to expressions of its lanes (LaneExpression.h).
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_LANEANALYSIS_H
#define SPARSEGPU_TRANSFORMS_LANEANALYSIS_H

#include "SparseGPU/Transforms/LaneExpression.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

namespace sparsegpu {

/// Reads the definitions of integers in one kernel: a gpu.launch, or a
/// function. What it interprets: constants, arith on integers and index,
/// affine.apply, affine.min, max, delinearize_index and linearize_index,
/// numbers of threads, lanes and warps, induction variables of scf.for and
/// affine.for. Everything else that all lanes of a warp have in common is an
/// unknown uniform value: arguments of kernels, what is defined outside of a
/// launch, block numbers, what has no side effects and only uniform operands,
/// and loads from global memory at uniform subscripts. The lanes of a warp are
/// taken to be in the same iteration of a loop when they execute an instruction
/// together.
class LaneAnalysis {
public:
  /// `kernel` is a gpu.launch or a FunctionOpInterface. The size of its blocks
  /// comes from constant operands of the launch, from `known_block_size`, or
  /// from `gpu.known_block_size`.
  explicit LaneAnalysis(mlir::Operation *kernel);

  LaneProgram &getProgram() { return program; }

  /// The expression of `value`, an integer or index. Fails if it is neither
  /// understood nor uniform; then `getFailure` says what was met.
  mlir::FailureOr<LaneProgram::Id> translate(mlir::Value value);

  struct Failure {
    mlir::Value value;
    std::string reason;
    /// The size of the block is what is missing.
    bool needsBlock = false;
  };
  const Failure &getFailure() const { return failure; }
  /// A value that became node `id`, if one did.
  mlir::Value getValue(LaneProgram::Id id) const { return byId.lookup(id); }

private:
  using Result = mlir::FailureOr<LaneProgram::Id>;

  Result compute(mlir::Value value);
  Result ofArgument(mlir::BlockArgument argument);
  Result ofOperation(mlir::OpResult result);
  Result ofArith(mlir::Operation *op);
  Result ofComparison(mlir::Operation *op);
  Result ofAffine(mlir::OpResult result);
  Result ofGpu(mlir::Operation *op);
  Result ofInduction(mlir::Operation *loop, unsigned number);
  Result ofExpression(mlir::AffineExpr expression, unsigned numDims,
                      mlir::ValueRange operands);
  Result ofFoldResult(mlir::OpFoldResult value);
  Result ofThread(unsigned dimension, mlir::Value value);
  Result uniform(mlir::Operation *op, mlir::Value value);
  Result fail(mlir::Value value, const char *reason, bool needsBlock = false);
  /// a op b, for a and b already translated.
  Result combine(LaneOp op, mlir::Value lhs, mlir::Value rhs);
  bool isOutside(mlir::Value value) const;
  /// True if all lanes read the same from `memref` at the same subscripts: not
  /// from the private memory of a thread.
  bool isCommonMemory(mlir::Value memref) const;

  mlir::Operation *kernel;
  LaneProgram program;
  llvm::DenseMap<mlir::Value, LaneProgram::Id> known;
  llvm::DenseMap<LaneProgram::Id, mlir::Value> byId;
  Failure failure;
};

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_LANEANALYSIS_H
