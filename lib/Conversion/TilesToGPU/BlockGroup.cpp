//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockGroup.h"

#include "SparseGPU/CostModel/ScheduleSpace.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace sparsegpu;

/// How the cost model calls elements `factor` on `path`. Only their size and
/// the instruction matter here.
static costmodel::MatrixType getMatrixType(Type factor, ComputePath path) {
  using costmodel::MatrixType;
  if (path == ComputePath::MMA3xTF32)
    return MatrixType::TF32x3;
  if (factor.isF64())
    return MatrixType::F64;
  if (factor.isF32())
    return path == ComputePath::MMA ? MatrixType::TF32 : MatrixType::F32;
  if (factor.isBF16())
    return MatrixType::BF16;
  if (factor.getIntOrFloatBitWidth() == 8)
    return factor.isInteger() ? MatrixType::S8 : MatrixType::FP8;
  return MatrixType::F16;
}

std::optional<int64_t> sparsegpu::chooseBlockGroup(scf::ForallOp nest,
                                                   StringRef chip) {
  auto schedule = nest->getAttrOfType<ScheduleAttr>("sparse_gpu.schedule");
  if (!schedule || schedule.getTile().empty())
    return std::nullopt;
  ArrayRef<int64_t> upper = nest.getStaticUpperBound(),
                    lower = nest.getStaticLowerBound(),
                    step = nest.getStaticStep();
  for (unsigned dim : {0u, 1u})
    if (!ShapedType::isDynamic(upper[dim]) &&
        !ShapedType::isDynamic(lower[dim]) &&
        !ShapedType::isDynamic(step[dim]) &&
        upper[dim] - lower[dim] <= step[dim])
      return std::nullopt;
  linalg::MatmulOp product;
  nest.walk([&](linalg::MatmulOp op) { product = op; });
  if (!product)
    return std::nullopt;
  auto bits = [](Value value) {
    return getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth();
  };
  const costmodel::TargetDescription &target =
      costmodel::representativeOf(chip.str());
  ArrayRef<int64_t> tile = schedule.getTile(),
                    warpTile = schedule.getWarpTile();
  costmodel::ContractionShape shape = costmodel::makeShape(
      getMatrixType(getElementTypeOrSelf(product.getInputs()[0].getType()),
                    schedule.getPath()),
      tile[0], tile[1], tile[2]);
  shape.bitsA = bits(product.getInputs()[0]);
  shape.bitsB = bits(product.getInputs()[1]);
  shape.bitsAccumulator = bits(product.getOutputs()[0]);
  costmodel::TileSchedule form;
  form.tileM = tile[0];
  form.tileN = tile[1];
  form.tileK = tile[2];
  form.warpsM = tile[0] / warpTile[0];
  form.warpsN = tile[1] / warpTile[1];
  form.mma = schedule.getPath() == ComputePath::FMA
                 ? costmodel::MmaShape{1, 1, 1}
                 : costmodel::mmaShapeOf(target, shape.type);
  form.sharedStages = schedule.getStages();
  form.registerStages = schedule.getRegisterStages();
  form.bytesPerCopy = std::max<int64_t>(schedule.getCopy(), 1);
  return costmodel::compactGroup(target, shape, form);
}
