//===- LowerMemory.cpp - Fences, address spaces and caches
//------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace sparsegpu::emulator;

/// A fence of any scope; a block runs on one core, but its global memory is
/// seen by the other workers.
static Value *lowerFence(CallInst &, IRBuilder<> &b, Lowering &) {
  b.CreateFence(AtomicOrdering::SequentiallyConsistent);
  return nullptr;
}

static Value *lowerNothing(CallInst &, IRBuilder<> &, Lowering &) {
  return nullptr;
}

static Value *lowerIdentity(CallInst &call, IRBuilder<> &b, Lowering &) {
  return b.CreatePointerBitCastOrAddrSpaceCast(call.getArgOperand(0),
                                               call.getType());
}

/// isspacep: by the window of the block and the stacks of its threads.
static LowerFn lookupIsSpace(StringRef name) {
  if (!name.consume_front("isspacep."))
    return {};
  std::optional<unsigned> space = StringSwitch<std::optional<unsigned>>(name)
                                      .Case("global", 1)
                                      .Cases({"shared", "shared.cluster"}, 3)
                                      .Case("const", 4)
                                      .Case("local", 5)
                                      .Default(std::nullopt);
  if (!space)
    return {};
  return [space = *space](CallInst &call, IRBuilder<> &b,
                          Lowering &l) -> Value * {
    Value *result =
        l.callPure(b, "isspace", b.getInt32Ty(),
                   {l.context(call), call.getArgOperand(0), b.getInt32(space)});
    return b.CreateTrunc(result, b.getInt1Ty());
  };
}

/// discard.L2: what is in the 128 bytes is not defined until it is written.
static Value *lowerDiscard(CallInst &call, IRBuilder<> &b, Lowering &) {
  b.CreateMemSet(b.CreateAddrSpaceCast(call.getArgOperand(0), b.getPtrTy()),
                 b.getInt8(0xff), call.getArgOperand(1), Align(1));
  return nullptr;
}

LowerFn sparsegpu::emulator::lookupMemory(StringRef name) {
  if (LowerFn fn = lookupIsSpace(name))
    return fn;
  if (name == "membar.cta" || name == "membar.gl" || name == "membar.sys" ||
      name == "fence.sc.cluster" || name == "fence.proxy.alias")
    return lowerFence;
  // Caches are not modelled.
  if (name.starts_with("prefetch.") || name.starts_with("prefetchu.")) {
    if (name.starts_with("prefetch.tensormap"))
      return {};
    return lowerNothing;
  }
  if (name.starts_with("applypriority."))
    return lowerNothing;
  if (name.starts_with("discard."))
    return lowerDiscard;
  if (name.starts_with("ldu.global."))
    return [](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
      Align align(cast<ConstantInt>(call.getArgOperand(1))->getZExtValue());
      return b.CreateAlignedLoad(call.getType(), call.getArgOperand(0), align);
    };
  if (name.starts_with("internal.addrspace.wrap") ||
      name.starts_with("move.") || name.starts_with("ptr.param.to.gen") ||
      name.starts_with("ptr.gen.to."))
    return lowerIdentity;
  if (name == "pm.event.mask" || name == "compiler.warn")
    return lowerNothing;
  return {};
}
