//===- NumpyReader.h - NumPy and SciPy files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_NUMPYREADER_H
#define SPARSEGPU_FORMATS_NUMPYREADER_H

#include "SparseGPU/Formats/MatrixFile.h"

namespace sparsegpu::formats {

/// Parses an .npy file (numpy.lib.format, versions 1 to 3): a matrix, or a
/// vector as one column, of 2-, 4- or 8-byte floats, integers, booleans or
/// complex numbers in either byte order, by rows or by columns. Its nonzeros
/// become the entries.
Expected<MatrixFile> parseNpy(std::string_view content, std::string_view path,
                              const ReadOptions &options = {});

/// Parses an .npz archive: a matrix that scipy.sparse.save_npz wrote (csr, csc,
/// coo, bsr, dia), or the array that `options.tensor` names, or the only matrix
/// among the arrays. Entries of csr, csc and coo come as they are, zeros and
/// duplicates included; of the blocks of bsr and the diagonals of dia, which
/// are filled up with zeros, those that are not zero.
Expected<MatrixFile> parseNpz(std::string_view content, std::string_view path,
                              const ReadOptions &options = {});

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_NUMPYREADER_H
