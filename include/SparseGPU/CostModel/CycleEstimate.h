//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An estimate of the cycles that a launch takes, from its counters and a
// target. No GPU has confirmed it. The formula is fixed; it changes only
// against measurements on a GPU, never to please a kernel (docs/SoftwareGPU.md,
// "Cycle estimate").
//
//     cycles = max(issue, units, matrix, shared, l2, dram, latency)
//
// Each term is a function below, in cycles of the SM clock: the time that the
// launch would take if nothing else limited it. `share` is the part of the
// launch that the busiest SM gets, ceil(blocks / SMs) / blocks.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_COSTMODEL_CYCLEESTIMATE_H
#define SPARSEGPU_COSTMODEL_CYCLEESTIMATE_H

#include "SparseGPU/CostModel/Occupancy.h"
#include "SparseGPU/Runtime/Counters.h"

#include <array>

namespace sparsegpu::costmodel {

/// The part of the launch that the busiest SM gets.
double busiestShare(const TargetDescription &target, uint64_t blocks);

/// Warp instructions that have to be issued / warp instructions per cycle.
/// Moves are not issued: most are names of registers.
double issueCycles(const TargetDescription &target,
                   const emulator::LaunchCounters &counters);

/// The busiest of the units of a SM: for each class of instructions, warp
/// instructions * 32 lanes / lanes per cycle.
double unitCycles(const TargetDescription &target,
                  const emulator::LaunchCounters &counters);

/// For each operation on tensor cores, flops / flops per cycle; the sum. What a
/// target has no tensor cores for runs at the rate of its FMAs in f32, or f64.
double matrixCycles(const TargetDescription &target,
                    const emulator::LaunchCounters &counters);

/// The data path that shared memory and L1 have in common: wavefronts of shared
/// memory + sectors of global memory * 32 bytes / bytes per cycle.
double sharedCycles(const TargetDescription &target,
                    const emulator::LaunchCounters &counters);

/// Bytes that the L2 cache delivers: all sectors asked for, as if L1 held
/// nothing.
double l2Bytes(const emulator::LaunchCounters &counters);

/// Bytes that DRAM delivers: each distinct sector once, and of the re-reads the
/// part 1 - L2 / footprint that the L2 cache is too small for.
double dramBytes(const TargetDescription &target,
                 const emulator::LaunchCounters &counters);

double l2Cycles(const TargetDescription &target,
                const emulator::LaunchCounters &counters);
double dramCycles(const TargetDescription &target,
                  const emulator::LaunchCounters &counters);

/// Latency that resident warps do not hide for each other: per warp,
///     batches of global loads * L + batches of shared loads * Ls
///   + sum over waits for asynchronous groups of L / groups in flight
/// times the warps of the busiest SM / the warps that are resident on it. L
/// lies between the latency of L2 and that of DRAM, by the share of the bytes
/// that come from DRAM. Loads of one basic block overlap: they are one batch.
double latencyCycles(const TargetDescription &target,
                     const emulator::LaunchCounters &counters,
                     const Occupancy &occupancy);

struct CycleEstimate {
  struct Term {
    const char *name;
    double cycles;
  };
  std::array<Term, 7> terms;
  /// The largest of them.
  double cycles = 0;
  const char *binding = "";
  double microseconds = 0;
  Occupancy occupancy;
};

/// `registers` per thread, if they are known; else registers limit nothing.
CycleEstimate estimateCycles(const TargetDescription &target,
                             const emulator::LaunchCounters &counters,
                             std::optional<unsigned> registers);

} // namespace sparsegpu::costmodel

#endif // SPARSEGPU_COSTMODEL_CYCLEESTIMATE_H
