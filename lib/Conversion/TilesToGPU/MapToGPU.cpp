//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Nests of tiles to gpu.launch: blocks, warps, lanes.
//
//===----------------------------------------------------------------------===//

#include "BlockDistribution.h"
#include "BlockGroup.h"
#include "SparseGPU/Conversion/Chip.h"
#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "TileDistribution.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

namespace sparsegpu {
#define GEN_PASS_DEF_MAPTOGPU
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

/// True if every mapping attribute of `forall` is of type `Mapping`.
template <typename Mapping> static bool isMappedTo(scf::ForallOp forall) {
  std::optional<ArrayAttr> mapping = forall.getMapping();
  return mapping && !mapping->empty() &&
         llvm::all_of(*mapping, llvm::IsaPred<Mapping>);
}

namespace {
struct MapToGPU : sparsegpu::impl::MapToGPUBase<MapToGPU> {
  using MapToGPUBase::MapToGPUBase;

  void runOnOperation() override {
    SmallVector<scf::ForallOp> nests;
    getOperation().walk<WalkOrder::PreOrder>([&](scf::ForallOp forall) {
      if (!isMappedTo<gpu::GPUBlockMappingAttr>(forall))
        return WalkResult::advance();
      nests.push_back(forall);
      return WalkResult::skip();
    });
    for (auto [i, nest] : llvm::enumerate(nests)) {
      std::string kernel = (getOperation().getSymName() + "_kernel").str();
      if (nests.size() > 1)
        kernel += "_" + std::to_string(i);
      if (failed(map(nest, kernel)))
        return signalPassFailure();
    }
  }

  LogicalResult map(scf::ForallOp nest, StringRef kernel);
};
} // namespace

/// The largest grid: x has 31 bits, y and z have 16 (CUDA C++ Programming
/// Guide, table of technical specifications).
static constexpr int64_t kMaxGrid[] = {0x7fffffff, 0xffff, 0xffff};

/// The forall over warps that is all that a nest of warps has in its body.
static scf::ForallOp findWarps(scf::ForallOp nest) {
  auto body = nest.getBody()->getOps<scf::ForallOp>();
  return llvm::hasSingleElement(body) &&
                 isMappedTo<gpu::GPUWarpMappingAttr>(*body.begin())
             ? *body.begin()
             : scf::ForallOp();
}

/// What offsets have in common is computed once and leaves the loops, so that
/// passes on these see little but loads, copies and products.
static void simplify(gpu::LaunchOp launch) {
  RewritePatternSet patterns(launch.getContext());
  for (Dialect *dialect : launch.getContext()->getLoadedDialects())
    dialect->getCanonicalizationPatterns(patterns);
  for (RegisteredOperationName op :
       launch.getContext()->getRegisteredOperations())
    op.getCanonicalizationPatterns(patterns, launch.getContext());
  // Patterns that do not come to an end leave the code as it is then.
  (void)applyPatternsGreedily(launch.getBody(), std::move(patterns));
  IRRewriter rewriter(launch.getContext());
  DominanceInfo dominance(launch);
  eliminateCommonSubExpressions(rewriter, dominance, launch);
  launch.walk([](LoopLikeOpInterface loop) { moveLoopInvariantCode(loop); });
}

LogicalResult MapToGPU::map(scf::ForallOp nest, StringRef kernel) {
  Location loc = nest.getLoc();
  OpBuilder b(nest);
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  auto schedule = nest->getAttrOfType<ScheduleAttr>("sparse_gpu.schedule");
  std::optional<unsigned> capability = getCapability(chip);
  if (!capability)
    return nest.emitError("option 'chip' must be sm_ and a number, got '")
           << chip << "'";
  unsigned rank = nest.getRank();
  if (!schedule || rank < 2 || rank > 3 || nest.getNumResults() != 0)
    return nest.emitError("a nest mapped to blocks needs rank 2 or 3, no "
                          "results, and its schedule as 'sparse_gpu.schedule' "
                          "(LVL2-5)");
  scf::ForallOp warps = findWarps(nest);
  if (schedule.getScope() == Scope::Warp && !warps)
    return nest.emitError("a nest mapped to blocks whose units are those of "
                          "warps needs one forall over warps as its body "
                          "(LVL2-5)");

  // The grid: one block per step of the nest, at least one, at most what the
  // hardware has; the loops below stride over the rest.
  SmallVector<Value> lower = nest.getLowerBound(b),
                     upper = nest.getUpperBound(b), step = nest.getStep(b);
  SmallVector<Value> grid;
  for (unsigned dim = 0; dim < rank; ++dim) {
    Value extent = arith::SubIOp::create(b, loc, upper[dim], lower[dim]);
    Value blocks = arith::CeilDivUIOp::create(b, loc, extent, step[dim]);
    blocks = arith::MaxUIOp::create(b, loc, blocks, index(1));
    grid.push_back(
        arith::MinUIOp::create(b, loc, blocks, index(kMaxGrid[dim])));
  }
  Value one = index(1);
  auto launch =
      gpu::LaunchOp::create(b, loc, grid[0], grid[1], rank == 3 ? grid[2] : one,
                            index(schedule.getBlockSize()), one, one);
  // The kernels of one function share a module: one run of the back end.
  launch.setModuleAttr(FlatSymbolRefAttr::get(
      b.getContext(), (getOperation().getSymName() + "_kernels").str()));
  launch.setFunctionAttr(FlatSymbolRefAttr::get(b.getContext(), kernel));
  // For --sparse-gpu-place-operands, which leaves other launches alone.
  launch->setAttr("sparse_gpu.nest", b.getUnitAttr());
  // For --sparse-gpu-place-shared-memory.
  if (schedule.getRegisters() != 0)
    launch->setAttr("sparse_gpu.registers",
                    b.getI32IntegerAttr(schedule.getRegisters()));
  // For --sparse-gpu-block-order.
  if (std::optional<int64_t> rows = chooseBlockGroup(nest, chip))
    launch->setAttr("sparse_gpu.block_order", b.getI64IntegerAttr(*rows));
  b.setInsertionPointToStart(&launch.getBody().front());
  gpu::KernelDim3 blockIds = launch.getBlockIds(),
                  gridSize = launch.getGridSize();
  Value ids[] = {blockIds.x, blockIds.y, blockIds.z},
        sizes[] = {gridSize.x, gridSize.y, gridSize.z};
  Value thread = launch.getThreadIds().x;
  Value warp = arith::DivUIOp::create(b, loc, thread, index(32));
  Value lane = arith::RemUIOp::create(b, loc, thread, index(32));
  IRMapping mapping;
  // Columns are the outer loop, rows the inner one.
  for (int dim = rank - 1; dim >= 0; --dim) {
    Value first = arith::AddIOp::create(
        b, loc, lower[dim], arith::MulIOp::create(b, loc, ids[dim], step[dim]));
    Value stride = arith::MulIOp::create(b, loc, sizes[dim], step[dim]);
    auto loop = scf::ForOp::create(b, loc, first, upper[dim], stride);
    // For --sparse-gpu-check-level: it carries nothing.
    loop->setAttr("sparse_gpu.grid_stride", b.getUnitAttr());
    mapping.map(nest.getInductionVar(dim), loop.getInductionVar());
    b.setInsertionPointToStart(loop.getBody());
  }
  SharedArena arena;
  if (schedule.getScope() == Scope::Block) {
    BlockDistribution distribution(b, schedule, *capability,
                                   // cp.async begins with sm_80.
                                   asynchronousCopies && *capability >= 80,
                                   launch.getBody().front(), thread, warp,
                                   lane);
    distribution.mapping = mapping;
    if (failed(distribution.distribute(*nest.getBody())))
      return failure();
    simplify(launch);
  } else {
    TileDistribution distribution(b, schedule, lane, warp, arena);
    distribution.mapping = mapping;
    distribution.mapping.map(warps.getInductionVar(0), warp);
    for (Operation &op : nest.getBody()->without_terminator())
      if (&op != warps.getOperation())
        b.clone(op, distribution.mapping);
    if (failed(distribution.distribute(*warps.getBody())))
      return failure();
  }
  b.setInsertionPointToEnd(&launch.getBody().front());
  gpu::TerminatorOp::create(b, loc);
  if (arena.bytes > 0) {
    b.setInsertionPoint(launch);
    Value bytes = arith::ConstantOp::create(
        b, loc, b.getI32IntegerAttr(static_cast<int32_t>(arena.bytes)));
    launch.getDynamicSharedMemorySizeMutable().assign(bytes);
  }
  nest.erase();
  return success();
}
