//===- Reference.h - What a program of the fuzzer computes ------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_REFERENCE_H
#define SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_REFERENCE_H

#include "Program.h"

namespace sparsegpu::emulator::fuzz {

/// What a launch leaves in memory.
struct Result {
  std::vector<uint64_t> output;
  /// Of each region; empty unless Global or Counters.
  std::vector<std::vector<uint8_t>> regions;
};

/// Executes the program, one statement after the other, each for all threads of
/// a block for which it is the next.
Result interpret(const Program &program);

/// The value of an operation, whose operands are `args`.
uint64_t evaluateOperation(const Expr &expr, const std::vector<uint64_t> &args);
/// Atomics and redux.
uint64_t combine(unsigned operation, Type type, uint64_t a, uint64_t b);

} // namespace sparsegpu::emulator::fuzz

#endif // SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_REFERENCE_H
