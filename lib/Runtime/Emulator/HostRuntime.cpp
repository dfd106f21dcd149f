//===- HostRuntime.cpp - printf, assert, trap and malloc of a kernel ------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// CUDA C++ programming guide, "Formatted Output", "Assertion", "Dynamic Global
// Memory Allocation".
//
//===----------------------------------------------------------------------===//

#include "BlockRunner.h"
#include "HostFunctions.h"
#include "KernelHeap.h"
#include "Printf.h"

#include <cstdlib>

using namespace sparsegpu::emulator;

static void hostTrap(ThreadContext *context) {
  context->block->fail(static_cast<Thread &>(*context), "trap");
}

static void hostAssertFail(ThreadContext *context, const char *message,
                           const char *file, uint32_t line,
                           const char *function) {
  auto text = [](const char *t) { return t ? t : ""; };
  context->block->failAssertion(static_cast<Thread &>(*context), text(message),
                                text(file), line, text(function));
}

static void *allocateInKernel(uint64_t bytes) {
  return KernelHeap::get().allocate(bytes);
}

static void freeInKernel(void *pointer) { KernelHeap::get().free(pointer); }

static const HostFunction functions[] = {
    {"trap", reinterpret_cast<void *>(hostTrap)},
    {"assertfail", reinterpret_cast<void *>(hostAssertFail)},
    {"vprintf", reinterpret_cast<void *>(printFormatted)},
    {"malloc", reinterpret_cast<void *>(allocateInKernel)},
    {"free", reinterpret_cast<void *>(freeInKernel)},
};

HostFunctionTable sparsegpu::emulator::hostRuntimeFunctions() {
  return functions;
}
