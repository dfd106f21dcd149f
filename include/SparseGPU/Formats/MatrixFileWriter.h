//===- MatrixFileWriter.h - Writing matrices
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_MATRIXFILEWRITER_H
#define SPARSEGPU_FORMATS_MATRIXFILEWRITER_H

#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Formats/MatrixFile.h"

namespace sparsegpu::formats {

struct MatrixWriteOptions {
  /// Pattern leaves values out, where the kind of file can; Integer requires
  /// whole values of at most 2^53 in text.
  FileField field = FileField::Real;
  /// The type of the numbers in .npy and .npz: f64, f32, f16 or an integer.
  ElementType valueType = ElementType::F64;
  /// The number of the first node of an edge list.
  int64_t edgeBase = 0;
  /// Lines of text for a comment, where there are any.
  std::string comment = {};
};

/// The kind of file that a name asks for (".mtx", ".smtx", ".npz", ".npy",
/// ".tns", ".el", ".wel", ".edges", ".edgelist", ".txt", ".tsv", ".csv",
/// ".sgpk", with or without ".gz" or ".zst"); nothing for others.
std::optional<FileKind> kindOfName(std::string_view path);

/// The content of a file of that kind: Matrix Market, smtx, npz, npy, an edge
/// list or extended FROSTT. Entries stay in their order, duplicates stay, but
/// for .smtx, which goes by rows, and .npy, which is dense: there duplicates
/// add up. An .npz is what scipy.sparse.load_npz reads, in csr when rows and
/// columns ascend, else in coo. Errors: what the kind of file cannot hold.
Expected<std::string> formatMatrix(const CooMatrix &matrix, FileKind kind,
                                   const MatrixWriteOptions &options = {});

/// Writes that to `path` ("-" is standard output), compressed when the name
/// ends in ".gz" or ".zst".
Status writeMatrix(const std::string &path, const CooMatrix &matrix,
                   FileKind kind, const MatrixWriteOptions &options = {});

/// Writes whole numbers, such as a permutation, as an .npy file: one dimension,
/// int64. Errors: "<path>: message".
Status writeIndices(const std::string &path,
                    const std::vector<int64_t> &indices);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_MATRIXFILEWRITER_H
