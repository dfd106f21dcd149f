//===- LowerRuntime.cpp - printf, assert, trap and malloc of a kernel -----===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

using namespace llvm;
using namespace sparsegpu::emulator;

/// Passes the operands on as they are.
static LowerFn forward(StringRef hostName) {
  return [name = hostName.str()](CallInst &call, IRBuilder<> &b,
                                 Lowering &l) -> Value * {
    SmallVector<Value *> operands(call.args());
    return l.callOpaque(b, name, call.getType(), operands);
  };
}

LowerFn sparsegpu::emulator::lookupRuntime(StringRef name) {
  if (name == "vprintf" || name == "malloc" || name == "free")
    return forward(name);
  if (name == "__assertfail")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      SmallVector<Value *> operands{l.context(call)};
      for (unsigned i = 0; i < 4; ++i)
        operands.push_back(call.getArgOperand(i));
      l.callOpaque(b, "assertfail", b.getVoidTy(), operands)
          ->setDoesNotReturn();
      return nullptr;
    };
  if (name == "llvm.trap" || name == "llvm.ubsantrap" ||
      name == "llvm.debugtrap" || name == "abort")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      l.callOpaque(b, "trap", b.getVoidTy(), {l.context(call)})
          ->setDoesNotReturn();
      return nullptr;
    };
  if (name == "__nvvm_reflect" || name == "llvm.nvvm.reflect")
    // libdevice asks for flushing of subnormals and for fast division: no.
    return [](CallInst &call, IRBuilder<> &, Lowering &) -> Value * {
      return ConstantInt::get(call.getType(), 0);
    };
  return {};
}
