//===- KernelHeap.cpp - Memory that kernels allocate ----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelHeap.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace sparsegpu::emulator;

KernelHeap &KernelHeap::get() {
  // Never destroyed: kernels may run while the process ends.
  static auto *heap = new KernelHeap();
  return *heap;
}

void *KernelHeap::allocate(uint64_t bytes) {
  void *pointer = std::malloc(bytes);
  if (!pointer)
    return nullptr;
  std::lock_guard<std::mutex> lock(mutex);
  pieces[reinterpret_cast<uint64_t>(pointer)] = bytes;
  return pointer;
}

void KernelHeap::free(void *pointer) {
  if (!pointer)
    return;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (!pieces.erase(reinterpret_cast<uint64_t>(pointer))) {
      std::fflush(stdout);
      std::fprintf(stderr,
                   "sparsegpu-emulator: error: a kernel frees %p, which its "
                   "malloc did not give or which it has freed before\n",
                   pointer);
      std::fflush(stderr);
      _exit(1);
    }
  }
  std::free(pointer);
}

bool KernelHeap::contains(uint64_t address, uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  auto next = pieces.upper_bound(address);
  if (next == pieces.begin())
    return false;
  auto [begin, size] = *--next;
  return address - begin <= size && bytes <= size - (address - begin);
}
