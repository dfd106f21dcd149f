//===- Printf.h - printf of a kernel ----------------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_PRINTF_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_PRINTF_H

#include <cstdint>
#include <string>

namespace sparsegpu::emulator {

/// Formats as `vprintf` of the device does: the arguments lie one after another
/// in `arguments`, each aligned to its size.
std::string formatDevice(const char *format, const void *arguments);

/// Writes to the standard output and returns the number of arguments, as
/// documented for the device.
int32_t printFormatted(const char *format, const void *arguments);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_PRINTF_H
