//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The order in which blocks go through a grid. The hardware starts blocks with
// x fastest, then y, then z: a wave of them is a few whole columns of the grid.
// The pass renumbers the blocks of each x-y plane:
//
//     number = x + y * X
//     first  = number / (G * Y) * G           the group's first row
//     rows   = min(X - first, G)              the last group may have less
//     x'     = first + number mod (G * Y) mod rows
//     y'     = number mod (G * Y) / rows
//
// Groups before the last have G * Y numbers each, so number / (G * Y) is the
// group, and the rest runs through rows * Y different places of it: a
// bijection for any X, Y and G.
//
//===----------------------------------------------------------------------===//

#include "LaunchBlocks.h"
#include "SparseGPU/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

namespace sparsegpu {
#define GEN_PASS_DEF_BLOCKORDER
#include "SparseGPU/Transforms/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

static constexpr const char kGroup[] = "sparse_gpu.block_order";

/// More rows than any grid has.
static constexpr int64_t kMaxRows = 0x7fffffff;

static bool isOne(Value value) {
  APInt known;
  return matchPattern(value, m_ConstantInt(&known)) && known.isOne();
}

/// Why the blocks of `launch` keep their order; null if they need not.
static const char *whyNot(gpu::LaunchOp launch) {
  if (launch.hasClusterSize())
    return "blocks of a cluster must stay neighbours (BORD-1)";
  if (isOne(launch.getGridSizeX()) || isOne(launch.getGridSizeY()))
    return "its grid has one row or one column, so there is one order "
           "(BORD-2)";
  if (findOtherBlockNumbers(launch))
    return "a function that it calls, or an operation of NVVM, reads the "
           "hardware's numbers of blocks (BORD-4)";
  return nullptr;
}

static void reorder(gpu::LaunchOp launch, int64_t group) {
  Location loc = launch.getLoc();
  useBlockArguments(launch);
  OpBuilder b(launch.getContext());
  b.setInsertionPointToStart(&launch.getBody().front());
  Value idX = launch.getBlockIds().x, idY = launch.getBlockIds().y;
  Value sizeX = launch.getGridSize().x, sizeY = launch.getGridSize().y;
  Value rows = arith::ConstantIndexOp::create(b, loc, group);
  Value number = arith::AddIOp::create(
      b, loc, idX, arith::MulIOp::create(b, loc, idY, sizeX));
  Value perGroup = arith::MulIOp::create(b, loc, rows, sizeY);
  Value first = arith::MulIOp::create(
      b, loc, arith::DivUIOp::create(b, loc, number, perGroup), rows);
  Value inGroup = arith::RemUIOp::create(b, loc, number, perGroup);
  rows = arith::MinUIOp::create(
      b, loc, arith::SubIOp::create(b, loc, sizeX, first), rows);
  Value x = arith::AddIOp::create(
      b, loc, first, arith::RemUIOp::create(b, loc, inGroup, rows));
  Value y = arith::DivUIOp::create(b, loc, inGroup, rows);
  // All that is behind sees the new numbers.
  Operation *last = y.getDefiningOp();
  Block *body = last->getBlock();
  for (auto [from, to] : {std::pair(idX, x), std::pair(idY, y)})
    from.replaceUsesWithIf(to, [&](OpOperand &use) {
      Operation *op = body->findAncestorOpInBlock(*use.getOwner());
      return !op || last->isBeforeInBlock(op);
    });
}

namespace {
struct BlockOrder : sparsegpu::impl::BlockOrderBase<BlockOrder> {
  using BlockOrderBase::BlockOrderBase;

  void runOnOperation() override {
    if (group < 0) {
      getOperation()->emitError("option 'group' is a number of rows, or 0 for "
                                "launches that say it, got ")
          << group.getValue();
      return signalPassFailure();
    }
    WalkResult result = getOperation()->walk([&](gpu::LaunchOp launch) {
      Attribute given = launch->removeAttr(kGroup);
      auto number = dyn_cast_or_null<IntegerAttr>(given);
      if (given && (!number || number.getInt() < 1)) {
        launch.emitError("'")
            << kGroup << "' is a number of rows, at least 1, got " << given
            << " (BORD-3)";
        return WalkResult::interrupt();
      }
      int64_t rows =
          std::min<int64_t>(number ? number.getInt() : group, kMaxRows);
      if (rows == 0)
        return WalkResult::advance();
      if (const char *reason = whyNot(launch))
        launch.emitRemark("blocks keep their order: ") << reason;
      else
        reorder(launch, rows);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
