//===- MatrixMarketBanner.h - The first line of Matrix Market
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_MATRIXMARKETBANNER_H
#define SPARSEGPU_LIB_FORMATS_MATRIXMARKETBANNER_H

#include "SparseGPU/Formats/MatrixFile.h"
#include "TextCursor.h"

namespace sparsegpu::formats {

struct MatrixMarketBanner {
  bool isArray = false;
  FileField field = FileField::Real;
  FileSymmetry symmetry = FileSymmetry::General;
};

/// Takes the line "%%MatrixMarket object format field symmetry".
Expected<MatrixMarketBanner> parseBanner(TextCursor &cursor, bool takesComplex);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_MATRIXMARKETBANNER_H
