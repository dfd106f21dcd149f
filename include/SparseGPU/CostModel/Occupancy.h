//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How many blocks of a kernel a SM holds at a time, and why not more.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_COSTMODEL_OCCUPANCY_H
#define SPARSEGPU_COSTMODEL_OCCUPANCY_H

#include "SparseGPU/CostModel/TargetDescription.h"

#include <optional>

namespace sparsegpu::costmodel {

/// What a kernel takes.
struct KernelNeeds {
  unsigned threadsPerBlock = 0;
  /// Static and dynamic.
  unsigned sharedBytes = 0;
  /// Of a thread, as `ptxas -v` says; nothing if that is not known.
  std::optional<unsigned> registers;
};

struct Occupancy {
  /// Blocks that a SM holds by each limit. By registers: nothing if they are
  /// not known, and the occupancy is then an upper bound.
  unsigned byBlocks = 0, byThreads = 0, byShared = 0;
  std::optional<unsigned> byRegisters;
  /// The smallest of them; 0 if the kernel cannot be launched.
  unsigned blocks = 0;
  unsigned warps = 0;
  /// Of the warps that a SM can hold.
  double share = 0;
  /// "threads", "shared memory", "registers" or "blocks".
  const char *limit = "";
};

Occupancy computeOccupancy(const TargetDescription &target,
                           const KernelNeeds &kernel);

} // namespace sparsegpu::costmodel

#endif // SPARSEGPU_COSTMODEL_OCCUPANCY_H
