//===- Barriers.cpp - The barriers of a block -----------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Barriers.h"

#include "BlockHazards.h"
#include "BlockRunner.h"
#include "Format.h"

using namespace sparsegpu::emulator;

void BarrierSet::reset(BlockRunner &r, unsigned threads) {
  runner = &r;
  // Only barriers that were left in use need clearing.
  if (activeBarriers || numThreads != threads)
    for (Barrier &barrier : barriers)
      barrier = Barrier();
  numThreads = threads;
  numWarps = (threads + kWarpSize - 1) / kWarpSize;
  exitedWarps = 0;
  activeBarriers = 0;
  exited.fill(0);
}

uint32_t BarrierSet::fullMask(unsigned warp) const {
  unsigned first = warp * kWarpSize;
  unsigned lanes = numThreads - first;
  return lanes >= kWarpSize ? ~0u : (1u << lanes) - 1;
}

bool BarrierSet::isComplete(const Barrier &barrier) const {
  if (barrier.count)
    return barrier.completeWarps * kWarpSize >= barrier.count;
  // A warp that has arrived and then exited (`arrive`) is complete already.
  unsigned gone = 0;
  if (exitedWarps)
    for (unsigned w = 0; w < numWarps; ++w)
      gone += exited[w] == fullMask(w) && !barrier.lanes[w];
  return barrier.completeWarps + gone == numWarps;
}

bool BarrierSet::arrive(Thread &thread, const BarrierRequest &request) {
  if (request.id >= kNumBarriers)
    runner->fail(thread, formatText("barrier {0} does not exist; a block "
                                    "has {1}",
                                    request.id, kNumBarriers));
  if (request.count % kWarpSize)
    runner->fail(thread,
                 formatText("the thread count {0} of barrier {1} is not a "
                            "multiple of the warp size",
                            request.count, request.id));
  Barrier &barrier = barriers[request.id];
  unsigned w = thread.warp;
  uint32_t bit = 1u << thread.lane;
  if (barrier.arrivals == 0) {
    ++activeBarriers;
    barrier.count = request.count;
    barrier.op = BarrierOp::Arrive;
    barrier.aligned = request.aligned;
  } else if (barrier.count != request.count) {
    runner->fail(thread, formatText("barrier {0} is used with thread counts "
                                    "{1} and {2} at the same time",
                                    request.id, barrier.count, request.count));
  }
  if (barrier.lanes[w] & bit)
    runner->fail(thread, formatText("arrives twice at barrier {0} before it "
                                    "completes",
                                    request.id));
  // Waiting threads decide what the barrier computes; arrivals go with any.
  if (request.op != BarrierOp::Arrive) {
    if (barrier.op != BarrierOp::Arrive && barrier.op != request.op)
      runner->fail(thread, formatText("barrier {0} is used with different "
                                      "reductions at the same time",
                                      request.id));
    barrier.op = request.op;
  }
  if (runner->launch().hazards) {
    if (!barrier.lanes[w])
      barrier.sites[w] = request.site;
    else if (request.aligned && barrier.sites[w] != request.site)
      runner->launch().hazards->report(
          HazardKind::BarrierDivergence, request.site, thread, 0,
          runner->launch().code->syncs[request.site].location, [&] {
            const SyncSite &other =
                runner->launch().code->syncs[barrier.sites[w]];
            return formatText("lanes of one warp reach barrier {0} by "
                              "different aligned instructions{1}{2}",
                              request.id,
                              other.location.empty() ? "" : "; another at ",
                              other.location);
          });
  }
  if (request.op == BarrierOp::Arrive && runner->launch().hazards)
    runner->hazards().arrived(thread, request.id);
  ++barrier.arrivals;
  barrier.predicates += request.predicate;
  barrier.lanes[w] |= bit;
  if ((barrier.lanes[w] | exited[w]) == fullMask(w))
    ++barrier.completeWarps;
  if (!isComplete(barrier))
    return false;
  complete(request.id, &thread);
  return true;
}

void BarrierSet::join(unsigned id) {
  const Barrier &barrier = barriers[id];
  BlockHazards &hazards = runner->hazards();
  // A barrier with a count says nothing of threads that have exited.
  bool all = !hazards.hasArrivals(id);
  for (unsigned w = 0; w < numWarps; ++w)
    all &= (barrier.lanes[w] | (barrier.count ? 0 : exited[w])) == fullMask(w);
  if (all)
    return hazards.blockMet();
  std::vector<unsigned> waiting;
  for (unsigned i = 0; i < numThreads; ++i) {
    const Thread &thread = runner->thread(i);
    if (thread.state == ThreadState::Barrier && thread.waitsFor == id)
      waiting.push_back(i);
  }
  if (waiting.empty())
    return hazards.forgetArrivals(id);
  hazards.someMet(id, waiting);
}

void BarrierSet::complete(unsigned id, Thread *current) {
  Barrier &barrier = barriers[id];
  switch (barrier.op) {
  case BarrierOp::Popc:
    barrier.lastResult = barrier.predicates;
    break;
  case BarrierOp::And:
    barrier.lastResult = barrier.predicates == barrier.arrivals;
    break;
  case BarrierOp::Or:
    barrier.lastResult = barrier.predicates != 0;
    break;
  default:
    barrier.lastResult = 0;
  }
  unsigned liveThreads = runner->numLiveThreads();
  if (runner->launch().hazards && !barrier.count && liveThreads != numThreads) {
    for (unsigned w = 0; w < numWarps; ++w) {
      if (!barrier.lanes[w])
        continue;
      unsigned lane = __builtin_ctz(barrier.lanes[w]);
      uint32_t site = barrier.sites[w];
      runner->launch().hazards->report(
          HazardKind::BarrierDivergence, site,
          runner->thread(w * kWarpSize + lane), 0,
          runner->launch().code->syncs[site].location, [&] {
            return formatText("barrier {0} is reached by {1} of the {2} "
                              "threads of the block; the others have exited",
                              id, barrier.arrivals, numThreads);
          });
      break;
    }
  }
  if (runner->launch().hazards)
    join(id);
  uint64_t result = barrier.lastResult;
  barrier.arrivals = 0;
  barrier.completeWarps = 0;
  barrier.predicates = 0;
  for (unsigned w = 0; w < numWarps; ++w)
    barrier.lanes[w] = 0;
  --activeBarriers;
  runner->forEachInOrder([&](Thread &thread) {
    if (thread.state != ThreadState::Barrier || thread.waitsFor != id)
      return;
    thread.result = result;
    if (&thread != current)
      runner->release(thread);
  });
}

void BarrierSet::threadExited(Thread &thread) {
  unsigned w = thread.warp;
  exited[w] |= 1u << thread.lane;
  exitedWarps += exited[w] == fullMask(w);
  if (!activeBarriers)
    return;
  for (unsigned id = 0; id < kNumBarriers; ++id) {
    Barrier &barrier = barriers[id];
    if (!barrier.arrivals)
      continue;
    // The warp completes if this lane was the one missing.
    if (barrier.lanes[w] && !(barrier.lanes[w] >> thread.lane & 1) &&
        (barrier.lanes[w] | exited[w]) == fullMask(w))
      ++barrier.completeWarps;
    if (isComplete(barrier))
      complete(id, nullptr);
  }
}
