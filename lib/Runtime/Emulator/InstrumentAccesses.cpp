//===- InstrumentAccesses.cpp - Which instructions touch memory -----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InstrumentAccesses.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace sparsegpu::emulator;

static AccessSpace spaceOf(const Value *pointer) {
  switch (pointer->getType()->getPointerAddressSpace()) {
  case 1:
    return AccessSpace::Global;
  case 3:
  case 7:
    return AccessSpace::Shared;
  case 4:
    return AccessSpace::Constant;
  default:
    return AccessSpace::Generic;
  }
}

static StringRef calleeName(const Instruction &instruction) {
  auto *call = dyn_cast<CallInst>(&instruction);
  Function *callee = call ? call->getCalledFunction() : nullptr;
  return callee ? callee->getName() : "";
}

static InstructionAccess makeAccess(Instruction &instruction, unsigned operand,
                                    uint32_t bytes, uint32_t alignment,
                                    AccessKind kind) {
  return {&instruction, operand, bytes,
          alignment,    kind,    spaceOf(instruction.getOperand(operand))};
}

/// Accesses that are calls of intrinsics.
static SmallVector<InstructionAccess, 2> getCallAccesses(CallInst &call) {
  StringRef name = calleeName(call);
  if (!name.consume_front("llvm.nvvm."))
    return {};
  const DataLayout &layout = call.getModule()->getDataLayout();
  if (name.starts_with("ldu.global.")) {
    uint32_t bytes = layout.getTypeStoreSize(call.getType());
    uint32_t align = cast<ConstantInt>(call.getArgOperand(1))->getZExtValue();
    return {makeAccess(call, 0, bytes, align, AccessKind::Load)};
  }
  if (name.starts_with("atomic.")) {
    uint32_t bytes = layout.getTypeStoreSize(call.getType());
    return {makeAccess(call, 0, bytes, bytes, AccessKind::Atomic)};
  }
  if (name.consume_front("ldmatrix.sync.aligned.m8n8.")) {
    uint32_t matrices = name.starts_with("x4")   ? 4
                        : name.starts_with("x2") ? 2
                                                 : 1;
    InstructionAccess access =
        makeAccess(call, 0, 16 * matrices, 16, AccessKind::MatrixLoad);
    access.checked = false;
    return {access};
  }
  if (!name.consume_front("cp.async."))
    return {};
  bool hasSize = name.consume_back(".s");
  uint32_t bytes = StringSwitch<uint32_t>(name)
                       .Case("ca.shared.global.4", 4)
                       .Case("ca.shared.global.8", 8)
                       .Case("ca.shared.global.16", 16)
                       .Case("cg.shared.global.16", 16)
                       .Default(0);
  if (!bytes)
    return {};
  InstructionAccess write =
      makeAccess(call, 0, bytes, bytes, AccessKind::AsyncWrite);
  InstructionAccess read =
      makeAccess(call, 1, bytes, bytes, AccessKind::AsyncRead);
  write.checked = read.checked = false;
  read.laneBytes =
      hasSize ? call.getArgOperand(2)
              : ConstantInt::get(Type::getInt32Ty(call.getContext()), bytes);
  return {write, read};
}

SmallVector<InstructionAccess, 2>
sparsegpu::emulator::getAccesses(Instruction &instruction) {
  const DataLayout &layout = instruction.getModule()->getDataLayout();
  auto make = [&](unsigned operand, Type *type, Align align, AccessKind kind) {
    return makeAccess(instruction, operand, layout.getTypeStoreSize(type),
                      align.value(), kind);
  };
  SmallVector<InstructionAccess, 2> found;
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    found = {make(load->getPointerOperandIndex(), load->getType(),
                  load->getAlign(), AccessKind::Load)};
  else if (auto *store = dyn_cast<StoreInst>(&instruction))
    found = {make(store->getPointerOperandIndex(),
                  store->getValueOperand()->getType(), store->getAlign(),
                  AccessKind::Store)};
  else if (auto *rmw = dyn_cast<AtomicRMWInst>(&instruction))
    found = {make(rmw->getPointerOperandIndex(), rmw->getType(),
                  rmw->getAlign(), AccessKind::Atomic)};
  else if (auto *cas = dyn_cast<AtomicCmpXchgInst>(&instruction))
    found = {make(cas->getPointerOperandIndex(),
                  cas->getNewValOperand()->getType(), cas->getAlign(),
                  AccessKind::Atomic)};
  else if (auto *call = dyn_cast<CallInst>(&instruction))
    found = getCallAccesses(*call);
  if (found.empty())
    return found;
  // The thread's own memory, its parameters, and its context.
  const Value *object = getUnderlyingObject(found[0].pointer());
  if (isa<AllocaInst>(object))
    return {};
  if (auto *argument = dyn_cast<Argument>(object))
    if (argument->hasByValAttr() || argument->getArgNo() == 0)
      return {};
  return found;
}

AsyncOp sparsegpu::emulator::getAsyncOp(const Instruction &instruction,
                                        uint32_t &mostInFlight) {
  StringRef name = calleeName(instruction);
  mostInFlight = 0;
  if (!name.consume_front("llvm.nvvm.cp.async."))
    return AsyncOp::None;
  if (name == "commit.group")
    return AsyncOp::Commit;
  if (name == "wait.all")
    return AsyncOp::WaitAll;
  if (name != "wait.group")
    return AsyncOp::None;
  auto *call = cast<CallInst>(&instruction);
  if (auto *most = dyn_cast<ConstantInt>(call->getArgOperand(0)))
    mostInFlight = most->getZExtValue();
  return AsyncOp::Wait;
}
