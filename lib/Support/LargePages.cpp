//===- LargePages.cpp - Advice on large arrays
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Support/LargePages.h"

#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

using namespace sparsegpu;

void sparsegpu::adviseLargePages(void *memory, size_t bytes) {
  // The first touch of a page of 4 KiB costs about as much as filling it. The
  // advice may be refused: then pages are small.
  constexpr size_t worthwhile = size_t(1) << 22;
  if (bytes < worthwhile)
    return;
  auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  auto begin = reinterpret_cast<uintptr_t>(memory);
  uintptr_t first = (begin + page - 1) / page * page;
  uintptr_t last = (begin + bytes) / page * page;
  madvise(reinterpret_cast<void *>(first), last - first, MADV_HUGEPAGE);
}
