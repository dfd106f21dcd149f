//===- LowerAsync.cpp - Asynchronous copies and mbarriers -----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "cp.async" (non-bulk) and "mbarrier" as sm_80 has them. The work is
// done by the runtime (AsyncCopies.cpp, Mbarriers.cpp).
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Mbarriers.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace sparsegpu::emulator;

/// An address in any space as a generic one.
static Value *generic(IRBuilder<> &b, Value *address) {
  return b.CreateAddrSpaceCast(address, b.getPtrTy());
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// cp.async.{ca,cg}.shared.global.{4,8,16}[.s](destination, source[, bytes]).
/// Where the copy is cached makes no difference here.
static LowerFn lookupCopy(StringRef name) {
  bool hasSize = name.consume_back(".s");
  unsigned bytes = StringSwitch<unsigned>(name)
                       .Case("ca.shared.global.4", 4)
                       .Case("ca.shared.global.8", 8)
                       .Case("ca.shared.global.16", 16)
                       .Case("cg.shared.global.16", 16)
                       .Default(0);
  if (!bytes)
    return {};
  return [=](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
    Value *sourceBytes = hasSize ? call.getArgOperand(2) : b.getInt32(bytes);
    l.callOpaque(b, "cp.async", b.getVoidTy(),
                 {l.context(call), generic(b, call.getArgOperand(0)),
                  generic(b, call.getArgOperand(1)), b.getInt32(bytes),
                  sourceBytes, l.addSync(b, call, "cp.async")});
    return nullptr;
  };
}

/// cp.async.mbarrier.arrive[.noinc][.shared](mbarrier)
static LowerFn lookupArrival(StringRef name) {
  if (!name.consume_front("mbarrier.arrive"))
    return {};
  bool increments = !name.consume_front(".noinc");
  if (!name.empty() && name != ".shared")
    return {};
  return [=](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
    l.callOpaque(b, "cp.async.arrive", b.getVoidTy(),
                 {l.context(call), generic(b, call.getArgOperand(0)),
                  b.getInt32(increments)});
    return nullptr;
  };
}

static LowerFn lookupCopyFamily(StringRef name) {
  for (auto *lookup : {lookupCopy, lookupArrival})
    if (LowerFn fn = lookup(name))
      return fn;
  // Calls of the host with the context and the operand, if there is one.
  StringRef host = StringSwitch<StringRef>(name)
                       .Case("commit.group", "cp.async.commit")
                       .Case("wait.group", "cp.async.wait.group")
                       .Case("wait.all", "cp.async.wait.all")
                       .Default("");
  if (host.empty())
    return {};
  return [host](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
    SmallVector<Value *> operands{l.context(call)};
    append_range(operands, call.args());
    l.callOpaque(b, host, b.getVoidTy(), operands);
    return nullptr;
  };
}

//===----------------------------------------------------------------------===//
// mbarriers
//===----------------------------------------------------------------------===//

/// mbarrier.<op>[.shared], and the forms with a scope, which take the count of
/// an arrival as operand. A block is alone in its cluster, so .cluster as scope
/// is .cta; as address space it is of sm_90 and not known here.
static LowerFn lookupMbarrier(StringRef name) {
  bool scoped = name.consume_back(".scope.cta.space.cta");
  if (scoped)
    name.consume_back(".relaxed");
  else
    name.consume_back(".shared");
  std::optional<MbarrierOp> op =
      StringSwitch<std::optional<MbarrierOp>>(name)
          .Case("init", MbarrierOp::Init)
          .Case("inval", MbarrierOp::Invalidate)
          .Case("arrive", MbarrierOp::Arrive)
          .Case("arrive.noComplete", MbarrierOp::ArriveNoComplete)
          .Case("arrive.drop", MbarrierOp::ArriveDrop)
          .Case("arrive.drop.noComplete", MbarrierOp::ArriveDropNoComplete)
          .Case("test.wait", MbarrierOp::TestWait)
          .Case("test.wait.parity", MbarrierOp::TestWaitParity)
          .Default(std::nullopt);
  if (!op)
    return {};
  return [op = *op](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
    Value *operand = b.getInt64(1);
    if (call.arg_size() > 1)
      operand = b.CreateZExt(call.getArgOperand(1), b.getInt64Ty());
    Value *result =
        l.callOpaque(b, "mbarrier", b.getInt64Ty(),
                     {l.context(call), b.getInt32(static_cast<uint32_t>(op)),
                      generic(b, call.getArgOperand(0)), operand});
    if (call.getType()->isVoidTy())
      return nullptr;
    return b.CreateTrunc(result, call.getType());
  };
}

LowerFn sparsegpu::emulator::lookupAsync(StringRef name) {
  if (name.consume_front("cp.async."))
    return lookupCopyFamily(name);
  if (!name.consume_front("mbarrier."))
    return {};
  if (name == "pending.count")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      return l.callPure(b, "mbarrier.pending", b.getInt32Ty(),
                        {call.getArgOperand(0)});
    };
  return lookupMbarrier(name);
}

bool sparsegpu::emulator::isMbarrierPoll(StringRef name) {
  return name.starts_with("llvm.nvvm.mbarrier.test.wait");
}
