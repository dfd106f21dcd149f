//===- Mbarriers.cpp - Barriers in shared memory --------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mbarriers.h"

#include "BlockHazards.h"
#include "BlockRunner.h"
#include "Format.h"

#include <cstring>

using namespace sparsegpu::emulator;

namespace {
constexpr uint64_t kTag = 0xb7;

/// The fields of an object (Mbarriers.h).
struct Fields {
  uint64_t pending, expected, phase;

  static bool isValid(uint64_t word) { return word >> 56 == kTag; }
  explicit Fields(uint64_t word)
      : pending(word & kMaxMbarrierCount),
        expected(word >> 20 & kMaxMbarrierCount), phase(word >> 40 & 0xffff) {}
  uint64_t word() const {
    return pending | expected << 20 | (phase & 0xffff) << 40 | kTag << 56;
  }
};
} // namespace

static const char *operationName(MbarrierOp op) {
  static const char *const names[] = {
      "mbarrier.init",        "mbarrier.inval",
      "mbarrier.arrive",      "mbarrier.arrive.noComplete",
      "mbarrier.arrive_drop", "mbarrier.arrive_drop.noComplete",
      "mbarrier.test_wait",   "mbarrier.test_wait.parity"};
  return names[static_cast<unsigned>(op)];
}

/// Ends the launch: "mbarrier.arrive at offset 8 of shared memory: why".
[[noreturn]] static void fail(Thread &thread, MbarrierOp op, void *address,
                              const std::string &why) {
  thread.block->fail(
      thread,
      formatText("{0} at offset {1} of shared memory: {2}", operationName(op),
                 static_cast<char *>(address) - thread.shared, why));
}

static void checkAddress(Thread &thread, MbarrierOp op, void *address) {
  char *p = static_cast<char *>(address);
  if (p < thread.shared || p + 8 > thread.shared + thread.totalShared)
    thread.block->fail(thread,
                       formatText("{0} at {1}, which is not in the shared "
                                  "memory of the block",
                                  operationName(op), address));
  if (reinterpret_cast<uint64_t>(address) % 8)
    fail(thread, op, address, "the address is not a multiple of 8");
}

static Fields load(Thread &thread, MbarrierOp op, void *address) {
  uint64_t word;
  std::memcpy(&word, address, sizeof(word));
  if (!Fields::isValid(word))
    fail(thread, op, address,
         "there is no mbarrier that was initialised and not invalidated");
  return Fields(word);
}

static void store(Thread &thread, void *address, uint64_t word) {
  std::memcpy(address, &word, sizeof(word));
  thread.block->noteMbarrierChange();
}

/// Counts `count` arrivals; the last one of a phase begins the next.
static uint64_t arrive(Thread &thread, MbarrierOp op, void *address,
                       uint64_t count) {
  Fields fields = load(thread, op, address);
  uint64_t state = fields.word();
  if (count == 0 || count > kMaxMbarrierCount)
    fail(thread, op, address,
         formatText("the count {0} is not from 1 to {1}", count,
                    kMaxMbarrierCount));
  if (count > fields.pending)
    fail(thread, op, address,
         formatText("the phase waits for {0} of {1} arrivals, and {2} come",
                    fields.pending, fields.expected, count));
  bool drops =
      op == MbarrierOp::ArriveDrop || op == MbarrierOp::ArriveDropNoComplete;
  if (drops)
    fields.expected -= count;
  fields.pending -= count;
  if (thread.block->launch().hazards)
    thread.block->hazards().mbarrierArrived(thread, address, !fields.pending);
  if (fields.pending == 0) {
    if (op == MbarrierOp::ArriveNoComplete ||
        op == MbarrierOp::ArriveDropNoComplete)
      fail(thread, op, address, "it completes the phase");
    ++fields.phase;
    fields.pending = fields.expected;
  }
  store(thread, address, fields.word());
  return state;
}

uint64_t sparsegpu::emulator::runMbarrier(Thread &thread, MbarrierOp op,
                                          void *address, uint64_t operand) {
  checkAddress(thread, op, address);
  switch (op) {
  case MbarrierOp::Init: {
    if (operand == 0 || operand > kMaxMbarrierCount)
      fail(thread, op, address,
           formatText("the count {0} is not from 1 to {1}", operand,
                      kMaxMbarrierCount));
    Fields fields(0);
    fields.pending = fields.expected = operand;
    store(thread, address, fields.word());
    return 0;
  }
  case MbarrierOp::Invalidate:
    load(thread, op, address);
    store(thread, address, 0);
    return 0;
  case MbarrierOp::TestWait:
  case MbarrierOp::TestWaitParity: {
    Fields fields = load(thread, op, address);
    bool complete;
    if (op == MbarrierOp::TestWaitParity) {
      // The phases of an object have parity 0, 1, 0 and so on; the phase
      // before the first is complete and has parity 1.
      complete = (fields.phase & 1) != (operand & 1);
    } else {
      if (!Fields::isValid(operand))
        fail(thread, op, address, "the state is not that of an arrival");
      complete = fields.phase != Fields(operand).phase;
    }
    if (!complete)
      thread.polledMbarrier = address;
    else if (thread.block->launch().hazards)
      thread.block->hazards().mbarrierPassed(thread, address);
    return complete;
  }
  default:
    return arrive(thread, op, address, operand);
  }
}

void sparsegpu::emulator::checkMbarrier(Thread &thread, void *address) {
  checkAddress(thread, MbarrierOp::Arrive, address);
  load(thread, MbarrierOp::Arrive, address);
}

void sparsegpu::emulator::addPendingArrival(Thread &thread, void *address) {
  Fields fields = load(thread, MbarrierOp::Arrive, address);
  if (fields.pending == kMaxMbarrierCount)
    fail(thread, MbarrierOp::Arrive, address,
         "an asynchronous copy makes the pending count too large");
  ++fields.pending;
  store(thread, address, fields.word());
}

void sparsegpu::emulator::arriveForCopies(Thread &thread, void *address) {
  BlockRunner &runner = *thread.block;
  if (runner.runningThread() != &thread) {
    // There is no stack to fail on.
    uint64_t word;
    std::memcpy(&word, address, sizeof(word));
    if (!Fields::isValid(word) || Fields(word).pending == 0) {
      runner.launch().fail(formatText(
          "{0}, thread ({1},{2},{3}): cp.async.mbarrier.arrive at offset {4} "
          "of shared memory: {5}",
          runner.place(), thread.tid[0], thread.tid[1], thread.tid[2],
          static_cast<char *>(address) - thread.shared,
          Fields::isValid(word) ? "the phase waits for no more arrivals"
                                : "there is no mbarrier"));
      return;
    }
  }
  if (runner.launch().hazards)
    runner.hazards().copiesArrived(thread, address);
  runMbarrier(thread, MbarrierOp::Arrive, address, 1);
}
