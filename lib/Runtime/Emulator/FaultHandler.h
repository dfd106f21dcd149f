//===- FaultHandler.h - Invalid addresses that kernels touch ----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Without hazards an access of a kernel goes straight to host memory, so a wild
// address ends in a signal. While kernels run that signal becomes one line that
// names the kernel, block and thread.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_FAULTHANDLER_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_FAULTHANDLER_H

#include <memory>

namespace sparsegpu::emulator {

/// Handles faults of kernels while it lives, and restores what was there.
class FaultHandlerScope {
public:
  FaultHandlerScope();
  ~FaultHandlerScope();
  FaultHandlerScope(const FaultHandlerScope &) = delete;
  FaultHandlerScope &operator=(const FaultHandlerScope &) = delete;
};

/// Gives the calling thread a stack for the handler: a fiber that overran its
/// own has none left.
class ThreadFaultStack {
public:
  ThreadFaultStack();
  ~ThreadFaultStack();
  ThreadFaultStack(const ThreadFaultStack &) = delete;
  ThreadFaultStack &operator=(const ThreadFaultStack &) = delete;

private:
  std::unique_ptr<char[]> memory;
  struct Previous;
  std::unique_ptr<Previous> previous;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_FAULTHANDLER_H
