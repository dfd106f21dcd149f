//===- HostAsync.cpp - Asynchronous copies and mbarriers of a kernel ------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockHazards.h"
#include "BlockRunner.h"
#include "Format.h"
#include "HostFunctions.h"
#include "Mbarriers.h"

using namespace sparsegpu::emulator;

static Thread &threadOf(ThreadContext *context) {
  return *static_cast<Thread *>(context);
}

static void hostCopy(ThreadContext *context, char *destination,
                     const char *source, uint32_t bytes, uint32_t sourceBytes,
                     uint32_t site) {
  Thread &thread = threadOf(context);
  BlockRunner &runner = *context->block;
  if (sourceBytes > bytes)
    runner.fail(thread, formatText("cp.async of {0} bytes with a source size "
                                   "of {1}",
                                   bytes, sourceBytes));
  if (runner.launch().hazards &&
      !checkCopy(*context, site, destination, source, bytes, sourceBytes))
    return;
  AsyncCopy copy;
  copy.source = source;
  copy.destination = destination;
  copy.bytes = bytes;
  copy.sourceBytes = sourceBytes;
  runner.asyncCopies().copy(thread, copy);
}

static void hostCommit(ThreadContext *context) {
  if (context->block->launch().hazards)
    context->block->hazards().copiesCommitted(*context);
  context->block->asyncCopies().commit(threadOf(context));
}

static void hostWaitGroup(ThreadContext *context, uint32_t pending) {
  if (context->block->launch().hazards)
    context->block->hazards().copiesWaited(*context, pending, /*all=*/false);
  context->block->asyncCopies().waitGroup(threadOf(context), pending);
}

static void hostWaitAll(ThreadContext *context) {
  if (context->block->launch().hazards)
    context->block->hazards().copiesWaited(*context, 0, /*all=*/true);
  context->block->asyncCopies().waitAll(threadOf(context));
}

/// PTX ISA, "cp.async.mbarrier.arrive": without .noinc the pending count grows
/// by one now, so that the arrival leaves the count as it was.
static void hostArriveAfterCopies(ThreadContext *context, char *mbarrier,
                                  uint32_t increments) {
  Thread &thread = threadOf(context);
  checkMbarrier(thread, mbarrier);
  if (increments)
    addPendingArrival(thread, mbarrier);
  if (context->block->launch().hazards)
    context->block->hazards().copiesWillArrive(*context, mbarrier);
  context->block->asyncCopies().arriveWhenDone(thread, mbarrier);
}

static uint64_t hostMbarrier(ThreadContext *context, uint32_t op, void *address,
                             uint64_t operand) {
  return runMbarrier(threadOf(context), static_cast<MbarrierOp>(op), address,
                     operand);
}

static uint32_t hostPendingCount(uint64_t state) { return pendingCount(state); }

static void hostYieldForMbarrier(ThreadContext *context) {
  context->block->yield(threadOf(context), /*forMbarrier=*/true);
}

static const HostFunction functions[] = {
    {"cp.async", reinterpret_cast<void *>(hostCopy)},
    {"cp.async.commit", reinterpret_cast<void *>(hostCommit)},
    {"cp.async.wait.group", reinterpret_cast<void *>(hostWaitGroup)},
    {"cp.async.wait.all", reinterpret_cast<void *>(hostWaitAll)},
    {"cp.async.arrive", reinterpret_cast<void *>(hostArriveAfterCopies)},
    {"mbarrier", reinterpret_cast<void *>(hostMbarrier)},
    {"mbarrier.pending", reinterpret_cast<void *>(hostPendingCount)},
    {"yield.mbarrier", reinterpret_cast<void *>(hostYieldForMbarrier)},
};

HostFunctionTable sparsegpu::emulator::hostAsyncFunctions() {
  return functions;
}
