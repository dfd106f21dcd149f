//===- AllocationCounter.cpp - How much memory is in use, and was at most
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Takes the place of the C library's allocation functions in the program it is
// linked into, so that everything is counted: operator new ends here as well.
// glibc keeps its own under the names __libc_*.
//
//===----------------------------------------------------------------------===//

#include "AllocationCounter.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <malloc.h>

extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);
}

static std::atomic<size_t> inUse{0}, largest{0};

static void *counted(void *memory) {
  if (!memory)
    return memory;
  size_t now = inUse += malloc_usable_size(memory);
  size_t before = largest;
  while (now > before && !largest.compare_exchange_weak(before, now))
    ;
  return memory;
}

static void discount(void *memory) {
  if (memory)
    inUse -= malloc_usable_size(memory);
}

extern "C" {
void *malloc(size_t size) { return counted(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) {
  return counted(__libc_calloc(count, size));
}

void *realloc(void *memory, size_t size) {
  discount(memory);
  void *moved = __libc_realloc(memory, size);
  if (!moved && size != 0)
    counted(memory); // It stays where it was.
  return counted(moved);
}

void *memalign(size_t alignment, size_t size) {
  return counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
  return counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  *memory = counted(__libc_memalign(alignment, size));
  return *memory || size == 0 ? 0 : ENOMEM;
}

void free(void *memory) {
  discount(memory);
  __libc_free(memory);
}
}

size_t sparsegpu::test::bytesInUse() { return inUse; }

size_t sparsegpu::test::peakDuring(const std::function<void()> &body) {
  size_t before = inUse;
  largest = before;
  body();
  return largest - before;
}
