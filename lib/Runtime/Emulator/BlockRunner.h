//===- BlockRunner.h - Runs the threads of one block ------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A worker owns one BlockRunner and runs one block after another with it. Each
// GPU thread is a fiber; fiber i runs thread i of every block, so stacks and
// contexts are reused. Switches go directly from a thread that blocks to the
// next one that is ready; the worker's own stack is entered only when nobody
// is.
//
// Scheduling. `ready` is a queue. A thread runs until it blocks, at which point
// the next in the queue continues. Whoever completes a barrier or collective
// appends the released threads in an order drawn from the seed. That order is
// the adversary: no two threads may be assumed to move together.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_BLOCKRUNNER_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_BLOCKRUNNER_H

#include "AsyncCopies.h"
#include "Barriers.h"
#include "Collectives.h"
#include "Counters.h"
#include "Fiber.h"
#include "LaneLog.h"
#include "Launch.h"
#include "Matrix.h"
#include "ThreadContext.h"

#include <memory>
#include <vector>

namespace sparsegpu::emulator {

class BlockHazards;

enum class ThreadState : uint8_t {
  Ready,
  Barrier,
  Collective,
  /// In activemask: waits until no other lane of its warp can run.
  Converge,
  /// Has logged as much as it may.
  LogFull,
  /// Before a basic block, in lockstep.
  Step,
  /// Polls memory while nobody else is ready.
  Polling,
  /// An assertion failed: goes no further, while others reach theirs.
  Asserted,
  Exited,
};

struct Thread : ThreadContext {
  FiberContext fiber;
  ThreadState state = ThreadState::Exited;
  /// The fiber stopped inside a kernel and cannot be continued.
  bool abandoned = true;
  /// What the thread waits for: barrier number or block of a step.
  uint32_t waitsFor = 0;
  uint32_t barrierSite = 0;
  /// The collective that the lane takes part in, and what came of it.
  CollectiveOperands operands;
  uint64_t result = 0;
  /// The mbarrier that a test found incomplete since the thread last waited.
  void *polledMbarrier = nullptr;
  /// Where the last checked access was.
  const Allocation *lastAllocation = nullptr;
};

class BlockRunner {
public:
  BlockRunner();
  ~BlockRunner();
  BlockRunner(const BlockRunner &) = delete;
  BlockRunner &operator=(const BlockRunner &) = delete;

  /// Runs blocks of the launch until none is left. Called on a worker.
  void run(Launch &launch);

  // What compiled code asks for, through HostSync.cpp. Called on a fiber.
  uint64_t barrier(Thread &thread, const BarrierRequest &request);
  uint64_t collective(Thread &thread, const CollectiveOperands &operands);
  uint32_t activeMask(Thread &thread, uint32_t site);
  void step(Thread &thread, uint32_t block);
  void logFull(Thread &thread);
  /// Lets others run; for threads that poll memory, or an mbarrier alone.
  void yield(Thread &thread, bool forMbarrier);
  AsyncCopies &asyncCopies() { return copies; }
  /// An mbarrier is not as it was: threads that poll it may go on.
  void noteMbarrierChange() { ++mbarrierChanges; }
  [[noreturn]] void exitThread(Thread &thread);
  /// Ends the launch. Names kernel, block and thread. The stack of the caller
  /// is abandoned, so the text is taken from it here.
  [[noreturn]] void fail(Thread &thread, std::string &&what);

  /// An assertion of the thread failed: prints it, and ends the launch when the
  /// other threads of the block cannot go on either.
  [[noreturn]] void failAssertion(Thread &thread, const char *message,
                                  const char *file, uint32_t line,
                                  const char *function);

  Launch &launch() { return *current; }
  const Launch &launch() const { return *current; }
  SharedRange sharedRange() const {
    uint64_t begin = reinterpret_cast<uint64_t>(sharedWindow);
    return {begin, begin + kSharedWindow};
  }
  LaunchTally &launchTally() { return tally; }
  Thread &thread(unsigned index) { return threads[index]; }
  unsigned numThreads() const { return threadCount; }
  unsigned numLiveThreads() const { return live; }
  /// True while the threads of this block are fibers.
  bool hasFibers() const { return usesFibers; }
  const Allocation *&lastAllocation(ThreadContext &thread) {
    return static_cast<Thread &>(thread).lastAllocation;
  }
  /// Memory for accesses that must not be made.
  void *scratch() { return scratchMemory; }
  /// Of a launch under hazards.
  BlockHazards &hazards() { return *blockHazards; }
  /// Whether the pointer is to a thread's own memory.
  bool isLocal(const void *pointer) const;
  /// Where the runner is, for messages: "kernel 'k', block (0,0,0)".
  std::string place() const;
  const Thread *runningThread() const { return running; }

  /// Makes a waiting thread ready.
  void release(Thread &thread);
  /// Calls `fn` for each thread of the block in an order drawn from the seed.
  template <typename Fn> void forEachInOrder(Fn fn) {
    const uint16_t *order = nextOrder();
    for (unsigned i = 0; i < threadCount; ++i)
      fn(threads[order[i]]);
  }
  uint64_t random();
  /// Adds a synchronisation to the log of a lane, if it has one.
  void logSync(Thread &thread, SyncKind kind, uint32_t mask) {
    if (current->variant.log)
      *thread.logNext++ = makeSyncRecord(kind, mask);
  }

  MatrixScratch &matrixScratch() { return matrices; }

private:
  void prepareLaunch(Launch &launch);
  void prepareBlock(uint64_t index);
  void finishBlock();
  void finishThread(Thread &thread);
  /// Gives up the processor in a state other than Ready.
  void block(Thread &thread, ThreadState state);
  void switchToNext(Thread &thread);
  static void fiberMain(void *argument);
  static void sequenceMain(void *argument);
  void growStacks(size_t bytes, unsigned count);
  uint32_t lanesOf(unsigned warp) const;

  // With nobody ready: what can be done about it (BlockRunner.cpp).
  bool releaseFullLogs();
  bool releaseSteps();
  bool isPollingInVain();
  bool releaseConverged();
  bool releasePolling();
  bool reportAssertion();
  bool resolve();
  void mergeWarp(unsigned warp);
  // Deadlock.cpp
  void reportDeadlock();
  std::string describeDeadlock() const;
  std::string describeWait(const Thread &thread) const;
  std::string describeMissing(const Thread &waiting) const;

  const uint16_t *nextOrder();
  void push(Thread &thread);

  Launch *current = nullptr;
  unsigned threadCount = 0;
  unsigned warpCount = 0;
  unsigned live = 0;
  bool usesFibers = false;
  uint32_t ctaid[3] = {0, 0, 0};
  Thread *running = nullptr;
  FiberContext mainContext;
  /// Runs all threads one after another where nothing synchronises; a fiber so
  /// that a failure can abandon it.
  FiberContext sequence;
  bool sequenceAbandoned = true;
  /// The first assertion of the block that failed.
  std::string assertion;
  uint64_t stepCount = 0;
  std::unique_ptr<Thread[]> threads;
  std::vector<FiberStack> stacks;
  size_t stackBytes = 0;

  // Threads that can run: a ring; no thread is in it twice.
  static constexpr unsigned kReadySlots = 2 * kMaxThreads;
  uint16_t ready[kReadySlots];
  unsigned readyHead = 0, readyTail = 0;

  // A few random orders of the threads, and the state of the generator.
  static constexpr unsigned kOrders = 8;
  std::vector<uint16_t> orders;
  unsigned ordersFor = 0;
  uint64_t ordersSeed = 0;
  uint64_t randomState = 1;

  BarrierSet barriers;
  std::vector<WarpCollectives> warps;
  std::vector<LaneLog> logs;
  MatrixScratch matrices;
  AsyncCopies copies;
  // Rounds in which all threads polled mbarriers and none of these changed.
  uint64_t mbarrierChanges = 0, seenMbarrierChanges = 0;
  unsigned idleRounds = 0;
  std::vector<PendingBranches> branches;
  LaunchTally tally;
  std::unique_ptr<BlockHazards> blockHazards;
  char *sharedWindow = nullptr;
  void *sharedMapping = nullptr;
  alignas(64) char scratchMemory[256] = {};
};

/// The runner of the calling operating-system thread, while it runs a kernel.
BlockRunner *activeRunner();

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_BLOCKRUNNER_H
