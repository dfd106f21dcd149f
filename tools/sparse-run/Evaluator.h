//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The evaluator behind evaluateReference.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_EVALUATOR_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_EVALUATOR_H

#include "Reference.h"
#include "ScalarEvaluation.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace sparsegpu::run {

/// A matrix in compressed rows.
struct Rows {
  int64_t rows = 0, columns = 0;
  std::vector<int64_t> positions, coordinates;
  std::vector<double> values;

  static Rows make(const formats::CooMatrix &matrix, bool transposed);
};

using ArrayPtr = std::shared_ptr<ReferenceArray>;

/// A contraction of two dense tensors, as sparse_gpu.contract has it.
struct ContractionOperands {
  mlir::Value a, b, init, result;
  /// Of A, B and C.
  llvm::SmallVector<mlir::AffineMap> maps;
  llvm::SmallVector<mlir::Value> inputs;
  llvm::SmallVector<mlir::AffineMap> inputMaps;
  /// Whether what C holds is added.
  bool adds;
  /// Null if there is none.
  mlir::Block *epilogue;
};

class Evaluator {
public:
  llvm::Error bind(mlir::Value value, const BoundArgument &argument);
  llvm::Error evaluate(mlir::Operation &op);
  /// Everything in the function's body but its terminator.
  llvm::Error evaluateBodyOf(mlir::func::FuncOp function);
  llvm::Expected<ArrayPtr> dense(mlir::Value value) {
    auto it = arrays.find(value);
    if (it == arrays.end())
      return makeError("a tensor has no reference value");
    return it->second;
  }

private:
  llvm::Error evaluateDense(mlir::linalg::LinalgOp op);
  llvm::Error evaluateSparse(mlir::linalg::LinalgOp op, unsigned sparseOperand);
  llvm::Error evaluateSpMM(SpMMOp op);
  llvm::Error evaluateContraction(const ContractionOperands &given);
  llvm::Error evaluateContract(ContractOp op);
  /// Keeps of a conversion's result what pruning leaves.
  llvm::Error evaluatePrune(ConvertOp op);
  llvm::Error evaluateConvert(mlir::Value source, mlir::Value result);
  llvm::Error evaluateCall(mlir::func::CallOp op);
  /// `to` is what `from` is.
  void alias(mlir::Value from, mlir::Value to);
  llvm::Expected<int64_t> getSize(mlir::Value value, unsigned dim);

  llvm::DenseMap<mlir::Value, ArrayPtr> arrays;
  llvm::DenseMap<mlir::Value, const SparseMatrix *> matrices;
  /// Matrices that the program made.
  std::vector<std::unique_ptr<SparseMatrix>> made;
  ScalarMap scalars;
  /// The functions whose calls have not returned.
  llvm::SmallVector<mlir::Operation *> active;
};

/// The sum of products of one element of a result, with what its bound needs.
struct ProductSum {
  double value = 0, scale = 0, inherited = 0;
  int64_t terms = 0;
};

/// The bound of a sum of products, before it is stored.
double boundOf(const ProductSum &sum, double accumulateEps);

/// The strides of a row-major array.
std::vector<int64_t> getStrides(llvm::ArrayRef<int64_t> shape);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_EVALUATOR_H
