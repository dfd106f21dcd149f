//===- SeedTrials.h - One launch under many seeds ------------- -*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch whose result depends on the order of threads is wrong, or adds
// floating-point numbers in the order in which threads come. Here it is run
// from the same memory again and again, and what it leaves is compared.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_SEEDTRIALS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_SEEDTRIALS_H

#include "Memory.h"

#include <string>
#include <vector>

namespace sparsegpu::emulator {

/// The memory that a launch may change, before it and after its first run.
class SeedTrials {
public:
  explicit SeedTrials(AllocationTable ranges)
      : table(std::move(ranges)), before(read()) {}

  /// Makes memory what it was.
  void restore() const;
  void keepFirst() { first = read(); }
  /// The first difference from the first run, or nothing.
  std::string compare() const;

private:
  std::vector<std::vector<char>> read() const;

  AllocationTable table;
  std::vector<std::vector<char>> before, first;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_SEEDTRIALS_H
