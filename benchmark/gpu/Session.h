//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A run over the cases of a bundle, with its report as JSON.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_SESSION_H
#define SPARSEGPU_BENCHMARK_GPU_SESSION_H

#include "CaseList.h"
#include "Measurement.h"
#include "Operation.h"
#include "Probes.h"
#include "Vendor/VendorLibrary.h"

#include "SparseGPU/Runtime/Bundle/Manifest.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <string>
#include <vector>

namespace sparsegpu::gpubench {

struct SessionOptions {
  std::string bundle;
  /// The file that the report goes to.
  std::string json;
  /// Folders with vendors' libraries, "a:b".
  std::string libraryPath;
  /// Only cases whose name contains one of these; all when empty.
  std::vector<std::string> filters;
  /// Keeps the complete cases of the report that is there already.
  bool resume = false;
  /// No further case after that many seconds; 0: no limit.
  double maxSeconds = 0;
  bool probes = true;
  /// Take vendors' stand-ins, which compute on the host, on any device; the
  /// software GPU takes no others.
  bool testLibraries = false;
  MeasureOptions measure;
  ContenderLimits limits;
  ProbeOptions probe;
};

/// The file beside a report that names the contender which is running.
inline std::string markerPath(const std::string &json) {
  return json + ".running";
}

enum class SessionEnd {
  /// All cases are done.
  Complete,
  /// The time was up, or the user interrupted.
  Stopped,
  /// The device does not answer any more, as after an illegal access; a new
  /// process with `resume` continues after the contender that did it.
  DeviceLost,
};

struct SessionResult {
  SessionEnd end = SessionEnd::Complete;
  int64_t cases = 0;
  /// Cases where our program failed or was wrong.
  int64_t failures = 0;
};

/// Compares contenders of one case: which baseline is best, ratios, break-even.
/// Adds members to `object`, whose "contenders" are those of `measurements`;
/// the first is ours.
void compareContenders(const std::vector<Measurement> &measurements,
                       nlohmann::json &object);

/// The ratios of all cases: {"warm": {"geometric_mean", "cases", "below_1"},
/// "cold": ...}; a state without ratios is absent.
nlohmann::json summarizeCases(const nlohmann::json &cases);

/// Runs the cases and writes the report after each; what goes wrong in one
/// contender or case is in the report. `interrupted` is looked at between
/// contenders. Fails for what makes the whole run impossible: no case list, no
/// case left by the filters, a report that cannot be written.
Expected<SessionResult> runSession(const SessionOptions &options,
                                   const bundle::RuntimeLibrary &library,
                                   const std::atomic<bool> &interrupted);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_SESSION_H
