//===- Counters.h - Adding and printing counters ----------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_COUNTERS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_COUNTERS_H

#include "JSON.h"
#include "MatrixOp.h"
#include "SparseGPU/Runtime/Emulator.h"

namespace sparsegpu::emulator {

/// Adds what was counted in `from`; leaves the description of the launch.
void addCounters(LaunchCounters &to, const LaunchCounters &from);

/// Adds `count` executions of a multiplication by a warp.
void addMatrixOperations(LaunchCounters &counters, const MatrixOp &op,
                         uint64_t count);

JSONValue toJSONValue(const LaunchCounters &counters);
JSONValue toJSONValue(const Hazard &hazard);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_COUNTERS_H
