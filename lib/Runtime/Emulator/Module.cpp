//===- Module.cpp - A loaded module and its kernels -----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Module.h"

#include "PrecompiledModule.h"

using namespace sparsegpu::emulator;

size_t sparsegpu::emulator::kernelParameterCount(const Kernel *kernel) {
  return kernel->numParams();
}

static bool startsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

std::string sparsegpu::emulator::describeOtherFormat(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.empty())
    return "empty";
  // Bitcode, and the wrapper that it may have (LLVM Bitcode File Format).
  if (startsWith(bytes, "BC\xc0\xde"sv) ||
      startsWith(bytes, "\xde\xc0\x17\x0b"sv))
    return "";
  if (startsWith(bytes, "\x7f"
                        "ELF"sv))
    return "a cubin (ELF)";
  // The header of a fat binary (fatbinary_section.h of CUDA).
  if (startsWith(bytes, "\x50\xed\x55\xba"sv))
    return "a fat binary";
  std::string_view text = bytes.substr(0, 4096);
  if (text.find(".version") != text.npos && text.find(".target") != text.npos)
    return "PTX text";
  return "in no known format";
}

Status LoadedModule::load(const void *data, size_t size,
                          std::unique_ptr<LoadedModule> &module) {
  if (isPrecompiled(data))
    return loadPrecompiled(data, module);
  if (!data)
    return loadBitcode({}, module);
  return loadBitcode({static_cast<const char *>(data), size}, module);
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
