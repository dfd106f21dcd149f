//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The reference of contractions of dense tensors: the loops as they are
// written, in double precision.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "ScalarEvaluation.h"

#include "SparseGPU/Support/Parallel.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

namespace {
/// An operand with the distance of a loop's next iteration.
struct Walk {
  ArrayPtr array;
  SmallVector<int64_t> strides;
};
} // namespace

/// The factor of `loop` in `expr`, which is a sum of loops with factors; the
/// expression is evaluated at the loop's first iterations.
static int64_t factorOf(AffineExpr expr, unsigned loop, unsigned loops) {
  SmallVector<AffineExpr> zero(loops,
                               getAffineConstantExpr(0, expr.getContext()));
  SmallVector<AffineExpr> one = zero;
  one[loop] = getAffineConstantExpr(1, expr.getContext());
  auto at = [&](ArrayRef<AffineExpr> values) {
    return cast<AffineConstantExpr>(
               simplifyAffineExpr(expr.replaceDims(values), 0, 0))
        .getValue();
  };
  return at(one) - at(zero);
}

static Walk makeWalk(ArrayPtr array, AffineMap map) {
  Walk walk{array, SmallVector<int64_t>(map.getNumDims(), 0)};
  std::vector<int64_t> strides = getStrides(array->shape);
  for (auto [expr, stride] : llvm::zip(map.getResults(), strides))
    for (unsigned loop = 0; loop < map.getNumDims(); ++loop)
      walk.strides[loop] += stride * factorOf(expr, loop, map.getNumDims());
  return walk;
}

/// Where iteration `number` of `loops`, the last one fastest, is in a walk.
static int64_t placeOf(const Walk &walk, ArrayRef<unsigned> loops,
                       ArrayRef<int64_t> extents, int64_t number) {
  int64_t at = 0;
  for (unsigned loop : llvm::reverse(loops)) {
    at += number % extents[loop] * walk.strides[loop];
    number /= extents[loop];
  }
  return at;
}

llvm::Error Evaluator::evaluateContraction(const ContractionOperands &given) {
  llvm::Expected<ArrayPtr> a = dense(given.a), b = dense(given.b),
                           c = dense(given.init);
  if (!a || !b || !c)
    return llvm::joinErrors(a.takeError(),
                            llvm::joinErrors(b.takeError(), c.takeError()));
  auto result = std::make_shared<ReferenceArray>(**c);
  SmallVector<Walk> walks = {makeWalk(*a, given.maps[0]),
                             makeWalk(*b, given.maps[1]),
                             makeWalk(result, given.maps[2])};
  for (auto [input, map] : llvm::zip(given.inputs, given.inputMaps)) {
    llvm::Expected<ArrayPtr> array = dense(input);
    if (!array)
      return array.takeError();
    walks.push_back(makeWalk(*array, map));
  }
  unsigned loops = given.maps[0].getNumDims();
  SmallVector<int64_t> extents(loops, 1);
  for (unsigned operand : {0u, 1u, 2u})
    for (auto [expr, size] : llvm::zip(given.maps[operand].getResults(),
                                       walks[operand].array->shape))
      if (auto loop = dyn_cast<AffineDimExpr>(expr))
        extents[loop.getPosition()] = size;
  SmallVector<unsigned> outer, inner;
  for (unsigned loop = 0; loop < loops; ++loop)
    (given.maps[2].isFunctionOfDim(loop) ? outer : inner).push_back(loop);
  int64_t elements = 1, terms = 1;
  for (unsigned loop : outer)
    elements *= extents[loop];
  for (unsigned loop : inner)
    terms *= extents[loop];
  // The places of the products, which are the same for all elements.
  std::vector<int64_t> placesA(terms), placesB(terms);
  for (int64_t t = 0; t < terms; ++t) {
    placesA[t] = placeOf(walks[0], inner, extents, t);
    placesB[t] = placeOf(walks[1], inner, extents, t);
  }
  Type element = getElementTypeOrSelf(given.init.getType());
  // Zero for integers: they do not round.
  Type factor = getElementTypeOrSelf(given.a.getType());
  double eps = formats::epsilon(factor.isInteger() ? formats::ElementType::I32
                                : element.isF64()  ? formats::ElementType::F64
                                                   : formats::ElementType::F32);
  const ReferenceArray &left = **a, &right = **b;
  std::string failure;
  std::mutex mutex;
  parallelFor(elements, 64, 0, [&](int64_t begin, int64_t end) {
    for (int64_t e = begin; e < end; ++e) {
      int64_t fromA = placeOf(walks[0], outer, extents, e),
              fromB = placeOf(walks[1], outer, extents, e),
              at = placeOf(walks[2], outer, extents, e);
      ProductSum sum;
      sum.terms = terms;
      for (int64_t t = 0; t < terms; ++t) {
        int64_t atA = fromA + placesA[t], atB = fromB + placesB[t];
        double product = left.value[atA] * right.value[atB];
        sum.value += product;
        sum.scale += std::abs(product);
        sum.inherited += std::abs(left.value[atA]) * right.error[atB] +
                         std::abs(right.value[atB]) * left.error[atA];
      }
      if (given.adds) {
        sum.value += result->value[at];
        sum.scale += std::abs(result->value[at]);
        sum.inherited += result->error[at];
      }
      Number number{sum.value, boundOf(sum, eps)};
      if (given.epilogue) {
        SmallVector<Number> arguments = {number};
        for (const Walk &walk : ArrayRef(walks).drop_front(3)) {
          int64_t from = placeOf(walk, outer, extents, e);
          arguments.push_back(
              {walk.array->value[from], walk.array->error[from]});
        }
        llvm::Expected<Number> value =
            evaluateBody(*given.epilogue, arguments, scalars);
        if (!value) {
          std::lock_guard<std::mutex> lock(mutex);
          failure = llvm::toString(value.takeError());
          return;
        }
        number = *value;
      }
      result->value[at] = overflowAs(element, number.value);
      result->error[at] =
          number.error + getRoundingError(element, number.value);
    }
  });
  if (!failure.empty())
    return makeError(failure);
  arrays[given.result] = result;
  return llvm::Error::success();
}

llvm::Error Evaluator::evaluateContract(ContractOp op) {
  ContractionOperands given{op.getA(), op.getB(), op.getInit(), op.getResult(),
                            {},        {},        {},           op.getBeta(),
                            nullptr};
  for (unsigned i : {0u, 1u, 2u})
    given.maps.push_back(op.getMap(i));
  given.inputs = op.getInputs();
  if (op.getInputMaps())
    for (auto map : op.getInputMaps()->getAsRange<AffineMapAttr>())
      given.inputMaps.push_back(map.getValue());
  if (!op.getEpilogue().empty())
    given.epilogue = &op.getEpilogue().front();
  return evaluateContraction(given);
}
