//===- HostFunctions.cpp - What compiled code calls by name ---------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostFunctions.h"

#include <unordered_map>

using namespace sparsegpu::emulator;

void *sparsegpu::emulator::findHostFunction(std::string_view name) {
  static const auto *functions = [] {
    auto *all = new std::unordered_map<std::string_view, void *>();
    for (HostFunctionTable table :
         {hostAsyncFunctions(), hostBitsFunctions(), hostSyncFunctions(),
          hostRuntimeFunctions(), hostMathFunctions(), libdeviceFunctions()})
      for (const HostFunction &function : table)
        all->emplace(function.name, function.address);
    return all;
  }();
  auto it = functions->find(name);
  return it == functions->end() ? nullptr : it->second;
}
