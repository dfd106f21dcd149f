//===- Deadlock.cpp - Who waits where, and for whom -----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockRunner.h"
#include "Format.h"

#include <map>

using namespace sparsegpu::emulator;

namespace {
/// Threads that wait at one place for one thing.
struct Group {
  unsigned size = 0;
  const Thread *first = nullptr;
  /// Positions in the block: "0-31, 64".
  std::string members;
  unsigned last = 0, runBegin = 0;

  void add(const Thread &thread) {
    if (!size++) {
      first = &thread;
      runBegin = thread.index;
    } else if (thread.index != last + 1) {
      endRun();
      runBegin = thread.index;
    }
    last = thread.index;
  }
  void endRun() {
    members += formatText("{0}{1}", members.empty() ? "" : ", ", runBegin);
    if (last != runBegin)
      members += formatText("-{0}", last);
  }
};
} // namespace

static uint32_t siteOf(const Thread &thread) {
  switch (thread.state) {
  case ThreadState::Barrier:
    return thread.barrierSite;
  case ThreadState::Polling:
  case ThreadState::Step:
    return ~0u;
  default:
    return thread.operands.site;
  }
}

std::string BlockRunner::describeWait(const Thread &thread) const {
  switch (thread.state) {
  case ThreadState::Barrier:
    return formatText("barrier {0}", thread.waitsFor);
  case ThreadState::Polling:
  case ThreadState::Step:
    return formatText("the mbarrier at offset {0} of shared memory",
                      static_cast<char *>(thread.polledMbarrier) -
                          thread.shared);
  default:
    return warps[thread.warp].describe(thread);
  }
}

/// What keeps them: how far the barrier is, which lanes of the mask are where.
std::string BlockRunner::describeMissing(const Thread &waiting) const {
  if (waiting.state == ThreadState::Barrier) {
    auto [arrived, wanted] = barriers.progress(waiting.waitsFor);
    return formatText("; {0} of {1} threads have arrived", arrived,
                      wanted ? wanted : threadCount);
  }
  // What waits for a matrix operation says so by itself.
  if (waiting.state != ThreadState::Collective ||
      waiting.operands.op == CollectiveOp::Matrix)
    return "";
  std::string text;
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    unsigned index = waiting.warp * kWarpSize + lane;
    if (!(waiting.operands.mask >> lane & 1) || index >= threadCount)
      continue;
    const Thread &other = threads[index];
    if (other.state == ThreadState::Exited ||
        (other.state == ThreadState::Collective &&
         other.operands.op == waiting.operands.op &&
         other.operands.mask == waiting.operands.mask))
      continue;
    // One is enough to look for the cause.
    return formatText("; lane {0} of the mask waits at {1}", lane,
                      describeWait(other));
  }
  return text;
}

std::string BlockRunner::describeDeadlock() const {
  std::map<std::string, Group> waits;
  unsigned exited = 0;
  for (unsigned i = 0; i < threadCount; ++i) {
    const Thread &thread = threads[i];
    if (thread.state == ThreadState::Exited) {
      ++exited;
      continue;
    }
    std::string what = describeWait(thread);
    uint32_t site = siteOf(thread);
    if (site < current->code->syncs.size() &&
        !current->code->syncs[site].location.empty())
      what += " at " + current->code->syncs[site].location;
    waits[what].add(thread);
  }
  std::string text = "deadlock in " + place() + ":";
  bool firstItem = true;
  for (auto &[what, group] : waits) {
    group.endRun();
    const uint32_t *tid = group.first->tid;
    text += formatText("{0} {1} {2} at {3} (first: thread ({4},{5},{6})",
                       firstItem ? "" : ",", group.size,
                       group.size == 1 ? "thread waits" : "threads wait", what,
                       tid[0], tid[1], tid[2]);
    if (current->hazards)
      text +=
          "; in the block: " + group.members + describeMissing(*group.first);
    text += ")";
    firstItem = false;
  }
  text += formatText(", {0} exited", exited);
  return text;
}

void BlockRunner::reportDeadlock() {
  std::string text = describeDeadlock();
  if (current->hazards)
    for (unsigned i = 0; i < threadCount; ++i) {
      const Thread &thread = threads[i];
      if (thread.state == ThreadState::Exited)
        continue;
      uint32_t site = siteOf(thread);
      const auto &syncs = current->code->syncs;
      current->hazards->report(
          HazardKind::Deadlock, 0, thread, 0,
          site < syncs.size() ? syncs[site].location : "",
          [&] { return text.substr(text.find(": ") + 2); });
      break;
    }
  current->fail(text);
}
