//===- FrosttReader.h - Coordinate tensors of order 2
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_FROSTTREADER_H
#define SPARSEGPU_FORMATS_FROSTTREADER_H

#include "SparseGPU/Formats/MatrixFile.h"

namespace sparsegpu::formats {

/// Parses a .tns file, the text format of FROSTT (Smith, Choi, Li, Vuduc, Park,
/// Liu, Karypis, "FROSTT: the formidable repository of open sparse tensors and
/// tools", 2017): one entry per line, its indices counted from 1, then its
/// value. Lines that begin with '#' are comments. The shape is that of the
/// largest indices.
///
/// In the extended format of MLIR's sparse tensor runtime two lines come first
/// and give order and number of entries, then the sizes. They are told from
/// entries by the first line, which has two numbers.
///
/// Only order 2, a matrix, is read: a higher order is an error that names it.
Expected<MatrixFile> parseFrostt(std::string_view text, std::string_view path,
                                 const ReadOptions &options = {});

/// True for what begins with the comment that extended files have.
bool isExtendedFrostt(std::string_view text);

/// The matrix in the extended format, its entries in their order; values are
/// the shortest decimals that read back the same. Requires checkCoo.
std::string formatFrostt(const CooMatrix &matrix);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_FROSTTREADER_H
