//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a run of a bundle found, as JSON and as a table.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_BUNDLE_RUN_REPORT_H
#define SPARSEGPU_TOOLS_BUNDLE_RUN_REPORT_H

#include "SparseGPU/Runtime/Bundle/Check.h"
#include "SparseGPU/Runtime/Bundle/Timing.h"

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace sparsegpu::bundle {

/// A case that was run.
struct CaseRecord {
  const Case *info = nullptr;
  const Program *program = nullptr;
  /// Why it could not be run; empty when it was.
  std::string error;
  std::vector<CheckReport> checks;
  std::optional<Timing> timing;

  bool passed() const;
};

struct RunRecord {
  std::string bundle;
  /// The JSON object of sparsegpuRuntimeDeviceJSON.
  std::string device;
  /// True when the time is not that of a GPU.
  bool softwareGPU = false;
  /// UTC, ISO 8601.
  std::string date;
  bool checked = false;
  std::vector<CaseRecord> cases;
};

/// The report as JSON text: docs/Bundles.md gives its members.
std::string toJSON(const RunRecord &record);
/// The line of a case, and the lines around the table.
void printHeader(std::ostream &out, const RunRecord &record);
void printCase(std::ostream &out, const RunRecord &record,
               const CaseRecord &entry);
void printSummary(std::ostream &out, const RunRecord &record);

} // namespace sparsegpu::bundle

#endif // SPARSEGPU_TOOLS_BUNDLE_RUN_REPORT_H
