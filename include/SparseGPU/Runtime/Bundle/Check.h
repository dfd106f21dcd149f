//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whether results are what they should be.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_BUNDLE_CHECK_H
#define SPARSEGPU_RUNTIME_BUNDLE_CHECK_H

#include "SparseGPU/Formats/ResultCheck.h"
#include "SparseGPU/Runtime/Bundle/LoadedCase.h"

namespace sparsegpu::bundle {

/// The outcome of comparing a result with what is stored of it.
struct CheckReport {
  std::string result;
  /// Elements of the result, of which some or all were compared.
  int64_t elements = 0;
  formats::ResultCheck check;

  /// A result without elements passes; one of which none was compared does not.
  bool passed() const {
    return check.failures == 0 && (check.compared > 0 || elements == 0);
  }
};

/// Compares `results` with what `info` expects. `directory` is the bundle.
/// Fails when a file cannot be read, or there is nothing to compare with.
Expected<std::vector<CheckReport>>
checkResults(const std::string &directory, const Case &info,
             const std::vector<HostArray> &results);

} // namespace sparsegpu::bundle

#endif // SPARSEGPU_RUNTIME_BUNDLE_CHECK_H
