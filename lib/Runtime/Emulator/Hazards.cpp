//===- Hazards.cpp - What instrumented accesses are checked for -----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Hazards.h"

#include "BlockRunner.h"
#include "Format.h"

#include <cstring>

using namespace sparsegpu::emulator;

const char *sparsegpu::emulator::hazardName(HazardKind kind) {
  switch (kind) {
  case HazardKind::OutOfBoundsGlobal:
    return "out-of-bounds global access";
  case HazardKind::OutOfBoundsShared:
    return "out-of-bounds shared access";
  case HazardKind::Misaligned:
    return "misaligned access";
  case HazardKind::BarrierDivergence:
    return "barrier divergence";
  case HazardKind::InactiveSource:
    return "shuffle from a lane that takes no part";
  }
  return "hazard";
}

void HazardLog::report(HazardKind kind, uint64_t site,
                       const ThreadContext &thread, uint64_t address,
                       const std::string &location,
                       const std::function<std::string()> &describe) {
  std::lock_guard<std::mutex> lock(mutex);
  if (!seen.insert({kind, site}).second)
    return;
  Hazard hazard;
  hazard.kind = hazardName(kind);
  hazard.kernel = kernel;
  hazard.block = {thread.ctaid[0], thread.ctaid[1], thread.ctaid[2]};
  hazard.thread = {thread.tid[0], thread.tid[1], thread.tid[2]};
  hazard.address = address;
  hazard.location = location;
  hazard.message = formatText(
      "{0} in kernel '{1}', block ({2},{3},{4}), thread "
      "({5},{6},{7}){8}{9}: {10}",
      hazard.kind, kernel, hazard.block.x, hazard.block.y, hazard.block.z,
      hazard.thread.x, hazard.thread.y, hazard.thread.z,
      location.empty() ? "" : ", at ", location, describe());
  found.push_back(std::move(hazard));
}

std::vector<Hazard> HazardLog::take() {
  std::lock_guard<std::mutex> lock(mutex);
  return std::move(found);
}

static const char *verb(AccessKind kind) {
  switch (kind) {
  case AccessKind::Load:
    return "load";
  case AccessKind::Store:
    return "store";
  case AccessKind::Atomic:
    return "atomic";
  }
  return "access";
}

/// Whether what `access` describes may be done at `pointer`; reports it if not.
/// `key` tells sites apart.
static bool isAllowed(ThreadContext &thread, const AccessSite &access,
                      uint64_t key, const void *pointer) {
  BlockRunner &runner = *thread.block;
  HazardLog &log = *runner.launch().hazards;
  uint64_t address = reinterpret_cast<uint64_t>(pointer);
  uint64_t bytes = access.bytes;

  uint64_t shared = reinterpret_cast<uint64_t>(thread.shared);
  bool inWindow = address >= shared && address < shared + kSharedWindow;
  if (access.space == AccessSpace::Shared || inWindow) {
    // 32-bit arithmetic of a kernel may leave the window altogether.
    if (address < shared || address + bytes > shared + thread.totalShared) {
      log.report(HazardKind::OutOfBoundsShared, key, thread, address,
                 access.location, [&] {
                   return formatText(
                       "{0} of {1} bytes at offset {2} of the {3} bytes "
                       "of shared memory that the block has",
                       verb(access.kind), bytes,
                       static_cast<int64_t>(address - shared),
                       thread.totalShared);
                 });
      return false;
    }
  } else if (!runner.lastAllocation(thread) ||
             !runner.lastAllocation(thread)->contains(address, bytes)) {
    const Allocation *found = findAllocation(log.allocations(), address, bytes);
    if (found) {
      runner.lastAllocation(thread) = found;
    } else if (!runner.isLocal(pointer)) {
      log.report(HazardKind::OutOfBoundsGlobal, key, thread, address,
                 access.location, [&] {
                   return formatText(
                       "{0} of {1} bytes at {2:x}; {3}", verb(access.kind),
                       bytes, address,
                       describeNearest(log.allocations(), address));
                 });
      return false;
    }
  }

  if (access.alignment && address % access.alignment) {
    log.report(HazardKind::Misaligned, key, thread, address, access.location,
               [&] {
                 return formatText("{0} of {1} bytes at {2:x}, which is not "
                                   "a multiple of {3}",
                                   verb(access.kind), bytes, address,
                                   access.alignment);
               });
    return false;
  }
  return true;
}

void *sparsegpu::emulator::checkAccess(ThreadContext &thread, uint32_t site,
                                       void *pointer) {
  const HazardLog &log = *thread.block->launch().hazards;
  return checkAccess(thread, log.compiled().accesses[site], site, pointer);
}

void *sparsegpu::emulator::checkAccess(ThreadContext &thread,
                                       const AccessSite &access, uint64_t site,
                                       void *pointer) {
  return isAllowed(thread, access, site, pointer) ? pointer
                                                  : thread.block->scratch();
}

bool sparsegpu::emulator::checkCopy(ThreadContext &thread, uint32_t site,
                                    const void *destination, const void *source,
                                    uint64_t bytes, uint64_t sourceBytes) {
  const SyncSite &sync = thread.block->launch().code->syncs[site];
  // Numbers of synchronisations and of accesses would collide.
  uint64_t key = uint64_t(1) << 32 | site;
  uint32_t size = bytes;
  AccessSite to{AccessKind::Store, AccessSpace::Shared, size, size,
                sync.location};
  AccessSite from{AccessKind::Load, AccessSpace::Global,
                  static_cast<uint32_t>(sourceBytes), size, sync.location};
  if (!isAllowed(thread, to, key, destination))
    return false;
  return !sourceBytes ||
         isAllowed(thread, from, key | uint64_t(1) << 33, source);
}
