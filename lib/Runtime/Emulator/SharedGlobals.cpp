//===- SharedGlobals.cpp - Variables in shared memory ---------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// 1. Uses inside constant expressions become instructions.
// 2. Each kernel lays out the variables that it uses: offsets in the order of
// the
//    module, aligned as they ask. Variables of size zero (and external ones)
//    all name the dynamic part behind the static one.
// 3. Uses become `shared base + offset`, the base read from the context.
//
// Address space 3 is kept on the pointers: on the host it means nothing, and
// the instrumentation learns from it which accesses are shared.
//
//===----------------------------------------------------------------------===//

#include "Transforms.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/ReplaceConstant.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace sparsegpu::emulator;

static constexpr unsigned kSharedSpace = 3;
/// What dynamic shared memory is aligned to at least.
static constexpr uint64_t kDynamicAlignment = 16;

static bool isDynamic(const GlobalVariable &variable,
                      const DataLayout &layout) {
  return variable.isDeclaration() ||
         layout.getTypeAllocSize(variable.getValueType()) == 0;
}

static void replaceUses(Function &function, GlobalVariable &variable,
                        uint64_t offset, uint64_t bytes) {
  IRBuilder<> b(&*function.getEntryBlock().getFirstNonPHIOrDbgOrAlloca());
  Type *pointer = variable.getType();
  Value *slot = b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), function.getArg(0),
                                             offsetof(ThreadContext, shared));
  LoadInst *base = b.CreateLoad(pointer, slot);
  base->setMetadata(LLVMContext::MD_invariant_load,
                    MDNode::get(b.getContext(), {}));
  // An instruction also where the offset is zero: checks know the variable by
  // it.
  auto *address = GetElementPtrInst::CreateInBounds(
      b.getInt8Ty(), base, b.getInt64(offset), variable.getName());
  b.Insert(address);
  auto number = [&](uint64_t value) {
    return ConstantAsMetadata::get(b.getInt64(value));
  };
  address->setMetadata(
      kSharedVariable,
      MDNode::get(b.getContext(),
                  {MDString::get(b.getContext(), variable.getName()),
                   number(offset), number(bytes)}));
  variable.replaceUsesWithIf(address, [&](Use &use) {
    auto *user = dyn_cast<Instruction>(use.getUser());
    return user && user->getFunction() == &function && user != address;
  });
}

std::string sparsegpu::emulator::lowerSharedGlobals(
    Module &module, ArrayRef<Function *> kernels, CompiledModule &compiled) {
  SmallVector<Constant *> variables;
  for (GlobalVariable &variable : module.globals())
    if (variable.getAddressSpace() == kSharedSpace)
      variables.push_back(&variable);
  convertUsersOfConstantsToInstructions(variables);

  const DataLayout &layout = module.getDataLayout();
  for (Function *kernel : kernels) {
    // Variables that the kernel uses, in the order of the module.
    SmallVector<GlobalVariable *> used, dynamic;
    for (Constant *constant : variables) {
      auto *variable = cast<GlobalVariable>(constant);
      bool isUsed = any_of(variable->users(), [&](User *user) {
        auto *instruction = dyn_cast<Instruction>(user);
        return instruction && instruction->getFunction() == kernel;
      });
      if (isUsed)
        (isDynamic(*variable, layout) ? dynamic : used).push_back(variable);
    }
    uint64_t offset = 0;
    for (GlobalVariable *variable : used) {
      offset = alignTo(offset, layout.getPreferredAlign(variable));
      uint64_t bytes = layout.getTypeAllocSize(variable->getValueType());
      replaceUses(*kernel, *variable, offset, bytes);
      offset += bytes;
    }
    uint64_t alignment = kDynamicAlignment;
    for (GlobalVariable *variable : dynamic)
      alignment = std::max<uint64_t>(alignment,
                                     variable->getAlign().valueOrOne().value());
    offset = alignTo(offset, alignment);
    for (GlobalVariable *variable : dynamic)
      replaceUses(*kernel, *variable, offset, kSharedWindow - offset);
    if (offset > kMaxShared)
      return formatv("kernel '{0}' has {1} bytes of static shared memory; a "
                     "block may have {2}",
                     kernel->getName(), offset, kMaxShared)
          .str();
    compiled.kernels[kernel->getName().str()].staticShared = offset;
  }

  for (Constant *constant : variables) {
    auto *variable = cast<GlobalVariable>(constant);
    variable->removeDeadConstantUsers();
    if (!variable->use_empty())
      return formatv("shared variable '{0}' is used outside of a kernel, in a "
                     "recursive function or an initialiser",
                     variable->getName())
          .str();
    variable->eraseFromParent();
  }
  return "";
}
