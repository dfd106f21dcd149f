//===- Mbarriers.h - Barriers in shared memory ---------------- -*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Parallel Synchronization and Communication Instructions: mbarrier".
// An mbarrier object is 64 opaque bits in shared memory. Here they hold, from
// the lowest bit on, the pending count (20 bits), the expected count (20), the
// number of the phase (16) and a tag (8) that tells an object that was
// initialised from anything else.
//
// Nothing waits inside these operations: a thread that waits polls
// (BlockRunner::yield). What PTX leaves undefined ends the launch with an
// error.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_MBARRIERS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_MBARRIERS_H

#include "ThreadContext.h"

#include <cstdint>

namespace sparsegpu::emulator {

struct Thread;

enum class MbarrierOp : uint32_t {
  Init,
  Invalidate,
  Arrive,
  ArriveNoComplete,
  ArriveDrop,
  ArriveDropNoComplete,
  TestWait,
  TestWaitParity,
};

/// The largest count of an mbarrier (PTX ISA, "mbarrier.init").
constexpr uint64_t kMaxMbarrierCount = (1 << 20) - 1;

/// Carries out one operation of `thread`. `operand` is the count, the state or
/// the parity. Arrivals return the state before them, waits whether the phase
/// is complete.
uint64_t runMbarrier(Thread &thread, MbarrierOp op, void *address,
                     uint64_t operand);

/// Ends the launch if there is no mbarrier at `address`.
void checkMbarrier(Thread &thread, void *address);
/// Makes the pending count one larger, for the arrival of asynchronous copies.
void addPendingArrival(Thread &thread, void *address);
/// The arrival of asynchronous copies of `thread`, which may not be running.
void arriveForCopies(Thread &thread, void *address);

/// The pending count in a state that an arrival returned.
inline uint32_t pendingCount(uint64_t state) {
  return state & kMaxMbarrierCount;
}

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_MBARRIERS_H
