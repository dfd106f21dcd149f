//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A forward data-flow analysis over structured control flow. The state at a
// point of the program maps each token to its age: the smallest number of
// groups committed since, over all paths to the point.
//
// 1. A commit makes every token one older; its own token has age 0.
// 2. A wait records the age of its token; several visits: the smallest.
// 3. Paths that join: the smaller age. A token that a block argument or result
//    carries has the age of the value that it was given.
// 4. A loop is visited until the state at its beginning no longer changes:
//    ages only fall, and are not negative, so this ends.
// 5. A token that comes from elsewhere (another block, an unknown operation)
//    has age 0. Within one block the way from a definition to a wait is
//    straight, also where blocks jump to each other.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/AsyncWaitCounts.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sparsegpu;

namespace {

using Ages = DenseMap<Value, int64_t>;

bool isToken(Value value) {
  return isa<nvgpu::DeviceAsyncTokenType>(value.getType());
}

/// Keeps the smaller age of tokens that both states have. A token that only
/// one has is not visible after the join.
void join(Ages &into, const Ages &other) {
  for (auto [token, age] : other)
    if (auto it = into.find(token); it != into.end())
      it->second = std::min(it->second, age);
}

class WaitCounts {
public:
  DenseMap<nvgpu::DeviceAsyncWaitOp, int64_t> counts;

  void visit(Block &block, Ages &ages) {
    for (Operation &op : block)
      visit(&op, ages);
  }

private:
  static int64_t getAge(const Ages &ages, Value token) {
    return ages.lookup(token);
  }

  /// The tokens among `to` get the ages of `from`, in that order.
  static void pass(Ages &ages, ValueRange from, ValueRange to,
                   const Ages &source) {
    for (auto [given, taken] : llvm::zip_equal(from, to))
      if (isToken(taken))
        ages[taken] = getAge(source, given);
  }

  void visit(Operation *op, Ages &ages) {
    if (auto wait = dyn_cast<nvgpu::DeviceAsyncWaitOp>(op)) {
      int64_t age = getAge(ages, wait.getAsyncDependencies());
      auto [it, isNew] = counts.try_emplace(wait, age);
      if (!isNew)
        it->second = std::min(it->second, age);
      return;
    }
    if (auto group = dyn_cast<nvgpu::DeviceAsyncCreateGroupOp>(op)) {
      for (auto &entry : ages)
        ++entry.second;
      ages[group.getAsyncToken()] = 0;
      return;
    }
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return visitFor(loop, ages);
    if (auto branch = dyn_cast<scf::IfOp>(op))
      return visitIf(branch, ages);
    // Anything else: its own tokens have age 0, as have all tokens in its
    // regions, which may be run any number of times.
    for (Region &region : op->getRegions())
      for (Block &block : region) {
        Ages unknown;
        visit(block, unknown);
      }
    for (Value result : op->getResults())
      if (isToken(result))
        ages[result] = 0;
  }

  void visitFor(scf::ForOp loop, Ages &ages) {
    Ages begin = ages;
    pass(begin, loop.getInits(), loop.getRegionIterArgs(), ages);
    Operation *yield = loop.getBody()->getTerminator();
    while (true) {
      Ages end = begin;
      visit(*loop.getBody(), end);
      Ages next = begin;
      Ages again = end;
      pass(again, yield->getOperands(), loop.getRegionIterArgs(), end);
      join(next, again);
      if (next == begin)
        break;
      begin = std::move(next);
    }
    // `begin` is the state at each arrival at the loop's head, the last one
    // (which leaves it) included.
    for (auto &entry : ages)
      entry.second = std::min(entry.second, getAge(begin, entry.first));
    pass(ages, loop.getRegionIterArgs(), loop.getResults(), begin);
  }

  void visitIf(scf::IfOp branch, Ages &ages) {
    Ages joined = ages;
    bool first = true;
    for (Region &region : branch->getRegions()) {
      Ages state = ages;
      if (!region.empty()) {
        visit(region.front(), state);
        if (branch.getNumResults())
          pass(state, region.front().getTerminator()->getOperands(),
               branch.getResults(), Ages(state));
      }
      if (first)
        joined = std::move(state);
      else
        join(joined, state);
      first = false;
    }
    // Tokens of the branches are not visible after it; their ages stay right.
    ages = std::move(joined);
  }
};
} // namespace

DenseMap<nvgpu::DeviceAsyncWaitOp, int64_t>
sparsegpu::computeAsyncWaitCounts(Operation *scope) {
  WaitCounts analysis;
  for (Region &region : scope->getRegions())
    for (Block &block : region) {
      Ages ages;
      analysis.visit(block, ages);
    }
  return std::move(analysis.counts);
}
