//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One contender in one problem: prepared, checked, timed.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_MEASUREMENT_H
#define SPARSEGPU_BENCHMARK_GPU_MEASUREMENT_H

#include "Contender.h"

#include "SparseGPU/Runtime/Bundle/Timing.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace sparsegpu::gpubench {

struct MeasureOptions {
  /// False on the software GPU, whose times say nothing: check only.
  bool timed = true;
  unsigned repeats = 30;
  unsigned warmup = 5;
  uint64_t l2Bytes = 0;
  std::vector<bundle::L2State> states = {bundle::L2State::Warm,
                                         bundle::L2State::Cold};
};

/// "warm" or "cold".
const char *name(bundle::L2State state);

struct Measurement {
  /// What became of it.
  enum class State {
    Measured,
    /// It has nothing to do with this problem.
    NotApplicable,
    /// The library, or memory, refused; `reason` has its words.
    Refused,
    /// It ran, and the result is not right: it is not timed.
    Wrong,
  };
  std::string contender;
  State state = State::NotApplicable;
  std::string reason;
  std::optional<CheckResult> check;
  /// Of a preparation that was not the first in the process, so that loading
  /// the library's kernels does not count.
  std::vector<Preparation::Step> preparation;
  double preparationMilliseconds = 0;
  /// The same of the first.
  double firstPreparationMilliseconds = 0;
  std::vector<bundle::Timing> timings;

  const bundle::Timing *find(bundle::L2State state) const;
};

/// Does it all; what goes wrong is in the result.
Measurement measureContender(Contender &contender, Problem &problem,
                             const MeasureOptions &options);

nlohmann::json toJSON(const Measurement &measurement);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_MEASUREMENT_H
