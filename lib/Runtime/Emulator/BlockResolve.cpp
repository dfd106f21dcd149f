//===- BlockResolve.cpp - What to do when no thread of a block is ready ---===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In this order: read logs that are full, let the lanes that are behind take a
// step, answer activemask, let pollers poll again. If none of it applies, every
// thread waits for another one: a deadlock.
//
//===----------------------------------------------------------------------===//

#include "BlockRunner.h"

#include "Format.h"

#include <cstdio>
#include <thread>

using namespace sparsegpu::emulator;

/// Every so many steps the lanes that are furthest go first, so that a lane
/// that polls for something another lane of its warp does gets it.
static constexpr uint64_t kUnfairSteps = 4096;
/// Rounds of fruitless polling after which a block is said to be stuck.
static constexpr unsigned kMostIdleRounds = 10000;

bool BlockRunner::resolve() {
  return releaseFullLogs() || releaseSteps() || releaseConverged() ||
         copies.completeArrivals(*this) || reportAssertion() ||
         releasePolling();
}

void BlockRunner::mergeWarp(unsigned warp) {
  WarpView view;
  view.code = current->code;
  view.shared = sharedRange();
  view.branches = &branches[warp];
  view.states.fill(LaneState::Absent);
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    unsigned index = warp * kWarpSize + lane;
    if (index >= threadCount)
      break;
    view.logs[lane] = &logs[index];
    view.ends[lane] = threads[index].logNext;
    switch (threads[index].state) {
    case ThreadState::Exited:
      view.states[lane] = LaneState::Exited;
      break;
    case ThreadState::Barrier:
    case ThreadState::Collective:
      view.states[lane] = LaneState::Waiting;
      break;
    default:
      // It will log more before anything happens that orders it.
      view.states[lane] = LaneState::Full;
      break;
    }
  }
  mergeLogs(view, tally);
}

bool BlockRunner::releaseFullLogs() {
  if (!current->variant.log)
    return false;
  bool released = false;
  for (unsigned w = 0; w < warpCount; ++w) {
    unsigned first = w * kWarpSize;
    unsigned end = std::min(first + kWarpSize, threadCount);
    bool full = false;
    for (unsigned i = first; i < end; ++i)
      full |= threads[i].state == ThreadState::LogFull;
    if (!full)
      continue;
    mergeWarp(w);
    for (unsigned i = first; i < end; ++i) {
      Thread &thread = threads[i];
      if (logs[i].read != thread.logNext)
        continue;
      logs[i].read = thread.logNext = logs[i].words.data();
      if (thread.state == ThreadState::LogFull) {
        release(thread);
        released = true;
      }
    }
  }
  return released;
}

/// In lockstep threads that poll an mbarrier take steps like others: whether
/// all that can go on have done nothing else for long, and no mbarrier changed.
bool BlockRunner::isPollingInVain() {
  if (mbarrierChanges != seenMbarrierChanges) {
    seenMbarrierChanges = mbarrierChanges;
    idleRounds = 0;
    for (unsigned i = 0; i < threadCount; ++i)
      threads[i].polledMbarrier = nullptr;
    return false;
  }
  for (unsigned i = 0; i < threadCount; ++i)
    if ((threads[i].state == ThreadState::Step ||
         threads[i].state == ThreadState::Polling) &&
        !threads[i].polledMbarrier)
      return false;
  if (++idleRounds > kMostIdleRounds)
    return true;
  // Another round: each has to poll again.
  for (unsigned i = 0; i < threadCount; ++i)
    if (threads[i].state == ThreadState::Step)
      threads[i].polledMbarrier = nullptr;
  return false;
}

bool BlockRunner::releaseSteps() {
  if (!current->variant.steps || isPollingInVain())
    return false;
  bool furthest = ++stepCount % kUnfairSteps == 0;
  bool released = false;
  for (unsigned w = 0; w < warpCount; ++w) {
    unsigned first = w * kWarpSize;
    unsigned end = std::min(first + kWarpSize, threadCount);
    int64_t best = -1;
    for (unsigned i = first; i < end; ++i)
      if (threads[i].state == ThreadState::Step &&
          (best < 0 || (furthest ? threads[i].waitsFor > best
                                 : threads[i].waitsFor < best)))
        best = threads[i].waitsFor;
    if (best < 0)
      continue;
    released = true;
    for (unsigned i = first; i < end; ++i)
      if (threads[i].state == ThreadState::Step && threads[i].waitsFor == best)
        release(threads[i]);
  }
  return released;
}

bool BlockRunner::releaseConverged() {
  for (unsigned w = 0; w < warpCount; ++w) {
    unsigned first = w * kWarpSize;
    unsigned end = std::min(first + kWarpSize, threadCount);
    uint32_t mask = 0, site = 0;
    for (unsigned i = first; i < end; ++i) {
      if (threads[i].state != ThreadState::Converge)
        continue;
      if (!mask)
        site = threads[i].waitsFor;
      if (threads[i].waitsFor == site)
        mask |= 1u << (i - first);
    }
    if (!mask)
      continue;
    for (uint32_t rest = mask; rest; rest &= rest - 1) {
      Thread &thread = threads[first + __builtin_ctz(rest)];
      thread.result = mask;
      release(thread);
    }
    return true;
  }
  return false;
}

bool BlockRunner::releasePolling() {
  bool released = false;
  // Threads that all poll mbarriers which nothing changes wait for ever, unless
  // they count their attempts.
  bool idle = mbarrierChanges == seenMbarrierChanges;
  seenMbarrierChanges = mbarrierChanges;
  for (unsigned i = 0; i < threadCount; ++i)
    if (threads[i].state == ThreadState::Polling)
      idle &= threads[i].polledMbarrier != nullptr;
  idleRounds = idle ? idleRounds + 1 : 0;
  if (idleRounds > kMostIdleRounds)
    return false;
  for (unsigned i = 0; i < threadCount; ++i) {
    if (threads[i].state == ThreadState::Polling) {
      threads[i].polledMbarrier = nullptr;
      release(threads[i]);
      released = true;
    }
  }
  // Only another block can bring what they wait for.
  if (released)
    std::this_thread::yield();
  return released;
}

/// CUDA C++ programming guide, "Assertion": each thread that fails says so on
/// the standard error of the host.
void BlockRunner::failAssertion(Thread &thread, const char *message,
                                const char *file, uint32_t line,
                                const char *function) {
  {
    std::string text = formatText(
        "{0}:{1}: {2}: block: [{3},{4},{5}], thread: [{6},{7},{8}] Assertion "
        "`{9}` failed.",
        file, line, function, ctaid[0], ctaid[1], ctaid[2], thread.tid[0],
        thread.tid[1], thread.tid[2], message);
    if (!current->silent)
      std::fprintf(stderr, "%s\n", text.c_str());
    if (assertion.empty())
      assertion = formatText("{0}, thread ({1},{2},{3}): assertion '{4}' "
                             "failed at {5}:{6}",
                             place(), thread.tid[0], thread.tid[1],
                             thread.tid[2], message, file, line);
  }
  // Nothing of this stack has a destructor any more.
  block(thread, ThreadState::Asserted);
  __builtin_unreachable();
}

bool BlockRunner::reportAssertion() {
  if (assertion.empty())
    return false;
  current->fail(assertion);
  assertion.clear();
  return true;
}
