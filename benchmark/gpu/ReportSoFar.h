//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_REPORTSOFAR_H
#define SPARSEGPU_BENCHMARK_GPU_REPORTSOFAR_H

#include "SparseGPU/Support/Expected.h"

#include <nlohmann/json.hpp>

#include <string>

namespace sparsegpu::gpubench {

/// The report at `path` that --resume continues; null when there is none. What
/// is no report, or one of another device, is an error: it would be written
/// over.
Expected<nlohmann::json> readReportSoFar(const std::string &path,
                                         const nlohmann::json &device);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_REPORTSOFAR_H
