//===- DescriptorEmitter.cpp - The descriptor of a compiled module --------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// 1. What the code generator may call by a name of its own gets a definition in
//    the module, so that no library has to have it.
// 2. Each function of the host gets a slot, a variable that the loader fills,
//    and is called through it. After all passes: they saw plain calls.
// 3. The tables of PrecompiledModule.h become constants.
// 4. Everything but the descriptor becomes internal, so that several modules
//    can be linked into one library.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "PrecompiledModule.h"
#include "Transforms.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace sparsegpu::emulator;

//===----------------------------------------------------------------------===//
// Functions of the host
//===----------------------------------------------------------------------===//

/// Conversions between half types and wider ones, for processors without them.
/// compiler-rt and libgcc have them too, but not in every version, nor with one
/// calling convention.
static void defineConversions(Module &module) {
  LLVMContext &context = module.getContext();
  Type *half = Type::getHalfTy(context), *bfloat = Type::getBFloatTy(context);
  Type *single = Type::getFloatTy(context);
  Type *wide = Type::getDoubleTy(context);
  struct Conversion {
    const char *name;
    Type *to, *from;
  };
  for (const Conversion &c : {Conversion{"__truncsfhf2", half, single},
                              {"__truncdfhf2", half, wide},
                              {"__truncsfbf2", bfloat, single},
                              {"__truncdfbf2", bfloat, wide},
                              {"__extendhfsf2", single, half},
                              {"__extendhfdf2", wide, half}}) {
    auto *type = FunctionType::get(c.to, {c.from}, false);
    auto *function =
        Function::Create(type, GlobalValue::InternalLinkage, c.name, module);
    function->addFnAttr(Attribute::NoUnwind);
    IRBuilder<> b(BasicBlock::Create(context, "", function));
    FunctionCallee host =
        module.getOrInsertFunction(std::string(kHostPrefix) + c.name, type);
    CallInst *call = b.CreateCall(host, {function->getArg(0)});
    call->setTailCall();
    b.CreateRet(call);
  }
}

/// Replaces the function by the content of its slot.
static GlobalVariable *addSlot(Function &function, StringRef name) {
  Module &module = *function.getParent();
  Type *pointer = PointerType::getUnqual(module.getContext());
  auto *slot = new GlobalVariable(
      module, pointer, /*isConstant=*/false, GlobalValue::InternalLinkage,
      Constant::getNullValue(pointer), "sparsegpu.slot." + name);
  slot->setExternallyInitialized(true);
  for (Use &use : make_early_inc_range(function.uses())) {
    auto *user = cast<Instruction>(use.getUser());
    if (auto *phi = dyn_cast<PHINode>(user))
      user = phi->getIncomingBlock(use)->getTerminator();
    LoadInst *load = IRBuilder<>(user).CreateLoad(pointer, slot);
    load->setMetadata(LLVMContext::MD_invariant_load,
                      MDNode::get(module.getContext(), {}));
    use.set(load);
  }
  return slot;
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

namespace {
/// Makes constants of what the structures of PrecompiledModule.h hold. Types
/// are made from the values: none of the structures has padding that differs
/// between C and LLVM.
class TableBuilder {
public:
  explicit TableBuilder(Module &module)
      : module(module), context(module.getContext()) {}

  Constant *i32(uint32_t value) {
    return ConstantInt::get(Type::getInt32Ty(context), value);
  }
  Constant *i64(uint64_t value) {
    return ConstantInt::get(Type::getInt64Ty(context), value);
  }
  Constant *null() {
    return ConstantPointerNull::get(PointerType::getUnqual(context));
  }
  Constant *pointer(GlobalValue *value) {
    return value ? ConstantExpr::getPointerBitCastOrAddrSpaceCast(
                       value, PointerType::getUnqual(context))
                 : null();
  }
  Constant *string(StringRef text) {
    return store(ConstantDataArray::getString(context, text));
  }
  template <typename T> Constant *numbers(ArrayRef<T> values) {
    return values.empty() ? null()
                          : store(ConstantDataArray::get(context, values));
  }
  Constant *record(ArrayRef<Constant *> fields) {
    return ConstantStruct::getAnon(fields);
  }
  Constant *table(ArrayRef<Constant *> rows) {
    if (rows.empty())
      return null();
    return store(ConstantArray::get(
        ArrayType::get(rows[0]->getType(), rows.size()), rows));
  }

private:
  Constant *store(Constant *value) {
    return new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                              GlobalValue::PrivateLinkage, value);
  }
  Module &module;
  LLVMContext &context;
};
} // namespace

static Constant *describe(Module &module, const CompiledKernel &kernel,
                          TableBuilder &b) {
  return b.record({b.string(kernel.name),
                   b.pointer(module.getFunction(entryName(kernel.name))),
                   b.numbers(ArrayRef(kernel.paramBytes)),
                   b.numbers(ArrayRef(kernel.paramIsPointer)),
                   b.i64(kernel.stackBytes), b.i32(kernel.numParams()),
                   b.i32(kernel.maxThreads), b.i32(kernel.staticShared),
                   b.i32(kernel.maySynchronise), b.i32(kernel.pollsMemory),
                   b.i32(kernel.hasFloatAtomics)});
}

void sparsegpu::emulator::emitDescriptor(Module &module,
                                         const CompiledModule &compiled,
                                         StringRef processor,
                                         StringRef symbol) {
  TableBuilder b(module);
  SmallVector<Constant *> kernels, syncs, globals, hostFunctions;
  for (auto &[name, kernel] : compiled.kernels)
    kernels.push_back(describe(module, kernel, b));
  for (const SyncSite &sync : compiled.syncs)
    syncs.push_back(
        b.record({b.string(sync.operation), b.string(sync.location)}));
  for (auto [index, global] : enumerate(compiled.globals))
    globals.push_back(
        b.record({b.string(global.name),
                  b.pointer(module.getNamedValue(globalName(index))),
                  b.i64(global.bytes)}));

  // Nothing of the kernels may be taken for a function of the C library that
  // the code generator calls, or have the name of the descriptor.
  for (Function &function : module)
    if (!function.isDeclaration() && !function.getName().contains('.'))
      function.setName("sparsegpu.device." + function.getName());
  defineConversions(module);
  for (Function &function : make_early_inc_range(module)) {
    StringRef name = function.getName();
    if (!function.isDeclaration() || !name.consume_front(kHostPrefix))
      continue;
    hostFunctions.push_back(
        b.record({b.string(name), b.pointer(addSlot(function, name))}));
    function.eraseFromParent();
  }

  for (GlobalObject &object : module.global_objects())
    if (!object.isDeclaration() && !object.hasLocalLinkage())
      object.setLinkage(GlobalValue::InternalLinkage);
  assert(!module.getNamedValue(symbol) && "the name is taken");
  Constant *descriptor =
      b.record({b.i64(kPrecompiledMagic), b.i32(kPrecompiledVersion),
                b.i32(kernels.size()), b.i32(syncs.size()),
                b.i32(globals.size()), b.i32(hostFunctions.size()), b.i32(0),
                b.string(processor), b.table(kernels), b.table(syncs),
                b.table(globals), b.table(hostFunctions)});
  auto *variable = new GlobalVariable(
      module, descriptor->getType(),
      /*isConstant=*/true, GlobalValue::ExternalLinkage, descriptor, symbol);
  variable->setAlignment(Align(16));
}
