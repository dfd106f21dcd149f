//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Waits and barriers of a loop (PIPE-7): that there are those which the
// pipelined loop's own can stand for, and which these are.
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsImpl.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

namespace {
class OrderAnalyzer {
public:
  OrderAnalyzer(LoadLoop &result,
                llvm::function_ref<void(Value, StringRef)> refuse)
      : result(result), loop(result.loop), body(loop.getBody()),
        report(refuse) {
    unsigned number = 0;
    for (Operation &op : *body) {
      position[&op] = number++;
      if (isBarrier(&op))
        barriers.push_back(&op);
    }
  }

  void run() {
    checkWaits();
    if (isRefused)
      return;
    for (const auto &entry : result.buffers)
      checkOrder(entry.first);
    if (!isRefused)
      chooseBarriers();
  }

private:
  void refuse(Value buffer, StringRef reason) {
    isRefused = true;
    report(buffer, reason);
  }
  void refuseAll(StringRef reason) {
    for (const auto &entry : result.buffers)
      refuse(entry.first, reason);
  }
  void checkWaits();
  void checkOrder(Value buffer);
  void chooseBarriers();

  LoadLoop &result;
  scf::ForOp loop;
  Block *body;
  llvm::function_ref<void(Value, StringRef)> report;
  bool isRefused = false;
  DenseMap<Operation *, unsigned> position;
  SmallVector<nvgpu::DeviceAsyncWaitOp> waits;
  SmallVector<Operation *> barriers;
};
} // namespace

void OrderAnalyzer::checkWaits() {
  loop->walk([&](Operation *op) {
    if (isa<nvgpu::DeviceAsyncCreateGroupOp>(op) && op->getBlock() != body)
      refuseAll("a group is made in a loop or a condition inside the loop "
                "(PIPE-7)");
    auto wait = dyn_cast<nvgpu::DeviceAsyncWaitOp>(op);
    if (!wait)
      return;
    Operation *group = wait.getAsyncDependencies().getDefiningOp();
    if (wait->getBlock() != body || wait.getNumGroups().value_or(0) != 0 ||
        !isa_and_present<nvgpu::DeviceAsyncCreateGroupOp>(group) ||
        group->getBlock() != body)
      return refuseAll("a wait is not for all groups of its iteration "
                       "(PIPE-7)");
    waits.push_back(wait);
    result.lastWait = wait;
  });
  if (waits.empty())
    refuseAll("the loop does not wait for it (PIPE-7)");
}

/// Each read of `buffer` is behind a wait for its copies and a barrier, and
/// there is one between the last read and the first copy of the next
/// iteration.
void OrderAnalyzer::checkOrder(Value buffer) {
  unsigned firstCopy = body->getOperations().size(), lastCopy = 0;
  std::optional<unsigned> firstRead, lastRead;
  for (Operation *user : buffer.getUsers()) {
    Operation *op = getAncestorIn(body, user);
    if (!op)
      continue;
    unsigned at = position[op];
    auto copy = dyn_cast<nvgpu::DeviceAsyncCopyOp>(user);
    if (copy && copy.getDst() == buffer) {
      firstCopy = std::min(firstCopy, at);
      lastCopy = std::max(lastCopy, at);
    } else {
      firstRead = std::min(firstRead.value_or(at), at);
      lastRead = std::max(lastRead.value_or(at), at);
    }
  }
  if (!firstRead)
    return;
  auto wait = llvm::find_if(waits, [&](nvgpu::DeviceAsyncWaitOp wait) {
    unsigned group = position[wait.getAsyncDependencies().getDefiningOp()];
    return group > lastCopy;
  });
  if (wait == waits.end() || position[*wait] > *firstRead)
    return refuse(buffer, "it is read before a wait for all copies into it "
                          "(PIPE-7)");
  if (barriers.empty())
    return;
  if (llvm::none_of(barriers, [&](Operation *op) {
        return position[op] > position[*wait] && position[op] < *firstRead;
      }))
    return refuse(buffer, "no barrier is between the wait for it and its "
                          "first read (PIPE-7)");
  if (llvm::none_of(barriers, [&](Operation *op) {
        return position[op] > *lastRead || position[op] < firstCopy;
      }))
    refuse(buffer, "no barrier is between its last read and the copies of the "
                   "next iteration (PIPE-7)");
}

/// Which barriers one in the pipelined loop stands for: those before the first
/// read of the computation, and those behind everything else. If the loop
/// writes other memory, and accesses such before the last of these, they stay.
void OrderAnalyzer::chooseBarriers() {
  for (Operation &op : *body)
    if (isa<nvgpu::DeviceAsyncCreateGroupOp, nvgpu::DeviceAsyncWaitOp>(op))
      result.dropped.insert(&op);
  result.hasOtherOrder = !getAccesses(loop).writes.empty();
  SetVector<Operation *> kept = getKept(result);
  unsigned firstRead = body->getOperations().size(), last = 0;
  for (Operation *op : kept) {
    if (isBarrier(op))
      continue;
    last = std::max(last, position[op]);
    if (readsBuffer(op, result))
      firstRead = std::min(firstRead, position[op]);
  }
  if (firstRead < position[result.lastWait])
    return refuseAll("buffers are not waited for at one place (PIPE-7)");
  if (barriers.empty())
    return;
  SmallVector<Operation *> before, after;
  for (Operation *op : barriers) {
    if (position[op] < firstRead)
      before.push_back(op);
    else if (position[op] > last)
      after.push_back(op);
    else
      result.hasOtherOrder = true;
  }
  if (before.empty() || before.back()->isBeforeInBlock(result.lastWait))
    return refuseAll("no barrier is between the last wait and the first read "
                     "(PIPE-7)");
  unsigned lastBefore = position[before.back()];
  bool keep = result.hasOtherOrder && llvm::any_of(kept, [&](Operation *op) {
                return !isBarrier(op) && position[op] < lastBefore &&
                       !isMemoryEffectFree(op);
              });
  for (Operation *op : llvm::concat<Operation *>(before, after)) {
    if (!isSameBarrier(op, before.back()))
      return refuseAll("barriers in the loop are of different kinds (PIPE-7)");
    if (!keep)
      result.dropped.insert(op);
    else if (!result.keptBarrier && result.lastWait->isBeforeInBlock(op))
      result.keptBarrier = op;
  }
  result.barrier = before.back();
  result.barrierAfter = !keep && !after.empty();
}

void pipeline::analyzeOrder(LoadLoop &candidate,
                            llvm::function_ref<void(Value, StringRef)> refuse) {
  OrderAnalyzer(candidate, refuse).run();
}
