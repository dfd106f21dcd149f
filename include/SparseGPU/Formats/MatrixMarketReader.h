//===- MatrixMarketReader.h - Matrix Market files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_MATRIXMARKETREADER_H
#define SPARSEGPU_FORMATS_MATRIXMARKETREADER_H

#include "SparseGPU/Formats/MatrixFile.h"

namespace sparsegpu::formats {

/// Parses a Matrix Market file (Boisvert, Pozo, Remington, "The Matrix Market
/// exchange formats: initial design", NISTIR 5935, 1996).
///
/// Taken: objects `matrix`, formats `coordinate` and `array`, fields `real`,
/// `double`, `integer`, `pattern` and `complex`, symmetries `general`,
/// `symmetric`, `skew-symmetric` and `hermitian`; banner words in any case;
/// comments and blank lines anywhere after the banner; lines that end in LF,
/// CR LF or CR. Values may be nan or inf in a `real` file, but must be whole in
/// an `integer` file. Entries may come in any order and more than once.
/// Arrays come by columns, one element per line; of a symmetric one the lower
/// triangle, with the diagonal unless it is skew-symmetric. A `hermitian` file
/// of real numbers is symmetric.
///
/// Complex numbers are refused unless the options say what to take of them;
/// the magnitude of a mirrored entry is that of the entry, its real part too
/// (but negated in a skew-symmetric matrix). That the diagonal of a hermitian
/// matrix is real is not checked.
///
/// Refused, each with its line and column: objects other than a matrix; indices
/// outside the matrix; a number of entries other than announced; anything
/// after an entry; a number that a double cannot hold; a symmetric matrix that
/// is not square; a diagonal entry in a skew-symmetric matrix. The entries of
/// a symmetric file must all lie in one triangle: the standard says the lower,
/// some programs write the upper, and with both it would be unclear whether
/// entries are still to be mirrored.
Expected<MatrixFile> parseMatrixMarket(std::string_view text,
                                       std::string_view path,
                                       const ReadOptions &options = {});

/// Reads the file at `path` ("-" is standard input) as a Matrix Market file.
Expected<MatrixFile> readMatrixMarket(const std::string &path,
                                      const ReadOptions &options = {});

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_MATRIXMARKETREADER_H
