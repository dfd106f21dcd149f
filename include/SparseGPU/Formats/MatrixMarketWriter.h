//===- MatrixMarketWriter.h - Matrix Market output
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_MATRIXMARKETWRITER_H
#define SPARSEGPU_FORMATS_MATRIXMARKETWRITER_H

#include "SparseGPU/Formats/MatrixFile.h"

namespace sparsegpu::formats {

struct WriteOptions {
  /// Integer requires whole values of at most 2^53; Pattern leaves values out.
  FileField field = FileField::Real;
  /// Lines of text that follow the banner as comments.
  std::string comment;
};

/// The text of a `general` Matrix Market file with the entries in the order of
/// `matrix`. Values are the shortest decimals that read back the same.
Expected<std::string> formatMatrixMarket(const CooMatrix &matrix,
                                         const WriteOptions &options = {});

/// Writes that text to `path` ("-" is standard output), compressed when the
/// name ends in ".gz" or ".zst".
Status writeMatrixMarket(const std::string &path, const CooMatrix &matrix,
                         const WriteOptions &options = {});

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_MATRIXMARKETWRITER_H
