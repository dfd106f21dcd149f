//===- Coo.cpp - Matrices as triplets
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Coo.h"

#include "SparseGPU/Support/LargePages.h"
#include "SparseGPU/Support/Strings.h"

using namespace sparsegpu;
using namespace sparsegpu::formats;

Status formats::checkCoo(const CooMatrix &matrix) {
  if (matrix.rows < 0 || matrix.cols < 0)
    return Error(
        concat("the shape ", matrix.rows, " x ", matrix.cols, " is negative"));
  if (matrix.row.size() != matrix.col.size() ||
      matrix.row.size() != matrix.value.size())
    return Error(concat("there are ", matrix.row.size(), " rows, ",
                        matrix.col.size(), " columns and ", matrix.value.size(),
                        " values for the entries"));
  for (size_t e = 0; e < matrix.row.size(); ++e) {
    int64_t r = matrix.row[e], c = matrix.col[e];
    if (r < 0 || r >= matrix.rows || c < 0 || c >= matrix.cols)
      return Error(concat("entry ", e, " at (", r, ", ", c,
                          ") lies outside the ", matrix.rows, " x ",
                          matrix.cols, " matrix"));
  }
  return Status::success();
}

Status formats::reserveEntries(CooMatrix &matrix, int64_t count) {
  try {
    matrix.reserve(count);
    auto bytes = 8 * static_cast<size_t>(count);
    adviseLargePages(matrix.row.data(), bytes);
    adviseLargePages(matrix.col.data(), bytes);
    adviseLargePages(matrix.value.data(), bytes);
    return Status::success();
  } catch (const std::exception &) { // bad_alloc or length_error
    return Error(concat("there is not enough memory for ", count, " entries (",
                        24 * static_cast<uint64_t>(count), " bytes)"));
  }
}
