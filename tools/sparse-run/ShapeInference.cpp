//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ShapeInference.h"
#include "HostValue.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

ShapeInference::ShapeInference(func::FuncOp function) {
  function.walk([&](Operation *op) { visit(op); });
  // Sizes that the types say.
  auto fromType = [&](Value value) {
    if (auto type = dyn_cast<RankedTensorType>(value.getType()))
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        if (!type.isDynamicDim(dim))
          sizes[classes.getOrInsertLeaderValue(key({value, dim}))] = {
              type.getDimSize(dim), "its type"};
  };
  for (Value argument : function.getArguments())
    fromType(argument);
  function.walk(
      [&](Operation *op) { llvm::for_each(op->getResults(), fromType); });
}

/// Dimensions whose subscript is one loop are equal.
void ShapeInference::visitLoops(
    ArrayRef<std::pair<Value, AffineMap>> operands) {
  std::map<unsigned, Dim> first;
  for (auto [value, map] : operands)
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      auto loop = dyn_cast<AffineDimExpr>(expr);
      if (!loop)
        continue;
      Dim here = {value, dim};
      auto [it, isNew] = first.try_emplace(loop.getPosition(), here);
      if (!isNew)
        unite(it->second, here);
    }
}

void ShapeInference::visit(Operation *op) {
  if (auto dps = dyn_cast<DestinationStyleOpInterface>(op))
    for (OpOperand &init : dps.getDpsInitsMutable())
      if (auto type = dyn_cast<RankedTensorType>(init.get().getType()))
        for (int64_t dim = 0; dim < type.getRank(); ++dim)
          unite({init.get(), dim}, {dps.getTiedOpResult(&init), dim});
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    if (auto type = dyn_cast<RankedTensorType>(cast.getType()))
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        unite({cast.getSource(), dim}, {cast, dim});
  if (isa<ConvertOp, sparse_tensor::ConvertOp>(op))
    if (auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType()))
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        unite({op->getOperand(0), dim}, {op->getResult(0), dim});
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    SmallVector<std::pair<Value, AffineMap>> operands;
    for (OpOperand &operand : op->getOpOperands())
      operands.push_back(
          {operand.get(), linalgOp.getMatchingIndexingMap(&operand)});
    visitLoops(operands);
  }
  if (auto contract = dyn_cast<ContractOp>(op)) {
    SmallVector<std::pair<Value, AffineMap>> operands;
    for (unsigned i : {0u, 1u, 2u})
      operands.push_back({contract.getOperandOf(i), contract.getMap(i)});
    for (auto [i, input] : llvm::enumerate(contract.getInputs()))
      operands.push_back(
          {input,
           cast<AffineMapAttr>((*contract.getInputMaps())[i]).getValue()});
    visitLoops(operands);
  }
  if (auto spmm = dyn_cast<SpMMOp>(op)) {
    if (spmm.isDecomposed())
      return;
    Value a = spmm.getA()[0], b = spmm.getB(), c = spmm.getInit();
    bool matrix = spmm.getBType().getRank() == 2;
    unsigned m = spmm.getTransposeA(), k = 1 - m;
    unsigned kB = matrix && spmm.getTransposeB(),
             mC = matrix && spmm.getTransposeC();
    unite({a, k}, {b, kB});
    unite({a, m}, {c, mC});
    if (matrix)
      unite({b, 1 - kB}, {c, 1 - mC});
    for (auto [i, input] : llvm::enumerate(spmm.getInputs())) {
      AffineMap map = cast<AffineMapAttr>((*spmm.getInputMaps())[i]).getValue();
      for (unsigned dim = 0; dim < map.getNumResults(); ++dim)
        if (map.getDimPosition(dim) == 0)
          unite({input, dim}, {c, mC});
        else if (matrix)
          unite({input, dim}, {c, 1 - mC});
    }
  }
}

llvm::Error ShapeInference::bind(Value value, unsigned dim, int64_t size,
                                 StringRef what) {
  Key leader = classes.getOrInsertLeaderValue(key({value, dim}));
  auto [it, isNew] = sizes.try_emplace(leader, size, what.str());
  if (!isNew && it->second.first != size)
    return makeError(Twine("dimension ") + Twine(dim) + " of argument '" +
                     what + "' is " + Twine(size) + ", but " +
                     it->second.second + " says that it must be " +
                     Twine(it->second.first));
  return llvm::Error::success();
}

int64_t ShapeInference::lookup(Value value, unsigned dim) {
  auto it = sizes.find(classes.getOrInsertLeaderValue(key({value, dim})));
  return it == sizes.end() ? -1 : it->second.first;
}
