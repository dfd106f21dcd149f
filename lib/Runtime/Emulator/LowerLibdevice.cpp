//===- LowerLibdevice.cpp - CUDA's mathematical functions -----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// With CUDA installed MLIR links libdevice and its functions are in the
// bitcode. Without, calls of `__nv_...` are left, and the host's library
// computes them (HostLibdevice.cpp).
//
//===----------------------------------------------------------------------===//

#include "HostFunctions.h"
#include "Lowering.h"

using namespace llvm;
using namespace sparsegpu::emulator;

namespace {

/// Functions that LLVM knows better than a call, by the name without suffix f.
struct IntrinsicFunction {
  StringRef name;
  Intrinsic::ID id;
};
const IntrinsicFunction intrinsics[] = {
    {"fabs", Intrinsic::fabs},         {"ceil", Intrinsic::ceil},
    {"copysign", Intrinsic::copysign}, {"floor", Intrinsic::floor},
    {"fma", Intrinsic::fma},           {"fmax", Intrinsic::maxnum},
    {"fmin", Intrinsic::minnum},       {"nearbyint", Intrinsic::nearbyint},
    {"rint", Intrinsic::rint},         {"round", Intrinsic::round},
    {"sqrt", Intrinsic::sqrt},         {"trunc", Intrinsic::trunc},
};

} // namespace

/// Small integer functions.
static LowerFn lookupIntegerFunction(StringRef name) {
  auto abs = [](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    return b.CreateBinaryIntrinsic(Intrinsic::abs, call.getArgOperand(0),
                                   b.getFalse());
  };
  auto toInt = [](CallInst &call, IRBuilder<> &b, Value *value) {
    return b.CreateZExtOrTrunc(value, call.getType());
  };
  if (name == "__nv_abs" || name == "__nv_llabs")
    return abs;
  if (name == "__nv_clz" || name == "__nv_clzll")
    return [toInt](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
      return toInt(call, b,
                   b.CreateBinaryIntrinsic(
                       Intrinsic::ctlz, call.getArgOperand(0), b.getFalse()));
    };
  if (name == "__nv_popc" || name == "__nv_popcll")
    return [toInt](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
      return toInt(
          call, b,
          b.CreateUnaryIntrinsic(Intrinsic::ctpop, call.getArgOperand(0)));
    };
  if (name == "__nv_ffs" || name == "__nv_ffsll")
    return [toInt](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
      Value *x = call.getArgOperand(0);
      Value *position =
          b.CreateAdd(b.CreateBinaryIntrinsic(Intrinsic::cttz, x, b.getFalse()),
                      ConstantInt::get(x->getType(), 1));
      Value *isZero = b.CreateICmpEQ(x, ConstantInt::get(x->getType(), 0));
      return toInt(
          call, b,
          b.CreateSelect(isZero, ConstantInt::get(x->getType(), 0), position));
    };
  if (name == "__nv_brev" || name == "__nv_brevll")
    return [](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
      return b.CreateUnaryIntrinsic(Intrinsic::bitreverse,
                                    call.getArgOperand(0));
    };
  struct MinMax {
    StringRef name;
    Intrinsic::ID id;
  };
  for (const MinMax &m : {MinMax{"__nv_min", Intrinsic::smin},
                          {"__nv_max", Intrinsic::smax},
                          {"__nv_umin", Intrinsic::umin},
                          {"__nv_umax", Intrinsic::umax},
                          {"__nv_llmin", Intrinsic::smin},
                          {"__nv_llmax", Intrinsic::smax},
                          {"__nv_ullmin", Intrinsic::umin},
                          {"__nv_ullmax", Intrinsic::umax}})
    if (name == m.name)
      return
          [id = m.id](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
            return b.CreateBinaryIntrinsic(id, call.getArgOperand(0),
                                           call.getArgOperand(1));
          };
  return {};
}

LowerFn sparsegpu::emulator::lookupLibdevice(StringRef name) {
  if (!name.starts_with("__nv_"))
    return {};
  if (LowerFn fn = lookupIntegerFunction(name))
    return fn;
  StringRef base = name.drop_front(strlen("__nv_"));
  for (const IntrinsicFunction &f : intrinsics)
    if (base == f.name || (base.drop_back() == f.name && base.ends_with("f")))
      return
          [id = f.id](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
            SmallVector<Value *> operands(call.args());
            return b.CreateIntrinsic(call.getType(), id, operands);
          };
  for (const HostFunction &f : libdeviceFunctions())
    if (name == StringRef(f.name))
      return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
        SmallVector<Value *> operands(call.args());
        StringRef callee = call.getCalledFunction()->getName();
        bool pure = llvm::none_of(
            operands, [](Value *v) { return v->getType()->isPointerTy(); });
        return pure ? l.callPure(b, callee, call.getType(), operands)
                    : l.callOpaque(b, callee, call.getType(), operands);
      };
  return {};
}
