//===- AccessCheck.cpp - Checks of one access -----------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockHazards.h"
#include "BlockRunner.h"
#include "Format.h"
#include "KernelHeap.h"

using namespace sparsegpu::emulator;

/// Whether an access to shared memory stays in what the block has, and in its
/// variable.
static bool checkShared(ThreadContext &thread, uint64_t site,
                        const AccessSite &access, uint64_t address) {
  HazardLog &log = *thread.block->launch().hazards;
  uint64_t offset = address - reinterpret_cast<uint64_t>(thread.shared);
  uint64_t end = thread.totalShared;
  // 32-bit arithmetic of a kernel may leave the window altogether.
  if (offset > end || access.bytes > end - offset) {
    log.report(HazardKind::OutOfBoundsShared, site, thread, address,
               access.location, [&] {
                 return formatText("{0} of {1} bytes at offset {2} of the {3} "
                                   "bytes of shared memory that the block has",
                                   nameOf(access), access.bytes,
                                   static_cast<int64_t>(offset), end);
               });
    return false;
  }
  if (access.variable.empty() || (offset >= access.variableBegin &&
                                  offset + access.bytes <= access.variableEnd))
    return true;
  log.report(
      HazardKind::OutOfBoundsShared, site, thread, address, access.location,
      [&] {
        return formatText(
            "{0} of {1} bytes at offset {2} of shared memory, outside of the "
            "variable '{3}' that the address is made from: {4} bytes at "
            "offset {5}",
            nameOf(access), access.bytes, offset, access.variable,
            access.variableEnd - access.variableBegin, access.variableBegin);
      });
  return false;
}

/// Whether what `access` describes may be done at `address`; reports it if not.
/// `key` tells sites apart. Finds the allocation of what is not shared.
static bool isAllowed(ThreadContext &thread, const AccessSite &access,
                      uint64_t key, uint64_t address, bool inShared,
                      const Allocation *&allocation) {
  BlockRunner &runner = *thread.block;
  HazardLog &log = *runner.launch().hazards;
  uint64_t bytes = access.bytes;
  if (inShared) {
    if (!checkShared(thread, key, access, address))
      return false;
  } else {
    allocation = runner.lastAllocation(thread);
    if (!allocation || !allocation->contains(address, bytes)) {
      allocation = findAllocation(log.allocations(), address, bytes);
      if (allocation) {
        runner.lastAllocation(thread) = allocation;
      } else if (!runner.isLocal(reinterpret_cast<void *>(address)) &&
                 !KernelHeap::get().contains(address, bytes)) {
        log.report(HazardKind::OutOfBoundsGlobal, key, thread, address,
                   access.location, [&] {
                     return formatText(
                         "{0} of {1} bytes at {2:x}; {3}", nameOf(access),
                         bytes, address,
                         describeNearest(log.allocations(), address));
                   });
        return false;
      }
    }
  }
  if (!access.alignment || !(address & (access.alignment - 1)))
    return true;
  log.report(
      HazardKind::Misaligned, key, thread, address, access.location, [&] {
        return formatText("{0} of {1} bytes at {2:x}, which is not "
                          "a multiple of {3}",
                          nameOf(access), bytes, address, access.alignment);
      });
  return false;
}

/// Where an access that is not allowed goes. What is behind an allocation, and
/// belongs to nobody because allocations are rounded up, is used as on a GPU.
static void *divert(BlockRunner &runner, void *pointer, uint64_t bytes) {
  uint64_t address = reinterpret_cast<uint64_t>(pointer);
  for (const Allocation &a : runner.launch().hazards->allocations())
    if (address >= a.begin && address < a.reserved &&
        bytes <= a.reserved - address && bytes + address > a.end)
      return pointer;
  return runner.scratch();
}

void *sparsegpu::emulator::checkAccessSlowly(ThreadContext &thread,
                                             uint32_t site, void *pointer,
                                             uint32_t value) {
  BlockRunner &runner = *thread.block;
  uint64_t shared = reinterpret_cast<uint64_t>(thread.shared);
  uint64_t address = reinterpret_cast<uint64_t>(pointer);
  HazardLog &log = *runner.launch().hazards;
  const AccessSite &access = log.compiled().accesses[site];
  bool inShared =
      access.space == AccessSpace::Shared || address - shared < kSharedWindow;
  const Allocation *allocation = nullptr;
  if (!isAllowed(thread, access, site, address, inShared, allocation))
    return divert(runner, pointer, access.bytes);
  if (inShared) {
    runner.hazards().touchShared(thread, site, access, address, value);
  } else if (allocation) {
    runner.hazards().noteAllocation(site, *allocation);
    runner.hazards().touchGlobal(thread, site, access, *allocation, address,
                                 value);
  }
  return pointer;
}

void *sparsegpu::emulator::checkAccess(ThreadContext &thread,
                                       const AccessSite &access, uint32_t sync,
                                       void *pointer) {
  BlockRunner &runner = *thread.block;
  uint64_t address = reinterpret_cast<uint64_t>(pointer);
  bool inShared =
      access.space == AccessSpace::Shared ||
      address - reinterpret_cast<uint64_t>(thread.shared) < kSharedWindow;
  uint32_t site = runner.launch().hazards->copySite(sync);
  const Allocation *allocation = nullptr;
  if (!isAllowed(thread, access, site, address, inShared, allocation))
    return divert(runner, pointer, access.bytes);
  if (inShared)
    runner.hazards().touchShared(thread, site, access, address, 0);
  else if (allocation)
    runner.hazards().touchGlobal(thread, site, access, *allocation, address, 0);
  return pointer;
}

void *sparsegpu::emulator::checkLocal(ThreadContext &thread, uint32_t site,
                                      void *pointer, void *variable,
                                      uint64_t bytes) {
  BlockRunner &runner = *thread.block;
  HazardLog &log = *runner.launch().hazards;
  const AccessSite &access = log.compiled().accesses[site];
  uint64_t offset =
      static_cast<char *>(pointer) - static_cast<char *>(variable);
  if (offset > bytes || access.bytes > bytes - offset) {
    log.report(HazardKind::OutOfBoundsLocal, site, thread, offset,
               access.location, [&] {
                 return formatText("{0} of {1} bytes at offset {2} of a local "
                                   "variable of {3} bytes",
                                   nameOf(access), access.bytes,
                                   static_cast<int64_t>(offset), bytes);
               });
    return runner.scratch();
  }
  if (access.alignment && offset % access.alignment) {
    log.report(HazardKind::Misaligned, site, thread, offset, access.location,
               [&] {
                 return formatText("{0} of {1} bytes at offset {2} of a local "
                                   "variable, which is not a multiple of {3}",
                                   nameOf(access), access.bytes, offset,
                                   access.alignment);
               });
    return runner.scratch();
  }
  return pointer;
}

bool sparsegpu::emulator::checkCopy(ThreadContext &thread, uint32_t site,
                                    const void *destination, const void *source,
                                    uint32_t bytes, uint32_t sourceBytes) {
  HazardLog &log = *thread.block->launch().hazards;
  const std::string &location = log.compiled().syncs[site].location;
  // One copy may be wrong at both ends.
  uint64_t key = log.copySite(site);
  AccessSite to{AccessKind::Store, AccessSpace::Shared, bytes, bytes, location};
  AccessSite from{AccessKind::Load, AccessSpace::Global, sourceBytes, bytes,
                  location};
  const Allocation *allocation = nullptr;
  if (!isAllowed(thread, to, key, reinterpret_cast<uint64_t>(destination),
                 /*inShared=*/true, allocation))
    return false;
  // A source of no bytes is not looked at.
  if (sourceBytes && !isAllowed(thread, from, key | uint64_t(1) << 32,
                                reinterpret_cast<uint64_t>(source),
                                /*inShared=*/false, allocation))
    return false;
  thread.block->hazards().copyIssued(thread, site, destination, source, bytes,
                                     sourceBytes);
  return true;
}
