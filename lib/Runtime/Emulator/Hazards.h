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
#include "SparseGPU/Runtime/Emulator.h"

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
};

const char *hazardName(HazardKind kind);

/// Collects the hazards of a launch: one for each kind and site.
class HazardLog {
public:
  HazardLog(const CompiledModule &code, std::string kernel,
            AllocationTable allocations)
      : code(code), kernel(std::move(kernel)), table(std::move(allocations)) {}

  const AllocationTable &allocations() const { return table; }
  const CompiledModule &compiled() const { return code; }

  /// Reports unless this site was reported before. `describe` gives the part of
  /// the message that follows the place.
  void report(HazardKind kind, uint64_t site, const ThreadContext &thread,
              uint64_t address, const std::string &location,
              const std::function<std::string()> &describe);

  std::vector<Hazard> take();

private:
  const CompiledModule &code;
  std::string kernel;
  AllocationTable table;
  std::mutex mutex;
  std::set<std::pair<HazardKind, uint64_t>> seen;
  std::vector<Hazard> found;
};

/// Checks one access. Returns where it may be made: at `address`, or in the
/// scratch memory of the runner if it must not be made at all.
void *checkAccess(ThreadContext &thread, uint32_t site, void *address);
/// The same for an access that the runtime makes for a thread. `site` is its
/// number, other than those of compiled code.
void *checkAccess(ThreadContext &thread, const AccessSite &access,
                  uint64_t site, void *address);

/// Checks an asynchronous copy (`site` is that of a SyncSite); false if it must
/// not be made. A source of no bytes is not looked at.
bool checkCopy(ThreadContext &thread, uint32_t site, const void *destination,
               const void *source, uint64_t bytes, uint64_t sourceBytes);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_HAZARDS_H
