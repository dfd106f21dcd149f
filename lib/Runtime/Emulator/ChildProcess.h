//===- ChildProcess.h - What may crash is tried in a child ------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_CHILDPROCESS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_CHILDPROCESS_H

#include "SparseGPU/Runtime/Emulator.h"

#include <functional>
#include <optional>

namespace sparsegpu::emulator {

struct ChildLimits {
  /// Of processor time; six times as many of real time.
  unsigned seconds = 0;
  /// Beyond what this process has.
  uint64_t memoryBytes = 0;
};

/// What `check` gives in a child process. Nothing if the child crashed, ended
/// the process or went beyond a limit. Success, unchecked, where no child can
/// be had. `check` must not wait for other threads: the child has none.
std::optional<Status> callInChild(const std::function<Status()> &check,
                                  const ChildLimits &limits);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_CHILDPROCESS_H
