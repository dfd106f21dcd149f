//===- Hazards.h - What instrumented accesses are checked for ---*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_HAZARDS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_HAZARDS_H

#include "CompiledKernel.h"
#include "Memory.h"
#include "ShadowMemory.h"
#include "SparseGPU/Runtime/Emulator.h"
#include "SyncHistory.h"

#include <functional>
#include <mutex>
#include <set>
#include <vector>

namespace sparsegpu::emulator {

enum class HazardKind : uint8_t {
  OutOfBoundsGlobal,
  OutOfBoundsShared,
  Misaligned,
  BarrierDivergence,
  InactiveSource,
  RaceShared,
  RaceGlobal,
  UnwrittenShared,
  UnwrittenGlobal,
  OutOfBoundsLocal,
  CopyInFlight,
  Deadlock,
};

const char *hazardName(HazardKind kind);

/// Collects the hazards of a launch: one for each kind and site.
class HazardLog {
public:
  HazardLog(const CompiledModule &code, std::string kernel,
            AllocationTable allocations);

  const AllocationTable &allocations() const { return table; }
  const CompiledModule &compiled() const { return code; }

  /// Reports unless this site was reported before. `describe` gives the part of
  /// the message that follows the place; `other` is the second side of a race.
  void report(HazardKind kind, uint64_t site, const ThreadContext &thread,
              uint64_t address, const std::string &location,
              const std::function<std::string()> &describe,
              const HazardSide *other = nullptr);
  /// Before the blocks of a launch run, each time they do.
  void beginRun();
  /// What the instruction at a site of the shadow does, and where it is; sites
  /// of copies and of operations on matrices follow those of accesses.
  HazardSide describeSite(uint32_t site, uint32_t &bytes) const;
  uint32_t copySite(uint32_t sync) const {
    return static_cast<uint32_t>(code.accesses.size()) + sync;
  }
  bool isReported(HazardKind kind, uint64_t site);

  std::vector<Hazard> take();

  /// The shadow of one of `allocations()`.
  ShadowRange &shadowOf(const Allocation &allocation) {
    return shadows[&allocation - table.data()];
  }
  SyncHistory history;

private:
  const CompiledModule &code;
  std::string kernel;
  AllocationTable table;
  std::vector<ShadowRange> shadows;
  std::mutex mutex;
  std::set<std::pair<HazardKind, uint64_t>> seen;
  std::vector<Hazard> found;
};

/// "load", "store", "atomic".
const char *verb(AccessKind kind);
const char *nameOf(const AccessSite &access);
/// What an operation that touches memory by itself is called.
std::string syncName(const SyncSite &sync);

/// Checks one access. Returns where it may be made: at `address`, or in the
/// scratch memory of the runner if it must not be made at all (QuickTouch.cpp,
/// AccessCheck.cpp).
void *checkAccess(ThreadContext &thread, uint32_t site, void *address);
/// The same for a store whose value is known, in 64 bits.
void *checkStore(ThreadContext &thread, uint32_t site, void *address,
                 uint64_t value);
/// The same for any access; `value` is folded to 32 bits, or 0.
void *checkAccessSlowly(ThreadContext &thread, uint32_t site, void *address,
                        uint32_t value);
/// Checks an access to a variable of `bytes` of the thread's own.
void *checkLocal(ThreadContext &thread, uint32_t site, void *address,
                 void *variable, uint64_t bytes);
/// Checks an access that an operation of the warp makes for a thread (`sync` is
/// the number of its SyncSite).
void *checkAccess(ThreadContext &thread, const AccessSite &access,
                  uint32_t sync, void *address);

/// Checks an asynchronous copy (`site` is that of a SyncSite); false if it must
/// not be made. A source of no bytes is not looked at.
bool checkCopy(ThreadContext &thread, uint32_t site, const void *destination,
               const void *source, uint32_t bytes, uint32_t sourceBytes);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_HAZARDS_H
