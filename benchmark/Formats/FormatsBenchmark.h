//===- FormatsBenchmark.h - What reading and packing cost
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_FORMATS_FORMATSBENCHMARK_H
#define SPARSEGPU_BENCHMARK_FORMATS_FORMATSBENCHMARK_H

#include "SparseGPU/Formats/Format.h"

#include <benchmark/benchmark.h>
#include <memory>
#include <string>
#include <vector>

namespace sparsegpu::bench {

/// Ends the program with a message when something went wrong.
template <typename T> T orExit(Expected<T> result, const std::string &what) {
  if (!result) {
    std::fprintf(stderr, "formats-benchmark: %s: %s\n", what.c_str(),
                 result.message().c_str());
    std::exit(1);
  }
  return *std::move(result);
}

/// What the benchmarks of conversions do: 32-bit indices, f32.
formats::PackOptions packOptions();

/// One number for each parameter of `format`: the first ones as given, the rest
/// as by default.
std::vector<int64_t> allParameters(const formats::Format &format,
                                   std::vector<int64_t> given);

/// Adds the time for a nonzero, in nanoseconds, to what is reported.
void reportPerNonzero(benchmark::State &state, int64_t nnz);

/// "read" for each file of `files`; of the matrix in the file `matrix`, when it
/// is given: "pack/FORMAT" for each format, "transpose", and "coo-to-csr".
void addConversions(const std::string &matrix,
                    const std::vector<std::string> &files);

/// "growth/WHAT/SIZE": generated matrices of 10^4, 10^5, ... nonzeros up to
/// `largest`, about 16 in each row, packed and read.
void addGrowth(int64_t largest);

/// "grouping/DENSITY": the row grouping of the shuffled block for a random
/// matrix of 4096 x 4096 at V = 64.
void addGrouping();

} // namespace sparsegpu::bench

#endif // SPARSEGPU_BENCHMARK_FORMATS_FORMATSBENCHMARK_H
