//===- LowerSync.cpp - Barriers and operations of a warp ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Parallel Synchronization and Communication Instructions". The work
// is done by the runtime (Barriers.cpp, Collectives.cpp); here operands are
// brought into the form that it takes.
//
//===----------------------------------------------------------------------===//

#include "Barriers.h"
#include "Collectives.h"
#include "Lowering.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace sparsegpu::emulator;

//===----------------------------------------------------------------------===//
// Barriers of a block
//===----------------------------------------------------------------------===//

/// barrier.cta.{sync,arrive,red.{popc,and,or}}[.aligned].{all,count}
static LowerFn lookupBarrier(StringRef name) {
  StringRef full = name;
  if (!name.consume_front("barrier.cta."))
    return {};
  bool hasCount = name.consume_back(".count");
  if (!hasCount && !name.consume_back(".all"))
    return {};
  bool aligned = name.consume_back(".aligned");
  std::optional<BarrierOp> op = StringSwitch<std::optional<BarrierOp>>(name)
                                    .Case("sync", BarrierOp::Sync)
                                    .Case("arrive", BarrierOp::Arrive)
                                    .Case("red.popc", BarrierOp::Popc)
                                    .Case("red.and", BarrierOp::And)
                                    .Case("red.or", BarrierOp::Or)
                                    .Default(std::nullopt);
  if (!op)
    return {};
  return [=, full = full.str()](CallInst &call, IRBuilder<> &b,
                                Lowering &l) -> Value * {
    unsigned next = 1;
    Value *count = hasCount ? call.getArgOperand(next++) : b.getInt32(0);
    bool reduces = *op != BarrierOp::Sync && *op != BarrierOp::Arrive;
    Value *predicate = b.getInt32(0);
    if (reduces)
      predicate = b.CreateZExt(call.getArgOperand(next), b.getInt32Ty());
    Value *result = l.callOpaque(
        b, "barrier", b.getInt32Ty(),
        {l.context(call), call.getArgOperand(0), count,
         b.getInt32(static_cast<uint32_t>(*op) | (aligned ? 0x100 : 0)),
         predicate, l.addSync(b, call, full)});
    if (!reduces)
      return nullptr;
    return b.CreateTrunc(result, call.getType());
  };
}

//===----------------------------------------------------------------------===//
// Operations of a warp
//===----------------------------------------------------------------------===//

static CallInst *callCollective(CallInst &call, IRBuilder<> &b, Lowering &l,
                                CollectiveOp op, Value *mask, Value *value,
                                Value *bOperand = nullptr,
                                Value *cOperand = nullptr) {
  return l.callOpaque(
      b, "collective", b.getInt64Ty(),
      {l.context(call), b.getInt32(static_cast<uint32_t>(op)), mask, value,
       bOperand ? bOperand : b.getInt32(0), cOperand ? cOperand : b.getInt32(0),
       l.addSync(b, call, call.getCalledFunction()->getName())});
}

/// The predicate that the runtime left in the context.
static Value *readPredicate(CallInst &call, IRBuilder<> &b, Lowering &l) {
  Value *address = b.CreateConstInBoundsGEP1_64(
      b.getInt8Ty(), l.context(call), offsetof(ThreadContext, predicate));
  return b.CreateTrunc(b.CreateLoad(b.getInt32Ty(), address), b.getInt1Ty());
}

/// { value, predicate } as the intrinsics return it.
static Value *makePair(CallInst &call, IRBuilder<> &b, Value *value,
                       Value *predicate) {
  Value *pair = PoisonValue::get(call.getType());
  pair = b.CreateInsertValue(pair, value, 0);
  return b.CreateInsertValue(pair, predicate, 1);
}

/// shfl.sync.{up,down,bfly,idx}.{i32,f32}[p](mask, value, b, c)
static LowerFn lookupShuffle(StringRef name) {
  if (!name.consume_front("shfl.sync."))
    return {};
  bool withPredicate = name.consume_back("p");
  auto [mode, type] = name.split('.');
  if (type != "i32" && type != "f32")
    return {};
  std::optional<CollectiveOp> op =
      StringSwitch<std::optional<CollectiveOp>>(mode)
          .Case("up", CollectiveOp::ShuffleUp)
          .Case("down", CollectiveOp::ShuffleDown)
          .Case("bfly", CollectiveOp::ShuffleButterfly)
          .Case("idx", CollectiveOp::ShuffleIndex)
          .Default(std::nullopt);
  if (!op)
    return {};
  bool isFloat = type == "f32";
  return [=](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
    Value *value = call.getArgOperand(1);
    if (isFloat)
      value = b.CreateBitCast(value, b.getInt32Ty());
    Value *result =
        callCollective(call, b, l, *op, call.getArgOperand(0),
                       b.CreateZExt(value, b.getInt64Ty()),
                       call.getArgOperand(2), call.getArgOperand(3));
    Value *predicate = withPredicate ? readPredicate(call, b, l) : nullptr;
    result = b.CreateTrunc(result, b.getInt32Ty());
    if (isFloat)
      result = b.CreateBitCast(result, b.getFloatTy());
    return withPredicate ? makePair(call, b, result, predicate) : result;
  };
}

/// Operations (mask, value) that give one integer.
static LowerFn simpleCollective(CollectiveOp op, unsigned maskOperand,
                                unsigned valueOperand) {
  return [=](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
    Value *value =
        b.CreateZExtOrTrunc(call.getArgOperand(valueOperand), b.getInt64Ty());
    Value *result =
        callCollective(call, b, l, op, call.getArgOperand(maskOperand), value);
    return b.CreateTrunc(result, call.getType());
  };
}

static LowerFn lookupVoteOrMatch(StringRef name) {
  std::optional<CollectiveOp> op =
      StringSwitch<std::optional<CollectiveOp>>(name)
          .Case("vote.all.sync", CollectiveOp::VoteAll)
          .Case("vote.any.sync", CollectiveOp::VoteAny)
          .Case("vote.uni.sync", CollectiveOp::VoteUniform)
          .Case("vote.ballot.sync", CollectiveOp::VoteBallot)
          .Cases({"match.any.sync.i32", "match.any.sync.i64"},
                 CollectiveOp::MatchAny)
          .Default(std::nullopt);
  if (op)
    return simpleCollective(*op, 0, 1);
  if (name == "match.all.sync.i32p" || name == "match.all.sync.i64p")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      Value *value = b.CreateZExt(call.getArgOperand(1), b.getInt64Ty());
      Value *result = callCollective(call, b, l, CollectiveOp::MatchAll,
                                     call.getArgOperand(0), value);
      return makePair(call, b, b.CreateTrunc(result, b.getInt32Ty()),
                      readPredicate(call, b, l));
    };
  return {};
}

/// redux.sync.op(value, mask): the mask comes last.
static LowerFn lookupReduction(StringRef name) {
  if (!name.consume_front("redux.sync."))
    return {};
  std::optional<CollectiveOp> op =
      StringSwitch<std::optional<CollectiveOp>>(name)
          .Case("add", CollectiveOp::ReduceAdd)
          .Case("min", CollectiveOp::ReduceMin)
          .Case("max", CollectiveOp::ReduceMax)
          .Case("umin", CollectiveOp::ReduceUMin)
          .Case("umax", CollectiveOp::ReduceUMax)
          .Case("and", CollectiveOp::ReduceAnd)
          .Case("or", CollectiveOp::ReduceOr)
          .Case("xor", CollectiveOp::ReduceXor)
          .Default(std::nullopt);
  if (!op)
    return {};
  return simpleCollective(*op, 1, 0);
}

LowerFn sparsegpu::emulator::lookupSync(StringRef name) {
  for (auto *lookup :
       {lookupBarrier, lookupShuffle, lookupVoteOrMatch, lookupReduction})
    if (LowerFn fn = lookup(name))
      return fn;
  if (name == "bar.warp.sync")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      callCollective(call, b, l, CollectiveOp::WarpBarrier,
                     call.getArgOperand(0), b.getInt64(0));
      return nullptr;
    };
  if (name == "elect.sync")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      Value *leader = callCollective(call, b, l, CollectiveOp::Elect,
                                     call.getArgOperand(0), b.getInt64(0));
      return makePair(call, b, b.CreateTrunc(leader, b.getInt32Ty()),
                      readPredicate(call, b, l));
    };
  if (name == "activemask")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      return l.callOpaque(b, "activemask", b.getInt32Ty(),
                          {l.context(call), l.addSync(b, call, "activemask")});
    };
  if (name == "exit")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      l.callOpaque(b, "exit", b.getVoidTy(), {l.context(call)})
          ->setDoesNotReturn();
      return nullptr;
    };
  if (name == "nanosleep")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      l.callOpaque(b, "yield", b.getVoidTy(), {l.context(call)});
      return nullptr;
    };
  return {};
}

bool sparsegpu::emulator::isSynchronisation(StringRef name) {
  // A thread whose assertion fails stops while others go on.
  if (name == "__assertfail")
    return true;
  return name.consume_front("llvm.nvvm.") &&
         (lookupSync(name) || lookupMatrix(name));
}
