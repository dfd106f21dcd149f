//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Clocks, temperature and power of the GPU, from NVML where it is there.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_NVML_H
#define SPARSEGPU_BENCHMARK_GPU_NVML_H

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace sparsegpu::gpubench {

/// Reads the state of one GPU. Everything that is not known is null in JSON.
class Nvml {
public:
  /// Takes the first GPU with that name ("NVIDIA H200"): the numbers of NVML
  /// and of CUDA differ where CUDA_VISIBLE_DEVICES is set. Never fails.
  explicit Nvml(const std::string &deviceName);
  ~Nvml();
  Nvml(const Nvml &) = delete;
  Nvml &operator=(const Nvml &) = delete;

  /// "580.65.06", or null.
  nlohmann::json driverVersion() const;
  /// sm_mhz, memory_mhz, sm_max_mhz, memory_max_mhz, temperature_c, power_w,
  /// throttle_reasons (a mask): each a number or null.
  nlohmann::json clocks() const;

private:
  void *library = nullptr;
  void *device = nullptr;
};

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_NVML_H
