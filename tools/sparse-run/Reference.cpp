//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The evaluator works on values in three forms: dense arrays, sparse matrices
// (compressed rows of doubles), and scalars.
//
// 1. linalg operations without a sparse operand run their loops literally.
// 2. linalg operations with one: the loops over its two dimensions visit its
//    stored entries only; the loops that are left run literally. The body must
//    be a multiply-add, which is checked.
// 3. sparse_gpu.spmm follows its definition (EvaluateSpMM.cpp).
// 4. Calls are entered.
// 5. sparse_gpu.convert changes no entry.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "SparseGPU/Formats/ReferenceSpMM.h"
#include "SparseGPU/Support/Parallel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

Rows Rows::make(const formats::CooMatrix &matrix, bool transposed) {
  Rows result;
  const std::vector<int64_t> &row = transposed ? matrix.col : matrix.row;
  const std::vector<int64_t> &column = transposed ? matrix.row : matrix.col;
  result.rows = transposed ? matrix.cols : matrix.rows;
  result.columns = transposed ? matrix.rows : matrix.cols;
  result.positions.assign(result.rows + 1, 0);
  for (int64_t r : row)
    ++result.positions[r + 1];
  for (int64_t r = 0; r < result.rows; ++r)
    result.positions[r + 1] += result.positions[r];
  std::vector<int64_t> next(result.positions.begin(),
                            result.positions.end() - 1);
  result.coordinates.resize(row.size());
  result.values.resize(row.size());
  for (size_t e = 0; e < row.size(); ++e) {
    int64_t at = next[row[e]]++;
    result.coordinates[at] = column[e];
    result.values[at] = matrix.value[e];
  }
  return result;
}

std::vector<int64_t> run::getStrides(ArrayRef<int64_t> shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  return strides;
}

llvm::Error Evaluator::bind(Value value, const BoundArgument &argument) {
  if (argument.sparse) {
    matrices[value] = argument.sparse.get();
  } else if (argument.dense) {
    auto array = std::make_shared<ReferenceArray>();
    array->shape = argument.dense->shape;
    array->value = argument.dense->toDouble();
    array->error.assign(array->value.size(), 0);
    arrays[value] = array;
  } else {
    scalars[value] = {argument.scalar, 0};
  }
  return llvm::Error::success();
}

llvm::Expected<int64_t> Evaluator::getSize(Value value, unsigned dim) {
  if (auto it = matrices.find(value); it != matrices.end())
    return dim == 0 ? it->second->packed.rows : it->second->packed.cols;
  llvm::Expected<ArrayPtr> array = dense(value);
  if (!array)
    return array.takeError();
  return (*array)->shape[dim];
}

/// For each loop, how far operand `map` moves; the map's results are loops.
static llvm::Expected<SmallVector<int64_t>>
getLoopStrides(AffineMap map, ArrayRef<int64_t> strides) {
  SmallVector<int64_t> result(map.getNumDims(), 0);
  for (auto [expr, stride] : llvm::zip(map.getResults(), strides)) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    if (!loop)
      return makeError("there is no reference for indexing maps that are not "
                       "projected permutations");
    result[loop.getPosition()] += stride;
  }
  return result;
}

llvm::Error Evaluator::evaluateDense(linalg::LinalgOp op) {
  if (op->getNumResults() != 1)
    return makeError("there is no reference for '" +
                     op->getName().getStringRef() + "' with several results");
  SmallVector<int64_t> extents(op.getNumLoops(), 1);
  SmallVector<SmallVector<int64_t>> strides;
  SmallVector<ArrayPtr> operands;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!isa<RankedTensorType>(operand.get().getType())) {
      operands.push_back(nullptr);
      strides.emplace_back(op.getNumLoops(), 0);
      continue;
    }
    llvm::Expected<ArrayPtr> array = dense(operand.get());
    if (!array)
      return array.takeError();
    auto loopStrides = getLoopStrides(map, getStrides((*array)->shape));
    if (!loopStrides)
      return loopStrides.takeError();
    for (auto [expr, size] : llvm::zip(map.getResults(), (*array)->shape))
      extents[cast<AffineDimExpr>(expr).getPosition()] = size;
    operands.push_back(*array);
    strides.push_back(*loopStrides);
  }
  auto result = std::make_shared<ReferenceArray>(*operands.back());
  operands.back() = result;
  SmallVector<int64_t> iteration(extents.size(), 0);
  bool empty = llvm::is_contained(extents, 0);
  while (!empty) {
    SmallVector<Number> arguments;
    int64_t target = 0;
    for (auto [array, stride, operand] :
         llvm::zip(operands, strides, op->getOpOperands())) {
      int64_t at = 0;
      for (auto [i, s] : llvm::zip(iteration, stride))
        at += i * s;
      arguments.push_back(array ? Number{array->value[at], array->error[at]}
                                : scalars.lookup(operand.get()));
      target = at;
    }
    llvm::Expected<Number> value =
        evaluateBody(*op.getBlock(), arguments, scalars);
    if (!value)
      return value.takeError();
    result->value[target] = value->value;
    result->error[target] = value->error;
    int64_t loop = extents.size() - 1;
    while (loop >= 0 && ++iteration[loop] == extents[loop])
      iteration[loop--] = 0;
    if (loop < 0)
      break;
  }
  arrays[op->getResult(0)] = result;
  return llvm::Error::success();
}

double run::boundOf(const ProductSum &sum, double accumulateEps) {
  return formats::errorBound(sum.terms, 0, accumulateEps, sum.scale) +
         sum.inherited;
}

/// True if the body multiplies its inputs and adds to its output.
static bool isMultiplyAdd(linalg::LinalgOp op) {
  Block &body = *op.getBlock();
  bool simple = llvm::all_of(body.without_terminator(), [](Operation &inner) {
    return isa<arith::MulFOp, arith::AddFOp, arith::ExtFOp, arith::MulIOp,
               arith::AddIOp, arith::ExtSIOp>(inner);
  });
  if (!simple || body.getNumArguments() != 3)
    return false;
  // It is affine in each argument: three evaluations tell.
  ScalarMap none;
  auto at = [&](double a, double b, double c) {
    llvm::Expected<Number> number =
        evaluateBody(body, {Number{a, 0}, Number{b, 0}, Number{c, 0}}, none);
    if (number)
      return number->value;
    llvm::consumeError(number.takeError());
    return std::nan("");
  };
  return at(2, 3, 5) == 11 && at(0, 3, 5) == 5 && at(2, 0, 7) == 7 &&
         at(-1, 4, 1) == -3;
}

llvm::Error Evaluator::evaluateSparse(linalg::LinalgOp op,
                                      unsigned sparseOperand) {
  if (op.getNumDpsInputs() != 2 || op.getNumLoops() > 3 || !isMultiplyAdd(op))
    return makeError("there is no reference for '" +
                     op->getName().getStringRef() +
                     "' on a sparse operand that is not a product");
  OpOperand &denseOperand = op->getOpOperand(1 - sparseOperand);
  OpOperand &init = op->getOpOperand(2);
  AffineMap sparseMap =
      op.getMatchingIndexingMap(&op->getOpOperand(sparseOperand));
  llvm::Expected<ArrayPtr> b = dense(denseOperand.get());
  llvm::Expected<ArrayPtr> c = dense(init.get());
  if (!b || !c)
    return llvm::joinErrors(b.takeError(), c.takeError());
  auto bStrides = getLoopStrides(op.getMatchingIndexingMap(&denseOperand),
                                 getStrides((*b)->shape));
  auto cStrides =
      getLoopStrides(op.getMatchingIndexingMap(&init), getStrides((*c)->shape));
  if (!bStrides || !cStrides)
    return llvm::joinErrors(bStrides.takeError(), cStrides.takeError());

  // Walk the sparse operand along the dimension that the result has.
  unsigned loop0 = sparseMap.getDimPosition(0),
           loop1 = sparseMap.getDimPosition(1);
  bool transposed = (*cStrides)[loop0] == 0 && (*b)->size() != 0 &&
                    !op.getMatchingIndexingMap(&init).isFunctionOfDim(loop0);
  if (transposed)
    std::swap(loop0, loop1);
  Rows rows = Rows::make(matrices.lookup(op->getOperand(sparseOperand))->matrix,
                         transposed);
  int64_t columns = 1, bColumn = 0, cColumn = 0;
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    if (loop == loop0 || loop == loop1)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&init);
    columns = (*c)->shape[*map.getResultPosition(
        getAffineDimExpr(loop, op->getContext()))];
    bColumn = (*bStrides)[loop];
    cColumn = (*cStrides)[loop];
  }
  int64_t bRow = (*bStrides)[loop1], cRow = (*cStrides)[loop0];
  Type element = getElementTypeOrSelf(init.get().getType());
  bool isDouble = llvm::any_of(op->getOperandTypes(), [](Type type) {
    return getElementTypeOrSelf(type).isF64();
  });
  // Zero for integers: they do not round.
  double accumulateEps =
      formats::epsilon(element.isInteger() ? formats::ElementType::I32
                       : isDouble          ? formats::ElementType::F64
                                           : formats::ElementType::F32);
  auto result = std::make_shared<ReferenceArray>(**c);
  const ReferenceArray &bArray = **b;
  parallelFor(rows.rows, 64, 0, [&](int64_t begin, int64_t end) {
    std::vector<ProductSum> sums(columns);
    for (int64_t row = begin; row < end; ++row) {
      std::fill(sums.begin(), sums.end(), ProductSum());
      for (int64_t e = rows.positions[row]; e < rows.positions[row + 1]; ++e) {
        double a = rows.values[e];
        int64_t from = rows.coordinates[e] * bRow;
        for (int64_t n = 0; n < columns; ++n) {
          int64_t at = from + n * bColumn;
          double product = a * bArray.value[at];
          sums[n].value += product;
          sums[n].scale += std::abs(product);
          sums[n].inherited += std::abs(a) * bArray.error[at];
        }
      }
      for (int64_t n = 0; n < columns; ++n) {
        ProductSum &sum = sums[n];
        int64_t at = row * cRow + n * cColumn;
        sum.terms = rows.positions[row + 1] - rows.positions[row];
        sum.scale += std::abs(result->value[at]);
        sum.inherited += result->error[at];
        double value = sum.value + result->value[at];
        result->value[at] = overflowAs(element, value);
        result->error[at] =
            boundOf(sum, accumulateEps) + getRoundingError(element, value);
      }
    }
  });
  arrays[op->getResult(0)] = result;
  return llvm::Error::success();
}

void Evaluator::alias(Value from, Value to) {
  if (matrices.count(from))
    matrices[to] = matrices.lookup(from);
  else if (arrays.count(from))
    arrays[to] = arrays.lookup(from);
  else if (scalars.count(from))
    scalars[to] = scalars.lookup(from);
}

llvm::Error Evaluator::evaluateCall(func::CallOp op) {
  auto function = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      op, op.getCalleeAttr());
  if (!function || function.isExternal())
    return makeError("there is no reference for a call of '" + op.getCallee() +
                     "', which has no body");
  for (auto [operand, argument] :
       llvm::zip(op.getOperands(), function.getArguments()))
    alias(operand, argument);
  if (llvm::Error error = evaluateBodyOf(function))
    return error;
  Operation *terminator = function.getBody().front().getTerminator();
  for (auto [value, result] :
       llvm::zip(terminator->getOperands(), op.getResults()))
    alias(value, result);
  return llvm::Error::success();
}

llvm::Error Evaluator::evaluateBodyOf(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return makeError("there is no reference for control flow between blocks");
  // A value has one number at a time.
  if (llvm::is_contained(active, function))
    return makeError("there is no reference for recursion");
  active.push_back(function);
  for (Operation &op : function.getBody().front().without_terminator())
    if (llvm::Error error = evaluate(op))
      return error;
  active.pop_back();
  return llvm::Error::success();
}

llvm::Error Evaluator::evaluate(Operation &op) {
  if (auto spmm = dyn_cast<SpMMOp>(op))
    return evaluateSpMM(spmm);
  if (isa<ConvertOp, sparse_tensor::ConvertOp>(op)) {
    auto convert = dyn_cast<ConvertOp>(op);
    llvm::Error error = evaluateConvert(op.getOperand(0), op.getResult(0));
    return !error && convert && convert.getPrune() ? evaluatePrune(convert)
                                                   : std::move(error);
  }
  if (auto empty = dyn_cast<tensor::EmptyOp>(op)) {
    auto array = std::make_shared<ReferenceArray>();
    for (OpFoldResult size : empty.getMixedSizes()) {
      if (auto attr = dyn_cast<Attribute>(size))
        array->shape.push_back(cast<IntegerAttr>(attr).getInt());
      else
        array->shape.push_back(
            static_cast<int64_t>(scalars.lookup(cast<Value>(size)).value));
    }
    int64_t size = 1;
    for (int64_t extent : array->shape)
      size *= extent;
    array->value.assign(size, 0);
    array->error.assign(size, 0);
    arrays[empty] = array;
    return llvm::Error::success();
  }
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    std::optional<int64_t> index = dim.getConstantIndex();
    if (!index)
      return makeError("there is no reference for tensor.dim with a subscript "
                       "that is no constant");
    llvm::Expected<int64_t> size = getSize(dim.getSource(), *index);
    if (!size)
      return size.takeError();
    scalars[dim] = {static_cast<double>(*size), 0};
    return llvm::Error::success();
  }
  if (auto cast = dyn_cast<tensor::CastOp>(op)) {
    alias(cast.getSource(), cast);
    return llvm::Error::success();
  }
  if (auto call = dyn_cast<func::CallOp>(op))
    return evaluateCall(call);
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    for (OpOperand &operand : op.getOpOperands())
      if (matrices.count(operand.get()))
        return evaluateSparse(linalgOp, operand.getOperandNumber());
    if (op.getNumOperands() == 3 && linalgOp.getNumDpsInits() == 1 &&
        linalgOp.getNumReductionLoops() > 0 && isMultiplyAdd(linalgOp))
      return evaluateContraction({op.getOperand(0),
                                  op.getOperand(1),
                                  op.getOperand(2),
                                  op.getResult(0),
                                  linalgOp.getIndexingMapsArray(),
                                  {},
                                  {},
                                  /*adds=*/true,
                                  nullptr});
    return evaluateDense(linalgOp);
  }
  if (auto contract = dyn_cast<ContractOp>(op))
    return evaluateContract(contract);
  return evaluateScalar(&op, scalars);
}

llvm::Expected<std::vector<ReferenceArray>>
run::evaluateReference(func::FuncOp function,
                       const std::vector<BoundArgument> &arguments) {
  Evaluator evaluator;
  for (auto [value, argument] : llvm::zip(function.getArguments(), arguments))
    if (llvm::Error error = evaluator.bind(value, argument))
      return error;
  if (llvm::Error error = evaluator.evaluateBodyOf(function))
    return error;
  std::vector<ReferenceArray> results;
  Operation *terminator = function.getBody().front().getTerminator();
  for (Value result : terminator->getOperands()) {
    llvm::Expected<ArrayPtr> array = evaluator.dense(result);
    if (!array)
      return array.takeError();
    results.push_back(**array);
  }
  return results;
}

formats::ResultCheck run::compare(const ReferenceArray &reference,
                                  const DenseArray &got) {
  formats::ResultCheck check;
  std::vector<double> values = got.toDouble();
  for (int64_t i = 0; i < reference.size(); ++i)
    check.add(got.type, i, values[i], reference.value[i], reference.error[i]);
  return check;
}
