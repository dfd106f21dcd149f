//===- Collectives.cpp - Operations of the lanes of a warp ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Collectives.h"

#include "BlockHazards.h"
#include "BlockRunner.h"
#include "Format.h"
#include "MatrixCounting.h"

using namespace sparsegpu::emulator;

/// What a shuffle gives when its source takes no part: the hardware's value is
/// unpredictable. All ones is NaN in every float type.
static constexpr uint64_t kInactive = ~uint64_t(0);

const char *sparsegpu::emulator::collectiveName(CollectiveOp op) {
  static const char *const names[] = {
      "bar.warp.sync",      "shfl.sync.up",       "shfl.sync.down",
      "shfl.sync.bfly",     "shfl.sync.idx",      "vote.sync.all",
      "vote.sync.any",      "vote.sync.uni",      "vote.sync.ballot",
      "match.any.sync",     "match.all.sync",     "elect.sync",
      "redux.sync.add",     "redux.sync.min",     "redux.sync.max",
      "redux.sync.min.u32", "redux.sync.max.u32", "redux.sync.and",
      "redux.sync.or",      "redux.sync.xor",     "matrix operation"};
  return names[static_cast<unsigned>(op)];
}

namespace {
/// The lanes that take part in a collective, by their number in the warp.
class Participants {
public:
  Participants(BlockRunner &runner, unsigned warp, uint32_t lanes)
      : runner(runner), first(warp * kWarpSize), lanes(lanes) {}
  Thread &operator[](unsigned lane) const {
    return runner.thread(first + lane);
  }
  bool has(unsigned lane) const { return lanes >> lane & 1; }
  uint32_t mask() const { return lanes; }
  template <typename Fn> void forEach(Fn fn) const {
    for (uint32_t rest = lanes; rest; rest &= rest - 1)
      fn((*this)[__builtin_ctz(rest)]);
  }

private:
  BlockRunner &runner;
  unsigned first;
  uint32_t lanes;
};
} // namespace

/// PTX ISA, "shfl.sync", the pseudo-code under Description.
static void shuffle(BlockRunner &runner, const Participants &lanes,
                    CollectiveOp op) {
  lanes.forEach([&](Thread &thread) {
    const CollectiveOperands &o = thread.operands;
    uint32_t lane = thread.lane;
    uint32_t bval = o.b & 31, cval = o.c & 31, segment = o.c >> 8 & 31;
    uint32_t maxLane = (lane & segment) | (cval & ~segment);
    uint32_t minLane = lane & segment;
    uint32_t source = lane;
    bool valid = false;
    switch (op) {
    case CollectiveOp::ShuffleUp:
      source = lane - bval;
      valid = static_cast<int32_t>(source) >= static_cast<int32_t>(maxLane);
      break;
    case CollectiveOp::ShuffleDown:
      source = lane + bval;
      valid = source <= maxLane;
      break;
    case CollectiveOp::ShuffleButterfly:
      source = lane ^ bval;
      valid = source <= maxLane;
      break;
    default:
      source = minLane | (bval & ~segment);
      valid = source <= maxLane;
      break;
    }
    if (!valid)
      source = lane;
    thread.predicate = valid;
    if (lanes.has(source)) {
      thread.result = lanes[source].operands.value;
      return;
    }
    thread.result = kInactive;
    if (HazardLog *hazards = runner.launch().hazards)
      hazards->report(HazardKind::InactiveSource, o.site, thread, 0,
                      runner.launch().code->syncs[o.site].location, [&] {
                        return formatText("{0} reads lane {1}, which is not "
                                          "in the mask {2:x} or has exited",
                                          collectiveName(op), source, o.mask);
                      });
  });
}

static void vote(const Participants &lanes, CollectiveOp op) {
  uint32_t ballot = 0;
  lanes.forEach([&](Thread &t) {
    ballot |= static_cast<uint32_t>(t.operands.value & 1) << t.lane;
  });
  uint32_t result = ballot;
  if (op == CollectiveOp::VoteAll)
    result = ballot == lanes.mask();
  else if (op == CollectiveOp::VoteAny)
    result = ballot != 0;
  else if (op == CollectiveOp::VoteUniform)
    result = ballot == lanes.mask() || ballot == 0;
  lanes.forEach([&](Thread &t) { t.result = result; });
}

static void match(const Participants &lanes, CollectiveOp op) {
  lanes.forEach([&](Thread &t) {
    uint32_t equal = 0;
    lanes.forEach([&](Thread &other) {
      if (other.operands.value == t.operands.value)
        equal |= 1u << other.lane;
    });
    bool all = equal == lanes.mask();
    t.predicate = all;
    t.result = op == CollectiveOp::MatchAny ? equal : all ? equal : 0;
  });
}

static uint32_t combine(CollectiveOp op, uint32_t a, uint32_t b) {
  switch (op) {
  case CollectiveOp::ReduceAdd:
    return a + b;
  case CollectiveOp::ReduceMin:
    return std::min(static_cast<int32_t>(a), static_cast<int32_t>(b));
  case CollectiveOp::ReduceMax:
    return std::max(static_cast<int32_t>(a), static_cast<int32_t>(b));
  case CollectiveOp::ReduceUMin:
    return std::min(a, b);
  case CollectiveOp::ReduceUMax:
    return std::max(a, b);
  case CollectiveOp::ReduceAnd:
    return a & b;
  case CollectiveOp::ReduceOr:
    return a | b;
  default:
    return a ^ b;
  }
}

static void reduce(const Participants &lanes, CollectiveOp op) {
  bool first = true;
  uint32_t result = 0;
  lanes.forEach([&](Thread &t) {
    uint32_t value = static_cast<uint32_t>(t.operands.value);
    result = first ? value : combine(op, result, value);
    first = false;
  });
  lanes.forEach([&](Thread &t) { t.result = result; });
}

static void compute(BlockRunner &runner, const Participants &lanes,
                    CollectiveOp op) {
  switch (op) {
  case CollectiveOp::WarpBarrier:
    return;
  case CollectiveOp::ShuffleUp:
  case CollectiveOp::ShuffleDown:
  case CollectiveOp::ShuffleButterfly:
  case CollectiveOp::ShuffleIndex:
    return shuffle(runner, lanes, op);
  case CollectiveOp::VoteAll:
  case CollectiveOp::VoteAny:
  case CollectiveOp::VoteUniform:
  case CollectiveOp::VoteBallot:
    return vote(lanes, op);
  case CollectiveOp::MatchAny:
  case CollectiveOp::MatchAll:
    return match(lanes, op);
  case CollectiveOp::Elect: {
    // PTX leaves the choice to the implementation, but wants it constant.
    unsigned leader = __builtin_ctz(lanes.mask());
    lanes.forEach([&](Thread &t) {
      t.result = leader;
      t.predicate = t.lane == leader;
    });
    return;
  }
  default:
    return reduce(lanes, op);
  }
}

static SyncKind syncKind(CollectiveOp op) {
  switch (op) {
  case CollectiveOp::Matrix:
    return SyncKind::Matrix;
  case CollectiveOp::WarpBarrier:
    return SyncKind::WarpBarrier;
  case CollectiveOp::ShuffleUp:
  case CollectiveOp::ShuffleDown:
  case CollectiveOp::ShuffleButterfly:
  case CollectiveOp::ShuffleIndex:
    return SyncKind::Shuffle;
  default:
    return SyncKind::Vote;
  }
}

//===----------------------------------------------------------------------===//
// Matrix operations
//===----------------------------------------------------------------------===//

/// What an operation reads or writes is checked like an access of the lane.
static void *checkMatrixAccess(Thread &thread, const MatrixOp &op,
                               void *address, unsigned bytes, bool isStore) {
  uint32_t sync = thread.operands.site;
  bool isRow = op.kind == MatrixKind::LoadMatrix;
  const SyncSite &operation = thread.block->launch().code->syncs[sync];
  AccessSite site{isStore ? AccessKind::Store : AccessKind::Load,
                  isRow ? AccessSpace::Shared : AccessSpace::Generic, bytes,
                  bytes, operation.location};
  site.operation = operation.operation.c_str();
  return checkAccess(thread, site, sync, address);
}

/// Done by the lane that came last, for all.
static void runMatrix(BlockRunner &runner, const Participants &lanes,
                      Thread &current) {
  LaneRegisters registers;
  for (unsigned lane = 0; lane < kWarpSize; ++lane)
    registers[lane] = reinterpret_cast<uint32_t *>(lanes[lane].operands.value);
  MatrixOp op = MatrixOp::decode(current.operands.matrix);
  if (runner.launch().variant.log)
    countMatrix(op, registers, runner.sharedRange(), runner.launchTally());
  MatrixAccess access;
  if (runner.launch().hazards)
    access = [&](unsigned lane, void *address, unsigned bytes, bool isStore) {
      return checkMatrixAccess(lanes[lane], op, address, bytes, isStore);
    };
  std::string problem =
      op.multiplies() ? multiplyMatrices(op, registers, runner.matrixScratch())
      : op.kind == MatrixKind::LoadMatrix
          ? loadMatrices(op, registers, access)
          : transferMatrix(op, registers, access);
  if (!problem.empty()) {
    problem = op.name() + ": " + problem;
    runner.fail(current, std::move(problem));
  }
}

/// Lanes 3, 7 to 9, ...
static std::string listLanes(uint32_t lanes) {
  std::string text = lanes & (lanes - 1) ? "lanes " : "lane ";
  bool first = true;
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    if (!(lanes >> lane & 1))
      continue;
    unsigned last = lane;
    while (last + 1 < kWarpSize && (lanes >> (last + 1) & 1))
      ++last;
    text += formatText("{0}{1}", first ? "" : ", ", lane);
    if (last != lane)
      text += formatText(" to {0}", last);
    first = false;
    lane = last;
  }
  return text;
}

void WarpCollectives::failMissing(BlockRunner &runner, Thread &thread,
                                  const CollectiveOperands &operands) {
  runner.fail(thread,
              formatText("{0} needs all lanes of a warp; {1} of warp {2} have "
                         "exited or do not exist",
                         MatrixOp::decode(operands.matrix).name(),
                         listLanes(exited), thread.warp));
}

std::string WarpCollectives::describe(const Thread &thread) const {
  const CollectiveOperands &o = thread.operands;
  if (o.op != CollectiveOp::Matrix)
    return formatText("{0} with mask {1:x}", collectiveName(o.op), o.mask);
  uint32_t arrived = 0;
  for (unsigned i = 0; i < numGroups; ++i)
    if (matches(groups[i], o))
      arrived |= groups[i].arrived;
  return formatText("{0}, which {1} of warp {2} did not reach",
                    MatrixOp::decode(o.matrix).name(), listLanes(~arrived),
                    thread.warp);
}

bool WarpCollectives::matches(const Group &group,
                              const CollectiveOperands &operands) const {
  return group.op == operands.op && group.mask == operands.mask &&
         (group.op != CollectiveOp::Matrix || group.site == operands.site);
}

bool WarpCollectives::arrive(BlockRunner &runner, Thread &thread) {
  const CollectiveOperands &o = thread.operands;
  uint32_t bit = 1u << thread.lane;
  if (!(o.mask & bit))
    runner.fail(thread, formatText("{0} with mask {1:x}, which does not "
                                   "name the lane {2} that executes it",
                                   collectiveName(o.op), o.mask, thread.lane));
  if (o.op == CollectiveOp::Matrix && exited)
    failMissing(runner, thread, o);
  runner.logSync(thread, syncKind(o.op), o.mask);
  unsigned index = 0;
  for (; index < numGroups; ++index)
    if (matches(groups[index], o) && !(groups[index].arrived & bit))
      break;
  if (index == numGroups)
    groups[numGroups++] = {o.op, o.mask, 0, o.site};
  Group &group = groups[index];
  group.arrived |= bit;
  if ((group.mask & ~group.arrived & ~exited) != 0)
    return false;
  complete(runner, thread.warp, index, &thread);
  return true;
}

void WarpCollectives::complete(BlockRunner &runner, unsigned warp,
                               unsigned index, Thread *current) {
  Group group = groups[index];
  groups[index] = groups[--numGroups];
  Participants lanes(runner, warp, group.arrived);
  if (group.op == CollectiveOp::Matrix)
    runMatrix(runner, lanes, *current);
  else
    compute(runner, lanes, group.op);
  if (runner.launch().hazards) {
    bool whole = (group.arrived | exited) == ~0u;
    if (group.op == CollectiveOp::WarpBarrier)
      runner.hazards().lanesMet(warp, group.arrived, whole);
    else
      runner.hazards().lanesVoted(warp, group.arrived, whole);
  }
  // From a random lane on, so that no lane may count on being first.
  unsigned shift = runner.random() & (kWarpSize - 1);
  uint32_t rotated = group.arrived >> shift |
                     (shift ? group.arrived << (kWarpSize - shift) : 0);
  for (uint32_t rest = rotated; rest; rest &= rest - 1) {
    Thread &thread = lanes[(__builtin_ctz(rest) + shift) % kWarpSize];
    if (&thread != current)
      runner.release(thread);
  }
}

void WarpCollectives::laneExited(BlockRunner &runner, Thread &thread) {
  exited |= 1u << thread.lane;
  for (unsigned i = 0; i < numGroups;) {
    const Group &group = groups[i];
    if (group.op == CollectiveOp::Matrix) {
      unsigned waiting = __builtin_ctz(group.arrived);
      failMissing(runner, thread,
                  runner.thread(thread.warp * kWarpSize + waiting).operands);
    }
    if ((group.mask & ~group.arrived & ~exited) == 0)
      complete(runner, thread.warp, i, nullptr);
    else
      ++i;
  }
}
