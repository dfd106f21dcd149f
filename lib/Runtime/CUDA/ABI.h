//===- ABI.h - What the exported functions share ----------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_CUDA_ABI_H
#define SPARSEGPU_RUNTIME_CUDA_ABI_H

#include "Context.h"

#include <utility>

/// Everything else is hidden (CMakeLists.txt).
#define SPARSEGPU_EXPORT extern "C" __attribute__((visibility("default")))

namespace sparsegpu::cuda {

/// Runs `body(driver)` with a current context. What fails goes to fail, after
/// the words of `describe()`, which are made up only then.
template <typename Describe, typename Body>
bool runDescribed(Describe describe, Body body) {
  const Driver *driver = nullptr;
  Status status = enterContext(driver);
  if (status.ok())
    status = body(*driver);
  return status.ok() || check(std::move(status).during(describe()));
}

/// The same, after the name of the exported function.
template <typename Body> bool run(const char *function, Body body) {
  return runDescribed([=] { return std::string(function); }, body);
}

inline CUdeviceptr toDevice(const void *pointer) {
  return reinterpret_cast<CUdeviceptr>(pointer);
}

/// The kernel that this thread launched last, in the words of a message: what
/// an error that appears later may come from. Empty when there is none.
std::string describeLastLaunch();

} // namespace sparsegpu::cuda

#endif // SPARSEGPU_RUNTIME_CUDA_ABI_H
