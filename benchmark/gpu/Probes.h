//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the machine can do, measured in the same run as the cases.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_PROBES_H
#define SPARSEGPU_BENCHMARK_GPU_PROBES_H

#include "Bounds.h"
#include "Contender.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace sparsegpu::gpubench {

/// What the runtime library says of the device; 0 or empty where it does not.
struct DeviceFacts {
  std::string name, chip;
  bool software = false;
  double multiprocessors = 0, memoryBytes = 0, l2Bytes = 0, clockHz = 0;

  /// From the JSON text of sparsegpuRuntimeDeviceJSON; an error when it is no
  /// JSON object.
  static Expected<DeviceFacts> parse(const std::string &text);
};

struct ProbeOptions {
  /// Bytes that the copy probe copies at most.
  double copyBytes = double(1u << 30);
  /// Rows of the largest matrix product.
  int64_t matrixSize = 8192;
  unsigned repeats = 10;
};

/// Measures
///   copy    a copy on the device, of 1 GiB or an eighth of its memory; read
///           and written bytes count
///   l2      repeated copies of a quarter of the L2 cache
///   matrix  cublasGemmEx on random square matrices, in f16, f32, f64, and in
///           f32 rounded to TF32
/// and computes the multiply-add rate of f32 from the clock. What cannot be
/// measured stays 0, with the reason in `details`, which gets all of it.
Rates probe(const DeviceContext &device, const DeviceFacts &facts,
            const CublasApi *cublas, const ProbeOptions &options,
            nlohmann::json &details);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_PROBES_H
