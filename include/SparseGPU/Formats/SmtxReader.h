//===- SmtxReader.h - Files of the DLMC collection
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_SMTXREADER_H
#define SPARSEGPU_FORMATS_SMTXREADER_H

#include "SparseGPU/Formats/MatrixFile.h"

namespace sparsegpu::formats {

/// Parses an .smtx file, the format of the Deep Learning Matrix Collection
/// (Gale, Zaharia, Young, Elsen, "Sparse GPU kernels for deep learning",
/// SC 2020). It holds a pattern as CSR, counted from 0, in three lines:
///   rows, cols, nnz
///   rows + 1 row offsets
///   nnz column indices
/// Blank lines may follow. Columns of a row may come in any order.
Expected<MatrixFile> parseSmtx(std::string_view text, std::string_view path,
                               const ReadOptions &options = {});

/// Reads the file at `path` ("-" is standard input) as .smtx.
Expected<MatrixFile> readSmtx(const std::string &path,
                              const ReadOptions &options = {});

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_SMTXREADER_H
