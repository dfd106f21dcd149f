//===- BlockRunner.cpp - Runs the threads of one block --------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockRunner.h"

#include "BlockHazards.h"
#include "Format.h"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>

using namespace sparsegpu::emulator;

static thread_local BlockRunner *active = nullptr;

BlockRunner *sparsegpu::emulator::activeRunner() { return active; }

BlockRunner::BlockRunner() : threads(new Thread[kMaxThreads]) {
  // Twice the size contains an aligned window.
  sharedMapping = mmap(nullptr, 2 * kSharedWindow, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  uint64_t address = reinterpret_cast<uint64_t>(sharedMapping);
  sharedWindow = reinterpret_cast<char *>((address + kSharedWindow - 1) &
                                          ~(kSharedWindow - 1));
  for (unsigned i = 0; i < kMaxThreads; ++i) {
    Thread &thread = threads[i];
    std::memset(static_cast<ThreadContext *>(&thread), 0,
                sizeof(ThreadContext));
    thread.index = i;
    thread.lane = i % kWarpSize;
    thread.warp = i / kWarpSize;
    thread.shared = sharedWindow;
    thread.block = this;
  }
}

BlockRunner::~BlockRunner() { munmap(sharedMapping, 2 * kSharedWindow); }

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

/// Fibers keep their stacks over launches; a kernel that needs larger ones
/// replaces them.
void BlockRunner::growStacks(size_t bytes, unsigned count) {
  if (bytes > stackBytes) {
    stacks.clear();
    stackBytes = bytes;
    sequenceAbandoned = true;
    for (unsigned i = 0; i < kMaxThreads; ++i)
      threads[i].abandoned = true;
  }
  while (stacks.size() < count)
    stacks.emplace_back(stackBytes + kColourBytes);
}

uint32_t BlockRunner::lanesOf(unsigned warp) const {
  unsigned lanes = threadCount - warp * kWarpSize;
  return lanes >= kWarpSize ? ~0u : (1u << lanes) - 1;
}

void BlockRunner::prepareLaunch(Launch &launch) {
  current = &launch;
  threadCount = launch.numThreads();
  warpCount = (threadCount + kWarpSize - 1) / kWarpSize;
  // Lanes that log or step wait for each other even in a kernel without
  // synchronisation.
  usesFibers = launch.kernel->maySynchronise || launch.variant.log ||
               launch.variant.steps;
  growStacks(launch.kernel->stackBytes, usesFibers ? threadCount : 1);
  warps.resize(warpCount);
  if (launch.variant.log) {
    tally.reset(*launch.code);
    branches.resize(warpCount);
    if (logs.size() < threadCount)
      logs.resize(threadCount);
  }

  const LaunchConfig &config = launch.config;
  for (unsigned i = 0; i < threadCount; ++i) {
    Thread &thread = threads[i];
    const Dim3 &block = config.block;
    thread.tid[0] = i % block.x;
    thread.tid[1] = i / block.x % block.y;
    thread.tid[2] = i / block.x / block.y;
    thread.ntid[0] = block.x;
    thread.ntid[1] = block.y;
    thread.ntid[2] = block.z;
    thread.nctaid[0] = config.grid.x;
    thread.nctaid[1] = config.grid.y;
    thread.nctaid[2] = config.grid.z;
    thread.numWarps = warpCount;
    thread.dynamicShared = config.dynamicShared;
    thread.totalShared = launch.kernel->staticShared + config.dynamicShared;
    thread.gridId = launch.gridId;
    thread.lastAllocation = nullptr;
  }

  if (launch.hazards) {
    if (!blockHazards)
      blockHazards = std::make_unique<BlockHazards>(*this);
    blockHazards->prepareLaunch();
  }

  if (ordersFor == threadCount && ordersSeed == launch.seed)
    return;
  ordersFor = threadCount;
  ordersSeed = launch.seed;
  randomState = launch.seed * 0x9e3779b97f4a7c15 + 0x2545f4914f6cdd1d;
  orders.resize(size_t(kOrders) * threadCount);
  for (unsigned k = 0; k < kOrders; ++k) {
    uint16_t *order = orders.data() + size_t(k) * threadCount;
    for (unsigned i = 0; i < threadCount; ++i)
      order[i] = i;
    for (unsigned i = threadCount; i > 1; --i)
      std::swap(order[i - 1], order[random() % i]);
  }
}

/// xorshift64*.
uint64_t BlockRunner::random() {
  randomState ^= randomState >> 12;
  randomState ^= randomState << 25;
  randomState ^= randomState >> 27;
  return (randomState * 0x2545f4914f6cdd1d) >> 16;
}

const uint16_t *BlockRunner::nextOrder() {
  return orders.data() + size_t(random() % kOrders) * threadCount;
}

void BlockRunner::prepareBlock(uint64_t index) {
  const Dim3 &grid = current->config.grid;
  ctaid[0] = index % grid.x;
  ctaid[1] = index / grid.x % grid.y;
  ctaid[2] = index / grid.x / grid.y;
  for (unsigned i = 0; i < threadCount; ++i)
    std::memcpy(threads[i].ctaid, ctaid, sizeof(ctaid));
  // Shared memory has no defined content; NaN shows that somebody reads it.
  std::memset(sharedWindow, 0xff, threads[0].totalShared);
  live = threadCount;
  if (current->hazards)
    blockHazards->prepareBlock(index, threadCount);
  // The same block sees the same order whichever worker runs it.
  randomState = (current->seed + 1) * 0x9e3779b97f4a7c15 ^
                (index + 1) * 0xbf58476d1ce4e5b9;
  copies.reset(threadCount, current->copyTiming());
  if (!usesFibers)
    return;

  idleRounds = 0;
  assertion.clear();
  barriers.reset(*this, threadCount);
  for (unsigned w = 0; w < warpCount; ++w)
    warps[w].reset(lanesOf(w));
  if (current->variant.log)
    for (PendingBranches &pending : branches)
      pending.count = 0;
  readyHead = readyTail = 0;
  stepCount = 0;
  for (unsigned i = 0; i < threadCount; ++i) {
    Thread &thread = threads[i];
    if (thread.abandoned) {
      makeFiber(thread.fiber, stacks[i], i, fiberMain, &thread);
      thread.abandoned = false;
    }
    if (current->variant.log) {
      LaneLog &log = logs[i];
      log.reset();
      thread.logNext = log.words.data();
      thread.logLimit = log.words.data() + kLogWords;
    }
  }
  if (current->variant.steps)
    for (unsigned i = 0; i < threadCount; ++i)
      release(threads[i]);
  else
    forEachInOrder([this](Thread &thread) { release(thread); });
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

void BlockRunner::run(Launch &launch) {
  active = this;
  prepareLaunch(launch);
  while (!launch.failed.load(std::memory_order_relaxed)) {
    uint64_t next = launch.nextBlock.fetch_add(1, std::memory_order_relaxed);
    if (next >= launch.numBlocks)
      break;
    prepareBlock(launch.blockAt(next));
    if (!usesFibers) {
      if (sequenceAbandoned)
        makeFiber(sequence, stacks[0], 0, sequenceMain, this);
      // Fiber 0 shares the stack.
      threads[0].abandoned = true;
      sequenceAbandoned = true;
      switchFiber(mainContext, sequence);
      continue;
    }
    sequenceAbandoned = true;
    finishBlock();
  }
  if (launch.variant.log) {
    std::lock_guard<std::mutex> lock(launch.mutex);
    launch.tally.merge(tally);
  }
  current = nullptr;
  active = nullptr;
}

/// Runs until every thread has exited, or nothing more can happen.
void BlockRunner::finishBlock() {
  while (live && !current->failed.load(std::memory_order_relaxed)) {
    if (readyHead != readyTail) {
      Thread &next = threads[ready[readyHead++ % kReadySlots]];
      running = &next;
      switchFiber(mainContext, next.fiber);
      running = nullptr;
    } else if (!resolve()) {
      reportDeadlock();
    }
  }
  if (live) {
    // Somewhere inside the kernel, for good.
    for (unsigned i = 0; i < threadCount; ++i)
      if (threads[i].state != ThreadState::Exited)
        threads[i].abandoned = true;
    return;
  }
  if (current->variant.log)
    for (unsigned w = 0; w < warpCount; ++w)
      mergeWarp(w);
}

void BlockRunner::fiberMain(void *argument) {
  Thread &thread = *static_cast<Thread *>(argument);
  while (true) {
    BlockRunner &runner = *thread.block;
    runner.current->kernel->entry(&thread, runner.current->params);
    runner.finishThread(thread);
  }
}

void BlockRunner::sequenceMain(void *argument) {
  BlockRunner &runner = *static_cast<BlockRunner *>(argument);
  while (true) {
    auto *entry = runner.current->kernel->entry;
    void **params = runner.current->params;
    // Nothing waits, so any order will do; seed 0 keeps the usual one.
    const uint16_t *order = runner.current->seed ? runner.nextOrder() : nullptr;
    for (unsigned i = 0, e = runner.threadCount; i < e; ++i) {
      Thread &thread = runner.threads[order ? order[i] : i];
      runner.running = &thread;
      entry(&thread, params);
    }
    runner.running = nullptr;
    runner.sequenceAbandoned = false;
    switchFiber(runner.sequence, runner.mainContext);
  }
}

void BlockRunner::push(Thread &thread) {
  ready[readyTail++ % kReadySlots] = thread.index;
}

void BlockRunner::release(Thread &thread) {
  thread.state = ThreadState::Ready;
  push(thread);
}

void BlockRunner::switchToNext(Thread &thread) {
  if (readyHead == readyTail) {
    switchFiber(thread.fiber, mainContext);
    return;
  }
  Thread &next = threads[ready[readyHead++ % kReadySlots]];
  running = &next;
  if (&next != &thread)
    switchFiber(thread.fiber, next.fiber);
}

void BlockRunner::block(Thread &thread, ThreadState state) {
  thread.state = state;
  switchToNext(thread);
}

void BlockRunner::finishThread(Thread &thread) {
  thread.state = ThreadState::Exited;
  --live;
  barriers.threadExited(thread);
  warps[thread.warp].laneExited(*this, thread);
  switchToNext(thread);
}

void BlockRunner::exitThread(Thread &thread) {
  // The frames of the kernel stay on the stack; the fiber starts afresh.
  thread.abandoned = true;
  finishThread(thread);
  __builtin_unreachable();
}

void BlockRunner::fail(Thread &thread, std::string &&what) {
  current->fail(formatText("{0}, thread ({1},{2},{3}): {4}", place(),
                           thread.tid[0], thread.tid[1], thread.tid[2], what));
  // No destructor of this stack will run.
  std::string().swap(what);
  thread.abandoned = true;
  switchFiber(usesFibers ? thread.fiber : sequence, mainContext);
  __builtin_unreachable();
}

//===----------------------------------------------------------------------===//
// What compiled code asks for
//===----------------------------------------------------------------------===//

uint64_t BlockRunner::barrier(Thread &thread, const BarrierRequest &request) {
  logSync(thread,
          request.op == BarrierOp::Arrive ? SyncKind::BarrierArrival
          : request.id                    ? SyncKind::NamedBarrier
                                          : SyncKind::Barrier,
          lanesOf(thread.warp));
  if (request.op == BarrierOp::Arrive) {
    barriers.arrive(thread, request);
    return 0;
  }
  thread.waitsFor = request.id;
  thread.barrierSite = request.site;
  thread.state = ThreadState::Barrier;
  if (barriers.arrive(thread, request))
    thread.state = ThreadState::Ready;
  else
    switchToNext(thread);
  return thread.result;
}

uint64_t BlockRunner::collective(Thread &thread,
                                 const CollectiveOperands &operands) {
  thread.operands = operands;
  if (!warps[thread.warp].arrive(*this, thread))
    block(thread, ThreadState::Collective);
  return thread.result;
}

uint32_t BlockRunner::activeMask(Thread &thread, uint32_t site) {
  thread.waitsFor = site;
  block(thread, ThreadState::Converge);
  return static_cast<uint32_t>(thread.result);
}

void BlockRunner::step(Thread &thread, uint32_t block) {
  thread.waitsFor = block;
  this->block(thread, ThreadState::Step);
}

void BlockRunner::logFull(Thread &thread) {
  block(thread, ThreadState::LogFull);
}

void BlockRunner::yield(Thread &thread, bool forMbarrier) {
  if (!usesFibers) {
    // What it waits for may be in a block that failed, or in another launch.
    if (current->failed.load(std::memory_order_relaxed))
      switchFiber(sequence, mainContext);
    return;
  }
  if (!forMbarrier)
    thread.polledMbarrier = nullptr;
  // In lockstep a polling thread keeps its turn. Otherwise it waits until all
  // others wait or poll: what they wait for can be late to the last moment.
  if (!current->variant.steps || readyHead == readyTail) {
    block(thread, ThreadState::Polling);
    return;
  }
  push(thread);
  switchToNext(thread);
}

bool BlockRunner::isLocal(const void *pointer) const {
  for (const FiberStack &stack : stacks)
    if (stack.contains(pointer))
      return true;
  return false;
}

std::string BlockRunner::place() const {
  return formatText("kernel '{0}', block ({1},{2},{3})", current->kernel->name,
                    ctaid[0], ctaid[1], ctaid[2]);
}
