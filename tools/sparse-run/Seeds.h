//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs a program under many orders of threads of the software GPU.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_SEEDS_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_SEEDS_H

#include "Execution.h"
#include "Reference.h"

namespace sparsegpu::run {

struct SeedReport {
  /// Of the first seed that gives something else; empty if none does.
  std::string problem;
  uint64_t firstBad = 0;
  /// False if a kernel has atomics on floating-point numbers: the order of
  /// additions is not defined then, and results differ in their last bits.
  bool compared = true;
};

/// Runs the program under the seeds behind `options.seed`, up to the first bad
/// one: its results differ in a bit from `results`, which are those of
/// `options.seed`, or are off by more than their bound from `references`, if
/// there are any. A launch that fails ends the process and names its seed.
llvm::Expected<SeedReport>
runSeeds(Execution &execution, const DeviceLibrary &device,
         const Options &options, const std::vector<BoundArgument> &arguments,
         mlir::TypeRange resultTypes, llvm::ArrayRef<std::string> names,
         const std::vector<DenseArray> &results,
         const std::vector<ReferenceArray> &references);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_SEEDS_H
