//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramLibrary.h"
#include "HostValue.h"

#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/Transforms/Utils/Cloning.h"

#include <dlfcn.h>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

std::string HostProgram::callSymbol(StringRef entry) {
  return ("sparsegpu_call_" + entry).str();
}

/// Adds `void callSymbol(ptr arguments)`, which loads each argument of the C
/// interface from where the array's element points.
static void addCaller(llvm::Module &module, StringRef entry) {
  llvm::Function *function =
      module.getFunction(("_mlir_ciface_" + entry).str());
  llvm::LLVMContext &context = module.getContext();
  llvm::Type *pointer = llvm::PointerType::get(context, 0);
  auto *type =
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), {pointer}, false);
  auto *caller = llvm::Function::Create(type, llvm::Function::ExternalLinkage,
                                        HostProgram::callSymbol(entry), module);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "entry", caller));
  SmallVector<llvm::Value *> arguments;
  for (llvm::Argument &argument : function->args()) {
    llvm::Value *slot = builder.CreateConstGEP1_64(pointer, caller->getArg(0),
                                                   argument.getArgNo());
    llvm::Value *address = builder.CreateLoad(pointer, slot);
    arguments.push_back(builder.CreateLoad(argument.getType(), address));
  }
  builder.CreateCall(function, arguments);
  builder.CreateRetVoid();
}

llvm::Expected<HostProgram> HostProgram::create(ModuleOp module,
                                                StringRef entry) {
  HostProgram program;
  program.context = std::make_shared<llvm::LLVMContext>();
  program.module = translateModuleToLLVMIR(module, *program.context);
  if (!program.module)
    return makeError("the host code could not be translated to LLVM");
  addCaller(*program.module, entry);
  return program;
}

/// gpu.binary @name becomes the constant @name_binary.
static constexpr StringLiteral kBinarySuffix = "_binary";

static const llvm::ConstantDataArray *
getBitcode(const llvm::GlobalVariable &global) {
  if (!global.getName().ends_with(kBinarySuffix) || !global.hasInitializer())
    return nullptr;
  auto *data = dyn_cast<llvm::ConstantDataArray>(global.getInitializer());
  return data && data->isString(8) &&
                 data->getAsString().starts_with("BC\xC0\xDE")
             ? data
             : nullptr;
}

std::map<std::string, std::string> HostProgram::bitcode() const {
  std::map<std::string, std::string> modules;
  for (const llvm::GlobalVariable &global : module->globals())
    if (auto *data = getBitcode(global))
      modules[global.getName().drop_back(kBinarySuffix.size()).str()] =
          data->getAsString().str();
  return modules;
}

/// Puts the images where the bitcode is, with their sizes.
static void replaceImages(llvm::Module &module,
                          const std::map<std::string, KernelImage> &images) {
  llvm::LLVMContext &context = module.getContext();
  for (llvm::GlobalVariable &global :
       llvm::make_early_inc_range(module.globals())) {
    if (!getBitcode(global))
      continue;
    std::string name = global.getName().drop_back(kBinarySuffix.size()).str();
    const KernelImage &image = images.at(name);
    llvm::GlobalVariable *replacement;
    if (image.symbol.empty()) {
      llvm::Constant *bytes =
          llvm::ConstantDataArray::getString(context, image.bytes, false);
      replacement =
          new llvm::GlobalVariable(module, bytes->getType(), true,
                                   llvm::GlobalValue::InternalLinkage, bytes);
      // A fat binary is read in words.
      replacement->setAlignment(llvm::Align(16));
    } else {
      replacement = new llvm::GlobalVariable(
          module, llvm::Type::getInt8Ty(context), true,
          llvm::GlobalValue::ExternalLinkage, nullptr, image.symbol);
      replacement->setVisibility(llvm::GlobalValue::HiddenVisibility);
    }
    // mgpuModuleLoad(pointer, size): the only use is that call.
    for (llvm::User *user : llvm::make_early_inc_range(global.users()))
      if (auto *call = dyn_cast<llvm::CallInst>(user))
        if (call->arg_size() == 2 &&
            isa<llvm::ConstantInt>(call->getArgOperand(1)))
          call->setArgOperand(
              1, llvm::ConstantInt::get(call->getArgOperand(1)->getType(),
                                        image.bytes.size()));
    global.replaceAllUsesWith(replacement);
    global.eraseFromParent();
  }
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createMachine() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  std::string message;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return makeError(message);
  StringRef cpu =
      triple.getArch() == llvm::Triple::x86_64 ? "x86-64" : "generic";
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, cpu, "", llvm::TargetOptions(), llvm::Reloc::PIC_));
}

static llvm::Error emitObject(llvm::Module &module, StringRef path) {
  auto machine = createMachine();
  if (!machine)
    return machine.takeError();
  module.setTargetTriple((*machine)->getTargetTriple());
  module.setDataLayout((*machine)->createDataLayout());
  if (llvm::Error error =
          makeOptimizingTransformer(2, 0, machine->get())(&module))
    return error;
  std::error_code code;
  llvm::raw_fd_ostream out(path, code);
  if (code)
    return makeError("cannot write " + path + ": " + code.message());
  llvm::legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, out, nullptr,
                                      llvm::CodeGenFileType::ObjectFile))
    return makeError("there is no code generator for this machine");
  passes.run(module);
  return llvm::Error::success();
}

bool run::isOfCLibrary(StringRef symbol) {
  // By name: this program may have copies of their functions' addresses.
  return llvm::any_of(std::array{"libc.so.6", "libm.so.6"},
                      [&](const char *library) {
                        void *handle = dlopen(library, RTLD_LAZY);
                        return handle && dlsym(handle, symbol.str().c_str());
                      });
}

/// The object may leave undefined what runtime libraries have and what the C
/// library has; anything else would fail only where the bundle is used.
static llvm::Error checkSymbols(StringRef path) {
  auto file = llvm::object::ObjectFile::createObjectFile(path);
  if (!file)
    return file.takeError();
  for (const llvm::object::SymbolRef &symbol : file->getBinary()->symbols()) {
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    llvm::Expected<StringRef> name = symbol.getName();
    if (!flags || !name || name->empty() ||
        !(*flags & llvm::object::SymbolRef::SF_Undefined)) {
      llvm::consumeError(flags.takeError());
      llvm::consumeError(name.takeError());
      continue;
    }
    if (name->starts_with("sparsegpu_conversion_"))
      return makeError("the program converts between formats when it runs, "
                       "which a bundle does not: convert the matrix before "
                       "(sparse-pack convert)");
    if (name->starts_with("mgpu") || name->starts_with("sparsegpu") ||
        *name == "memrefCopy" || *name == "_GLOBAL_OFFSET_TABLE_")
      continue;
    if (!isOfCLibrary(*name))
      return makeError("the host code calls '" + *name +
                       "', which neither the C library nor a runtime library "
                       "has, so it cannot be in a bundle");
  }
  return llvm::Error::success();
}

llvm::Error HostProgram::write(StringRef path,
                               const std::map<std::string, KernelImage> &images,
                               const std::vector<std::string> &objects) const {
  std::unique_ptr<llvm::Module> copy = llvm::CloneModule(*module);
  replaceImages(*copy, images);
  std::string object = (path + ".o").str(), log = (path + ".log").str();
  llvm::scope_exit remove([&] {
    llvm::sys::fs::remove(object);
    llvm::sys::fs::remove(log);
  });
  if (llvm::Error error = emitObject(*copy, object))
    return error;
  if (llvm::Error error = checkSymbols(object))
    return error;
  std::string linker;
  for (const char *name : {"cc", "gcc", "clang", "clang-22"})
    if (auto found = llvm::sys::findProgramByName(name)) {
      linker = *found;
      break;
    }
  if (linker.empty())
    return makeError("linking a bundle needs a C compiler (cc, gcc or clang)");
  SmallVector<StringRef> command = {linker, "-shared", "-s",
                                    "-o",   path,      object};
  command.append(objects.begin(), objects.end());
  command.append({"-static-libgcc", "-lm"});
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log),
                                          StringRef(log)};
  std::string message;
  if (llvm::sys::ExecuteAndWait(linker, command, std::nullopt, redirects, 0, 0,
                                &message) != 0) {
    auto text = llvm::MemoryBuffer::getFile(log);
    return makeError(linker + " cannot link " + path + ": " + message +
                     (text ? (*text)->getBuffer().trim() : ""));
  }
  return llvm::Error::success();
}
