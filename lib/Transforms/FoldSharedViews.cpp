//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upstream's fold-memref-alias-ops does this for subviews; of reshaped buffers
// it knows plain loads and stores, not ldmatrix and asynchronous copies, and it
// folds every memref of a module.
//
//===----------------------------------------------------------------------===//

#include "FoldSharedViews.h"

#include "KnownDivisor.h"
#include "SharedAccess.h"

#include "mlir/Dialect/Affine/Transforms/Transforms.h"
#include "mlir/Dialect/Affine/ViewLikeInterfaceUtils.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace sparsegpu;

/// Index arithmetic without affine's operations on several indices, for which
/// pipelines from elsewhere may have no lowering.
static SmallVector<Value> delinearize(RewriterBase &rewriter, Location loc,
                                      Value linear, ArrayRef<int64_t> sizes) {
  SmallVector<Value> indices(sizes.size());
  for (size_t i = sizes.size(); i-- > 1;) {
    Value size = arith::ConstantIndexOp::create(rewriter, loc, sizes[i]);
    indices[i] = rewriter.createOrFold<arith::RemUIOp>(loc, linear, size);
    linear = rewriter.createOrFold<arith::DivUIOp>(loc, linear, size);
  }
  indices[0] = linear;
  return indices;
}

static Value linearize(RewriterBase &rewriter, Location loc, ValueRange indices,
                       ArrayRef<int64_t> sizes) {
  Value linear = indices.front();
  for (size_t i = 1; i < sizes.size(); ++i) {
    Value size = arith::ConstantIndexOp::create(rewriter, loc, sizes[i]);
    Value scaled = rewriter.createOrFold<arith::MulIOp>(loc, linear, size);
    linear = rewriter.createOrFold<arith::AddIOp>(loc, scaled, indices[i]);
  }
  return linear;
}

/// `sizes` of the dimensions in `group`.
static SmallVector<int64_t> getSizes(MemRefType type, ArrayRef<int64_t> group) {
  SmallVector<int64_t> sizes;
  for (int64_t dim : group)
    sizes.push_back(type.getDimSize(dim));
  return sizes;
}

/// The subscripts of the source of `view` for those of the view; none if the
/// elements of an access do not lie side by side there.
static std::optional<SmallVector<Value>>
getSourceIndices(RewriterBase &rewriter, Operation *view,
                 const SharedAccess &access) {
  Location loc = access.op->getLoc();
  ValueRange indices = access.getIndices();
  SmallVector<Value> result;
  if (isa<memref::CastOp>(view))
    return SmallVector<Value>(indices);
  if (auto subview = dyn_cast<memref::SubViewOp>(view)) {
    llvm::SmallBitVector dropped = subview.getDroppedDims();
    SmallVector<OpFoldResult> strides = subview.getMixedStrides();
    bool isRow = !dropped.test(dropped.size() - 1) &&
                 getConstantIntValue(strides.back()) == 1;
    if (access.width != 1 && !isRow)
      return std::nullopt;
    affine::resolveIndicesIntoOpWithOffsetsAndStrides(
        rewriter, loc, subview.getMixedOffsets(), strides, dropped, indices,
        result);
    return result;
  }
  if (auto expand = dyn_cast<memref::ExpandShapeOp>(view)) {
    auto type = cast<MemRefType>(expand.getResult().getType());
    if (!type.hasStaticShape())
      return std::nullopt;
    for (const auto &group : expand.getReassociationIndices()) {
      SmallVector<Value> parts;
      for (int64_t dim : group)
        parts.push_back(indices[dim]);
      result.push_back(linearize(rewriter, loc, parts, getSizes(type, group)));
    }
    return result;
  }
  if (auto collapse = dyn_cast<memref::CollapseShapeOp>(view)) {
    auto type = cast<MemRefType>(collapse.getSrc().getType());
    if (!type.hasStaticShape())
      return std::nullopt;
    // An access within a row of the source.
    bool isRow = type.getShape().back() % access.width == 0 &&
                 llvm::isPowerOf2_64(access.width) &&
                 getKnownDivisor(indices.back()) % access.width == 0;
    if (access.width != 1 && !isRow)
      return std::nullopt;
    for (auto [index, group] :
         llvm::zip_equal(indices, collapse.getReassociationIndices()))
      llvm::append_range(
          result, delinearize(rewriter, loc, index, getSizes(type, group)));
    return result;
  }
  return std::nullopt;
}

/// Lets the access of `use` go to what the view is of. False if it cannot.
static bool foldOne(RewriterBase &rewriter, OpOperand &use) {
  Operation *view = use.get().getDefiningOp();
  Operation *op = use.getOwner();
  if (!isa_and_present<memref::SubViewOp, memref::ExpandShapeOp,
                       memref::CollapseShapeOp, memref::CastOp>(view))
    return false;
  auto sourceType = dyn_cast<MemRefType>(view->getOperand(0).getType());
  auto type = dyn_cast<MemRefType>(use.get().getType());
  if (!sourceType || !type || !type.getElementType().isIntOrFloat() ||
      type.getElementTypeBitWidth() % 8)
    return false;
  std::optional<SharedAccess> access = getSharedAccess(use, type);
  if (!access)
    return false;
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  std::optional<SmallVector<Value>> indices =
      getSourceIndices(rewriter, view, *access);
  if (!indices || indices->empty())
    return false;
  rewriter.modifyOpInPlace(op, [&] {
    use.set(view->getOperand(0));
    setSharedIndices(op, *indices);
  });
  return true;
}

void sparsegpu::foldSharedViews(RewriterBase &rewriter, Operation *scope) {
  SmallVector<Operation *> views;
  scope->walk([&](ViewLikeOpInterface view) {
    auto type = dyn_cast<BaseMemRefType>(view->getResult(0).getType());
    if (type &&
        nvgpu::NVGPUDialect::isSharedMemoryAddressSpace(type.getMemorySpace()))
      views.push_back(view);
  });
  // A view is behind what it is of: from the last on, chains are folded.
  for (Operation *view : llvm::reverse(views)) {
    for (OpOperand &use : llvm::make_early_inc_range(view->getUses()))
      foldOne(rewriter, use);
    if (view->use_empty() && isMemoryEffectFree(view))
      rewriter.eraseOp(view);
  }
}
