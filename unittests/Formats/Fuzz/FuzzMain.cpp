//===- FuzzMain.cpp - A fuzz target for libFuzzer
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiled once per target, whose name is SPARSEGPU_FUZZ_TARGET.
//
//===----------------------------------------------------------------------===//

#include "Mutators.h"
#include "Oracles.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace sparsegpu::fuzz;

static constexpr std::string_view targetName = SPARSEGPU_FUZZ_TARGET;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const Target &target = *findTarget(targetName);
  Verdict verdict = target.check({reinterpret_cast<const char *>(data), size});
  if (verdict.empty())
    return 0;
  std::fprintf(stderr, "finding: %s\n", verdict.c_str());
  std::abort();
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize,
                               unsigned seed) {
  std::string changed =
      mutate(targetName, {reinterpret_cast<const char *>(data), size}, maxSize,
             seed, LLVMFuzzerMutate);
  // Cut, a file with checksums would be worth nothing.
  if (changed.empty() || changed.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::memcpy(data, changed.data(), changed.size());
  return changed.size();
}
