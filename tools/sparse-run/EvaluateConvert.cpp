//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse_gpu.convert by its definition: the same entries. No packer is asked.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "SparseGPU/Dialect/SparseGPU/IR/ConstantConversion.h"
#include "SparseGPU/Formats/Pruning.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

llvm::Error Evaluator::evaluateConvert(Value source, Value result) {
  if (getSparseFormat(source.getType())) {
    const SparseMatrix *matrix = matrices.lookup(source);
    if (!matrix)
      return makeError("there is no reference for sparse_gpu.convert of a "
                       "matrix that the program assembles");
    if (getSparseFormat(result.getType())) {
      matrices[result] = matrix;
      return llvm::Error::success();
    }
    auto array = std::make_shared<ReferenceArray>();
    array->shape = {matrix->packed.rows, matrix->packed.cols};
    array->value.assign(matrix->packed.rows * matrix->packed.cols, 0);
    array->error.assign(array->value.size(), 0);
    const formats::CooMatrix &coo = matrix->matrix;
    for (int64_t e = 0; e < coo.entries(); ++e)
      array->value[coo.row[e] * coo.cols + coo.col[e]] = coo.value[e];
    arrays[result] = array;
    return llvm::Error::success();
  }
  llvm::Expected<ArrayPtr> elements = dense(source);
  if (!elements)
    return elements.takeError();
  const ReferenceArray &array = **elements;
  auto matrix = std::make_unique<SparseMatrix>();
  formats::CooMatrix &coo = matrix->matrix;
  coo.rows = matrix->packed.rows = array.shape[0];
  coo.cols = matrix->packed.cols = array.shape[1];
  for (int64_t i = 0; i < array.size(); ++i) {
    // Whether a rounded number is zero, the reference cannot know.
    if (array.error[i] != 0)
      return makeError("there is no reference for sparse_gpu.convert of a "
                       "dense matrix that the program computes");
    if (array.value[i] == 0)
      continue;
    coo.row.push_back(i / coo.cols);
    coo.col.push_back(i % coo.cols);
    coo.value.push_back(array.value[i]);
  }
  matrices[result] = matrix.get();
  made.push_back(std::move(matrix));
  return llvm::Error::success();
}

llvm::Error Evaluator::evaluatePrune(ConvertOp op) {
  const formats::CooMatrix &whole = matrices.lookup(op.getResult())->matrix;
  Expected<StorageDescription> to =
      describeStorage(cast<RankedTensorType>(op.getType()));
  if (!to)
    return makeError(to.message());
  Expected<formats::DenseWeights> weights = formats::denseWeights(whole);
  if (!weights)
    return makeError(weights.message());
  Expected<formats::PrunedWeights> pruned = formats::prune(
      *weights, formats::patternOf(*to->format, to->parameters,
                                   op.getPrune()->convertToDouble()));
  if (!pruned)
    return makeError(pruned.message());
  auto matrix = std::make_unique<SparseMatrix>();
  matrix->packed.rows = whole.rows;
  matrix->packed.cols = whole.cols;
  matrix->matrix = std::move(pruned->matrix);
  matrices[op.getResult()] = matrix.get();
  made.push_back(std::move(matrix));
  return llvm::Error::success();
}
