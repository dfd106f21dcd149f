//===- LowerSpecialRegisters.cpp - %tid and its like ----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Special Registers". A launch has no clusters, so a cluster is one
// block.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace sparsegpu::emulator;

/// Reads a 32-bit field.
static LowerFn readField(size_t offset) {
  return [offset](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
    return l.field(b, call, offset, b.getInt32Ty());
  };
}

static LowerFn constant(uint64_t value) {
  return [value](CallInst &call, IRBuilder<> &, Lowering &) -> Value * {
    return ConstantInt::get(call.getType(), value);
  };
}

/// Registers with four components of which the last is always the same.
static LowerFn vectorRegister(StringRef component, size_t offset,
                              uint64_t last) {
  int index = StringSwitch<int>(component)
                  .Case("x", 0)
                  .Case("y", 1)
                  .Case("z", 2)
                  .Case("w", 3)
                  .Default(-1);
  if (index < 0)
    return {};
  if (index == 3)
    return constant(last);
  return readField(offset + index * sizeof(uint32_t));
}

static Value *lowerLaneMask(CallInst &call, IRBuilder<> &b, Lowering &l,
                            StringRef kind) {
  Value *lane = l.field(b, call, offsetof(ThreadContext, lane), b.getInt32Ty());
  Value *bit = b.CreateShl(b.getInt32(1), lane);
  Value *below = b.CreateSub(bit, b.getInt32(1));
  if (kind == "eq")
    return bit;
  if (kind == "lt")
    return below;
  if (kind == "le")
    return b.CreateOr(below, bit);
  if (kind == "ge")
    return b.CreateNot(below);
  return b.CreateNot(b.CreateOr(below, bit)); // gt
}

LowerFn sparsegpu::emulator::lookupSpecialRegister(StringRef name) {
  if (!name.consume_front("read.ptx.sreg."))
    return {};
  auto [base, component] = name.rsplit('.');
  if (base == "tid")
    return vectorRegister(component, offsetof(ThreadContext, tid), 0);
  if (base == "ntid")
    return vectorRegister(component, offsetof(ThreadContext, ntid), 1);
  if (base == "ctaid" || base == "clusterid")
    return vectorRegister(component, offsetof(ThreadContext, ctaid), 0);
  if (base == "nctaid" || base == "nclusterid")
    return vectorRegister(component, offsetof(ThreadContext, nctaid), 1);
  if (base == "cluster.ctaid")
    return constant(0);
  if (base == "cluster.nctaid")
    return constant(1);
  if (base == "lanemask")
    return
        [kind = component.str()](CallInst &call, IRBuilder<> &b, Lowering &l) {
          return lowerLaneMask(call, b, l, kind);
        };
  if (name == "laneid")
    return readField(offsetof(ThreadContext, lane));
  if (name == "warpid")
    return readField(offsetof(ThreadContext, warp));
  if (name == "nwarpid")
    return constant(kMaxWarps);
  if (name == "warpsize")
    return constant(kWarpSize);
  if (name == "dynamic_smem_size")
    return readField(offsetof(ThreadContext, dynamicShared));
  if (name == "total_smem_size" || name == "aggr_smem_size")
    return readField(offsetof(ThreadContext, totalShared));
  if (name == "gridid")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) {
      Value *id =
          l.field(b, call, offsetof(ThreadContext, gridId), b.getInt64Ty());
      return b.CreateZExtOrTrunc(id, call.getType());
    };
  if (name == "smid" || name == "cluster.ctarank")
    return constant(0);
  if (name == "nsmid" || name == "cluster.nctarank")
    return constant(1);
  // PTX ISA, "%envreg", "%pm": set by the driver, or counters whose behaviour
  // is not defined.
  StringRef number = name;
  if ((number.consume_front("envreg") || number.consume_front("pm")) &&
      !number.empty() && all_of(number, isDigit))
    return constant(0);
  if (name == "clock" || name == "clock64" || name == "globaltimer" ||
      name == "globaltimer.lo")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) {
      Value *now = l.callOpaque(b, "clock", b.getInt64Ty(), {});
      return b.CreateZExtOrTrunc(now, call.getType());
    };
  return {};
}
