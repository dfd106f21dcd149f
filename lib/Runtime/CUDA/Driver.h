//===- Driver.h - The CUDA driver, loaded at first use ----------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_CUDA_DRIVER_H
#define SPARSEGPU_RUNTIME_CUDA_DRIVER_H

#include "DriverTypes.h"
#include "Status.h"

// The names are those of cuda.h.
// NOLINTBEGIN(readability-identifier-naming)
namespace sparsegpu::cuda {

/// The functions of libcuda.so.1.
struct Driver {
#define SPARSEGPU_FUNCTION(name, parameters) CUresult(*name) parameters;
  SPARSEGPU_CUDA_REQUIRED_FUNCTIONS(SPARSEGPU_FUNCTION)
  SPARSEGPU_CUDA_OPTIONAL_FUNCTIONS(SPARSEGPU_FUNCTION)
#undef SPARSEGPU_FUNCTION

  /// The driver, loaded and with cuInit called. Errors: there is no
  /// libcuda.so.1, it lacks a required function, cuInit fails. A failure is
  /// not remembered: the next call tries again.
  static Status get(const Driver *&driver);

  /// The status of `result`, returned by `function`: the function, and name
  /// and text that the driver has for the result.
  Status check(const char *function, CUresult result) const;
};

/// Calls a function of `driver`; the status names it.
#define SPARSEGPU_CUDA(driver, function, ...)                                  \
  ((driver).check(#function, (driver).function(__VA_ARGS__)))

/// The status of a function that this driver may lack.
#define SPARSEGPU_CUDA_HAS(driver, function)                                   \
  ((driver).function                                                           \
       ? ::sparsegpu::cuda::Status::success()                                  \
       : ::sparsegpu::cuda::Status::error("libcuda.so.1 has no " #function     \
                                          ": the driver is too old"))

} // namespace sparsegpu::cuda
// NOLINTEND(readability-identifier-naming)

#endif // SPARSEGPU_RUNTIME_CUDA_DRIVER_H
