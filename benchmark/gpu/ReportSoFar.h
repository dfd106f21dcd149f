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

/// The report at `path` that --resume continues; null when there is none. An
/// error, because it would be written over, is what is no report, and one whose
/// cases cannot stand beside those of `current`, the report that has just been
/// begun: of another device, driver, version of a library, or option that
/// changes results. The error names each difference.
Expected<nlohmann::json> readReportSoFar(const std::string &path,
                                         const nlohmann::json &current);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_REPORTSOFAR_H
