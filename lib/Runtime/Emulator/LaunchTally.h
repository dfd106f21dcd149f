//===- LaunchTally.h - What workers count during a launch -------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each worker has a tally of its own; they are added when the launch ends. Per
// basic block only executions are counted: what its instructions are is known
// at compile time and multiplied at the end.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_LAUNCHTALLY_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_LAUNCHTALLY_H

#include "CompiledKernel.h"
#include "Footprint.h"

#include <map>

namespace sparsegpu::emulator {

struct LaunchTally {
  /// All but what follows from `blocks` and the footprints.
  LaunchCounters counters;
  /// Executions of each basic block.
  std::vector<InstructionCount> blocks;
  /// By the encoded operation; `flops` follow from it.
  std::map<uint64_t, MatrixCounter> matrices;
  /// Of loads, stores, atomics and asynchronous copies.
  std::array<Footprint, 4> footprints;

  void reset(const CompiledModule &code);
  void merge(const LaunchTally &other);
  /// Adds everything to `to`.
  void finish(const CompiledModule &code, LaunchCounters &to) const;
};

/// The addresses that are shared memory.
struct SharedRange {
  uint64_t begin = 0, end = 0;
  bool contains(uint64_t address) const {
    return address >= begin && address < end;
  }
};

/// The number of bytes that a lane asks for, where it is not the same for all:
/// in the log of AsyncRead, above the address.
constexpr unsigned kLoggedBytesShift = 56;

/// Adds one execution of an access by `lanes`, whose addresses are given from
/// the lowest lane up (AccessCounting.cpp).
void countAccess(const AccessSite &access, const uint64_t *addresses,
                 uint32_t lanes, const SharedRange &window, LaunchTally &tally);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_LAUNCHTALLY_H
