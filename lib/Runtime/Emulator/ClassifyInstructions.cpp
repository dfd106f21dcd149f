//===- ClassifyInstructions.cpp - LLVM instructions by their unit ---------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The classes are those of the throughput table of the CUDA C++ Programming
// Guide ("Arithmetic Instructions"), as far as LLVM IR tells them apart.
//
//===----------------------------------------------------------------------===//

#include "InstrumentAccesses.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;
using namespace sparsegpu::emulator;
using Class = InstructionClass;

/// Of arithmetic on a type.
static Class arithmeticClass(const Type *type) {
  const Type *scalar = type->getScalarType();
  if (scalar->isHalfTy() || scalar->isBFloatTy())
    return Class::Float16;
  if (scalar->isFloatTy())
    return Class::Float32;
  if (scalar->isDoubleTy())
    return Class::Float64;
  return Class::Integer;
}

/// Vectors are split by the back end; 16-bit floats stay in pairs.
static unsigned countOf(const Type *type) {
  auto *vector = dyn_cast<FixedVectorType>(type);
  if (!vector)
    return 1;
  unsigned elements = vector->getNumElements();
  return vector->getScalarSizeInBits() == 16 &&
                 vector->getElementType()->isFloatingPointTy()
             ? (elements + 1) / 2
             : elements;
}

static Classification arithmetic(const Type *type) {
  return {arithmeticClass(type), countOf(type)};
}

static Class accessClass(const Value *pointer, bool isStore) {
  const Value *object = getUnderlyingObject(pointer);
  if (isa<AllocaInst>(object))
    return isStore ? Class::StoreLocal : Class::LoadLocal;
  if (auto *argument = dyn_cast<Argument>(object);
      argument && argument->hasByValAttr())
    return isStore ? Class::StoreLocal : Class::LoadConstant;
  switch (pointer->getType()->getPointerAddressSpace()) {
  case 1:
    return isStore ? Class::StoreGlobal : Class::LoadGlobal;
  case 3:
  case 7:
    return isStore ? Class::StoreShared : Class::LoadShared;
  case 4:
    return Class::LoadConstant;
  case 5:
    return isStore ? Class::StoreLocal : Class::LoadLocal;
  case 101:
    return Class::LoadConstant;
  default:
    return isStore ? Class::StoreGeneric : Class::LoadGeneric;
  }
}

/// LLVM's own intrinsics. Names without "llvm.".
static Classification classifyGeneric(StringRef name, const CallInst &call) {
  StringRef base = name.split('.').first;
  if (is_contained({"floor", "ceil", "trunc", "rint", "nearbyint", "round",
                    "roundeven", "fptosi", "fptoui", "lround", "llround",
                    "lrint", "llrint"},
                   base))
    return {Class::Conversion, countOf(call.getType())};
  if (is_contained({"sqrt", "sin", "cos", "tan", "tanh", "exp", "exp2", "exp10",
                    "log", "log2", "log10", "pow", "powi", "asin", "acos",
                    "atan", "atan2", "sinh", "cosh"},
                   base))
    return {Class::Special, countOf(call.getType())};
  if (is_contained({"trap", "debugtrap", "ubsantrap"}, base))
    return {Class::Control};
  if (is_contained({"memcpy", "memmove", "memset"}, base))
    return {Class::StoreGeneric};
  return arithmetic(call.getType());
}

/// Names behind "llvm.nvvm.".
static Classification classifyTarget(StringRef name, const CallInst &call) {
  auto begins = [&](std::initializer_list<StringRef> prefixes) {
    return any_of(prefixes, [&](StringRef p) { return name.starts_with(p); });
  };
  if (begins({"read.ptx.sreg.", "move.", "internal.", "ptr.", "activemask",
              "mov."}))
    return {Class::Move};
  if (begins({"barrier", "bar.", "membar", "fence", "mbarrier",
              "cp.async.commit", "cp.async.wait", "cp.async.mbarrier",
              "nanosleep", "griddepcontrol"}))
    return {Class::Synchronisation};
  if (begins({"shfl", "vote", "match", "redux", "elect"}))
    return {Class::Shuffle};
  if (begins({"mma", "wmma"})) {
    if (name.contains(".load."))
      return {accessClass(call.getArgOperand(0), false)};
    if (name.contains(".store."))
      return {accessClass(call.getArgOperand(0), true)};
    return {Class::Matrix};
  }
  if (begins({"ldmatrix"}))
    return {Class::LoadShared};
  if (begins({"stmatrix"}))
    return {Class::StoreShared};
  if (begins({"ldu.", "ldg."}))
    return {Class::LoadGlobal};
  if (begins({"cp.async"}))
    return {Class::AsyncCopy};
  if (begins({"atomic."}))
    return {Class::Atomic};
  if (begins({"exit", "compiler.", "pm.event"}))
    return {Class::Control};
  if (begins(
          {"ex2", "lg2", "sin", "cos", "tanh", "rsqrt", "rcp", "sqrt", "div."}))
    return {Class::Special, countOf(call.getType())};
  if (begins({"floor", "ceil", "round", "trunc"}) || name.contains("2"))
    // f2i.rn, d2ll.rz, ff2bf16x2.rn, e4m3x2.to.f16x2 ...; dp2a is not one.
    if (!begins({"dp2a", "dp4a", "fma", "fmin", "fmax", "add", "mul", "sub"}))
      return {Class::Conversion};
  return arithmetic(call.getType());
}

static Classification classifyCall(const CallInst &call) {
  Function *callee = call.getCalledFunction();
  if (!callee)
    return {Class::Control};
  StringRef name = callee->getName();
  if (name.consume_front("llvm.nvvm."))
    return classifyTarget(name, call);
  if (name.consume_front("llvm."))
    return classifyGeneric(name, call);
  if (name.starts_with("__nv_"))
    return {Class::Special};
  return {Class::Control};
}

/// Whether it reads what is a register or a constant of the hardware.
static bool readsContext(const Instruction &instruction) {
  auto *load = dyn_cast<LoadInst>(&instruction);
  auto *argument =
      load ? dyn_cast<Argument>(getUnderlyingObject(load->getPointerOperand()))
           : nullptr;
  return argument && argument->getArgNo() == 0;
}

std::optional<Classification>
sparsegpu::emulator::classify(const Instruction &instruction) {
  if (isa<PHINode, AllocaInst, DbgInfoIntrinsic>(instruction))
    return std::nullopt;
  // Casts that change no bits.
  if (isa<AddrSpaceCastInst, BitCastInst, PtrToIntInst, IntToPtrInst>(
          instruction))
    return std::nullopt;
  if (auto *branch = dyn_cast<BranchInst>(&instruction))
    return branch->isUnconditional()
               ? std::nullopt
               : std::optional<Classification>({Class::Control});
  if (auto *intrinsic = dyn_cast<IntrinsicInst>(&instruction);
      intrinsic && intrinsic->isAssumeLikeIntrinsic())
    return std::nullopt;
  if (readsContext(instruction))
    return std::nullopt;
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    return Classification{accessClass(load->getPointerOperand(), false)};
  if (auto *store = dyn_cast<StoreInst>(&instruction))
    return Classification{accessClass(store->getPointerOperand(), true)};
  if (isa<AtomicRMWInst, AtomicCmpXchgInst>(instruction))
    return Classification{Class::Atomic};
  if (isa<FenceInst>(instruction))
    return Classification{Class::Synchronisation};
  if (auto *call = dyn_cast<CallInst>(&instruction))
    return classifyCall(*call);
  if (instruction.isTerminator())
    return Classification{Class::Control};
  if (isa<TruncInst, ZExtInst, SExtInst, GetElementPtrInst, ICmpInst,
          SelectInst>(instruction))
    return Classification{Class::Integer, countOf(instruction.getType())};
  if (auto *compare = dyn_cast<FCmpInst>(&instruction))
    return arithmetic(compare->getOperand(0)->getType());
  if (isa<CastInst>(instruction))
    return Classification{Class::Conversion, countOf(instruction.getType())};
  if (auto *binary = dyn_cast<BinaryOperator>(&instruction)) {
    Classification result = arithmetic(binary->getType());
    // A division is a reciprocal and corrections.
    if (binary->getOpcode() == Instruction::FDiv ||
        binary->getOpcode() == Instruction::FRem)
      result.instructionClass = Class::Special;
    return result;
  }
  if (isa<UnaryOperator>(instruction))
    return arithmetic(instruction.getType());
  // Parts of vectors and structures, freeze.
  return Classification{Class::Move};
}
