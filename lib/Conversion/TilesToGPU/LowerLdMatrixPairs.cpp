//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

#include <numeric>

namespace sparsegpu {
#define GEN_PASS_DEF_LOWERLDMATRIXPAIRS
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

/// A view of `bytes`, made behind its definition, with elements of 16 bits.
static Value createHalves(OpBuilder &b, Location loc, Value bytes) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfterValue(bytes);
  auto type = cast<MemRefType>(bytes.getType());
  if (type.getRank() > 1) {
    ReassociationIndices all(type.getRank());
    std::iota(all.begin(), all.end(), 0);
    bytes = memref::CollapseShapeOp::create(
        b, loc, bytes, SmallVector<ReassociationIndices>{all});
  }
  SmallVector<int64_t> shape(type.getShape());
  shape.back() /= 2;
  auto halves =
      MemRefType::get(shape, b.getI16Type(), MemRefLayoutAttrInterface(),
                      type.getMemorySpace());
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  return memref::ViewOp::create(b, loc, halves, bytes, zero, ValueRange());
}

namespace {
struct LowerLdMatrixPairs
    : sparsegpu::impl::LowerLdMatrixPairsBase<LowerLdMatrixPairs> {
  using LowerLdMatrixPairsBase::LowerLdMatrixPairsBase;

  void runOnOperation() override {
    SmallVector<LdMatrixPairsOp> loads;
    getOperation()->walk([&](LdMatrixPairsOp op) { loads.push_back(op); });
    DenseMap<Value, Value> halves;
    for (LdMatrixPairsOp op : loads) {
      Value memory = op.getMemory();
      auto type = cast<MemRefType>(memory.getType());
      if (!type.hasStaticShape() || !type.getLayout().isIdentity() ||
          type.getShape().back() % 2 != 0) {
        op.emitError("needs a buffer of static shape and identity layout with "
                     "rows of an even number of bytes, got ")
            << type << " (LDP-2)";
        return signalPassFailure();
      }
      OpBuilder b(op);
      Location loc = op.getLoc();
      Value &view = halves[memory];
      if (!view)
        view = createHalves(b, memory.getLoc(), memory);
      SmallVector<Value> indices(op.getIndices());
      indices.back() = arith::ShRUIOp::create(
          b, loc, indices.back(), arith::ConstantIndexOp::create(b, loc, 1));
      auto pairs = cast<VectorType>(op.getPairs().getType());
      Value loaded = nvgpu::LdMatrixOp::create(
          b, loc, pairs, view, indices, /*transpose=*/true,
          static_cast<uint32_t>(pairs.getDimSize(0)));
      op.replaceAllUsesWith(loaded);
      op.erase();
    }
  }
};
} // namespace
