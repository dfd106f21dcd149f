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
  case HazardKind::RaceShared:
    return "race on shared memory";
  case HazardKind::RaceGlobal:
    return "race on global memory";
  case HazardKind::UnwrittenShared:
    return "read of shared memory that nothing wrote";
  case HazardKind::UnwrittenGlobal:
    return "read of device memory that nothing wrote";
  case HazardKind::OutOfBoundsLocal:
    return "out-of-bounds local access";
  case HazardKind::CopyInFlight:
    return "asynchronous copy in flight";
  case HazardKind::Deadlock:
    return "deadlock";
  }
  return "hazard";
}

const char *sparsegpu::emulator::verb(AccessKind kind) {
  switch (kind) {
  case AccessKind::Load:
    return "load";
  case AccessKind::Store:
    return "store";
  case AccessKind::Atomic:
    return "atomic";
  case AccessKind::AsyncRead:
  case AccessKind::AsyncWrite:
    return "asynchronous copy";
  case AccessKind::MatrixLoad:
    return "ldmatrix";
  }
  return "access";
}

const char *sparsegpu::emulator::nameOf(const AccessSite &access) {
  return access.operation ? access.operation : verb(access.kind);
}

std::string sparsegpu::emulator::syncName(const SyncSite &sync) {
  return sync.operation == "cp.async" ? "asynchronous copy" : sync.operation;
}

HazardLog::HazardLog(const CompiledModule &code, std::string kernel,
                     AllocationTable allocations)
    : code(code), kernel(std::move(kernel)), table(std::move(allocations)) {}

void HazardLog::beginRun() {
  shadows.clear();
  shadows.reserve(table.size());
  for (const Allocation &a : table)
    shadows.emplace_back(a.begin, a.end);
  history.clear();
}

HazardSide HazardLog::describeSite(uint32_t site, uint32_t &bytes) const {
  HazardSide side;
  size_t copy = site - code.accesses.size();
  if (site < code.accesses.size()) {
    const AccessSite &access = code.accesses[site];
    side.what = verb(access.kind);
    side.location = access.location;
    bytes = access.bytes;
  } else if (copy < code.syncs.size()) {
    side.what = syncName(code.syncs[copy]);
    side.location = code.syncs[copy].location;
  }
  return side;
}

bool HazardLog::isReported(HazardKind kind, uint64_t site) {
  std::lock_guard<std::mutex> lock(mutex);
  return seen.count({kind, site});
}

void HazardLog::report(HazardKind kind, uint64_t site,
                       const ThreadContext &thread, uint64_t address,
                       const std::string &location,
                       const std::function<std::string()> &describe,
                       const HazardSide *other) {
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
  if (other)
    hazard.other = *other;
  found.push_back(std::move(hazard));
}

std::vector<Hazard> HazardLog::take() {
  std::lock_guard<std::mutex> lock(mutex);
  return std::move(found);
}
