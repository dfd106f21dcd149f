//===- Precompile.cpp - Compiling a module ahead of time ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The object is for any processor of x86-64-v3, which is every one since 2013
// (Intel) and 2015 (AMD) but for some small ones: without FMA each fused
// multiply-add of a kernel would be a call of the C library, and without F16C
// so would each conversion from half. Newer features are left out: the object
// has to run elsewhere, and the loader checks that it can.
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "LastError.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/TargetParser/Host.h"

#include <cstdlib>
#include <cstring>

using namespace llvm;
using namespace sparsegpu::emulator;

static CodeTarget portableTarget() {
  Triple triple(sys::getProcessTriple());
  CodeTarget target{orc::JITTargetMachineBuilder(triple), ""};
  if (triple.getArch() == Triple::x86_64)
    target.processor = "x86-64-v3";
  target.builder.setCPU(target.processor.empty() ? "generic"
                                                 : target.processor);
  return target;
}

static bool isIdentifier(StringRef name) {
  return !name.empty() && !isDigit(name[0]) &&
         all_of(name, [](char c) { return isAlnum(c) || c == '_'; });
}

static Status precompile(StringRef bitcode, StringRef symbol,
                         SmallVectorImpl<char> &object) {
  if (!isIdentifier(symbol))
    return Status::error(("'" + symbol +
                          "' cannot be the name of a module; give it a name "
                          "that C allows for a variable")
                             .str());
  // The code generator calls functions of the C library by name.
  CodeTarget target = portableTarget();
  LibFunc function;
  if (TargetLibraryInfoImpl(target.builder.getTargetTriple())
          .getLibFunc(symbol, function))
    return Status::error(("'" + symbol +
                          "' is a function of the C library, so it cannot be "
                          "the name of a module; give it another")
                             .str());
  LLVMContext context;
  std::unique_ptr<Module> module;
  if (Status status = readModule(bitcode, context, module); !status.ok())
    return status;
  CompiledModule compiled;
  return compileToObject(*module, Variant(), target, symbol, object, compiled);
}

int sparsegpuEmulatorPrecompile(const void *bitcode, size_t size,
                                const char *symbol, char **object,
                                size_t *objectSize) {
  if (!symbol || !object || !objectSize)
    return report(Status::error("sparsegpuEmulatorPrecompile needs a symbol, "
                                "and places for the object and its size"));
  SmallVector<char, 0> bytes;
  Status status = precompile(
      StringRef(static_cast<const char *>(bitcode), bitcode ? size : 0), symbol,
      bytes);
  if (!status.ok())
    return report(status);
  *object = static_cast<char *>(std::malloc(bytes.size()));
  if (!*object)
    return report(Status::error("no memory for the compiled module"));
  std::memcpy(*object, bytes.data(), bytes.size());
  *objectSize = bytes.size();
  return 0;
}
