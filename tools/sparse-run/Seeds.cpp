//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Seeds.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::run;

/// What is wrong with `got`, or nothing.
static std::string compareBits(llvm::StringRef name, const DenseArray &first,
                               const DenseArray &got) {
  if (first.bytes.size() != got.bytes.size())
    return ("result " + name + " has another size").str();
  auto differs =
      std::mismatch(first.bytes.begin(), first.bytes.end(), got.bytes.begin());
  if (differs.first == first.bytes.end())
    return "";
  size_t element =
      (differs.first - first.bytes.begin()) / formats::byteSize(first.type);
  return ("element " + llvm::Twine(element) + " of result " + name +
          " is another")
      .str();
}

llvm::Expected<SeedReport> run::runSeeds(
    Execution &execution, const DeviceLibrary &device, const Options &options,
    const std::vector<BoundArgument> &arguments, mlir::TypeRange resultTypes,
    llvm::ArrayRef<std::string> names, const std::vector<DenseArray> &results,
    const std::vector<ReferenceArray> &references) {
  SeedReport report;
  report.compared = device.numFloatAtomicLaunches(0) == 0;
  for (uint64_t i = 1; i < options.seeds && report.problem.empty(); ++i) {
    if (llvm::Error error = device.setSeed(options.seed + i))
      return std::move(error);
    auto outcome = execution.call(arguments, resultTypes);
    if (!outcome)
      return outcome.takeError();
    report.firstBad = options.seed + i;
    for (size_t r = 0; r < results.size() && report.problem.empty(); ++r) {
      if (report.compared)
        report.problem = compareBits(names[r], results[r], outcome->results[r]);
      if (report.problem.empty() && r < references.size() &&
          compare(references[r], outcome->results[r]).failures)
        report.problem = "result " + names[r] + " is wrong";
    }
  }
  return report;
}
