//===- Bytes.cpp - Large arrays of bytes
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Support/Bytes.h"

#include "SparseGPU/Support/LargePages.h"

#include <cstdlib>

using namespace sparsegpu;

void *sparsegpu::allocateZeroed(size_t bytes) {
  void *memory = std::calloc(bytes, 1);
  if (!memory)
    throw std::bad_alloc();
  adviseLargePages(memory, bytes);
  return memory;
}

void *sparsegpu::allocateUnset(size_t bytes) {
  void *memory = std::malloc(bytes);
  if (!memory && bytes != 0)
    throw std::bad_alloc();
  adviseLargePages(memory, bytes);
  return memory;
}

void sparsegpu::freeBytes(void *memory) { std::free(memory); }
