//===- Module.cpp - A loaded module and its kernels -----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Module.h"

#include "Transforms.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Support/FormatVariadic.h"

#include <cstring>

using namespace llvm;
using namespace sparsegpu::emulator;

size_t sparsegpu::emulator::kernelParameterCount(const Kernel *kernel) {
  return kernel->numParams;
}

static Status wrongFormat(const char *what) {
  return Status::error(
      formatv("the module is {0}; the emulator runs LLVM bitcode: compile with "
              "format=llvm (cubin-format=llvm in mlir-opt's "
              "-gpu-lower-to-nvvm-pipeline)",
              what)
          .str());
}

/// What the bytes are, if not bitcode.
static Status checkFormat(StringRef bytes) {
  if (bytes.empty())
    return wrongFormat("empty");
  switch (identify_magic(bytes)) {
  case file_magic::bitcode:
    return Status::success();
  case file_magic::elf:
  case file_magic::elf_relocatable:
  case file_magic::elf_executable:
  case file_magic::elf_shared_object:
  case file_magic::elf_core:
    return wrongFormat("a cubin (ELF)");
  default:
    break;
  }
  // The header of a fat binary (fatbinary_section.h of CUDA).
  if (bytes.starts_with("\x50\xed\x55\xba"))
    return wrongFormat("a fat binary");
  StringRef text = bytes.take_front(4096);
  if (text.contains(".version") && text.contains(".target"))
    return wrongFormat("PTX text");
  return wrongFormat("in no known format");
}

/// "256,1,1" gives 256.
static unsigned parseMaxThreads(const Function &kernel) {
  Attribute attribute = kernel.getFnAttribute("nvvm.maxntid");
  if (!attribute.isValid())
    return 0;
  unsigned product = 1;
  SmallVector<StringRef> parts;
  attribute.getValueAsString().split(parts, ',');
  for (StringRef part : parts) {
    unsigned value;
    if (part.trim().getAsInteger(10, value))
      return 0;
    product *= value;
  }
  return product;
}

Status LoadedModule::load(const void *data, size_t size,
                          std::unique_ptr<LoadedModule> &module) {
  if (!data)
    return wrongFormat("a null pointer");
  StringRef bytes(static_cast<const char *>(data), size);
  if (Status status = checkFormat(bytes); !status.ok())
    return status;
  initialiseTargets();
  auto result = std::make_unique<LoadedModule>();
  result->bitcode = bytes.str();

  LLVMContext context;
  std::unique_ptr<llvm::Module> parsed;
  if (Status status = parseBitcode(MemoryBufferRef(result->bitcode, "kernel"),
                                   context, parsed);
      !status.ok())
    return status;
  std::string problem = findUnsupported(*parsed);
  if (!problem.empty())
    return Status::error(problem);
  for (Function *function : findKernels(*parsed)) {
    Kernel &kernel = result->kernels[function->getName().str()];
    kernel.module = result.get();
    kernel.name = function->getName().str();
    kernel.numParams = function->arg_size();
    kernel.maxThreads = parseMaxThreads(*function);
  }
  module = std::move(result);
  return Status::success();
}

Kernel *LoadedModule::findKernel(const std::string &name) {
  auto it = kernels.find(name);
  return it == kernels.end() ? nullptr : &it->second;
}

std::string LoadedModule::kernelNames() const {
  std::string names;
  for (auto &entry : kernels)
    names += (names.empty() ? "'" : ", '") + entry.first + "'";
  return names.empty() ? "none" : names;
}

Status LoadedModule::getCode(const Variant &variant,
                             const CompiledModule *&code) {
  std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<CompiledCode> &slot = variants[variant.key()];
  if (!slot) {
    Status status =
        compileModule(MemoryBufferRef(bitcode, "kernel"), variant, slot);
    if (!status.ok())
      return status;
  }
  code = &slot->module;
  return Status::success();
}
