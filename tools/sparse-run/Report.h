//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What sparse-run tells: a JSON object, and a table made from it.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_REPORT_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_REPORT_H

#include "DeviceLibrary.h"
#include "HostValue.h"
#include "Options.h"
#include "Reference.h"
#include "Seeds.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace sparsegpu::run {

/// What is known after a run. `counters` and `hazards` are arrays as the
/// software GPU gives them, or null.
struct RunRecord {
  DeviceLibrary device;
  std::string entry;
  double compileSeconds = 0;
  std::vector<double> callSeconds;
  llvm::json::Value counters = nullptr, hazards = nullptr;
  /// One per result, with its name; empty without --check.
  std::vector<std::pair<std::string, formats::ResultCheck>> checks;
  /// What other orders of threads gave, with --seeds.
  SeedReport seeds;
  bool passed() const;
};

llvm::json::Object toJSON(const RunRecord &record, const Options &options,
                          const std::vector<BoundArgument> &arguments);

/// The same for a person.
void printReport(llvm::raw_ostream &out, const llvm::json::Object &report);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_REPORT_H
