//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// benchmark.json, which make-bundle.py writes beside manifest.json: what each
// case of the bundle is, for the benchmark.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_CASELIST_H
#define SPARSEGPU_BENCHMARK_GPU_CASELIST_H

#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Support/Expected.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sparsegpu::gpubench {

inline constexpr int kCaseListVersion = 1;

struct CaseEntry {
  /// Its name in the manifest.
  std::string name;
  /// "spmm", "sddmm", "spgemm".
  std::string operation;
  /// The matrix as the list of cases has it: "cora", "random:512x512:0.1".
  std::string matrix;
  /// "csr".
  std::string format;
  formats::ElementType type = formats::ElementType::F32;
  /// Columns of the dense operand; K of SDDMM; 0 for SpGEMM.
  int64_t n = 0;
  /// Asks for structured-sparse contenders.
  bool twoFour = false;
};

/// Parses the text of benchmark.json. The error names the entry and the member
/// that is missing or wrong; `place` begins it.
Expected<std::vector<CaseEntry>> parseCaseList(const std::string &text,
                                               const std::string &place);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_CASELIST_H
