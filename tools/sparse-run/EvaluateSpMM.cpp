//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse_gpu.spmm by its definition, semiring and epilogue included.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Formats/ReferenceSpMM.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

llvm::Error Evaluator::evaluateSpMM(SpMMOp op) {
  if (op.isDecomposed() || !matrices.count(op.getA()[0]))
    return makeError("there is no reference for sparse_gpu.spmm on a matrix "
                     "that the program assembles");
  llvm::Expected<ArrayPtr> b = dense(op.getB());
  llvm::Expected<ArrayPtr> c = dense(op.getInit());
  if (!b || !c)
    return llvm::joinErrors(b.takeError(), c.takeError());
  Rows rows =
      Rows::make(matrices.lookup(op.getA()[0])->matrix, op.getTransposeA());
  SmallVector<ArrayPtr> inputs;
  for (Value input : op.getInputs()) {
    llvm::Expected<ArrayPtr> array = dense(input);
    if (!array)
      return array.takeError();
    inputs.push_back(*array);
  }
  auto subscript = [](const ReferenceArray &array, int64_t row, int64_t column,
                      bool transposed) {
    if (array.shape.size() == 1)
      return row;
    if (transposed)
      std::swap(row, column);
    return row * array.shape[1] + column;
  };
  int64_t columns =
      (*c)->shape.size() == 1 ? 1 : (*c)->shape[op.getTransposeC() ? 0 : 1];
  Type acc = op.getAccumulatorType();
  // Zero for integers: they do not round.
  double eps = formats::epsilon(acc.isInteger() ? formats::ElementType::I32
                                : acc.isF64()   ? formats::ElementType::F64
                                                : formats::ElementType::F32);
  Type element = op.getCType().getElementType();
  bool reductionRounds =
      !op.getReduce().empty() &&
      !llvm::all_of(op.getReduce().front(), [](Operation &inner) {
        return isa<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
                   arith::MinNumFOp, YieldOp>(inner);
      });
  auto result = std::make_shared<ReferenceArray>(**c);
  for (int64_t row = 0; row < rows.rows; ++row)
    for (int64_t n = 0; n < columns; ++n) {
      Number sum;
      if (op.getCombine().empty()) {
        ProductSum product;
        for (int64_t e = rows.positions[row]; e < rows.positions[row + 1];
             ++e) {
          int64_t at =
              subscript(**b, rows.coordinates[e], n, op.getTransposeB());
          double term = rows.values[e] * (*b)->value[at];
          product.value += term;
          product.scale += std::abs(term);
          product.inherited += std::abs(rows.values[e]) * (*b)->error[at];
          ++product.terms;
        }
        sum = {product.value, boundOf(product, eps)};
      } else {
        auto number = dyn_cast<FloatAttr>(*op.getIdentity());
        sum.value = number ? number.getValueAsDouble()
                           : static_cast<double>(
                                 cast<IntegerAttr>(*op.getIdentity()).getInt());
        double magnitude = 0;
        for (int64_t e = rows.positions[row]; e < rows.positions[row + 1];
             ++e) {
          int64_t at =
              subscript(**b, rows.coordinates[e], n, op.getTransposeB());
          llvm::Expected<Number> combined =
              evaluateBody(op.getCombine().front(),
                           {Number{rows.values[e], 0},
                            Number{(*b)->value[at], (*b)->error[at]}},
                           scalars);
          if (!combined)
            return combined.takeError();
          llvm::Expected<Number> reduced =
              evaluateBody(op.getReduce().front(), {sum, *combined}, scalars);
          if (!reduced)
            return reduced.takeError();
          sum = *reduced;
          magnitude += std::abs(combined->value);
        }
        // The intervals above are those of one order; where the reduction
        // rounds, any order stays within the bound of a sum or a product.
        int64_t terms = rows.positions[row + 1] - rows.positions[row];
        if (reductionRounds)
          sum.error += formats::errorBound(
              terms, 0, eps, std::max(magnitude, std::abs(sum.value)));
      }
      auto scaled = [&](Number number, Value factor) {
        Number f = scalars.lookup(factor);
        number.value *= f.value;
        number.error = number.error * std::abs(f.value) +
                       getRoundingError(acc, number.value);
        return number;
      };
      if (op.getAlpha())
        sum = scaled(sum, op.getAlpha());
      int64_t at = subscript(*result, row, n, op.getTransposeC());
      if (op.getBeta()) {
        Number old =
            scaled({result->value[at], result->error[at]}, op.getBeta());
        sum.value += old.value;
        sum.error += old.error + getRoundingError(acc, sum.value) +
                     getRoundingError(acc, old.value);
      }
      if (!op.getEpilogue().empty()) {
        SmallVector<Number> arguments = {sum};
        for (auto [i, input] : llvm::enumerate(inputs)) {
          AffineMap map =
              cast<AffineMapAttr>((*op.getInputMaps())[i]).getValue();
          int64_t from = 0;
          std::vector<int64_t> strides = getStrides(input->shape);
          for (unsigned d = 0; d < map.getNumResults(); ++d)
            from += strides[d] * (map.getDimPosition(d) == 0 ? row : n);
          arguments.push_back({input->value[from], input->error[from]});
        }
        llvm::Expected<Number> value =
            evaluateBody(op.getEpilogue().front(), arguments, scalars);
        if (!value)
          return value.takeError();
        sum = *value;
      }
      result->value[at] = overflowAs(element, sum.value);
      result->error[at] = sum.error + getRoundingError(element, sum.value);
    }
  arrays[op.getResult()] = result;
  return llvm::Error::success();
}
