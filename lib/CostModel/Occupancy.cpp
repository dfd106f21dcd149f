//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rules of cuda_occupancy.h.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/Occupancy.h"

#include <algorithm>

using namespace sparsegpu::costmodel;

static constexpr unsigned kWarpSize = 32;
/// A SM has four parts with a register file each.
static constexpr unsigned kParts = 4;

static unsigned roundUp(unsigned value, unsigned unit) {
  return (value + unit - 1) / unit * unit;
}

static unsigned blocksByRegisters(const TargetDescription &target,
                                  unsigned registers, unsigned warps) {
  if (registers > target.maxRegistersPerThread)
    return 0;
  unsigned perWarp =
      std::max(1u, roundUp(registers * kWarpSize, target.registerUnit));
  unsigned warpsPerPart = target.registersPerSM / kParts / perWarp;
  return warpsPerPart * kParts / warps;
}

Occupancy
sparsegpu::costmodel::computeOccupancy(const TargetDescription &target,
                                       const KernelNeeds &kernel) {
  Occupancy result;
  if (!kernel.threadsPerBlock ||
      kernel.threadsPerBlock > target.maxThreadsPerBlock)
    return result;
  unsigned warps = roundUp(kernel.threadsPerBlock, kWarpSize) / kWarpSize;
  unsigned maxWarps = target.maxThreadsPerSM / kWarpSize;
  result.byBlocks = target.maxBlocksPerSM;
  result.byThreads = maxWarps / warps;
  unsigned shared =
      roundUp(kernel.sharedBytes + target.sharedReserved, target.sharedUnit);
  result.byShared = kernel.sharedBytes > target.sharedPerBlock ? 0
                    : shared ? target.sharedPerSM / shared
                             : target.maxBlocksPerSM;
  if (kernel.registers)
    result.byRegisters = blocksByRegisters(target, *kernel.registers, warps);

  result.blocks = result.byThreads;
  result.limit = "threads";
  auto apply = [&](unsigned blocks, const char *limit) {
    if (blocks < result.blocks) {
      result.blocks = blocks;
      result.limit = limit;
    }
  };
  apply(result.byBlocks, "blocks");
  apply(result.byShared, "shared memory");
  if (result.byRegisters)
    apply(*result.byRegisters, "registers");
  result.warps = result.blocks * warps;
  result.share = double(result.warps) / maxWarps;
  return result;
}
