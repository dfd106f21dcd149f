//===- HostFunctions.h - What compiled code calls by name -------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_HOSTFUNCTIONS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_HOSTFUNCTIONS_H

#include <cstddef>
#include <string_view>

namespace sparsegpu::emulator {

/// A function of the host. Its name and type are part of the format of
/// precompiled modules (PrecompiledModule.h).
struct HostFunction {
  std::string_view name;
  void *address;
};

class HostFunctionTable {
public:
  template <size_t N>
  HostFunctionTable(const HostFunction (&table)[N])
      : first(table), last(table + N) {}
  const HostFunction *begin() const { return first; }
  const HostFunction *end() const { return last; }

private:
  const HostFunction *first, *last;
};

// The tables of the Host*.cpp files.
HostFunctionTable hostAsyncFunctions();
HostFunctionTable hostBitsFunctions();
HostFunctionTable hostSyncFunctions();
HostFunctionTable hostRuntimeFunctions();
HostFunctionTable hostMathFunctions();
HostFunctionTable libdeviceFunctions();

/// The function of this name in any of the tables, or null.
void *findHostFunction(std::string_view name);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_HOSTFUNCTIONS_H
