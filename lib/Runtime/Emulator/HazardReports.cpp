//===- HazardReports.cpp - What is said of races and unwritten memory -----===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockHazards.h"

#include "BlockRunner.h"
#include "Format.h"

using namespace sparsegpu::emulator;

/// "offset 4 of shared memory, in 'tile'" or "0x12 (12 bytes into a device
/// allocation of 400 bytes)".
static std::string describePlace(const BlockHazards::Touch &now,
                                 uint64_t address) {
  if (now.isShared) {
    uint64_t offset = address - reinterpret_cast<uint64_t>(now.thread.shared);
    std::string text = formatText("offset {0} of shared memory", offset);
    const AccessSite &access = now.access;
    if (!access.variable.empty())
      text += formatText(" ('{0}' + {1})", access.variable,
                         offset - access.variableBegin);
    return text;
  }
  const HazardLog &log = *now.thread.block->launch().hazards;
  std::string text = toHex(address);
  if (const Allocation *a = findAllocation(log.allocations(), address, 1))
    text += formatText(" ({0} bytes into a {1} of {2} bytes)",
                       address - a->begin, a->what, a->end - a->begin);
  return text;
}

void BlockHazards::reportUnwritten(Touch &now, HazardKind kind,
                                   uint64_t address) {
  if (log->isReported(kind, now.self.site()))
    return;
  log->report(kind, now.self.site(), now.thread, address, now.access.location,
              [&] {
                return formatText("{0} of {1} bytes at {2}", now.what(),
                                  now.bytes, describePlace(now, address));
              });
}

void BlockHazards::reportRace(Touch &now, const Access &other, bool otherStores,
                              uint64_t address) {
  HazardKind kind =
      now.isShared ? HazardKind::RaceShared : HazardKind::RaceGlobal;
  uint32_t otherBytes = now.bytes;
  HazardSide side = log->describeSite(other.site(), otherBytes);
  if (side.what.empty())
    side.what = otherStores ? "store" : "load";
  const Dim3 &grid = runner.launch().config.grid;
  uint32_t block = other.block - 1;
  side.block = {block % grid.x, block / grid.x % grid.y,
                block / grid.x / grid.y};
  const uint32_t *tid = runner.thread(other.thread()).tid;
  side.thread = {tid[0], tid[1], tid[2]};
  log->report(
      kind, now.self.site(), now.thread, address, now.access.location,
      [&] {
        std::string text = formatText(
            "{0} of {1} bytes at {2}; nothing orders it with the {3} of {4} "
            "bytes by ",
            now.what(), now.bytes, describePlace(now, address), side.what,
            otherBytes);
        if (other.block != now.self.block)
          text += formatText("block ({0},{1},{2}), ", side.block.x,
                             side.block.y, side.block.z);
        text += formatText("thread ({0},{1},{2})", tid[0], tid[1], tid[2]);
        if (!side.location.empty())
          text += ", at " + side.location;
        return text;
      },
      &side);
}

void BlockHazards::reportInFlight(Touch &now, const Copy &copy, bool isSource) {
  if (log->isReported(HazardKind::CopyInFlight, now.self.site()))
    return;
  uint32_t bytes = 0;
  HazardSide side = log->describeSite(copy.self.site(), bytes);
  const ThreadContext &issuer = runner.thread(copy.self.thread());
  side.block = {issuer.ctaid[0], issuer.ctaid[1], issuer.ctaid[2]};
  side.thread = {issuer.tid[0], issuer.tid[1], issuer.tid[2]};
  log->report(
      HazardKind::CopyInFlight, now.self.site(), now.thread, now.address,
      now.access.location,
      [&] {
        std::string text = formatText(
            "{0} of {1} bytes at {2}, {3} an asynchronous copy of {4} bytes "
            "that thread ({5},{6},{7}) has not waited for",
            now.what(), now.bytes, describePlace(now, now.address),
            isSource ? "which is read by" : "which is written by", copy.bytes,
            issuer.tid[0], issuer.tid[1], issuer.tid[2]);
        if (!side.location.empty())
          text += ", issued at " + side.location;
        return text;
      },
      &side);
}
