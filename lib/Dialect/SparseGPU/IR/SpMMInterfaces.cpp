//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// spmm in the terms of upstream transforms: bufferization and tiling.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace sparsegpu;

//===----------------------------------------------------------------------===//
// Bufferization: C is the destination, everything else is read.
//===----------------------------------------------------------------------===//

LogicalResult
sparsegpu::bufferizeInPlace(Operation *op, Value init, RewriterBase &rewriter,
                            const bufferization::BufferizationOptions &options,
                            bufferization::BufferizationState &state) {
  rewriter.setInsertionPoint(op);
  Value initBuffer;
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    if (!isa<TensorType>(operand.getType())) {
      operands.push_back(operand);
      continue;
    }
    FailureOr<Value> buffer =
        bufferization::getBuffer(rewriter, operand, options, state);
    if (failed(buffer))
      return failure();
    operands.push_back(*buffer);
    if (operand == init)
      initBuffer = *buffer;
  }
  OperationState newState(op->getLoc(), op->getName().getStringRef(), operands,
                          TypeRange(), op->getAttrs());
  newState.propertiesAttr = op->getPropertiesAsAttribute();
  for (unsigned i = 0, e = op->getNumRegions(); i < e; ++i)
    newState.addRegion();
  Operation *buffered = rewriter.create(newState);
  for (auto [from, to] : llvm::zip(op->getRegions(), buffered->getRegions()))
    rewriter.inlineRegionBefore(from, to, to.begin());
  bufferization::replaceOpWithBufferizedValues(rewriter, op, initBuffer);
  return success();
}

bool SpMMOp::bufferizesToMemoryRead(OpOperand &operand,
                                    const bufferization::AnalysisState &) {
  return !isDpsInit(&operand) || getBeta();
}

bool SpMMOp::bufferizesToMemoryWrite(OpOperand &operand,
                                     const bufferization::AnalysisState &) {
  return isDpsInit(&operand);
}

/// The epilogue reads an input with the subscripts of C where, and before, C is
/// written: nothing is written before, as sums that an epilogue follows are
/// kept elsewhere.
bool SpMMOp::bufferizesToElementwiseAccess(const bufferization::AnalysisState &,
                                           ArrayRef<OpOperand *> operands) {
  unsigned first = getInputs().getBeginOperandIndex();
  return llvm::all_of(operands, [&](OpOperand *operand) {
    unsigned number = operand->getOperandNumber();
    return isDpsInit(operand) ||
           (number >= first && number - first < getInputs().size() &&
            cast<AffineMapAttr>((*getInputMaps())[number - first]).getValue() ==
                getMapOfC());
  });
}

bufferization::AliasingValueList
SpMMOp::getAliasingValues(OpOperand &operand,
                          const bufferization::AnalysisState &) {
  if (!isDpsInit(&operand) || !getResult())
    return {};
  return {{getResult(), bufferization::BufferRelation::Equivalent}};
}

LogicalResult
SpMMOp::bufferize(RewriterBase &rewriter,
                  const bufferization::BufferizationOptions &options,
                  bufferization::BufferizationState &state) {
  if (!isDecomposed())
    return emitOpError("has a sparse operand A: run "
                       "--sparse-gpu-decompose-sparse-values before "
                       "bufferization");
  if (!getResult())
    return success();
  return bufferizeInPlace(*this, getInit(), rewriter, options, state);
}

//===----------------------------------------------------------------------===//
// Tiling: one parallel loop over the columns of C. Rows of A are not tiled
// here; that is the business of the format's units.
//===----------------------------------------------------------------------===//

SmallVector<utils::IteratorType> SpMMOp::getLoopIteratorTypes() {
  return {utils::IteratorType::parallel};
}

static OpFoldResult getSize(OpBuilder &builder, Location loc, Value shaped,
                            int64_t dim) {
  auto type = cast<ShapedType>(shaped.getType());
  if (!type.isDynamicDim(dim))
    return builder.getIndexAttr(type.getDimSize(dim));
  if (isa<MemRefType>(type))
    return memref::DimOp::create(builder, loc, shaped, dim).getResult();
  return tensor::DimOp::create(builder, loc, shaped, dim).getResult();
}

SmallVector<Range> SpMMOp::getIterationDomain(OpBuilder &builder) {
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  OpFoldResult size = one;
  if (std::optional<unsigned> dim = getColumnDimOfB())
    size = getSize(builder, getLoc(), getB(), *dim);
  return {Range{zero, size, one}};
}

/// The part of `value` that has `size` subscripts from `offset` on in
/// dimension `dim`, whole in the others.
static Value sliceOf(OpBuilder &builder, Location loc, Value value, int64_t dim,
                     OpFoldResult offset, OpFoldResult size) {
  int64_t rank = cast<ShapedType>(value.getType()).getRank();
  SmallVector<OpFoldResult> offsets(rank, builder.getIndexAttr(0)), sizes,
      strides(rank, builder.getIndexAttr(1));
  for (int64_t d = 0; d < rank; ++d)
    sizes.push_back(d == dim ? size : getSize(builder, loc, value, d));
  offsets[dim] = offset;
  if (isa<MemRefType>(value.getType()))
    return memref::SubViewOp::create(builder, loc, value, offsets, sizes,
                                     strides);
  return tensor::ExtractSliceOp::create(builder, loc, value, offsets, sizes,
                                        strides);
}

FailureOr<TilingResult>
SpMMOp::getTiledImplementation(OpBuilder &builder,
                               ArrayRef<OpFoldResult> offsets,
                               ArrayRef<OpFoldResult> sizes) {
  if (!getColumnDimOfB())
    return emitOpError("on a vector has no columns to tile");
  SmallVector<Operation *> slices;
  auto slice = [&](Value value, int64_t dim) {
    Value part = sliceOf(builder, getLoc(), value, dim, offsets[0], sizes[0]);
    slices.push_back(part.getDefiningOp());
    return part;
  };
  IRMapping mapping;
  mapping.map(getB(), slice(getB(), *getColumnDimOfB()));
  mapping.map(getInit(), slice(getInit(), getTransposeC() ? 0 : 1));
  for (unsigned i = 0; i < getInputs().size(); ++i) {
    AffineMap map = cast<AffineMapAttr>((*getInputMaps())[i]).getValue();
    if (std::optional<unsigned> position =
            map.getResultPosition(builder.getAffineDimExpr(1)))
      mapping.map(getInputs()[i], slice(getInputs()[i], *position));
  }
  Operation *tiled = builder.clone(*getOperation(), mapping);
  if (getResult())
    tiled->getResult(0).setType(cast<SpMMOp>(tiled).getInit().getType());
  return TilingResult{{tiled}, SmallVector<Value>(tiled->getResults()), slices};
}

LogicalResult SpMMOp::getResultTilePosition(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,
    SmallVector<OpFoldResult> &resultSizes) {
  if (!getColumnDimOfB())
    return emitOpError("on a vector has no columns to tile");
  OpFoldResult zero = builder.getIndexAttr(0);
  OpFoldResult rows =
      getSize(builder, getLoc(), getInit(), getTransposeC() ? 1 : 0);
  resultOffsets = {zero, offsets[0]};
  resultSizes = {rows, sizes[0]};
  if (getTransposeC()) {
    std::swap(resultOffsets[0], resultOffsets[1]);
    std::swap(resultSizes[0], resultSizes[1]);
  }
  return success();
}
