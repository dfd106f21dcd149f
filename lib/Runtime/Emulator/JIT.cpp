//===- JIT.cpp - Code of a module inside this process ---------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "PrecompiledModule.h"

#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

using namespace llvm;
using namespace sparsegpu::emulator;

namespace {
class JITCode : public CompiledCode {
public:
  std::unique_ptr<orc::LLJIT> jit;
};
} // namespace

static Status fromError(Error error) {
  std::string text = toString(std::move(error));
  for (char &c : text)
    if (c == '\n')
      c = ' ';
  return Status::error(text);
}

Status
sparsegpu::emulator::compileForProcess(StringRef bitcode,
                                       const Variant &variant,
                                       std::unique_ptr<CompiledCode> &code) {
  constexpr const char *symbol = "sparsegpu.module";
  LLVMContext context;
  std::unique_ptr<llvm::Module> module;
  if (Status status = parseBitcode(bitcode, context, module); !status.ok())
    return status;
  auto builder = orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return fromError(builder.takeError());
  // The instructions of x86 that convert to bfloat take subnormal numbers for
  // zero; PTX keeps them. With AVX512-FP16, LLVM 22 makes of the saturating
  // conversion of a half that is not a number the smallest integer, not 0.
  if (builder->getTargetTriple().isX86())
    builder->addFeatures({"-avx512bf16", "-avxneconvert", "-avx512fp16"});

  SmallVector<char, 0> object;
  CompiledModule compiled;
  if (Status status = compileToObject(*module, variant, {*builder, ""}, symbol,
                                      object, compiled);
      !status.ok())
    return status;

  auto result = std::make_unique<JITCode>();
  auto jit = orc::LLJITBuilder().setJITTargetMachineBuilder(*builder).create();
  if (!jit)
    return fromError(jit.takeError());
  result->jit = std::move(*jit);
  // memcpy and the functions of the mathematical library.
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      result->jit->getDataLayout().getGlobalPrefix());
  if (!process)
    return fromError(process.takeError());
  result->jit->getMainJITDylib().addGenerator(std::move(*process));
  if (Error e = result->jit->addObjectFile(
          std::make_unique<SmallVectorMemoryBuffer>(std::move(object))))
    return fromError(std::move(e));
  auto descriptor = result->jit->lookup(symbol);
  if (!descriptor)
    return fromError(descriptor.takeError());

  result->module.blocks = std::move(compiled.blocks);
  result->module.accesses = std::move(compiled.accesses);
  if (Status status = readDescriptor(
          *descriptor->toPtr<const PrecompiledDescriptor *>(), result->module);
      !status.ok())
    return status;
  code = std::move(result);
  return Status::success();
}
