//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch of many blocks as one of a fixed number, each of which does the work
// of several:
//
// 1. The grid becomes min(blocks, X * Y * Z) x 1 x 1.
// 2. The body goes into a loop over the numbers of the original blocks, from
//    the block's own number on, by the size of the grid; x is the fastest, as
//    the hardware starts them.
// 3. In the body a block's numbers are those of the loop, the grid's sizes the
//    original ones.
// 4. Buffers in shared memory and on the stack stay before the loop. At the end
// of a turn comes
//    a barrier, since the next one writes them again; asynchronous copies that
//    nobody waited for are waited for before it.
//
//===----------------------------------------------------------------------===//

#include "LaunchBlocks.h"
#include "SparseGPU/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace sparsegpu {
#define GEN_PASS_DEF_PERSISTENTBLOCKS
#include "SparseGPU/Transforms/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

static bool isShared(Type type) {
  if (auto pointer = dyn_cast<LLVM::LLVMPointerType>(type))
    return pointer.getAddressSpace() ==
           nvgpu::NVGPUDialect::kSharedMemoryAddressSpace;
  auto memref = dyn_cast<MemRefType>(type);
  return memref && nvgpu::NVGPUDialect::hasSharedMemoryAddressSpace(memref);
}

/// What stays before the loop: buffers in shared memory, and those on the
/// stack, which would grow with each turn.
static bool isBuffer(Operation &op) {
  if (isa<memref::AllocaOp>(op))
    return op.getNumOperands() == 0;
  return isa<memref::AllocOp>(op) && isShared(op.getResult(0).getType());
}

/// Why `launch` keeps its blocks; null if it need not.
static const char *whyNot(gpu::LaunchOp launch) {
  if (launch.hasClusterSize())
    return "the blocks of a cluster work together (PERS-1)";
  if (!launch.getBody().hasOneBlock())
    return "its body has branches, so a turn may end before the barrier "
           "(PERS-2)";
  bool hasBarriers = false;
  launch.getBody().walk([&](Operation *op) {
    hasBarriers |= isa<nvgpu::MBarrierCreateOp, nvgpu::MBarrierInitOp>(op);
  });
  if (hasBarriers)
    return "it has mbarriers, which would be initialised in each turn "
           "(PERS-3)";
  if (findOtherBlockNumbers(launch))
    return "a function that it calls, or an operation of NVVM, reads the "
           "hardware's numbers of blocks (PERS-4)";
  return nullptr;
}

static void makePersistent(gpu::LaunchOp launch, int64_t count) {
  Location loc = launch.getLoc();
  OpBuilder b(launch);
  Value grid[] = {launch.getGridSizeX(), launch.getGridSizeY(),
                  launch.getGridSizeZ()};
  Value total = arith::MulIOp::create(
      b, loc, arith::MulIOp::create(b, loc, grid[0], grid[1]), grid[2]);
  Value limit = arith::ConstantIndexOp::create(b, loc, count);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  launch.getGridSizeXMutable().assign(
      arith::MinUIOp::create(b, loc, total, limit));
  launch.getGridSizeYMutable().assign(one);
  launch.getGridSizeZMutable().assign(one);

  useBlockArguments(launch);
  Block &body = launch.getBody().front();
  bool usesShared = !launch.getWorkgroupAttributions().empty();
  bool copies = false;
  launch.getBody().walk([&](Operation *op) {
    usesShared |= llvm::any_of(op->getResultTypes(), isShared);
    copies |= isa<nvgpu::DeviceAsyncCopyOp>(op);
  });
  SmallVector<Operation *> inner;
  for (Operation &op : body.without_terminator())
    if (!isBuffer(op))
      inner.push_back(&op);
  b.setInsertionPoint(body.getTerminator());
  auto loop = scf::ForOp::create(b, loc, launch.getBlockIds().x, total,
                                 launch.getGridSize().x);
  // For --sparse-gpu-check-level: it carries nothing.
  loop->setAttr("sparse_gpu.grid_stride", b.getUnitAttr());
  for (Operation *op : inner)
    op->moveBefore(loop.getBody()->getTerminator());
  b.setInsertionPointToStart(loop.getBody());
  Value number = loop.getInductionVar();
  Value x = arith::RemUIOp::create(b, loc, number, grid[0]);
  Value plane = arith::DivUIOp::create(b, loc, number, grid[0]);
  Value y = arith::RemUIOp::create(b, loc, plane, grid[1]);
  Value z = arith::DivUIOp::create(b, loc, plane, grid[1]);
  // The bounds of the loop keep the numbers of the launch.
  auto replaceInLoop = [&](Value from, Value to) {
    from.replaceUsesWithIf(to, [&](OpOperand &use) {
      return loop.getBodyRegion().isAncestor(use.getOwner()->getParentRegion());
    });
  };
  gpu::KernelDim3 ids = launch.getBlockIds(), sizes = launch.getGridSize();
  for (auto [from, to] :
       {std::pair(ids.x, x), std::pair(ids.y, y), std::pair(ids.z, z),
        std::pair(sizes.x, grid[0]), std::pair(sizes.y, grid[1]),
        std::pair(sizes.z, grid[2])})
    replaceInLoop(from, to);
  if (!usesShared)
    return;
  b.setInsertionPoint(loop.getBody()->getTerminator());
  if (copies) {
    Value all = nvgpu::DeviceAsyncCreateGroupOp::create(
        b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), ValueRange());
    nvgpu::DeviceAsyncWaitOp::create(b, loc, all, b.getI32IntegerAttr(0));
  }
  gpu::BarrierOp::create(b, loc);
}

namespace {
struct PersistentBlocks
    : sparsegpu::impl::PersistentBlocksBase<PersistentBlocks> {
  using PersistentBlocksBase::PersistentBlocksBase;

  void runOnOperation() override {
    if (blocks < 1 || blocks > 0x7fffffff) {
      getOperation()->emitError("option 'blocks' must be 1 to 2147483647, got ")
          << blocks.getValue();
      return signalPassFailure();
    }
    getOperation()->walk([&](gpu::LaunchOp launch) {
      if (const char *reason = whyNot(launch))
        launch.emitRemark("blocks are not made persistent: ") << reason;
      else
        makePersistent(launch, blocks);
    });
  }
};
} // namespace
