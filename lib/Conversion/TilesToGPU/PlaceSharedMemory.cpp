//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Buffers in shared memory to one dynamic arena for each kernel: static shared
// memory ends at 48 KiB. Buffers that are never wanted at the same time
// (SharedLifetimes.h) share their places: each gets the lowest one that it
// shares with no others.
//
//===----------------------------------------------------------------------===//

#include "SharedLifetimes.h"
#include "SparseGPU/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"

namespace sparsegpu {
#define GEN_PASS_DEF_PLACESHAREDMEMORY
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

/// Every buffer begins at a multiple of this: 16 bytes for copies and ldmatrix.
/// Swizzled rows of 128 bytes want their banks where they were computed.
static constexpr int64_t kAlignment = 128;

static int64_t bytesOf(MemRefType type) {
  return type.getNumElements() *
         llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

namespace {
struct Placed {
  memref::AllocOp alloc;
  int64_t begin, end;
};
} // namespace

/// The lowest multiple of kAlignment, at least `base`, at which `alloc` shares
/// no memory with those of `others` that are wanted at the same time.
static int64_t findPlace(memref::AllocOp alloc, ArrayRef<Placed> others,
                         int64_t base, gpu::LaunchOp launch) {
  SmallVector<Placed> taken;
  for (const Placed &other : others)
    if (!canShareMemory(alloc, other.alloc, launch))
      taken.push_back(other);
  llvm::sort(taken, [](const Placed &x, const Placed &y) {
    return x.begin < y.begin;
  });
  int64_t begin = llvm::alignTo(base, kAlignment);
  for (const Placed &other : taken)
    if (begin + bytesOf(alloc.getType()) > other.begin)
      begin = std::max<int64_t>(begin, llvm::alignTo(other.end, kAlignment));
  return begin;
}

static LogicalResult place(gpu::LaunchOp launch) {
  SmallVector<memref::AllocOp> allocs;
  launch.walk([&](memref::AllocOp alloc) {
    if (gpu::GPUDialect::hasWorkgroupMemoryAddressSpace(alloc.getType()))
      allocs.push_back(alloc);
  });
  if (allocs.empty())
    return success();
  int64_t bytes = 0;
  if (Value given = launch.getDynamicSharedMemorySize()) {
    APInt known;
    if (!matchPattern(given, m_ConstantInt(&known)))
      return launch.emitError("has dynamic shared memory of a size that is not "
                              "a constant, so buffers have no place behind it "
                              "(SHM-1)");
    bytes = known.getSExtValue();
  }
  SmallVector<Placed> places;
  int64_t base = bytes;
  for (memref::AllocOp alloc : allocs) {
    MemRefType type = alloc.getType();
    if (!type.hasStaticShape() || !type.getLayout().isIdentity())
      return alloc.emitError("shared memory needs a static shape and an "
                             "identity layout (SHM-1)");
    int64_t begin = findPlace(alloc, places, base, launch);
    places.push_back({alloc, begin, begin + bytesOf(type)});
    bytes = std::max(bytes, places.back().end);
  }
  OpBuilder b(launch);
  for (auto [alloc, begin, end] : places) {
    MemRefType type = alloc.getType();
    Location loc = alloc.getLoc();
    b.setInsertionPoint(alloc);
    auto space = type.getMemorySpace();
    auto arena = MemRefType::get({ShapedType::kDynamic}, b.getI8Type(),
                                 MemRefLayoutAttrInterface(), space);
    auto all = gpu::DynamicSharedMemoryOp::create(b, loc, arena);
    // Attributes of launches are lost where their kernels are outlined.
    if (Attribute registers = launch->getAttr("sparse_gpu.registers"))
      all->setAttr("sparse_gpu.registers", registers);
    Value offset = arith::ConstantIndexOp::create(b, loc, begin);
    Value view =
        memref::ViewOp::create(b, loc, type, all, offset, ValueRange());
    for (Operation *user : llvm::make_early_inc_range(alloc->getUsers()))
      if (isa<memref::DeallocOp>(user))
        user->erase();
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  }
  b.setInsertionPoint(launch);
  Value size = arith::ConstantOp::create(
      b, launch.getLoc(), b.getI32IntegerAttr(static_cast<int32_t>(bytes)));
  launch.getDynamicSharedMemorySizeMutable().assign(size);
  return success();
}

namespace {
struct PlaceSharedMemory
    : sparsegpu::impl::PlaceSharedMemoryBase<PlaceSharedMemory> {
  using PlaceSharedMemoryBase::PlaceSharedMemoryBase;

  void runOnOperation() override {
    WalkResult result = getOperation()->walk([&](gpu::LaunchOp launch) {
      return failed(place(launch)) ? WalkResult::interrupt()
                                   : WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
