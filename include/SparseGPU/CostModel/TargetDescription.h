//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a GPU can do, as data. Everything is per SM and cycle unless its name
// says otherwise; sources are in TargetDescription.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_COSTMODEL_TARGETDESCRIPTION_H
#define SPARSEGPU_COSTMODEL_TARGETDESCRIPTION_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sparsegpu::costmodel {

/// Threads whose instruction of a class a SM completes in a cycle.
struct LaneRates {
  unsigned integer, float16, float32, float64;
  unsigned conversion, special, loadStore, shuffle;
};

/// Floating-point or integer operations (two for each multiply-add) of the
/// tensor cores of a SM in a cycle, dense; 0: not on tensor cores.
struct MatrixRates {
  /// f16 with accumulators of f16; f16 and bf16 with f32.
  unsigned halfToHalf, half;
  unsigned tf32, f64, fp8, int8, int4, bit;
};

struct TargetDescription {
  std::string_view name;
  /// What kernels are compiled for.
  std::string_view chip;
  unsigned numSMs;
  double clockGHz;

  /// Warp instructions issued.
  unsigned issue;
  LaneRates lanes;
  MatrixRates matrix;

  /// Bytes of shared memory and L1: one wavefront.
  unsigned sharedBytes;
  double l2GBs, dramGBs;
  uint64_t l2CacheBytes;
  /// Cycles from a load to its use.
  unsigned sharedLatency, l2Latency, dramLatency;

  // Limits of a SM and of its blocks.
  unsigned maxThreadsPerSM, maxBlocksPerSM, maxThreadsPerBlock;
  unsigned registersPerSM, maxRegistersPerThread;
  /// Registers are given to a warp in such units.
  unsigned registerUnit;
  unsigned sharedPerSM, sharedPerBlock;
  /// Shared memory is given to a block in such units, after what the system
  /// takes of it.
  unsigned sharedUnit, sharedReserved;
};

/// All that are known, the oldest first.
const std::vector<TargetDescription> &allTargets();

/// By name ("A100", in any case); null if there is none.
const TargetDescription *findTarget(std::string_view name);

/// 80 of "sm_80", 90 of "sm_90a"; 0 of what is not the name of a chip.
unsigned capabilityOf(std::string_view chip);

/// The one that stands for a chip ("sm_80", "sm_90a"): of the same compute
/// capability, or the newest that is older; the oldest if none is.
const TargetDescription &representativeOf(std::string_view chip);

} // namespace sparsegpu::costmodel

#endif // SPARSEGPU_COSTMODEL_TARGETDESCRIPTION_H
