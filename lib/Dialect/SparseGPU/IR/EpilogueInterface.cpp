//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the epilogues of spmm and contract have in common.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sparsegpu;

#include "SparseGPU/Dialect/SparseGPU/IR/EpilogueOpInterface.cpp.inc"

//===----------------------------------------------------------------------===//
// contract
//===----------------------------------------------------------------------===//

unsigned ContractOp::getNumLoops() { return getMap(0).getNumDims(); }

AffineMap ContractOp::getMapOfC() { return getMap(2); }

SmallVector<std::pair<Value, AffineMap>> ContractOp::getSubscripts() {
  return {
      {getA(), getMapOfA()}, {getB(), getMapOfB()}, {getInit(), getMapOfC()}};
}

Type ContractOp::getAccumulatorType() {
  Type a = getTypeOf(0).getElementType();
  if (a.isInteger())
    return IntegerType::get(getContext(), 32);
  return a.isF64() ? a : Float32Type::get(getContext());
}

bool ContractOp::addsInit() { return getBeta(); }

Value ContractOp::getFactorOfInit() { return {}; }

bool ContractOp::canStore(Type type) {
  return takesElements(getTypeOf(0).getElementType(),
                       getTypeOf(1).getElementType(), type,
                       /*hasEpilogue=*/true);
}

Operation *ContractOp::rebuildWithEpilogue(OpBuilder &builder, Value init,
                                           AffineMap map, bool addsInit,
                                           ValueRange inputs,
                                           ArrayRef<AffineMap> inputMaps,
                                           Region &epilogue) {
  OperationState state(getLoc(), getOperationName());
  state.addOperands({getA(), getB()});
  state.addOperands(inputs);
  state.addOperands(init);
  state.addTypes(init.getType());
  state.addAttributes((*this)->getDiscardableAttrDictionary().getValue());
  if (getSchedules())
    state.addAttribute(getSchedulesAttrName(), *getSchedules());
  if (addsInit)
    state.addAttribute(getBetaAttrName(), builder.getUnitAttr());
  if (!inputs.empty())
    state.addAttribute(getInputMapsAttrName(),
                       builder.getAffineMapArrayAttr(inputMaps));
  state.addAttribute(getMapsAttrName(), builder.getAffineMapArrayAttr(
                                            {getMapOfA(), getMapOfB(), map}));
  state.addRegion()->takeBody(epilogue);
  return builder.create(state);
}

//===----------------------------------------------------------------------===//
// spmm: its loops are m and n.
//===----------------------------------------------------------------------===//

unsigned SpMMOp::getNumLoops() { return 2; }

/// The subscripts of an operand of rank 1 or 2 whose rows are `row` and whose
/// columns are n.
static AffineMap getMap(ShapedType type, bool isTransposed, AffineExpr row,
                        AffineExpr n) {
  SmallVector<AffineExpr> exprs = {row};
  if (type.getRank() == 2)
    exprs.insert(isTransposed ? exprs.begin() : exprs.end(), n);
  return AffineMap::get(2, 0, exprs, row.getContext());
}

AffineMap SpMMOp::getMapOfC() {
  return getMap(getCType(), getTransposeC(), getAffineDimExpr(0, getContext()),
                getAffineDimExpr(1, getContext()));
}

/// K is no loop: of A and B only the other extent counts.
SmallVector<std::pair<Value, AffineMap>> SpMMOp::getSubscripts() {
  AffineExpr m = getAffineDimExpr(0, getContext()),
             n = getAffineDimExpr(1, getContext()),
             k = getAffineConstantExpr(0, getContext());
  SmallVector<std::pair<Value, AffineMap>> result = {
      {getB(), getMap(getBType(), getTransposeB(), k, n)},
      {getInit(), getMapOfC()}};
  if (!isDecomposed())
    result.emplace_back(getA()[0],
                        getTransposeA()
                            ? AffineMap::get(2, 0, {k, m}, getContext())
                            : AffineMap::get(2, 0, {m, k}, getContext()));
  return result;
}

Type SpMMOp::getAccumulatorType() {
  bool isDouble = getSparseType().getElementType().isF64() ||
                  getBType().getElementType().isF64() ||
                  getCType().getElementType().isF64();
  Builder builder(getContext());
  if (getSparseType().getElementType().isInteger())
    return builder.getI32Type();
  return isDouble ? builder.getF64Type() : Type(builder.getF32Type());
}

bool SpMMOp::addsInit() { return getBeta() != nullptr; }

Value SpMMOp::getFactorOfInit() {
  Value beta = getBeta();
  return beta && (matchPattern(beta, m_OneFloat()) ||
                  matchPattern(beta, m_One()))
             ? Value()
             : beta;
}

/// The accumulator's type follows from that of C, and is to stay.
bool SpMMOp::canStore(Type type) {
  Type accumulator = getAccumulatorType();
  bool staysWide = accumulator.isF64() ==
                   (getSparseType().getElementType().isF64() ||
                    getBType().getElementType().isF64() || type.isF64());
  return staysWide && takesElements(getSparseType().getElementType(),
                                    getBType().getElementType(), type,
                                    /*hasEpilogue=*/true);
}

Operation *SpMMOp::rebuildWithEpilogue(OpBuilder &builder, Value init,
                                       AffineMap map, bool addsInit,
                                       ValueRange inputs,
                                       ArrayRef<AffineMap> inputMaps,
                                       Region &epilogue) {
  IRMapping same;
  auto made = cast<SpMMOp>((*this)->cloneWithoutRegions(same));
  for (auto [from, to] : llvm::zip((*this)->getRegions(), made->getRegions()))
    if (&from != &getEpilogue())
      from.cloneInto(&to, same);
  made.getEpilogue().takeBody(epilogue);
  made.getInputsMutable().assign(inputs);
  made.getInitMutable().assign(init);
  if (!addsInit)
    made.getBetaMutable().clear();
  if (inputs.empty())
    made.removeInputMapsAttr();
  else
    made.setInputMapsAttr(builder.getAffineMapArrayAttr(inputMaps));
  made.setTransposeC(getCType().getRank() == 2 && map.getDimPosition(0) != 0);
  made->getResult(0).setType(init.getType());
  return builder.insert(made.getOperation());
}
