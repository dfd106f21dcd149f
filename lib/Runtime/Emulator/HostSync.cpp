//===- HostSync.cpp - What compiled code asks the block for ---------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockHazards.h"
#include "BlockRunner.h"
#include "HostFunctions.h"

#include <chrono>

using namespace sparsegpu::emulator;

static Thread &threadOf(ThreadContext *context) {
  return *static_cast<Thread *>(context);
}

static uint32_t hostBarrier(ThreadContext *context, uint32_t id, uint32_t count,
                            uint32_t op, uint32_t predicate, uint32_t site) {
  BarrierRequest request;
  request.id = id;
  request.count = count;
  request.op = static_cast<BarrierOp>(op & 0xff);
  request.aligned = op & 0x100;
  request.predicate = predicate;
  request.site = site;
  return context->block->barrier(threadOf(context), request);
}

static uint64_t hostCollective(ThreadContext *context, uint32_t op,
                               uint32_t mask, uint64_t value, uint32_t b,
                               uint32_t c, uint32_t site) {
  CollectiveOperands operands;
  operands.op = static_cast<CollectiveOp>(op);
  operands.mask = mask;
  operands.value = value;
  operands.b = b;
  operands.c = c;
  operands.site = site;
  return context->block->collective(threadOf(context), operands);
}

static void hostMatrix(ThreadContext *context, uint64_t code, void *registers,
                       uint32_t site) {
  CollectiveOperands operands;
  operands.op = CollectiveOp::Matrix;
  operands.mask = ~0u;
  operands.value = reinterpret_cast<uint64_t>(registers);
  operands.matrix = code;
  operands.site = site;
  context->block->collective(threadOf(context), operands);
}

static uint32_t hostActiveMask(ThreadContext *context, uint32_t site) {
  return context->block->activeMask(threadOf(context), site);
}

static void hostStep(ThreadContext *context, uint32_t block) {
  context->block->step(threadOf(context), block);
}

static void hostLogFull(ThreadContext *context) {
  context->block->logFull(threadOf(context));
}

static void hostYield(ThreadContext *context) {
  context->block->yield(threadOf(context), /*forMbarrier=*/false);
}

static void hostExit(ThreadContext *context) {
  context->block->exitThread(threadOf(context));
}

static void *hostCheckLocal(ThreadContext *context, uint32_t site,
                            void *address, void *variable, uint64_t bytes) {
  return checkLocal(*context, site, address, variable, bytes);
}

static void hostCheckFence(ThreadContext *context) {
  context->block->hazards().fence(*context);
}

static uint64_t hostClock() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The address spaces of isspacep; anything not shared or local is global.
static uint32_t hostIsSpace(ThreadContext *context, void *pointer,
                            uint32_t space) {
  char *p = static_cast<char *>(pointer);
  bool isShared = p >= context->shared && p < context->shared + kSharedWindow;
  bool isLocal = context->block->isLocal(pointer);
  switch (space) {
  case 1:
    return !isShared && !isLocal;
  case 3:
    return isShared;
  case 5:
    return isLocal;
  default:
    return 0;
  }
}

static const HostFunction functions[] = {
    {"barrier", reinterpret_cast<void *>(hostBarrier)},
    {"collective", reinterpret_cast<void *>(hostCollective)},
    {"matrix", reinterpret_cast<void *>(hostMatrix)},
    {"activemask", reinterpret_cast<void *>(hostActiveMask)},
    {"step", reinterpret_cast<void *>(hostStep)},
    {"log.full", reinterpret_cast<void *>(hostLogFull)},
    {"yield", reinterpret_cast<void *>(hostYield)},
    {"exit", reinterpret_cast<void *>(hostExit)},
    // Straight to the checks: they are called for every access.
    {"check", reinterpret_cast<void *>(
                  static_cast<void *(*)(ThreadContext &, uint32_t, void *)>(
                      checkAccess))},
    {"check.store", reinterpret_cast<void *>(checkStore)},
    {"check.local", reinterpret_cast<void *>(hostCheckLocal)},
    {"check.fence", reinterpret_cast<void *>(hostCheckFence)},
    {"clock", reinterpret_cast<void *>(hostClock)},
    {"isspace", reinterpret_cast<void *>(hostIsSpace)},
};

HostFunctionTable sparsegpu::emulator::hostSyncFunctions() { return functions; }
