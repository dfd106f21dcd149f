//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Numbers of the report: quantiles, break-even, geometric mean. report.py
// computes the last two the same way.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_STATISTICS_H
#define SPARSEGPU_BENCHMARK_GPU_STATISTICS_H

#include <cstdint>
#include <optional>
#include <vector>

namespace sparsegpu::gpubench {

/// The q-quantile, q in [0, 1], interpolated linearly between neighbours in
/// sorted order (Hyndman and Fan, type 7). Requires a sample.
double quantile(std::vector<double> samples, double q);

/// After how many runs a contender that prepares for `prepare` and then takes
/// `run` each time is no slower in all than one with `otherPrepare` and
/// `otherRun`, and stays so; all in one unit of time. 0: from the start.
/// Nothing: never.
std::optional<int64_t> breakEven(double prepare, double run,
                                 double otherPrepare, double otherRun);

struct RatioSummary {
  /// Geometric mean; 0 when there are no ratios.
  double geometricMean = 0;
  int64_t count = 0;
  /// Ratios below 1: cases where ours is slower.
  int64_t below = 0;
};

/// Requires ratios above 0.
RatioSummary summarizeRatios(const std::vector<double> &ratios);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_STATISTICS_H
