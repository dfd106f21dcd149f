//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Numbers of the report.
//
//===----------------------------------------------------------------------===//

#include "Statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sparsegpu::gpubench {

double quantile(std::vector<double> samples, double q) {
  assert(!samples.empty() && q >= 0 && q <= 1);
  std::sort(samples.begin(), samples.end());
  double position = q * static_cast<double>(samples.size() - 1);
  size_t below = static_cast<size_t>(position);
  size_t above = std::min(below + 1, samples.size() - 1);
  double fraction = position - static_cast<double>(below);
  return samples[below] + fraction * (samples[above] - samples[below]);
}

std::optional<int64_t> breakEven(double prepare, double run,
                                 double otherPrepare, double otherRun) {
  double extra = prepare - otherPrepare;
  double saved = otherRun - run;
  if (extra <= 0 && saved >= 0)
    return 0;
  if (saved <= 0)
    return std::nullopt;
  double runs = std::ceil(extra / saved);
  if (runs <= 0)
    return 0;
  if (runs > 9e15)
    return std::nullopt;
  return static_cast<int64_t>(runs);
}

RatioSummary summarizeRatios(const std::vector<double> &ratios) {
  RatioSummary summary;
  double logarithms = 0;
  for (double ratio : ratios) {
    assert(ratio > 0);
    logarithms += std::log(ratio);
    summary.below += ratio < 1;
  }
  summary.count = static_cast<int64_t>(ratios.size());
  if (summary.count)
    summary.geometricMean = std::exp(logarithms / summary.count);
  return summary;
}

} // namespace sparsegpu::gpubench
