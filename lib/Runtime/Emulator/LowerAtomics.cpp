//===- LowerAtomics.cpp - Atomics with a scope in their name --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "atom". LLVM's own atomicrmw and cmpxchg, with every syncscope and
// in every address space, mean the same on the host, whose atomics hold for
// all threads. What is left are the intrinsics of a narrower or wider scope
// than the device.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace sparsegpu::emulator;

/// atomic.<op>.gen.{i,f}.{cta,sys}: `atomicrmw` with a narrower or wider scope.
LowerFn sparsegpu::emulator::lookupAtomic(StringRef name) {
  if (!name.consume_front("atomic."))
    return {};
  auto [op, rest] = name.split('.');
  if (!rest.consume_front("gen."))
    return {};
  bool isFloat = rest.starts_with("f.");
  if (op == "cas")
    return [](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
      Value *pair = b.CreateAtomicCmpXchg(
          call.getArgOperand(0), call.getArgOperand(1), call.getArgOperand(2),
          MaybeAlign(), AtomicOrdering::SequentiallyConsistent,
          AtomicOrdering::SequentiallyConsistent);
      return b.CreateExtractValue(pair, 0);
    };
  using Op = AtomicRMWInst::BinOp;
  Op binOp = StringSwitch<Op>(op)
                 .Case("add", isFloat ? Op::FAdd : Op::Add)
                 .Case("and", Op::And)
                 .Case("or", Op::Or)
                 .Case("xor", Op::Xor)
                 .Case("exch", Op::Xchg)
                 .Case("max", Op::Max)
                 .Case("min", Op::Min)
                 .Case("inc", Op::UIncWrap)
                 .Case("dec", Op::UDecWrap)
                 .Default(Op::BAD_BINOP);
  if (binOp == Op::BAD_BINOP)
    return {};
  return [binOp](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    return b.CreateAtomicRMW(binOp, call.getArgOperand(0),
                             call.getArgOperand(1), MaybeAlign(),
                             AtomicOrdering::Monotonic);
  };
}
