//===- FuzzOptions.h - How much is fuzzed -----------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_FUZZOPTIONS_H
#define SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_FUZZOPTIONS_H

#include <cstdint>

namespace sparsegpu::emulator::fuzz {

/// --runs=N, --seed=N, --corruptions=N.
struct FuzzOptions {
  /// Random programs.
  unsigned runs = 12;
  uint64_t seed = 0;
  /// Of bitcode.
  unsigned corruptions = 600;
};
FuzzOptions &fuzzOptions();

} // namespace sparsegpu::emulator::fuzz

#endif // SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_FUZZOPTIONS_H
