//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is made of the counters of a launch: occupancy and cycle estimate for a
// target, and a table.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_COUNTERREPORT_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_COUNTERREPORT_H

#include "SparseGPU/CostModel/CycleEstimate.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <map>
#include <string>

namespace sparsegpu::run {

/// Registers of a thread by kernel, where they are known.
using KernelRegisters = std::map<std::string, unsigned>;

/// Adds `occupancy` and `estimate` to each launch, an object as the software
/// GPU gives it.
void addEstimates(llvm::json::Array &launches,
                  const costmodel::TargetDescription &target,
                  const KernelRegisters &registers);

/// The counters of a launch in groups, with units and ratios.
void printCounters(llvm::raw_ostream &out, const llvm::json::Object &launch);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_COUNTERREPORT_H
