//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Times of work on a device, by events.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_BUNDLE_TIMING_H
#define SPARSEGPU_RUNTIME_BUNDLE_TIMING_H

#include "SparseGPU/Runtime/Bundle/RuntimeLibrary.h"

#include <functional>
#include <vector>

namespace sparsegpu::bundle {

/// What the L2 cache holds when the work begins.
enum class L2State {
  /// What the call before left. A sample is the mean of several calls in a row.
  Warm,
  /// Nothing of the operands: memory of twice its size is written before each
  /// call. A sample is one call.
  Cold,
};

struct TimingOptions {
  unsigned repeats = 30;
  /// At least 1.
  unsigned warmup = 5;
  L2State l2 = L2State::Warm;
  /// Bytes of the L2 cache; 0 when not known, which counts as 128 MiB.
  uint64_t l2Bytes = 0;
  /// At most how many calls a warm sample is the mean of.
  unsigned callsPerSample = 50;
};

struct Timing {
  L2State l2 = L2State::Warm;
  unsigned callsPerSample = 1;
  /// Milliseconds of one call, one number for each repeat, in order of time.
  std::vector<double> milliseconds;

  /// Sorted quantile, q in [0, 1]; interpolated. Requires a sample.
  double quantile(double q) const;
  double median() const { return quantile(0.5); }
};

/// Times `call`, which puts its work on `stream` and does not wait. `before`,
/// when given, runs before each call outside the time; each sample is then one
/// call. Fails with the first error.
Expected<Timing> measure(const RuntimeLibrary &library, void *stream,
                         const TimingOptions &options,
                         const std::function<Status()> &call,
                         const std::function<Status()> &before = {});

} // namespace sparsegpu::bundle

#endif // SPARSEGPU_RUNTIME_BUNDLE_TIMING_H
