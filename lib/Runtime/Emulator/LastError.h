//===- LastError.h - The error of the last call of a C function -*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_LASTERROR_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_LASTERROR_H

#include "SparseGPU/Runtime/Emulator.h"

namespace sparsegpu::emulator {

/// Keeps the message of an error for sparsegpuRuntimeLastError. Returns what
/// the C functions return: 0 for success.
int report(const Status &status);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_LASTERROR_H
